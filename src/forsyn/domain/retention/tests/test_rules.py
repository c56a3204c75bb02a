"""When a night may begin, and whom it spares where."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from forsyn.domain.retention.rules import may_begin, spare
from forsyn.domain.safeguards.holds_rules import Held

HOLDING = {
    "metering_day": frozenset({"consumption"}),
    "customers_agreement": frozenset({"agreement", "consumption"}),
    "customers_contact_point": frozenset({"email"}),
}
ONE = Held(1, 11, frozenset({"consumption"}), "sag", date(2027, 1, 1))
ALL = Held(2, 12, None, "sag", date(2027, 1, 1))


def test_a_hold_spares_the_tables_that_hold_its_categories_and_the_way_to_them() -> None:
    spared = spare(HOLDING, holds=[ONE, ALL], restricted=[13], accounts=[(91, 11), (92, 12), (92, 13)])
    assert spared.customers == {
        "metering_day": {11, 12, 13},
        "customers_agreement": {11, 12, 13},
        "customers_contact_point": {12, 13},
    }
    assert spared.accounts["customers_contact_point"] == {92}
    assert spared.everybody == {11, 12, 13}
    assert spared.of_categories(["consumption"]) == [11, 12, 13]
    assert spared.of_categories(["access_log"]) == [12, 13]


@pytest.mark.parametrize(
    ("now", "last_day", "begins"),
    [
        (datetime(2026, 11, 2, 0, 59, tzinfo=UTC), None, False),  # 01:59 in Copenhagen
        (datetime(2026, 11, 2, 1, 0, tzinfo=UTC), None, True),
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1), True),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 1), False),  # not in the middle of the day
        (datetime(2026, 11, 2, 1, 30, tzinfo=UTC), date(2026, 11, 2), False),  # once a night
        (datetime(2026, 7, 2, 0, 0, tzinfo=UTC), None, True),  # summer time
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), None, True),  # 02:00 does not exist on this day
    ],
)
def test_a_night_begins_at_its_local_hour_or_soon_after(now: datetime, last_day: date | None, begins: bool) -> None:
    assert may_begin(now=now, hour=2, last_day=last_day) is begins
