"""The register keeps its history, and refuses in Danish what would break it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers import actions, queries
from forsyn.domain.customers.models import ContactPoint, CustomerName, PortalAccess
from forsyn.domain.customers.rules import NotPossible
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Source

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BY_PERSON = {"source": Source.PERSON, "now": NOW}


def _customer(number: str = "1001", **other: object) -> int:
    given = {"kind": "person", "name": "Anna Prøve", "source": Source.UTILITY, "today": TODAY, "now": NOW}
    return actions.register_customer(number=number, **(given | other))  # type: ignore[arg-type]


def _supply_point(number: str = "F1", house_number: str = "7") -> int:
    address = actions.register_address(street="Ærøvej", house_number=house_number, postal_code="9990", city="Nordby")
    return actions.register_supply_point(number=number, address_id=address, housing_kind="house")


def _agreement(number: str, point: int, customers: list[int], first: date, until: date | None = None) -> int:
    return actions.conclude_agreement(
        number=number, supply_point_id=point, commodity="heat", relation="owner", customer_ids=customers,
        first_date=first, until_date=until, source=Source.PERSON, now=NOW,
    )  # fmt: skip


@pytest.mark.django_db
class TestCustomers:
    def test_a_new_customer_has_name_and_contacts_from_today(self) -> None:
        key = _customer(contacts={"email": "anna@Prøve.example", "mobile": "20 30 40 50"})
        seen = queries.customer_overview(customer_id=key, today=TODAY)
        assert (seen.name, seen.contact("email"), seen.contact("mobile")) == (
            "Anna Prøve",
            "anna@prøve.example",
            "+4520304050",
        )

    def test_a_number_is_given_once(self) -> None:
        _customer()
        with pytest.raises(NotPossible, match="1001 findes allerede"):
            _customer()

    def test_a_company_has_no_birth_date_and_a_person_no_cvr(self) -> None:
        with pytest.raises(NotPossible, match="ikke fødselsdato"):
            _customer(kind="company", birth_date=date(1980, 1, 1))
        with pytest.raises(NotPossible, match="ikke CVR"):
            _customer(cvr="13585628")

    def test_a_new_name_closes_the_old_one(self) -> None:
        key = _customer(since=date(2020, 1, 1))
        assert actions.change_name(customer_id=key, name="Anna Ny", today=TODAY, **BY_PERSON)
        assert [(each.name, each.period) for each in queries.name_history(customer_id=key)] == [
            ("Anna Ny", Period(TODAY)),
            ("Anna Prøve", Period(date(2020, 1, 1), TODAY)),
        ]

    def test_a_contact_can_be_taken_away_and_stays_as_history(self) -> None:
        key = _customer(contacts={"landline": "98765432"})
        later = TODAY + timedelta(days=3)
        actions.change_contact_point(customer_id=key, kind="landline", value=None, today=later, **BY_PERSON)
        assert queries.customer_overview(customer_id=key, today=later).contact("landline") is None
        assert [each.period for each in queries.contact_history(customer_id=key)] == [Period(TODAY, later)]

    def test_a_bad_contact_is_refused_and_nothing_is_written(self) -> None:
        key = _customer()
        with pytest.raises(InvalidIdentifier, match="otte cifre"):
            actions.change_contact_point(customer_id=key, kind="mobile", value="12", today=TODAY, **BY_PERSON)
        assert not ContactPoint.objects.exists()


@pytest.mark.django_db
class TestAgreements:
    def test_a_second_agreement_must_wait_for_the_end_of_the_first(self) -> None:
        anna, point = _customer(), _supply_point()
        first = _agreement("A1", point, [anna], date(2024, 1, 1))
        with pytest.raises(NotPossible, match=r"Aftale A1 gælder her fra 1\.1\.2024"):
            _agreement("A2", point, [anna], TODAY)
        actions.end_agreement(agreement_id=first, until_date=TODAY)
        _agreement("A2", point, [anna], TODAY)

    def test_an_agreement_ends_once(self) -> None:
        key = _agreement("A1", _supply_point(), [_customer()], date(2024, 1, 1), date(2025, 1, 1))
        with pytest.raises(NotPossible, match=r"allerede afsluttet pr. 1\.1\.2025"):
            actions.end_agreement(agreement_id=key, until_date=TODAY)

    def test_an_end_before_the_beginning_is_refused(self) -> None:
        with pytest.raises(NotPossible, match="Slutdatoen skal ligge efter"):
            _agreement("A1", _supply_point(), [_customer()], TODAY, TODAY)

    def test_a_household_has_two_holders_and_one_is_primary(self) -> None:
        bo, birgit = _customer("1"), _customer("2", name="Birgit Prøve")
        key = _agreement("A1", _supply_point(), [bo], TODAY)
        actions.add_holder(agreement_id=key, customer_id=birgit)
        actions.add_holder(agreement_id=key, customer_id=birgit)
        (view,) = queries.agreements_of(customer_id=birgit, today=TODAY)
        assert [(each.name, each.is_primary) for each in view.holders] == [
            ("Anna Prøve", True),
            ("Birgit Prøve", False),
        ]

    def test_an_installation_is_seen_for_the_customers_own_periods_only(self) -> None:
        dorthe, erik, point = _customer("1"), _customer("2"), _supply_point()
        actions.register_installation(number="I1", supply_point_id=point, commodity="heat", first_date=date(2020, 6, 1))
        moved = date(2026, 10, 1)
        _agreement("A1", point, [dorthe], date(2019, 1, 1), moved)
        _agreement("A2", point, [erik], moved)
        (hers,) = queries.installations_of(customer_id=dorthe)
        (his,) = queries.installations_of(customer_id=erik)
        assert hers.agreement_periods == (Period(date(2020, 6, 1), moved),)
        assert his.agreement_periods == (Period(moved),)

    def test_anothers_installation_is_not_found(self) -> None:
        anna, gorm, point = _customer("1"), _customer("2"), _supply_point()
        key = actions.register_installation(number="I1", supply_point_id=point, commodity="heat", first_date=TODAY)
        _agreement("A1", point, [anna], TODAY)
        assert queries.installation_of(customer_id=anna, installation_id=key) is not None
        assert queries.installation_of(customer_id=gorm, installation_id=key) is None

    def test_reads_take_the_same_number_of_queries_for_many_rows(self, django_assert_num_queries: object) -> None:
        anna = _customer()
        for number in range(5):
            point = _supply_point(f"F{number}", str(number))
            actions.register_installation(
                number=f"I{number}", supply_point_id=point, commodity="heat", first_date=TODAY
            )
            _agreement(f"A{number}", point, [anna], TODAY)
        with django_assert_num_queries(3):  # type: ignore[operator]
            assert len(queries.agreements_of(customer_id=anna, today=TODAY)) == 5
        with django_assert_num_queries(2):  # type: ignore[operator]
            assert len(queries.installations_of(customer_id=anna)) == 5
        with django_assert_num_queries(3):  # type: ignore[operator]
            queries.customer_overview(customer_id=anna, today=TODAY)


class AnySequenceOfChanges(RuleBasedStateMachine):
    """Whatever staff and customers do, in any order: one value a day, and the past stays."""

    def __init__(self) -> None:
        super().__init__()
        self.day = TODAY
        self.customer = _customer(number=f"S{id(self)}"[:20], since=TODAY)
        self.point = _supply_point(f"S{id(self)}"[:20], f"{id(self) % 10**9}")
        self.agreements: list[int] = []
        self.seen: dict[date, tuple[str, str | None]] = {}

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        for _ in range(days):
            self.seen[self.day] = self._now()
            self.day += timedelta(days=1)

    @rule(value=st.sampled_from([None, "a@prøve.example", "b@prøve.example"]))
    def email_changes(self, value: str | None) -> None:
        actions.change_contact_point(customer_id=self.customer, kind="email", value=value, today=self.day, **BY_PERSON)
        assert self._now()[1] == value

    @rule(name=st.sampled_from(["Anna Prøve", "Anna Ny"]))
    def name_changes(self, name: str) -> None:
        actions.change_name(customer_id=self.customer, name=name, today=self.day, **BY_PERSON)
        assert self._now()[0] == name

    @rule(start=st.integers(-60, 60), days=st.integers(1, 90) | st.none())
    def agreement_is_concluded(self, start: int, days: int | None) -> None:
        first = self.day + timedelta(days=start)
        number = f"{self.point}-{len(self.agreements)}"
        until = first + timedelta(days=days) if days else None
        try:
            self.agreements.append(_agreement(number, self.point, [self.customer], first, until))
        except NotPossible:
            assert any(each.overlaps(Period(first, until)) for each in self._agreed())

    @rule()
    def running_agreement_ends(self) -> None:
        if self.agreements:
            try:
                actions.end_agreement(agreement_id=self.agreements[-1], until_date=self.day + timedelta(days=1))
            except NotPossible:
                assert self._agreed()[-1].until or self._agreed()[-1].first > self.day

    @invariant()
    def the_past_stays(self) -> None:
        for day, (name, email) in self.seen.items():
            names = CustomerName.objects.filter(customer_id=self.customer, period__contains=day)
            emails = ContactPoint.objects.filter(customer_id=self.customer, period__contains=day)
            assert [each.name for each in names] == [name]
            assert [each.value for each in emails] == ([email] if email else [])

    @invariant()
    def agreements_do_not_overlap(self) -> None:
        periods = self._agreed()
        assert not any(one.overlaps(other) for one, other in pairwise(periods))

    def _now(self) -> tuple[str, str | None]:
        seen = queries.customer_overview(customer_id=self.customer, today=self.day)
        return seen.name, seen.contact("email")

    def _agreed(self) -> list[Period]:
        views = queries.agreements_of(customer_id=self.customer, today=self.day)
        return sorted((view.period for view in views), key=lambda period: period.first)


class TestAnySequenceOfChanges(TestCase, AnySequenceOfChanges.TestCase):  # type: ignore[misc,name-defined]
    settings = hypothesis_settings(max_examples=8, stateful_step_count=12, deadline=None)
    databases = {"default"}


@pytest.mark.django_db
def test_portal_access_is_granted_once_and_can_end() -> None:
    account = Account.objects.create(email="gorm@example.dk", name="Gorm Prøve", kind="customer", created_at=NOW)
    key = _customer()
    for _ in range(2):
        actions.grant_portal_access(account_id=account.pk, customer_id=key, first_date=TODAY)
    assert PortalAccess.objects.count() == 1
    assert [each.id for each in queries.customers_of_account(account_id=account.pk, today=TODAY)] == [key]
    tomorrow = TODAY + timedelta(days=1)
    actions.end_portal_access(account_id=account.pk, customer_id=key, until_date=tomorrow)
    assert not queries.customers_of_account(account_id=account.pk, today=tomorrow)


def test_changes_at_the_same_moment_happen_one_after_the_other(own_database: dict[str, str]) -> None:
    key, point = _customer(), _supply_point()
    start = Barrier(6)

    def change(number: int) -> str:
        start.wait()
        try:
            value = f"{number}@kunde.example"
            actions.change_contact_point(customer_id=key, kind="email", value=value, today=TODAY, **BY_PERSON)
            _agreement(f"A{number}", point, [key], TODAY)
        except NotPossible as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(6) as pool:
        refusals = list(pool.map(change, range(6)))
    assert len(queries.contact_history(customer_id=key)) == 1
    assert len(queries.agreements_of(customer_id=key, today=TODAY)) == 1
    assert sorted(bool(refusal) for refusal in refusals) == [False, True, True, True, True, True]
    assert all("gælder her fra 2.11.2026" in refusal for refusal in refusals if refusal)
