"""Which days the demo's deliveries cover. Pure: months while the town is young, then days, as utilities get them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAILY_DAYS = 7
"""So many days before the anchor come a day a file."""
ONE_DAY = timedelta(days=1)
_NAME = re.compile(r"(?:varme|vand)-([0-9]{4}-[0-9]{2}-[0-9]{2})--([0-9]{4}-[0-9]{2}-[0-9]{2})\.parquet")


@dataclass(frozen=True)
class Window:
    """The days [first, end) of one delivery."""

    first: date
    end: date

    def file_name(self, commodity: str) -> str:
        """As the meter company might call it: vand-2026-10-01--2026-10-31.parquet, last day included."""
        kind = {"heat": "varme", "water": "vand"}[commodity]
        return f"{kind}-{self.first}--{self.end - ONE_DAY}.parquet"


def windows(first: date, anchor: date, end: date) -> Iterator[Window]:
    """Deliveries that cover [first, end): months before the anchor's last days, days from there on.

    A long absence is caught up with month by month.
    """
    daily_from = anchor - timedelta(days=DAILY_DAYS)
    while first < end:
        month_end = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        if first >= daily_from and end - first <= timedelta(days=31):
            until = first + ONE_DAY
        else:
            until = min(month_end, daily_from) if first < daily_from else month_end
        yield Window(first, min(until, end))
        first = min(until, end)


def delivered_until(file_names: Iterable[str], otherwise: date) -> date:
    """The first day that no file covers yet, by the files' names."""
    ends = [date.fromisoformat(match[2]) + ONE_DAY for name in file_names if (match := _NAME.fullmatch(name))]
    return max(ends, default=otherwise)
