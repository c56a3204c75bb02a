"""What is asked of each value by itself, before its neighbours are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.metering.rules import REASONS, Mountings, Reason, Series, Values, mounted, screen

EPOCH = date(1970, 1, 1)
NOW = int(datetime(2018, 3, 10, tzinfo=UTC).timestamp())


def _at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[arg-type]


def _series(*, cumulative: bool, rollover: int = 0) -> Series:
    return Series(
        meter_id=np.array([7], np.int32),
        register=np.array([1], np.int16),
        cumulative=np.array([cumulative]),
        hourly=np.array([True]),
        rollover=np.array([rollover], np.int64),
        max_per_hour=np.array([500], np.int64),
    )


MARCH = Mountings(
    np.array([7, 7], np.int32),
    np.array([(date(2018, 3, 1) - EPOCH).days, (date(2018, 3, 6) - EPOCH).days], np.int32),
    np.array([(date(2018, 3, 4) - EPOCH).days, 2**31 - 1], np.int32),
)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (_at(2018, 3, 2), 0, None),
        (_at(2018, 3, 2), 500, None),
        (_at(2018, 3, 2), 501, Reason.IMPOSSIBLE_VALUE),
        (_at(2018, 3, 2), -1, Reason.IMPOSSIBLE_VALUE),
        (_at(2018, 2, 28, 23), 1, Reason.NOT_MOUNTED),  # the hour that ends at local midnight is the day before's
        (_at(2018, 3, 1, 0), 1, None),
        (_at(2018, 3, 3, 23), 1, None),
        (_at(2018, 3, 4, 0), 1, Reason.NOT_MOUNTED),
        (_at(2018, 3, 5, 23), 1, Reason.NOT_MOUNTED),
        (_at(2018, 3, 6, 0), 1, None),
        (_at(2018, 3, 11), 1, None),
        (_at(2018, 3, 11, 1), 1, Reason.STAMP_IN_FUTURE),
        (_at(1969, 1, 1), 1, Reason.STAMP_OUT_OF_RANGE),
        (_at(2200, 1, 1), 1, Reason.STAMP_OUT_OF_RANGE),
    ],
)
def test_an_interval_value(at: int, value: int, reason: Reason | None) -> None:
    values = Values(np.zeros(1, np.int32), np.array([at]), np.array([value]))
    (code,) = screen(_series(cumulative=False), values, MARCH, now_seconds=NOW)
    assert (REASONS[code - 1] if code else None) == reason


@pytest.mark.parametrize(("rollover", "value", "good"), [(0, 10**14, True), (1000, 999, True), (1000, 1000, False)])
def test_a_counter_shows_no_more_than_its_digits(rollover: int, value: int, good: bool) -> None:
    values = Values(np.zeros(1, np.int32), np.array([_at(2018, 3, 2)]), np.array([value]))
    (code,) = screen(_series(cumulative=True, rollover=rollover), values, MARCH, now_seconds=NOW)
    assert (code == 0) == good


def test_a_meter_that_never_hung_anywhere_is_not_mounted() -> None:
    nowhere = Mountings(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32))
    values = Values(np.zeros(1, np.int32), np.array([_at(2018, 3, 2)]), np.array([1]))
    assert screen(_series(cumulative=False), values, nowhere, now_seconds=NOW) == [Reason.NOT_MOUNTED.code]


periods = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40), st.integers(1, 10)), max_size=12)


@given(periods=periods, questions=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 60)), min_size=1, max_size=30))
def test_mounted_agrees_with_looking_through_the_list(
    periods: list[tuple[int, int, int]], questions: list[tuple[int, int]]
) -> None:
    hung: list[tuple[int, int, int]] = []
    for meter, first, days in sorted(periods):
        if not any(other == meter and first < until for other, _, until in hung):
            hung.append((meter, first, first + days))
    columns = np.array(hung, np.int32).reshape(-1, 3).T
    meters, days = np.array(questions, np.int32).T
    expected = [any(m == meter and first <= day < until for m, first, until in hung) for meter, day in questions]
    assert mounted(Mountings(*columns), meters, days).tolist() == expected


def test_every_reason_has_a_code_of_its_own() -> None:
    assert sorted(reason.code for reason in Reason) == list(range(1, len(Reason) + 1))
