"""Changes to what a person has chosen. Each is one transaction, and takes effect in the row policies at once.

Refusals are `choices_rules.ChoiceRefused`: Danish sentences for whoever asked. The caller has entered a purpose that
changes these tables, and knows that the customer is there.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from forsyn.domain.safeguards import choices_rules as rules
from forsyn.domain.safeguards.choices_models import (
    LIVE_CONSENT,
    LIVE_RESTRICTION,
    STANDING_OBJECTION,
    Channel,
    Consent,
    Objection,
    Restriction,
    RestrictionGround,
)
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, Proof
from forsyn.domain.safeguards.sparing import spare_from_now_on
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language

ALREADY_GIVEN = "Samtykket er allerede givet, så der er ikke mere at gøre."


@transaction.atomic
def give_consent(
    *,
    policy: Policy,
    customer_id: int,
    consent: str,
    text_version: str,
    language: Language,
    channel: Channel,
    now: datetime,
    recorded_by_id: int | None = None,
    proof: Proof | None = None,
) -> int:
    """Record a yes to the policy's text of today; return the row's id.

    ``text_version`` is the policy version that the person was shown. ``recorded_by_id`` is the account of the member of
    staff who writes it down; None where the person does. A yes to an older text gives way to the new one.
    """
    rules.check_given(policy, consent=consent, text_version=text_version, proof=proof)
    live = Consent.objects.filter(LIVE_CONSENT, customer_id=customer_id, consent=consent).defer("proof")
    former = live.select_for_update().first()
    if former is not None:
        if not rules.changed_since(policy, consent=consent, text=former.text):
            raise ChoiceRefused(ALREADY_GIVEN)
        live.update(withdrawn_at=now, withdrawn_channel=channel)
    try:
        with transaction.atomic():
            given = Consent.objects.create(
                customer_id=customer_id,
                consent=consent,
                text_version=text_version,
                text=rules.consent_text(policy, consent, language),
                language=language,
                channel=channel,
                given_at=now,
                proof=proof.content if proof else None,
                proof_name=proof.name.strip() if proof else None,
                proof_type=proof.type if proof else None,
                recorded_by_id=recorded_by_id,
            )
    except IntegrityError as error:  # somebody else was first
        raise _once(error, "safeguards_consent_live_once", ChoiceRefused(ALREADY_GIVEN)) from None
    return given.pk


@transaction.atomic
def withdraw_consents(*, customer_id: int, consents: Collection[str], channel: Channel, now: datetime) -> int:
    """Withdraw these consents, one or all, at once; return how many. None is, where one of them is not live."""
    wanted = set(consents)
    live = Consent.objects.filter(LIVE_CONSENT, customer_id=customer_id, consent__in=wanted)
    if not wanted or set(live.select_for_update().values_list("consent", flat=True)) != wanted:
        raise ChoiceRefused("Der er intet samtykke at trække tilbage. Det er måske allerede trukket tilbage.")
    return live.update(withdrawn_at=now, withdrawn_channel=channel)


def withdraw_consent(*, customer_id: int, consent: str, channel: Channel, now: datetime) -> None:
    """Withdraw one consent."""
    withdraw_consents(customer_id=customer_id, consents=[consent], channel=channel, now=now)


@transaction.atomic
def restrict(
    *, customer_id: int, ground: RestrictionGround, reason: str, recorded_by_id: int | None, now: datetime
) -> int:
    """Let a person's data only be stored from now on (Art. 18); return the row's id.

    Somebody must have decided it, but of what is left of the erased (``KEPT``).
    """
    rules.check_reason(reason, required=True, about="Begrænsningen")
    if ground != RestrictionGround.KEPT:  # which spares nobody
        spare_from_now_on()
    try:
        with transaction.atomic():
            row = Restriction.objects.create(
                customer_id=customer_id,
                ground=ground,
                reason=reason.strip(),
                began_at=now,
                recorded_by_id=recorded_by_id,
            )
    except IntegrityError as error:
        raise _once(
            error, "safeguards_restriction_live_once", ChoiceRefused(_restricted_already(customer_id))
        ) from None
    return row.pk


def _restricted_already(customer_id: int) -> str:
    """Why, and what to do: what is left of the erased cannot be restricted more, but held longer."""
    kept = Restriction.objects.filter(LIVE_RESTRICTION, customer_id=customer_id, ground=RestrictionGround.KEPT)
    if kept.exists():
        return (
            "Personen er slettet, og det, der er tilbage, bliver kun gemt. Skal det gemmes længere, for eksempel til "
            "et krav, så sæt et tilbagehold."
        )
    return "Kundens oplysninger er allerede under begrænset behandling. Ophæv den først."


@transaction.atomic
def lift_restriction(*, restriction_id: int, person_informed: bool, ended_by_id: int, now: datetime) -> None:
    """End a restriction, after the person has been told (Art. 18(3)). Raises Restriction.DoesNotExist."""
    row = Restriction.objects.select_for_update().get(pk=restriction_id)
    if row.ended_at is not None:
        raise ChoiceRefused("Begrænsningen er allerede ophævet.")
    if row.ground == RestrictionGround.KEPT:
        raise ChoiceRefused(
            "Personen er slettet. Det, der er tilbage, gemmes kun efter loven og tages ikke i brug igen."
        )
    rules.check_lifting(person_informed=person_informed)
    row.ended_at, row.ended_by_id = now, ended_by_id
    row.save(update_fields=["ended_at", "ended_by_id"])


@transaction.atomic
def object_to(
    *,
    policy: Policy,
    customer_id: int,
    purpose: str,
    reason: str,
    now: datetime,
    recorded_by_id: int | None = None,
) -> int:
    """Record a no to a purpose (Art. 21), which hides the person from it at once; return the row's id."""
    rules.check_objection(policy, purpose=purpose, reason=reason)
    try:
        with transaction.atomic():
            row = Objection.objects.create(
                customer_id=customer_id,
                purpose=purpose,
                reason=reason.strip(),
                made_at=now,
                recorded_by_id=recorded_by_id,
            )
    except IntegrityError as error:
        already = ChoiceRefused("Kunden har allerede gjort indsigelse mod det formål, og den står ved magt.")
        raise _once(error, "safeguards_objection_once", already) from None
    return row.pk


@transaction.atomic
def decide_objection(
    *, policy: Policy, objection_id: int, upheld: bool, decision: str, decided_by_id: int, now: datetime
) -> None:
    """Uphold an objection, or overrule it: the purpose sees the person again. Raises Objection.DoesNotExist."""
    row = Objection.objects.select_for_update().get(pk=objection_id)
    if row.ended_at is not None:
        raise ChoiceRefused("Personen har taget indsigelsen tilbage, så der er intet at afgøre.")
    if row.decided_at is not None:
        raise ChoiceRefused("Indsigelsen er allerede afgjort.")
    rules.check_decision(policy, purpose=row.purpose, upheld=upheld, decision=decision)
    row.decided_at, row.upheld, row.decision, row.decided_by_id = now, upheld, decision.strip(), decided_by_id
    row.save(update_fields=["decided_at", "upheld", "decision", "decided_by_id"])


@transaction.atomic
def take_back_objection(*, objection_id: int, now: datetime) -> None:
    """End an objection because the person no longer objects. Raises Objection.DoesNotExist."""
    standing = Objection.objects.filter(STANDING_OBJECTION).select_for_update()
    row = standing.filter(pk=objection_id).first()
    if row is None:
        Objection.objects.only("pk").get(pk=objection_id)
        raise ChoiceRefused("Indsigelsen står ikke længere ved magt.")
    row.ended_at = now
    row.save(update_fields=["ended_at"])


def _once(error: IntegrityError, constraint: str, refusal: ChoiceRefused) -> Exception:
    """The refusal, where the database kept a second live row out; any other error as it is."""
    violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return refusal if violated == constraint else error
