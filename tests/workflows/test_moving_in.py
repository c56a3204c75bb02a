"""Moving in: terms and sizes go with the place, a plan is made, and what is unclear is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from forsyn.domain.billing.models import FactorOf, Plan, Terms
from forsyn.domain.customers import actions as customers
from forsyn.domain.customers.models import Agreement, ContactPoint, Customer, CustomerName
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.metering import actions as metering
from forsyn.domain.metering.actions import NewMeter
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.kernel.charges.tariff import Commodity
from forsyn.workflows.moves import Told, move_out
from forsyn.workflows.moving_in import MoveIn, NewCustomer, PerhapsKnown, move_in
from tests.billing_ground import approved, hours, on_terms, sized
from tests.charge_samples import LONG_AGO, always, fixed, tariff, variable
from tests.counting import asked
from tests.metered_world import HUNG_UP_DATE, WATER
from tests.world import World

pytestmark = pytest.mark.django_db

MOVED = date(2026, 6, 1)
TODAY = date(2026, 6, 10)
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
KIRA = NewCustomer("Kira Kassebo", "person", date(1990, 2, 3), None, "kira@kunde.example", "22334455", "en")


@pytest.fixture
def tariff_id(books: Mapping[int, int]) -> int:
    prices = tariff(
        fixed("subscription", always("365")), variable("water", always("10"), "m3"), commodity=Commodity.WATER
    )
    return approved(prices, key="water")[0]


@pytest.fixture
def left(world: World, tariff_id: int) -> int:
    """What the water counter showed when Freja left her cottage."""
    number = f"{world.freja.home.number}2"
    metering.register_meters(meters=[NewMeter("0063002", "water", (WATER,), number, HUNG_UP_DATE)])
    agreement_id = world.freja.agreements["water"]
    on_terms(agreement_id, tariff_id, LONG_AGO, instalments=4)
    sized(agreement_id, "dwellings", "1", LONG_AGO)
    shown = hours("0063002", "volume", date(2025, 5, 31), MOVED, 10, counter=100_000)
    hours("0063002", "volume", MOVED, MOVED + timedelta(days=4), 10, counter=shown)
    move_out(agreement_id=agreement_id, until=MOVED, told={"water": Told(None)}, account_id=None, today=TODAY, now=NOW)
    return shown


@pytest.fixture
def wish(world: World) -> MoveIn:
    return MoveIn(
        supply_point_id=world.freja.home.supply_point_id, first_date=MOVED, customer=world.gorm.customer_id,
        relation="tenant", instalments={"water": 2}, tariffs={}, readings={},
    )  # fmt: skip


def test_who_moves_in_takes_over_tariff_and_sizes_and_gets_a_plan(
    world: World, left: int, tariff_id: int, wish: MoveIn
) -> None:
    with CaptureQueriesContext(connection) as queries:
        done = move_in(
            wanted=replace(wish, readings={"water": left + 100}), account_id=world.billing.pk, today=TODAY, now=NOW
        )
    assert len(asked(queries)) <= 40, "\n".join(asked(queries))
    (agreement_id,) = done.agreement_ids
    terms = Terms.objects.get(agreement_id=agreement_id)
    assert (terms.tariff_id, terms.period, terms.instalments) == (tariff_id, DateRange(MOVED, None), 2)
    assert FactorOf.objects.get(agreement_id=agreement_id).value == 1
    agreement = Agreement.objects.get(pk=agreement_id)
    assert (agreement.relation, agreement.number[0], agreement.period.lower) == ("tenant", "A", MOVED)
    plan = Plan.objects.get(agreement_id=agreement_id)
    assert (plan.expected_from, plan.period) == ("norm", DateRange(MOVED, date(2027, 1, 1)))
    assert done.not_planned == ()
    assert all(each.due_date >= TODAY for each in plan.instalments.all())


def test_a_plan_may_follow_what_the_place_used(world: World, left: int, wish: MoveIn) -> None:
    used = replace(wish, by_place=True)
    (agreement_id,) = move_in(wanted=used, account_id=None, today=TODAY, now=NOW).agreement_ids
    plan = Plan.objects.get(agreement_id=agreement_id)
    assert (plan.expected_from, plan.expected_amount) == ("last_year", (date(2027, 1, 1) - MOVED).days * 240)


def test_somebody_new_is_recorded_with_a_number_of_their_own(world: World, left: int, wish: MoveIn) -> None:
    done = move_in(wanted=replace(wish, customer=KIRA, instalments={"water": 0}), account_id=None, today=TODAY, now=NOW)
    kira = Customer.objects.get(pk=done.customer_id)
    highest = max(int(each.number) for each in Customer.objects.exclude(pk=kira.pk))
    assert (int(kira.number), kira.birth_date, kira.language) == (highest + 1, KIRA.birth_date, "en")
    assert CustomerName.objects.get(customer=kira).name == KIRA.name
    points = ContactPoint.objects.filter(customer=kira).values_list("kind", "value")
    assert set(points) == {("email", "kira@kunde.example"), ("mobile", "+4522334455")}
    assert not Plan.objects.filter(agreement_id__in=done.agreement_ids).exists()


@pytest.mark.parametrize(
    "alike",
    [
        {"name": "Anna Prøvesen", "birth_date": None},
        {"name": "Anna Prøvesen", "birth_date": date(1968, 4, 12)},
        {"email": "1001@kunde.example"},
        {"mobile": "20 00 10 01"},
        {"kind": "company", "birth_date": None, "cvr": "99999993"},
    ],
)
def test_who_may_be_a_customer_already_is_shown_first(
    world: World, left: int, wish: MoveIn, alike: dict[str, object]
) -> None:
    somebody = replace(KIRA, **alike)  # type: ignore[arg-type]
    before = Customer.objects.count()
    with pytest.raises(PerhapsKnown) as refused:
        move_in(wanted=replace(wish, customer=somebody), account_id=None, today=TODAY, now=NOW)
    known = world.aeblegaarden if somebody.cvr else world.anna
    assert [hit.id for hit in refused.value.hits] == [known.customer_id]
    assert Customer.objects.count() == before
    if not somebody.cvr:
        other = replace(somebody, is_somebody_else=True)
        assert move_in(wanted=replace(wish, customer=other), account_id=None, today=TODAY, now=NOW).agreement_ids


def test_a_namesake_born_on_another_day_is_somebody_else(world: World, left: int, wish: MoveIn) -> None:
    namesake = replace(KIRA, name="Anna Prøvesen")
    assert move_in(wanted=replace(wish, customer=namesake), account_id=None, today=TODAY, now=NOW).agreement_ids


@pytest.mark.parametrize(("more", "fits"), [(0, True), (240, True), (-999, True), (-2_000, False), (2_000, False)])
def test_a_reading_agrees_with_what_the_meter_delivered_that_day(
    world: World, left: int, wish: MoveIn, more: int, fits: bool
) -> None:
    told = replace(wish, readings={"water": left + more})
    if fits:
        assert move_in(wanted=told, account_id=None, today=TODAY, now=NOW).agreement_ids
    else:
        with pytest.raises(NotPossible, match="passer ikke med"):
            move_in(wanted=told, account_id=None, today=TODAY, now=NOW)
        assert not Agreement.objects.filter(period__startswith=MOVED).exists()


def test_a_reading_that_no_value_can_check_is_refused(world: World, left: int, wish: MoveIn) -> None:
    unread = replace(wish, first_date=TODAY, readings={"water": left})
    with pytest.raises(NotPossible, match=r"sidst leveret tal for den 4\.6\.2026"):
        move_in(wanted=unread, account_id=None, today=TODAY, now=NOW)
    ahead = replace(wish, first_date=TODAY + timedelta(days=1), readings={"water": left})
    with pytest.raises(NotPossible, match="ikke kommet endnu"):
        move_in(wanted=ahead, account_id=None, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("first", "why"),
    [(MOVED - timedelta(days=1), "til og med den 31.5.2026"), (TODAY + timedelta(days=400), "mere end et år"),
     (date(2014, 1, 1), "ingen installationer")],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused(world: World, left: int, wish: MoveIn, first: date, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        move_in(wanted=replace(wish, first_date=first), account_id=None, today=TODAY, now=NOW)


def test_where_nobody_had_a_tariff_one_is_chosen(world: World, tariff_id: int, wish: MoveIn) -> None:
    customers.end_agreement(agreement_id=world.freja.agreements["water"], until_date=MOVED)
    with pytest.raises(NotPossible, match="Vælg en takst"):
        move_in(wanted=wish, account_id=None, today=TODAY, now=NOW)
    chosen = replace(wish, tariffs={"water": tariff_id})
    (agreement_id,) = move_in(wanted=chosen, account_id=None, today=TODAY, now=NOW).agreement_ids
    assert Terms.objects.get(agreement_id=agreement_id).instalments == 2


def test_a_place_of_somebody_who_is_not_to_be_seen_is_refused_in_words(
    world: World, left: int, tariff_id: int, wish: MoveIn
) -> None:
    taken = {"water": tariff_id}
    gorms = replace(wish, supply_point_id=world.ingrid.home.supply_point_id, customer=world.gorm.customer_id,
                    tariffs={"heat": tariff_id, **taken}, instalments={"heat": 4})  # fmt: skip
    with pytest.raises(NotPossible, match=r"Registrer først"):
        move_in(wanted=replace(gorms, first_date=date(2026, 12, 1)), account_id=None, today=TODAY, now=NOW)
    Restriction.objects.create(
        customer_id=world.ingrid.customer_id, ground="accuracy", reason="x", began_at=NOW, recorded_by_id=world.dpo.pk
    )  # fmt: skip
    with pytest.raises(NotPossible, match="adgang"):
        move_in(wanted=replace(gorms, first_date=date(2026, 12, 1)), account_id=None, today=TODAY, now=NOW)
