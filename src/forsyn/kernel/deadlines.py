"""Time limits of Art. 12(3) GDPR as European law counts them, with Regulation (EEC, Euratom) 1182/71.

Limits in months: the day of receipt does not count (Art. 3(1)); the limit ends with the day of the same date in the
last month, or with that month's last day where it has no such date (Art. 3(2)(c)); where that is a Saturday, a Sunday
or a public holiday, with the next working day (Art. 3(4)).

Public holidays are those of the member state where the action is to be taken (Art. 2(1)); here Denmark. Counted are
the days that the whole country has off by statute. 1 May, 5 June (Constitution Day), 24 and 31 December are not: shops
or offices close on them, by agreement or for half a day, but nobody is kept from answering. Counting fewer days can
only bring a limit forward, never put it off beyond what the law allows.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

DAY = timedelta(days=1)
ANSWER_MONTHS = 1
"""Art. 12(3): within one month of receipt."""
EXTENDED_MONTHS = 3
"""Art. 12(3): extended by two further months, so three from receipt."""
GREAT_PRAYER_DAY_UNTIL = 2023
"""The last year in which Store Bededag was a public holiday (lov nr. 214 af 6. marts 2023)."""
_SATURDAY = 5
_AFTER_EASTER = {
    -3: "skærtorsdag",
    -2: "langfredag",
    0: "påskedag",
    1: "2. påskedag",
    39: "Kristi himmelfartsdag",
    49: "pinsedag",
    50: "2. pinsedag",
}
_FIXED = {(1, 1): "nytårsdag", (12, 25): "juledag", (12, 26): "2. juledag"}


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876 (Meeus, Jones, Butcher)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leaps, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon_shift + 15) % 30
    quarter, rest = divmod(in_century, 4)
    weekday = (32 + 2 * century_rest + 2 * quarter - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[date, str]:
    """The Danish public holidays of a year, in order, with their names in Danish."""
    easter = easter_sunday(year)
    found = {date(year, month, day): name for (month, day), name in _FIXED.items()}
    found |= {easter + offset * DAY: name for offset, name in _AFTER_EASTER.items()}
    if year <= GREAT_PRAYER_DAY_UNTIL:
        found[easter + 26 * DAY] = "store bededag"
    return MappingProxyType(dict(sorted(found.items())))


def is_working_day(day: date) -> bool:
    """Neither a Saturday, a Sunday nor a public holiday."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def working_day_from(day: date) -> date:
    """The day itself where it is a working day, else the next one."""
    while not is_working_day(day):
        day += DAY
    return day


def months_after(day: date, months: int) -> date:
    """The day of the same date so many months later, or the last day of that month where it has no such date."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_limit(received: date, *, months: int, paused_days: int = 0) -> date:
    """The last day of a limit of so many months from receipt.

    ``paused_days``: days in which the limit did not run. They are added before the limit is moved to a working day.
    """
    if paused_days < 0:
        raise ValueError(f"a limit cannot have been paused for {paused_days} days")
    return working_day_from(months_after(received, months) + paused_days * DAY)


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """Until when a request must be answered: ``first`` by the rule, ``last`` if it is extended. Both are still in time.

    The person must be told of an extension, and why, on ``first`` at the latest.
    """

    first: date
    last: date


def answer_limits(received: date, *, paused_days: int = 0) -> AnswerLimits:
    """Both limits of Art. 12(3) for a request received on a local day.

    ``paused_days``: whole days from asking the person for proof of identity (Art. 12(6)) until it was there. Time stops
    for nothing else (EDPB Guidelines 01/2022, paragraph 157 and following).
    """
    return AnswerLimits(
        month_limit(received, months=ANSWER_MONTHS, paused_days=paused_days),
        month_limit(received, months=EXTENDED_MONTHS, paused_days=paused_days),
    )
