"""What a customer used: across a meter swap, and never what somebody else used before or after them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forsyn.domain.customers import queries as customers
from forsyn.domain.metering import queries as metering
from tests.metered_world import HEAT_PER_HOUR, WATER_PER_HOUR, MeteredWorld
from tests.world import METER_SWAP_DATE, MOVING_DATE, Party

pytestmark = pytest.mark.django_db

DAYS = timedelta(days=3)


def _used_heat(party: Party) -> int:
    """Of the party's home around the move, in the party's own periods."""
    (view,) = (each for each in customers.installations_of(customer_id=party.customer_id) if each.commodity == "heat")
    total = 0
    for period in view.agreement_periods:
        first = max(period.first, MOVING_DATE - DAYS)
        last = min(period.until or MOVING_DATE + DAYS, MOVING_DATE + DAYS) - timedelta(days=1)
        days = metering.day_totals(installation_id=view.id, register_code="energy", first_date=first, last_date=last)
        total += int(days.total.sum())
    return total


def test_who_moves_out_and_who_moves_in_share_the_days_and_no_hour_twice(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    assert _used_heat(world.dorthe) == 3 * 24 * HEAT_PER_HOUR
    assert _used_heat(world.erik) == 3 * 24 * HEAT_PER_HOUR


def test_a_meter_swap_is_seen_in_no_days_consumption(metered_world: MeteredWorld) -> None:
    days = metering.day_totals(
        installation_id=metered_world.world.anna.installations["water"],
        register_code="volume",
        first_date=METER_SWAP_DATE - timedelta(days=2),
        last_date=METER_SWAP_DATE + timedelta(days=2),
    )
    first_hour_of_a_counter = WATER_PER_HOUR
    expected = [24 * WATER_PER_HOUR] * 5
    expected[2] -= first_hour_of_a_counter
    assert days.total.tolist() == expected
