"""Writes staff access: asked for with a reason, granted by another person for a time, reviewed on a date, ended.

What the policy says of a role comes in as `policy.StaffRole`; who may decide, as the set of roles that give the right.
All raise `rules.AccessRefused`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.accounts.models import (
    AccessRequest,
    Account,
    AccountKind,
    ConfidentialityAgreement,
    ExternalStaff,
    StaffRole,
)
from forsyn.domain.accounts.queries import roles_of
from forsyn.domain.accounts.rules import (
    AccessRefused,
    Refusal,
    Term,
    check_agreement,
    check_employment,
    check_reason,
    check_term,
    review_date,
)
from forsyn.policy.policy import StaffRole as DeclaredRole

UNREVIEWED = "Ikke gennemgået til tiden."


@transaction.atomic
def request_access(*, account_id: int, role: DeclaredRole, term: Term, reason: str, now: datetime, today: date) -> int:
    """Ask for a role for oneself; return the request's id. It waits until another person decides."""
    account = _staff(account_id)
    told = check_reason(reason)
    _check_given(account, role, term, today)
    try:
        with transaction.atomic():
            asked = AccessRequest.objects.create(
                account=account, role=role.key, period=_range(term), reason=told, made_at=now
            )
    except IntegrityError as error:
        raise _named(error, {"accounts_access_request_open_once": Refusal.ALREADY_ASKED}) from None
    return asked.pk


@transaction.atomic
def grant_request(
    *,
    request_id: int,
    decided_by_id: int,
    deciders: Collection[str],
    role: DeclaredRole,
    term: Term,
    answer: str,
    now: datetime,
    today: date,
) -> int:
    """Give what is asked for, for ``term``, which may be shorter than was asked; return the id of the role given."""
    asked = _undecided(request_id, decided_by_id, deciders, today)
    account = _staff(asked.account_id)
    _check_given(account, role, term, today)
    _decide(asked, granted=True, decided_by_id=decided_by_id, answer=answer.strip(), now=now)
    try:
        with transaction.atomic():
            given = StaffRole.objects.create(
                account=account,
                role=role.key,
                period=_range(term),
                reason=asked.reason,
                request=asked,
                granted_at=now,
                granted_by_id=decided_by_id,
                review_date=review_date(role, term, since=max(today, term.first_date)),
            )
    except IntegrityError as error:
        raise _named(error, _GIVING) from None
    return given.pk


@transaction.atomic
def refuse_request(
    *, request_id: int, decided_by_id: int, deciders: Collection[str], answer: str, now: datetime, today: date
) -> None:
    """Say no, and why."""
    asked = _undecided(request_id, decided_by_id, deciders, today)
    _decide(asked, granted=False, decided_by_id=decided_by_id, answer=check_reason(answer), now=now)


@transaction.atomic
def review_role(
    *, role_id: int, reviewed_by_id: int, deciders: Collection[str], role: DeclaredRole, now: datetime, today: date
) -> date:
    """Let a role go on, since the work still needs it; return the date of the next review."""
    given = _running(role_id, reviewed_by_id, deciders, today)
    if given.review_date < today:
        raise AccessRefused(Refusal.ENDED, given.review_date)
    term = Term(given.period.lower, given.period.upper)
    given.review_date = review_date(role, term, since=today)
    given.reviewed_at, given.reviewed_by_id = now, reviewed_by_id
    given.save(update_fields=["review_date", "reviewed_at", "reviewed_by"])
    return given.review_date


@transaction.atomic
def end_access(
    *, role_id: int, ended_by_id: int, deciders: Collection[str], reason: str, now: datetime, today: date
) -> None:
    """End a role before its time, from today on. Everyone may give up their own."""
    given = _running(role_id, ended_by_id, deciders, today, own=True)
    told = check_reason(reason)
    first: date = given.period.lower
    given.period = DateRange(first, max(today, first + timedelta(days=1)))
    given.ended_at, given.ended_by_id, given.end_reason = now, ended_by_id, told
    given.save(update_fields=["period", "ended_at", "ended_by", "end_reason"])


def end_unreviewed(*, now: datetime, today: date) -> int:
    """Close the roles whose review was missed, on the day after it; return how many. They do not count already."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update accounts_staff_role"
            "   set period = daterange(lower(period), least(upper(period), review_date + 1)),"
            "       ended_at = %s, end_reason = %s"
            " where review_date < %s and upper(period) > review_date + 1 and ended_at is null",
            [now, UNREVIEWED, today],
        )
        return cursor.rowcount


def close_expired(*, today: date) -> list[int]:
    """Close the open accounts of externals without an agreement today; return their ids.

    Their roles lie within the agreements, so they have ended with them. The caller ends the sessions.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update accounts_account as account set is_active = false"
            "  from accounts_external_staff as external"
            " where external.account_id = account.id and account.is_active"
            "   and not exists (select from accounts_confidentiality_agreement as agreement"
            "                    where agreement.account_id = account.id and agreement.period @> %s::date)"
            " returning account.id",
            [today],
        )
        return [account_id for (account_id,) in cursor.fetchall()]


@transaction.atomic
def register_agreement(
    *,
    account_id: int,
    document: bytes,
    document_name: str,
    signed_date: date,
    term: Term,
    registered_by_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Put a signed confidentiality agreement on file; return its id. The account opens with one that holds today."""
    account = _staff(account_id, closed=True)
    if registered_by_id == account_id:
        raise AccessRefused(Refusal.OWN)
    if not ExternalStaff.objects.filter(pk=account_id).exists():
        raise AccessRefused(Refusal.NOT_EXTERNAL)
    check_agreement(document, signed_date=signed_date, term=term, today=today)
    try:
        with transaction.atomic():
            registered = ConfidentialityAgreement.objects.create(
                account_id=account_id,
                document=document,
                document_name=document_name[-200:] or "erklæring",
                sha256=sha256(document).hexdigest(),
                signed_date=signed_date,
                period=_range(term),
                registered_at=now,
                registered_by_id=registered_by_id,
            )
    except IntegrityError as error:
        raise _named(error, {"accounts_confidentiality_once": Refusal.AGREEMENT_OVERLAPS}) from None
    if term.first_date <= today and not account.is_active:
        Account.objects.filter(pk=account_id).update(is_active=True)
    return registered.pk


_GIVING = {
    "accounts_staff_role_once": Refusal.ALREADY_HELD,
    "accounts_external_staff_agreement": Refusal.NO_AGREEMENT,
}


def _named(error: IntegrityError, known: dict[str, Refusal]) -> Exception:
    """The refusal that a constraint stands for; what none of these says is a fault of the program."""
    diagnosis = getattr(error.__cause__, "diag", None)
    refusal = known.get(getattr(diagnosis, "constraint_name", None) or "")
    return AccessRefused(refusal) if refusal else error


def _range(term: Term) -> DateRange:
    return DateRange(term.first_date, term.until_date)


def _staff(account_id: int, *, closed: bool = False) -> Account:
    """The account, locked."""
    account = Account.objects.select_for_update(of=("self",)).filter(pk=account_id).first()
    if account is None or account.kind != AccountKind.STAFF:
        raise AccessRefused(Refusal.NOT_STAFF)
    if not account.is_active and not closed:
        raise AccessRefused(Refusal.CLOSED)
    return account


def _check_given(account: Account, role: DeclaredRole, term: Term, today: date) -> None:
    check_term(role, term, today=today)
    external = ExternalStaff.objects.filter(pk=account.pk).exists()
    check_employment(role, external=external)
    if external and not _covered(account.pk, term):
        raise AccessRefused(Refusal.NO_AGREEMENT)
    if StaffRole.objects.filter(account=account, role=role.key, ended_at=None, period__overlap=_range(term)).exists():
        raise AccessRefused(Refusal.ALREADY_HELD)


def _covered(account_id: int, term: Term) -> bool:
    """Whether agreements hold all through a time, one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select daterange(%s, %s) <@ coalesce(range_agg(period), '{}')"
            "  from accounts_confidentiality_agreement where account_id = %s",
            [term.first_date, term.until_date, account_id],
        )
        covered: bool = cursor.fetchone()[0]
        return covered


def _may_decide(account_id: int, deciders: Collection[str], today: date) -> None:
    if not roles_of(account_id=account_id, today=today) & set(deciders):
        raise AccessRefused(Refusal.MAY_NOT_DECIDE)


def _undecided(request_id: int, decided_by_id: int, deciders: Collection[str], today: date) -> AccessRequest:
    _may_decide(decided_by_id, deciders, today)
    asked: AccessRequest = AccessRequest.objects.select_for_update().get(pk=request_id)
    if asked.decided_at is not None:
        raise AccessRefused(Refusal.DECIDED)
    if asked.account_id == decided_by_id:
        raise AccessRefused(Refusal.OWN)
    return asked


def _decide(asked: AccessRequest, *, granted: bool, decided_by_id: int, answer: str, now: datetime) -> None:
    asked.granted, asked.decided_by_id, asked.decided_at, asked.answer = granted, decided_by_id, now, answer
    asked.save(update_fields=["granted", "decided_by", "decided_at", "answer"])


def _running(role_id: int, account_id: int, deciders: Collection[str], today: date, *, own: bool = False) -> StaffRole:
    """A role that is not over, locked, for somebody who may decide on it."""
    given: StaffRole = StaffRole.objects.select_for_update().get(pk=role_id)
    if given.account_id == account_id:
        if not own:
            raise AccessRefused(Refusal.OWN)
    else:
        _may_decide(account_id, deciders, today)
    if given.ended_at is not None or given.period.upper <= today:
        raise AccessRefused(Refusal.ENDED)
    return given
