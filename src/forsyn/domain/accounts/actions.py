"""Writes accounts, roles, second factors and sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.accounts.models import (
    Account,
    AccountKind,
    Attempts,
    ExternalStaff,
    Role,
    Session,
    StaffRole,
)
from forsyn.domain.accounts.rules import after
from forsyn.policy.periods import Period

BY_OPERATOR = "Givet af operatøren på kommandolinjen."
ENDED_BY_OPERATOR = "Afsluttet af operatøren på kommandolinjen."
A_YEAR = Period(years=1)


class NotPossible(ValueError):
    """The change cannot be made; the message (Danish) says why and what to do."""


@transaction.atomic
def create_staff(
    *,
    email: str,
    name: str,
    roles: Iterable[Role | str],
    first_date: date,
    now: datetime,
    until_date: date | None = None,
    review_date: date | None = None,
    reason: str = BY_OPERATOR,
    password: str | None = None,
) -> int:
    """Make an account for a member of staff, with roles given by the operator; return its id.

    Without a password, the person chooses one by the link of "Glemt adgangskode". Raises NotPossible where the
    e-mail is taken, and Django's ValidationError for an e-mail, name or password that does not do. See `give_role`.
    """
    account = _new(email=email, name=name, kind=AccountKind.STAFF, now=now)
    account.clean_fields(exclude=["password"])
    if not account.name.isprintable():
        raise ValidationError({"name": "Et navn står på én linje og har ingen styretegn."})
    if password is None:
        account.set_unusable_password()
    else:
        validate_password(password, account)
        account.set_password(password)
    _insert(account)
    for role in dict.fromkeys(Role(role) for role in roles):
        give_role(
            account_id=account.pk,
            role=role,
            first_date=first_date,
            now=now,
            until_date=until_date,
            review_date=review_date,
            reason=reason,
        )
    return account.pk


@transaction.atomic
def create_external(*, email: str, name: str, employer: str, now: datetime, password: str | None = None) -> int:
    """Make a closed account, without roles, for somebody whom another company employs; return its id.

    It is opened under a confidentiality agreement (`actions_access.register_agreement`). Raises as `create_staff`.
    """
    account_id = create_staff(email=email, name=name, roles=(), first_date=now.date(), now=now, password=password)
    employed = ExternalStaff(account_id=account_id, employer=employer.strip())
    employed.clean_fields(exclude=["account"])
    if not employed.employer.isprintable():
        raise ValidationError({"employer": "En arbejdsgiver står på én linje og har ingen styretegn."})
    Account.objects.filter(pk=account_id).update(is_active=False)
    employed.save(force_insert=True)
    return account_id


@transaction.atomic
def create_customer_account(*, email: str, name: str, now: datetime) -> int:
    """Make an account, without a password, for a customer whose e-mail is on file; return its id."""
    account = _new(email=email, name=name, kind=AccountKind.CUSTOMER, now=now)
    account.set_unusable_password()
    _insert(account)
    return account.pk


@transaction.atomic
def name_account(*, account_id: int, name: str) -> None:
    """Give a customer's account the name that its pages greet with."""
    Account.objects.filter(pk=account_id).update(name=name)


@transaction.atomic
def change_email(*, account_id: int, email: str) -> None:
    """Let an account sign in with another address from now on; the caller has shown that it is the person's own.

    The former address signs in no more. Raises NotPossible where another account has the new one.
    """
    validate_email(email)
    if Account.objects.filter(email__iexact=email).exclude(pk=account_id).exists():
        raise _taken(email)
    Account.objects.filter(pk=account_id).update(email=email.lower())
    EmailAddress.objects.filter(user_id=account_id).delete()  # allauth would still let the former one in


@transaction.atomic
def give_role(
    *,
    account_id: int,
    role: Role | str,
    first_date: date,
    now: datetime,
    until_date: date | None = None,
    review_date: date | None = None,
    reason: str = BY_OPERATOR,
) -> None:
    """Let a member of staff have a role from ``first_date`` to before ``until_date``; one that is there stays.

    The operator's way, recorded as granted by nobody: others ask (`actions_access.request_access`). A year, without a
    review within it, where the caller has no policy at hand. Raises NotPossible.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.kind != AccountKind.STAFF:
        raise NotPossible("Kun medarbejdere kan få roller.")
    until_date = until_date or after(first_date, A_YEAR)
    period = DateRange(first_date, until_date)
    if not account.roles.filter(role=Role(role), period__overlap=period, ended_at=None).exists():
        StaffRole.objects.create(
            account=account,
            role=Role(role),
            period=period,
            reason=reason,
            granted_at=now,
            review_date=review_date or until_date - timedelta(days=1),
        )


@transaction.atomic
def end_role(*, account_id: int, role: Role | str, until_date: date, now: datetime) -> None:
    """End a role, as the operator; ``until_date`` is the first day without it."""
    Account.objects.select_for_update().get(pk=account_id)
    held = StaffRole.objects.filter(account_id=account_id, role=Role(role), period__contains=until_date, ended_at=None)
    for each in held:
        if each.period.lower < until_date:
            each.period = DateRange(each.period.lower, until_date)
        else:
            each.period = DateRange(until_date, until_date + timedelta(days=1))
            each.ended_at, each.end_reason = now, ENDED_BY_OPERATOR
        each.review_date = max(each.period.lower, min(each.review_date, each.period.upper - timedelta(days=1)))
        each.save(update_fields=["period", "review_date", "ended_at", "end_reason"])


@transaction.atomic
def deactivate(*, account_id: int) -> None:
    """Close an account: it signs in no more, and its running sessions end."""
    Account.objects.filter(pk=account_id).update(is_active=False)
    end_sessions(account_id=account_id)


@transaction.atomic
def reset_second_factor(*, account_id: int) -> None:
    """Take away all second factors, for somebody who has lost theirs; running sessions end.

    The next sign-in leads to the set-up of a new one. The caller makes sure of who is asking.
    """
    Authenticator.objects.filter(user_id=account_id).delete()
    end_sessions(account_id=account_id)


@transaction.atomic
def unlink_identity(*, account_id: int, provider: str) -> None:
    """Let an account no longer be signed in to through an OpenID Connect provider, named by its id."""
    SocialAccount.objects.filter(user_id=account_id, provider=provider).delete()


def end_sessions(*, account_id: int) -> int:
    """Sign an account out everywhere; return how many sessions ended."""
    return Session.objects.filter(account_id=account_id).delete()[0]


@transaction.atomic
def clear_expired(*, now: datetime) -> int:
    """Delete sessions and counted attempts whose time is over; return how many rows."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    attempts, _ = Attempts.objects.filter(expires__lt=now).delete()
    return sessions + attempts


def _insert(account: Account) -> None:
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:  # somebody else was faster
        raise _taken(account.email) from None


def _taken(email: str) -> NotPossible:
    return NotPossible(f"Der findes allerede en konto med e-mailadressen {email}.")


def _new(*, email: str, name: str, kind: AccountKind, now: datetime) -> Account:
    validate_email(email)
    if Account.objects.filter(email__iexact=email).exists():
        raise _taken(email)
    return Account(email=email.lower(), name=name.strip(), kind=kind, created_at=now)
