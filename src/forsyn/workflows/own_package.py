"""A signed-in person fetches his or her data: asked, made, handed over and answered in one press.

The copy of everything (Art. 15), and what can be taken along (Art. 20).

The request is on record before the package is made, and stays open for a member of staff if it cannot be made. A second
press on the same day gives the package anew, on record at the door, and belongs to the same request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from forsyn.domain.rights import letters
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.actions_answers import answer, record_carried_out, record_plan
from forsyn.domain.rights.letters import LetterFacts, Result
from forsyn.domain.rights.models import Request, RequestCustomer, Withheld
from forsyn.domain.rights.rules import NEEDS_AUTHORITY, Intake, Outcome, State
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.models import MODELS
from forsyn.domain.sensitive.rules import Kind
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.access_package import AccessPlan, Package, PackageRefused, access_package, plan_access
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.own_data import check_own
from forsyn.workflows.own_requests import one_at_a_time
from forsyn.workflows.portability import PortabilityPlan, plan_portability, portable_package
from forsyn.workflows.privacy_requests import receive_from_portal

WISH = "Hentet i selvbetjeningen."
MAKERS: Mapping[Right, Callable[..., Package]] = {
    Right.ACCESS: access_package,
    Right.PORTABILITY: portable_package,
}
"""How the package of each right is made, put on record at the door, and given to be handed over."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A request for a package that stands, to be answered by `own_package`."""

    right: Right
    request_id: int
    number: str
    deadline_date: date
    is_answered: bool


@transaction.atomic
def ask_for_package(right: Right, *, account_id: int, customer_id: int, now: datetime, today: date) -> Fetch:
    """Put the request on record; the one of today, or one that still waits, is the same.

    Raises RequestRefused for somebody else.
    """
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    one_at_a_time(account_id)
    standing = _standing(right, account_id, customer_id, today)
    if standing is not None:
        is_answered = standing.state == State.ANSWERED
        return Fetch(right, standing.pk, standing.number, standing.deadline_date, is_answered)
    received = receive_from_portal(account_id=account_id, customer_id=customer_id, right=right, wish=WISH, now=now)
    return Fetch(right, received.request_id, received.number, received.deadline_date, is_answered=False)


@transaction.atomic
def own_package(
    fetch: Fetch, *, account_id: int, customer_id: int, now: datetime, today: date, language: Language
) -> Package:
    """Make the package, put on record that the person gets it, and answer the request by it.

    What staff has withheld from this person in any request (Art. 15(4), § 22) stays withheld, and the package says why.
    Raises PackageRefused, DisclosureRefused and RequestRefused.
    """
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        withheld = _withheld(customer_id)
        if fetch.right is Right.ACCESS and _needs_eyes(customer_id):
            raise PackageRefused("A member of staff reads the copy before it is handed over.")
        if not fetch.is_answered:
            _planned(fetch, customer_id, withheld, now, today)
        package = MAKERS[fetch.right](
            customer_ids=[customer_id],
            number=fetch.number,
            actor=account_id,
            now=now,
            today=today,
            withheld=withheld,
            language=language,
        )
        try:
            if not fetch.is_answered:
                _answer(fetch, package, withheld, now, today)
        except BaseException:
            package.close()
            raise
    return package


# -- within --------------------------------------------------------------------------------------------------------


def _planned(fetch: Fetch, customer_id: int, withheld: Mapping[str, str], now: datetime, today: date) -> None:
    """Keep with the request what is in the package, as carried out. Raises PackageRefused."""
    try:
        plan: AccessPlan | PortabilityPlan
        if fetch.right is Right.ACCESS:
            plan = plan_access(customer_ids=[customer_id], today=today, withheld=withheld)
        else:
            plan = plan_portability(customer_ids=[customer_id], withheld=withheld)
    except VaultClosed as closed:
        raise PackageRefused(closed.for_staff) from closed
    body = {"details": {}, "body": plan.as_json()}
    plan_id = record_plan(request_id=fetch.request_id, plan=body, made_by_id=None, now=now)
    record_carried_out(plan_id=plan_id, counts=plan.counts(), by_id=None, now=now)


def _standing(right: Right, account_id: int, customer_id: int, today: date) -> Request | None:
    """Today's request, or an open one, of this account about this customer. 1 query."""
    with purpose(P.SELF_SERVICE, actor=account_id):
        linked = RequestCustomer.objects.filter(customer_id=customer_id).values("request_id")
        rows = Request.objects.filter(
            account_id=account_id, right=right, channel=Intake.PORTAL, pk__in=linked
        ).order_by("-pk")
        found = list(rows.filter(received_date=today) | rows.filter(closed_at=None))
    return next((row for row in found if row.state not in (State.REFUSED, State.WITHDRAWN)), None)


def _withheld(customer_id: int) -> dict[str, str]:
    """What is left out for this person, by item; the latest reason counts. 1 query."""
    linked = RequestCustomer.objects.filter(customer_id=customer_id).values("request_id")
    rows = Withheld.objects.filter(request__in=linked).order_by("at", "pk")
    return dict(rows.values_list("item", "reason"))


def _needs_eyes(customer_id: int) -> bool:
    """Whether somebody's safety may hang on what the copy tells (databeskyttelsesloven § 22), or it tells of somebody
    who asked for this person: by name, with an address, in letters.
    """
    linked = RequestCustomer.objects.filter(customer_id=customer_id).values("request_id")
    if Request.objects.filter(pk__in=linked, on_behalf__in=NEEDS_AUTHORITY).exists():
        return True
    return any(MODELS[kind].objects.filter(customer_id=customer_id).exists() for kind in (Kind.THREATS, Kind.OFFENCES))


def _answer(fetch: Fetch, package: Package, withheld: Mapping[str, str], now: datetime, today: date) -> None:
    """Close the request with its letter, which the person finds beside it."""
    row = Request.objects.get(pk=fetch.request_id)
    facts = LetterFacts(
        number=row.number,
        right=fetch.right,
        received_date=row.received_date,
        deadline_date=row.deadline_date,
        language=Language(row.language),
        name=row.requester_name,
    )
    outcome = Outcome.PARTLY if withheld else Outcome.GRANTED
    told = Result(outcome, withheld=tuple(dict.fromkeys(withheld.values())))
    document = letters.answer(current_policy(), facts, told, today=today)
    plain = to_plain(document, contents=False) | {"edition": letters.edition(facts, today)}
    pdf = typeset(plain, dated=today)
    letter = Attachment(f"{row.number}.pdf", "application/pdf", len(pdf), pdf)
    answer(
        request_id=row.pk,
        outcome=outcome,
        letter=letter,
        disclosure_id=package.disclosure_id,
        by_id=None,
        now=now,
        today=today,
    )
