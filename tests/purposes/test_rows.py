"""Whose rows each purpose sees: restricted persons, objections, consents, one's own, and one's own days of a meter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from forsyn.domain.safeguards.choices_queries import outdated_consent_counts
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.enforcement import matrix
from tests.metered_world import MeteredWorld
from tests.world import MOVING_DATE, NOW, World

POLICY = current_policy()
BLIND_TO_RESTRICTED = [work for work in P if not POLICY.purposes[work].reads_restricted]
SEEING_RESTRICTED = [
    work for work in P if POLICY.purposes[work].reads_restricted and POLICY.purposes[work].scope == "everyone"
    and POLICY.purposes[work].consent is None
]  # fmt: skip

OF_ANNA = {
    "customers_customer": "id = %(anna)s",
    "customers_customer_name": "customer_id = %(anna)s",
    "customers_contact_point": "customer_id = %(anna)s",
    "customers_agreement_holder": "customer_id = %(anna)s",
    "customers_agreement": "supply_point_id = %(house)s",
    "customers_supply_point": "id = %(house)s",
    "customers_address": "id in (select address_id from owners.customers_supply_point where id = %(house)s)",
    "customers_installation": "supply_point_id = %(house)s",
    "metering_meter": "id = any(%(meters)s)",
    "metering_mounting": "meter_id = any(%(meters)s)",
    "metering_day": "meter_id = any(%(meters)s)",
}


def count(table: str, where: str, parameters: dict[str, object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where {where}", parameters)
        return int(cursor.fetchone()[0])


@pytest.fixture
def anna(metered_world: MeteredWorld) -> dict[str, object]:
    anna, world = metered_world.world.anna, metered_world
    return {
        "anna": anna.customer_id,
        "house": anna.home.supply_point_id,
        "meters": [world.annas_heat, world.annas_old_water, world.annas_new_water],
    }


def readable_tables(work: P) -> list[tuple[str, str]]:
    """Tables with rows of Anna that a purpose reads with the columns that find them; addresses by their street."""
    found = []
    for table, where in OF_ANNA.items():
        column = where.split()[0]
        if table == "customers_address":
            column, where = "street", "street = 'Ærøvej'"
        if column in matrix().of(work, table).select:
            found.append((table, where))
    return found


def restrict(customer_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into safeguards_restriction (customer_id, ground, reason, began_at, recorded_by_id)"
            " select %s, 'accuracy', 'En prøve', %s, min(id) from accounts_account",
            [customer_id, NOW],
        )


@pytest.mark.parametrize("work", BLIND_TO_RESTRICTED)
def test_a_restricted_person_disappears_with_everything(work: P, anna: dict[str, object]) -> None:
    restrict(int(str(anna["anna"])))
    with purpose(work, actor=None):
        seen = {table: count(table, where, anna) for table, where in readable_tables(work)}
    assert not any(seen.values()), seen


@pytest.mark.parametrize("work", SEEING_RESTRICTED)
def test_storage_claims_and_protection_still_see_a_restricted_person(work: P, anna: dict[str, object]) -> None:
    tables = readable_tables(work)
    with purpose(work, actor=None):
        before = {table: count(table, where, anna) for table, where in tables}
    restrict(int(str(anna["anna"])))
    with purpose(work, actor=None):
        assert {table: count(table, where, anna) for table, where in tables} == before
    if work not in {P.SIGN_IN, P.SECURITY, P.STAFF_ADMINISTRATION}:
        assert all(before[table] for table, _ in tables if table != "customers_contact_point"), before


def test_another_holder_of_the_same_agreement_is_still_served(world: World) -> None:
    restrict(world.bo.customer_id)
    with purpose(P.SETTLEMENT, actor=None):
        assert count("customers_customer", "id = %s", [world.bo.customer_id]) == 0  # type: ignore[arg-type]
        assert count("customers_customer", "id = %s", [world.birgit.customer_id]) == 1  # type: ignore[arg-type]
        assert count("customers_agreement", "supply_point_id = %s", [world.birgit.home.supply_point_id]) == 2  # type: ignore[arg-type]


def test_who_moves_in_is_served_although_who_lived_there_is_restricted(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    restrict(world.dorthe.customer_id)
    with purpose(P.SETTLEMENT, actor=None), connection.cursor() as cursor:
        cursor.execute("select min(day), max(day) from metering_day where meter_id = %s", [metered_world.terrace_heat])
        first, last = cursor.fetchone()
        assert count("customers_supply_point", "id = %s", [world.erik.home.supply_point_id]) == 1  # type: ignore[arg-type]
    assert first == MOVING_DATE, "the days of who is restricted are gone, the day of the move is the next one's"
    assert last > MOVING_DATE


def object_to(customer_id: int, work: P, *, upheld: bool | None = None, ended: bool = False) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into safeguards_objection (customer_id, purpose, reason, made_at, decided_at, upheld, decision,"
            " decided_by_id, ended_at) select %(customer)s, %(work)s, 'Nej tak', %(now)s,"
            " case when %(decided)s then %(now)s end, %(upheld)s, case when %(decided)s then 'Derfor' else '' end,"
            " case when %(decided)s then min(id) end, case when %(ended)s then %(now)s end from accounts_account",
            {
                "customer": customer_id,
                "work": work,
                "now": NOW,
                "decided": upheld is not None,
                "upheld": upheld,
                "ended": ended,
            },
        )


@pytest.mark.parametrize(
    ("upheld", "ended", "seen"), [(None, False, 0), (True, False, 0), (False, False, 1), (True, True, 1)]
)
def test_who_objects_disappears_from_that_purpose_alone(
    anna: dict[str, object], upheld: bool | None, ended: bool, seen: int
) -> None:
    object_to(int(str(anna["anna"])), P.SUPPLY_AREA_MARKETING, upheld=upheld, ended=ended)
    with purpose(P.SUPPLY_AREA_MARKETING, actor=None):
        assert count("customers_customer_name", "customer_id = %(anna)s", anna) == seen
    with purpose(P.SATISFACTION_SURVEYS, actor=None):
        assert count("customers_customer_name", "customer_id = %(anna)s", anna) == 1


Consenting = Callable[..., None]


@pytest.fixture
def consent() -> Consenting:
    def give(customer_id: int, key: str, *, withdrawn: bool = False, text: str = "") -> None:
        said = text or current_policy().consents[key].explanation.da
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at,"
                " withdrawn_at, withdrawn_channel) values (%s, %s, '1', %s, 'da', 'portal', %s, %s, %s)",
                [customer_id, key, said, NOW, NOW if withdrawn else None, "portal" if withdrawn else None],
            )

    return give


def test_a_purpose_with_consent_sees_those_alone_who_consent_to_it(world: World, consent: Consenting) -> None:
    consent(world.anna.customer_id, "cpr_address")
    consent(world.bo.customer_id, "cpr_nemkonto")
    consent(world.gorm.customer_id, "cpr_address", withdrawn=True)
    with purpose(P.ADDRESS_FROM_CPR, actor=None), connection.cursor() as cursor:
        cursor.execute("select number from customers_customer")
        assert cursor.fetchall() == [(world.anna.number,)]
    with purpose(P.DIGITAL_POST, actor=None):
        assert count("customers_customer", "true", {}) == 0


def test_a_yes_to_another_text_is_not_assumed_to_be_one_to_this(world: World, consent: Consenting) -> None:
    consent(world.anna.customer_id, "cpr_address", text="Vi må bruge dit CPR-nummer til lidt af hvert.")
    consent(world.bo.customer_id, "cpr_address", text=current_policy().consents["cpr_address"].explanation.en)
    with purpose(P.ADDRESS_FROM_CPR, actor=None), connection.cursor() as cursor:
        cursor.execute("select number from customers_customer")
        assert cursor.fetchall() == [(world.bo.number,)]
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        assert outdated_consent_counts(current_policy()) == {"cpr_address": 1}


def test_a_consent_withdrawn_closes_the_purpose_at_once(world: World, consent: Consenting) -> None:
    consent(world.anna.customer_id, "cpr_address")
    with purpose(P.ADDRESS_FROM_CPR, actor=None):
        assert count("customers_customer", "true", {}) == 1
    with connection.cursor() as cursor:
        cursor.execute("update safeguards_consent set withdrawn_at = %s, withdrawn_channel = 'portal'", [NOW])
    with purpose(P.ADDRESS_FROM_CPR, actor=None):
        assert count("customers_customer", "true", {}) == 0


def test_a_customer_sees_his_own_rows_and_no_others(world: World) -> None:
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk), connection.cursor() as cursor:
        cursor.execute("select id from customers_customer")
        assert cursor.fetchall() == [(world.anna.customer_id,)]
        cursor.execute("select id from accounts_account")
        assert cursor.fetchall() == [(world.anna.account.pk,)]
        cursor.execute("select id from customers_supply_point")
        assert cursor.fetchall() == [(world.anna.home.supply_point_id,)]


def test_nobody_signed_in_sees_nobody(world: World) -> None:
    with purpose(P.SELF_SERVICE, actor=None):
        assert count("customers_customer", "true", {}) == 0


def test_a_customer_writes_nothing_for_others(world: World) -> None:
    change = "update customers_contact_point set value = 'x@y.example' where customer_id = %s"
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk), connection.cursor() as cursor:
        cursor.execute(change, [world.gorm.customer_id])
        assert cursor.rowcount == 0
    insert = (
        "insert into customers_contact_point (customer_id, kind, value, period, source, recorded_at)"
        " values (%s, 'landline', '20000000', '[2026-11-01,)', 'person', now())"
    )
    mine, theirs = world.anna.customer_id, world.gorm.customer_id
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk), connection.cursor() as cursor:
        cursor.execute(insert, [mine])
    with (
        pytest.raises(PurposeViolation),
        purpose(P.SELF_SERVICE, actor=world.anna.account.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [theirs])


def days_seen(account_id: int, meter_id: int) -> set[date]:
    with purpose(P.SELF_SERVICE, actor=account_id), connection.cursor() as cursor:
        cursor.execute("select day from metering_day where meter_id = %s", [meter_id])
        return {day for (day,) in cursor.fetchall()}


def test_days_of_a_meter_are_theirs_who_lived_there_then(metered_world: MeteredWorld) -> None:
    world, meter = metered_world.world, metered_world.terrace_heat
    before, after = (days_seen(who.account.pk, meter) for who in (world.dorthe, world.erik))
    assert before
    assert after
    assert max(before) < MOVING_DATE <= min(after)
    assert days_seen(world.gorm.account.pk, meter) == set()


def test_optimising_sees_meters_without_names(metered_world: MeteredWorld) -> None:
    with purpose(P.OPERATION_OPTIMISATION, actor=None):
        assert count("metering_pseudonymous_day", "true", {}) > 0
    for table in ("metering_day", "metering_meter", "customers_customer", "metering_pseudonym"):
        with pytest.raises(PurposeViolation), purpose(P.OPERATION_OPTIMISATION, actor=None):
            count(table, "true", {})


def test_optimising_does_not_see_who_objects(metered_world: MeteredWorld) -> None:
    with purpose(P.OPERATION_OPTIMISATION, actor=None):
        before = count("metering_pseudonymous_day", "true", {})
    anna = metered_world.world.anna.customer_id
    own = count("metering_day", "meter_id = any(%s)", [[metered_world.annas_heat, metered_world.annas_old_water,
                                                      metered_world.annas_new_water]])  # type: ignore[arg-type]  # fmt: skip
    object_to(anna, P.OPERATION_OPTIMISATION)
    with purpose(P.OPERATION_OPTIMISATION, actor=None):
        assert count("metering_pseudonymous_day", "true", {}) == before - own
