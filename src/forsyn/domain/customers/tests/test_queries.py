"""What the portal and the office read, in the named world of tests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forsyn.domain.customers import queries
from forsyn.kernel.periods import Period
from tests.world import BEGINNING, MOVING_DATE, World

pytestmark = pytest.mark.django_db


def test_both_holders_see_the_same_agreements_and_each_other(world: World) -> None:
    (bos, birgits) = (
        queries.agreements_of(customer_id=party.customer_id, today=world.today) for party in (world.bo, world.birgit)
    )
    assert bos == birgits
    assert [holder.name for holder in bos[0].holders] == ["Bo Åkjær", "Birgit Åkjær"]


def test_who_moved_out_keeps_their_own_time_only(world: World) -> None:
    dorthe = queries.installations_of(customer_id=world.dorthe.customer_id)
    erik = queries.installations_of(customer_id=world.erik.customer_id)
    assert [view.id for view in dorthe] == [view.id for view in erik]
    assert {period for view in dorthe for period in view.agreement_periods} == {Period(BEGINNING, MOVING_DATE)}
    assert {period for view in erik for period in view.agreement_periods} == {Period(MOVING_DATE)}


def test_a_supply_point_shows_its_occupants_latest_first(world: World) -> None:
    views = queries.agreements_at(supply_point_id=world.erik.home.supply_point_id, today=world.today)
    assert [view.holders[0].name for view in views if view.commodity == "heat"] == [
        "Erik Eksempelsen",
        "Dorthe Døgnvil",
    ]
    installations = queries.installations_at(supply_point_id=world.erik.home.supply_point_id)
    assert {view.commodity for view in installations} == {"heat", "water"}


def test_one_account_may_see_two_customers_by_number(world: World) -> None:
    choices = queries.customers_of_account(account_id=world.freja.account.pk, today=world.today)
    assert [choice.number for choice in choices] == ["1007", "1008"]
    before = BEGINNING - timedelta(days=1)
    assert queries.customers_of_account(account_id=world.freja.account.pk, today=before) == []


def test_gorm_finds_nothing_of_the_others(world: World) -> None:
    own = {view.id for view in queries.installations_of(customer_id=world.gorm.customer_id)}
    assert own == set(world.gorm.installations.values())
    for key in world.anna.installations.values():
        assert queries.installation_of(customer_id=world.gorm.customer_id, installation_id=key) is None
