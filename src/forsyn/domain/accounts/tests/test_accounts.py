"""Accounts and roles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from forsyn.domain.accounts import actions
from forsyn.domain.accounts.models import Role
from forsyn.domain.accounts.queries import account, account_with_email, roles_of
from forsyn.domain.accounts.throttle import hashed_key

pytestmark = pytest.mark.django_db
TODAY, NOW = date(2026, 11, 2), datetime(2026, 11, 2, 9, tzinfo=UTC)


def make(email: str = "Karla@nordby.example", *roles: Role, password: str | None = None) -> int:
    return actions.create_staff(
        email=email, name="Karla Kontor", roles=roles, first_date=TODAY, now=NOW, password=password
    )


def test_an_address_has_one_account_whatever_its_case() -> None:
    key = make()
    found = account_with_email(email="KARLA@nordby.example")
    assert found is not None
    assert found.pk == key
    with pytest.raises(actions.NotPossible, match="findes allerede"):
        make("karla@NORDBY.example")
    with pytest.raises(actions.NotPossible):
        actions.create_customer_account(email="karla@nordby.example", name="Karla", now=NOW)


@pytest.mark.parametrize(("email", "password"), [("karla", None), ("karla@nordby.example", "kort")])
def test_a_poor_address_or_password_is_refused(email: str, password: str | None) -> None:
    with pytest.raises(ValidationError):
        make(email, password=password)
    assert account_with_email(email=email) is None


def test_a_role_holds_from_its_first_day_to_before_its_last() -> None:
    key = make("karla@nordby.example", Role.CLERK)
    end = TODAY + timedelta(days=10)
    actions.end_role(account_id=key, role=Role.CLERK, until_date=end, now=NOW)
    held = {day: roles_of(account_id=key, today=TODAY + timedelta(days=day)) for day in (-1, 0, 9, 10)}
    assert held == {-1: frozenset(), 0: {"clerk"}, 9: {"clerk"}, 10: frozenset()}
    actions.give_role(account_id=key, role=Role.CLERK, first_date=end, now=NOW)
    assert roles_of(account_id=key, today=end) == {"clerk"}


def test_giving_a_role_twice_changes_nothing_and_one_ended_at_once_counts_no_more() -> None:
    key = make("karla@nordby.example", Role.DPO, Role.DPO)
    actions.give_role(account_id=key, role=Role.DPO, first_date=TODAY, now=NOW)
    assert account(account_id=key).roles.count() == 1
    actions.end_role(account_id=key, role=Role.DPO, until_date=TODAY, now=NOW)
    assert roles_of(account_id=key, today=TODAY) == frozenset()
    assert account(account_id=key).roles.get().end_reason


def test_customers_get_no_roles() -> None:
    key = actions.create_customer_account(email="anna@kunde.example", name="Anna Prøvesen", now=NOW)
    with pytest.raises(actions.NotPossible, match="Kun medarbejdere"):
        actions.give_role(account_id=key, role=Role.CLERK, first_date=TODAY, now=NOW)


def test_names_of_counters_tell_nothing_and_differ() -> None:
    named = hashed_key("anna@kunde.example", "", 1)
    assert "anna" not in named
    assert named != hashed_key("gorm@kunde.example", "", 1)
    assert named == hashed_key("anna@kunde.example", "", 1)
