"""Which rows are about a person, and which about nobody else, on the live database."""

from __future__ import annotations

import pytest
from django.db import connection

from forsyn.domain.safeguards.queries import live_catalog
from forsyn.policy.reach import Rows, about, only_about
from forsyn.workflows.declarations import all_bindings
from tests.world import Party, World

SHARED = ("customers_agreement", "customers_supply_point", "customers_installation", "customers_address")


def _count(rows: Rows, *parties: Party) -> int:
    with connection.cursor() as cursor:
        persons = {"customers": [party.customer_id for party in parties], "accounts": [p.account.id for p in parties]}
        cursor.execute(rows.select("count(*)"), persons)
        return int(cursor.fetchone()[0])


def _rows(name: str, *, alone: bool) -> Rows:
    table = all_bindings().table(name)
    assert table
    return (only_about if alone else about)(table, live_catalog())


@pytest.mark.parametrize("name", SHARED)
def test_what_a_household_shares_is_about_both_and_about_neither_alone(world: World, name: str) -> None:
    one, other = world.bo, world.birgit
    assert _count(_rows(name, alone=False), one) == _count(_rows(name, alone=False), other) > 0
    assert _count(_rows(name, alone=True), one) == 0
    assert _count(_rows(name, alone=True), one, other) == _count(_rows(name, alone=False), one)


def test_a_home_that_somebody_has_moved_into_is_not_the_former_tenants_alone(world: World) -> None:
    assert _count(_rows("customers_supply_point", alone=False), world.dorthe) == 1
    assert _count(_rows("customers_supply_point", alone=True), world.dorthe) == 0
    assert _count(_rows("customers_agreement", alone=True), world.dorthe) > 0


def test_every_table_with_persons_can_be_reached(world: World) -> None:
    catalog = live_catalog()
    for table in all_bindings().tables:
        if table.persons and not catalog.tables[table.name].is_view:
            everything, own = (_rows(table.name, alone=alone) for alone in (False, True))
            assert _count(own, world.anna) <= _count(everything, world.anna)
