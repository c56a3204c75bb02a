"""Restriction (Art. 18) and objection (Art. 21) as plans that can be read first, and carried out with all that follows.

Both take effect in the row policies the moment they are on record; what waits in the outbox is held back or taken back
as it is about to leave. The caller has entered the purpose of persons' rights. Refusals are `ChoiceRefused`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction

from forsyn.domain.customers.correction_models import NoticeCause
from forsyn.domain.customers.corrections_queries import recipients_told
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.mailboxes import letters_to
from forsyn.domain.rights.actions_standing import reopen_erasure
from forsyn.domain.rights.models import Request
from forsyn.domain.safeguards.actions_choices import lift_restriction, restrict
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.choices_queries import restriction, restriction_of, standing_objections_of
from forsyn.domain.safeguards.choices_rules import (
    ChoiceRefused,
    answer_by,
    check_objection,
    takes_effect_alone,
)
from forsyn.domain.safeguards.receivers import Asked
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words
from forsyn.workflows.outgoing import Letter, mail_person
from forsyn.workflows.recipient_letters import Words, erased, lifted, restricted
from forsyn.workflows.recipient_notices import Notified, RecipientToTell, joined, tell, to_tell

NO_CUSTOMER = "Kunden findes ikke."
_RESTRICTED = NoticeCause.RESTRICTION.value


@dataclass(frozen=True, slots=True)
class RestrictionPlan:
    """What a restriction does: keys of the purposes that see the person no more, and of those that still do.

    ``recipients``: whom Art. 19 has us tell. ``already_since``: it holds already.
    """

    customer_id: int
    stops: tuple[str, ...]
    goes_on: tuple[str, ...]
    recipients: tuple[RecipientToTell, ...]
    already_since: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectionPlan:
    """What an objection to a purpose does. ``hidden``: the purpose sees the person no more from now on.

    ``decide_by``: the last day for a named person to decide; None where it stands without a decision (Art. 21(2), (3)).
    ``already_since``: one stands already.
    """

    customer_id: int
    purpose: str
    hidden: bool
    decide_by: date | None
    already_since: datetime | None

    @property
    def stands_alone(self) -> bool:
        return self.decide_by is None


# -- restriction -----------------------------------------------------------------------------------------------------


def plan_restriction(policy: Policy, *, customer_id: int) -> RestrictionPlan:
    """What would follow; nothing is changed. 2 queries."""
    live = restriction_of(customer_id=customer_id)
    stops = tuple(key for key, purpose in policy.purposes.items() if not purpose.reads_restricted)
    return RestrictionPlan(
        customer_id,
        stops,
        tuple(key for key in policy.purposes if key not in stops),
        _everybody_told(policy, customer_id),
        live.began_at if live else None,
    )


@transaction.atomic
def carry_out_restriction(
    policy: Policy,
    *,
    customer_id: int,
    ground: RestrictionGround,
    reason: str,
    actor: int,
    now: datetime,
    request_id: int | None = None,
) -> Notified:
    """Restrict a customer from now on, and tell the recipients (Art. 19). Raises ChoiceRefused."""
    restrict(customer_id=customer_id, ground=ground, reason=reason, recorded_by_id=actor, now=now)
    return _tell(policy, customer_id, NoticeCause.RESTRICTION, request_id, now)


@dataclass(frozen=True, slots=True)
class Announced:
    """The words to the person before a restriction is lifted; ``mailed``, or to be sent as a letter by staff."""

    words: Words
    mailed: bool


def announce_lifting(
    policy: Policy, *, restriction_id: int, why: str, lift_date: date, actor: int, now: datetime
) -> Announced:
    """Tell the person before the restriction is lifted (Art. 18(3)): by mail where there is an address.

    Raises ChoiceRefused, Restriction.DoesNotExist and DisclosureRefused.
    """
    row = restriction(restriction_id=restriction_id)
    if row.ended_at is not None:
        raise ChoiceRefused("Begrænsningen er allerede ophævet.")
    if not why.strip():
        raise ChoiceRefused("Skriv, hvorfor begrænsningen bliver ophævet, så personen kan forstå det.")
    to = letters_to(customer_id=row.customer_id, today=local_day(now))
    words = _lifting_words(policy, why.strip(), lift_date, to.language)
    if to.email is None:
        return Announced(words, mailed=False)
    letter = Letter(to.email, words.subject, words.text, ("name", "email"), (row.customer_id,), language=to.language)
    mail_person(P.PRIVACY_RIGHTS, letter, actor=actor, now=now)
    return Announced(words, mailed=True)


@dataclass(frozen=True, slots=True)
class Lifted:
    """What followed when a restriction ended. ``erasure``: the wish to be erased that it kept is a request again."""

    notified: Notified
    erasure: Request | None


@transaction.atomic
def carry_out_lifting(
    policy: Policy,
    *,
    restriction_id: int,
    person_informed: bool,
    actor: int,
    now: datetime,
    request_id: int | None = None,
) -> Lifted:
    """Lift a restriction after the person was told, tell the recipients, and take up a wish to be erased that it kept.

    Raises ChoiceRefused, Restriction.DoesNotExist.
    """
    lift_restriction(restriction_id=restriction_id, person_informed=person_informed, ended_by_id=actor, now=now)
    customer_id = restriction(restriction_id=restriction_id).customer_id
    notified = _tell(policy, customer_id, NoticeCause.LIFTING, request_id, now)
    return Lifted(notified, reopen_erasure(customer_id=customer_id, by_id=actor, now=now))


def tell_of_erasure(policy: Policy, *, customer_id: int, request_id: int | None, now: datetime) -> Notified:
    """Tell everybody who really received something that the person is being erased (Art. 19)."""
    return _tell(policy, customer_id, NoticeCause.ERASURE, request_id, now)


# -- objection -------------------------------------------------------------------------------------------------------


def plan_objection(policy: Policy, *, customer_id: int, purpose: str, reason: str, today: date) -> ObjectionPlan:
    """What would follow; nothing is changed. 1 query. Raises ChoiceRefused where there is no right to object, saying
    what can be done instead."""
    check_objection(policy, purpose=purpose, reason=reason)
    standing = standing_objections_of(customer_id=customer_id).get(purpose)
    aimed_at = policy.purposes[purpose]
    return ObjectionPlan(
        customer_id,
        purpose,
        hidden=not aimed_at.all_categories,
        decide_by=None if takes_effect_alone(policy, purpose) else answer_by(today),
        already_since=standing.made_at if standing else None,
    )


# -- within --------------------------------------------------------------------------------------------------------


def _everybody_told(policy: Policy, customer_id: int) -> tuple[RecipientToTell, ...]:
    return tuple(joined([one for got in to_tell(policy, customer_id=customer_id, asked=[Asked()]) for one in got]))


def _tell(policy: Policy, customer_id: int, cause: NoticeCause, request_id: int | None, now: datetime) -> Notified:
    found = introductions(customer_ids=[customer_id], today=local_day(now))
    if customer_id not in found:
        raise ChoiceRefused(NO_CUSTOMER)
    recipients = _everybody_told(policy, customer_id)
    if cause is NoticeCause.LIFTING:  # whoever never heard of the restriction need not hear of its end
        heard = {one.recipient for one in recipients_told(customer_id=customer_id) if one.cause == _RESTRICTED}
        recipients = tuple(one for one in recipients if one.recipient in heard)
    return tell(
        policy,
        recipients,
        customer=found[customer_id],
        cause=cause,
        compose=partial(_COMPOSE[cause], policy),
        request_id=request_id,
        now=now,
    )


_COMPOSE = {NoticeCause.RESTRICTION: restricted, NoticeCause.LIFTING: lifted, NoticeCause.ERASURE: erased}


def _lifting_words(policy: Policy, why: str, lift_date: date, language: Language) -> Words:
    contact, authority = policy.controller.contact, policy.authority.contact
    day, who = date_words(lift_date, language), contact.name.in_(language)
    if language is Language.ENGLISH:
        return Words(
            "The use of your data is no longer on hold",
            f"We have only stored your data, as you asked. On {day} we lift that restriction (Article 18(3) of the "
            f"GDPR), and use the data as before.\n\nWhy: {why}\n\nIf you do not agree, write to {contact.email} or "
            f"call {contact.phone} before then. You can also complain to {authority.name.en}, {authority.website}.\n\n"
            f"Kind regards\n{who}\n",
        )
    return Words(
        "Dine oplysninger er ikke længere sat på pause",
        f"Vi har kun opbevaret dine oplysninger, som du bad om. Den {day} ophæver vi den begrænsning "
        f"(databeskyttelsesforordningens artikel 18, stk. 3) og bruger oplysningerne som før.\n\nHvorfor: {why}\n\n"
        f"Er du ikke enig, så skriv til {contact.email} eller ring på {contact.phone} inden da. Du kan også klage til "
        f"{authority.name.da}, {authority.website}.\n\nVenlig hilsen\n{who}\n",
    )
