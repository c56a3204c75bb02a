"""Reads of staff access: who may do what, since when, on whose word, until when; and what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from forsyn.domain.accounts.models import (
    AccessRequest,
    Account,
    AccountKind,
    ConfidentialityAgreement,
    ExternalStaff,
    StaffRole,
)

SOON = timedelta(days=14)
"""A review or an agreement is named this long before it is due."""


class State(StrEnum):
    """How a role that was given stands."""

    COUNTS = "counts"
    REVIEW_SOON = "review_soon"
    TO_COME = "to_come"
    UNREVIEWED = "unreviewed"
    NO_AGREEMENT = "no_agreement"
    CLOSED = "closed"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A confidentiality agreement without its document; ``last_date`` is its last day."""

    id: int
    document_name: str
    sha256: str
    signed_date: date
    first_date: date
    last_date: date


@dataclass(frozen=True)
class Given:
    """A role with how it stands today."""

    role: StaffRole
    state: State

    @property
    def last_date(self) -> date:
        """Its last day, if it is reviewed until then."""
        last: date = self.role.period.upper - timedelta(days=1)
        return last


@dataclass(frozen=True)
class Person:
    """A member of staff with all that was given, the latest first; ``employer`` is None for one's own staff."""

    account: Account
    employer: str | None
    agreement: Agreement | None
    """The agreement of today, or the one that ends last."""
    roles: tuple[Given, ...]
    today: date

    @property
    def current(self) -> tuple[Given, ...]:
        """What is not over."""
        return tuple(given for given in self.roles if given.state is not State.OVER)

    @property
    def has_agreement(self) -> bool:
        """Whether an agreement holds today."""
        found = self.agreement
        return found is not None and found.first_date <= self.today <= found.last_date

    @property
    def agreement_ends_soon(self) -> bool:
        return self.has_agreement and self.agreement is not None and self.agreement.last_date <= self.today + SOON


def counting(*, today: date) -> QuerySet[StaffRole]:
    """The roles that count today."""
    own = ~Exists(ExternalStaff.objects.filter(account_id=OuterRef("account_id")))
    agreed = Exists(ConfidentialityAgreement.objects.filter(account_id=OuterRef("account_id"), period__contains=today))
    found: QuerySet[StaffRole] = StaffRole.objects.filter(
        own | agreed,
        period__contains=today,
        review_date__gte=today,
        ended_at=None,
        account__is_active=True,
    )
    return found


def people(*, today: date, account_ids: Iterable[int] | None = None) -> list[Person]:
    """All members of staff by name, or those asked for, with their access. 3 queries."""
    staff = Account.objects.filter(kind=AccountKind.STAFF).select_related("external").defer("password")
    staff = staff.order_by("name", "pk")
    if account_ids is not None:
        staff = staff.filter(pk__in=list(account_ids))
    accounts = list(staff)
    ids = [account.pk for account in accounts]
    agreements = _agreements(ids, today)
    given: dict[int, list[StaffRole]] = {}
    for role in _with_names(StaffRole.objects.filter(account_id__in=ids)).order_by("-period", "-pk"):
        given.setdefault(role.account_id, []).append(role)
    return [_person(account, agreements.get(account.pk), given.get(account.pk, []), today) for account in accounts]


def _with_names(found: QuerySet[StaffRole]) -> QuerySet[StaffRole]:
    """With who granted, reviewed and ended: ``granted_by_name`` and so on, None for an operator or the program."""
    return found.annotate(**{f"{by}_name": F(f"{by}__name") for by in ("granted_by", "reviewed_by", "ended_by")})


def _person(account: Account, agreement: Agreement | None, given: list[StaffRole], today: date) -> Person:
    external: ExternalStaff | None = getattr(account, "external", None)
    bare = Person(account, external.employer if external else None, agreement, (), today)
    agreed = external is None or bare.has_agreement
    roles = tuple(Given(role, _state(role, account, agreed=agreed, today=today)) for role in given)
    return Person(account, bare.employer, agreement, roles, today)


def _state(role: StaffRole, account: Account, *, agreed: bool, today: date) -> State:
    rules = (
        (role.ended_at is not None or role.period.upper <= today, State.OVER),
        (not account.is_active, State.CLOSED),
        (role.review_date < today, State.UNREVIEWED),
        (role.period.lower > today, State.TO_COME),
        (not agreed, State.NO_AGREEMENT),
        (_review_soon(role, today), State.REVIEW_SOON),
    )
    return next((state for applies, state in rules if applies), State.COUNTS)


def _review_soon(role: StaffRole, today: date) -> bool:
    """Nobody need review what ends that day anyway."""
    last: date = role.period.upper - timedelta(days=1)
    return bool(role.review_date <= today + SOON and role.review_date < last)


def _agreements(account_ids: list[int], today: date) -> dict[int, Agreement]:
    """The agreement of today by account, else the one that ends last."""
    found: dict[int, Agreement] = {}
    rows = ConfidentialityAgreement.objects.filter(account_id__in=account_ids).defer("document").order_by("period")
    for row in rows:
        before = found.get(row.account_id)
        if before is not None and before.first_date <= today <= before.last_date:
            continue
        found[row.account_id] = Agreement(
            row.pk,
            row.document_name,
            row.sha256,
            row.signed_date,
            row.period.lower,
            row.period.upper - timedelta(days=1),
        )
    return found


def open_requests(*, account_id: int | None = None) -> list[AccessRequest]:
    """What waits for a decision, the earliest first; of one person, if asked. 1 query."""
    found = (
        AccessRequest.objects.filter(decided_at=None)
        .select_related("account")
        .defer("account__password")
        .order_by("made_at", "pk")
    )
    return list(found if account_id is None else found.filter(account_id=account_id))


def request(*, request_id: int) -> AccessRequest | None:
    """One request with whose it is, or None. 1 query."""
    found: AccessRequest | None = AccessRequest.objects.filter(pk=request_id).select_related("account").first()
    return found


def requests_of(*, account_id: int) -> list[AccessRequest]:
    """What a person has asked for, the latest first, with ``decided_by_name`` where it is decided. 1 query."""
    found = AccessRequest.objects.filter(account_id=account_id).annotate(decided_by_name=F("decided_by__name"))
    return list(found.order_by("-made_at", "-pk"))


def due_reviews(*, today: date) -> list[StaffRole]:
    """Roles that end before their time unless they are reviewed soon, the most urgent first. 1 query.

    Those whose review was missed are among them until `actions_access.end_unreviewed` closes them.
    """
    due = StaffRole.objects.filter(
        review_date__lte=today + SOON,
        period__startswith__lte=today,
        period__endswith__gt=today,
        ended_at=None,
        account__is_active=True,
    )
    rows = due.select_related("account").defer("account__password").order_by("review_date", "account__name", "pk")
    return [row for row in rows if row.review_date < today or _review_soon(row, today)]


def role_given(*, role_id: int) -> StaffRole | None:
    """One role with whose it is, or None. 1 query."""
    found: StaffRole | None = StaffRole.objects.filter(pk=role_id).select_related("account").first()
    return found


def document(*, agreement_id: int) -> ConfidentialityAgreement | None:
    """A confidentiality agreement with its document, or None. 1 query."""
    found: ConfidentialityAgreement | None = ConfidentialityAgreement.objects.filter(pk=agreement_id).first()
    return found


def roles_in_use(*, today: date) -> dict[str, int]:
    """Every role that somebody has today or later, with by how many. 1 query."""
    held = StaffRole.objects.filter(ended_at=None, period__endswith__gt=today)
    return dict(held.values_list("role").annotate(times=Count("pk")).order_by("role"))
