"""Reads of accounts and their roles."""

from __future__ import annotations

from datetime import date

from django.db.models.functions import Lower

from forsyn.domain.accounts.access_queries import counting
from forsyn.domain.accounts.models import Account, AccountKind


def roles_of(*, account_id: int, today: date) -> frozenset[str]:
    """The roles that count for a member of staff today. 1 query.

    A role counts within its period, while its review is not overdue, on an open account; that of somebody from another
    company only under a confidentiality agreement.
    """
    return frozenset(counting(today=today).filter(account_id=account_id).values_list("role", flat=True))


def account_with_email(*, email: str) -> Account | None:
    """The account of an e-mail address, whatever its case. 1 query."""
    return Account.objects.annotate(address=Lower("email")).filter(address=email.lower()).first()


def account(*, account_id: int) -> Account:
    """One account; raises Account.DoesNotExist. 1 query."""
    return Account.objects.get(pk=account_id)


def staff_accounts(*, today: date) -> list[tuple[Account, frozenset[str]]]:
    """All members of staff by name, with the roles that count today. 2 queries."""
    accounts = Account.objects.filter(kind=AccountKind.STAFF).order_by("name", "pk")
    roles: dict[int, set[str]] = {}
    for account_id, role in counting(today=today).values_list("account_id", "role"):
        roles.setdefault(account_id, set()).add(role)
    return [(account, frozenset(roles.get(account.pk, ()))) for account in accounts]
