"""Incentive tariffs of district heating (motivationstarif): a percentage by return temperature or cooling.

The published forms: an expected return by a table of flow temperature, a fixed return or a fixed cooling; a free zone
on either side; a percentage a degree of the whole excess or of what lies beyond the zone; bonus and surcharge alike,
different, or only one of them; an upper limit of each; no surcharge at or below some return; single-pipe plants exempt
or with an expectation of their own. Degrees are Celsius; a positive deviation is bad (warm return, little cooling).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from operator import itemgetter


class Between(StrEnum):
    """How a table is read between its rows."""

    LINEAR = "linear"
    NEAREST = "nearest"
    """Half-way counts as the warmer flow."""


class Beyond(StrEnum):
    """How a table is read before its first and after its last row."""

    EDGE = "edge"
    REFUSE = "refuse"


class Degrees(StrEnum):
    """Whether parts of a degree count."""

    EXACT = "exact"
    WHOLE = "whole"
    """Only full degrees; what is begun does not count."""


class Excess(StrEnum):
    """Which degrees count once the free zone is left."""

    WHOLE = "whole"
    BEYOND_ZONE = "beyond_zone"


@dataclass(frozen=True, slots=True)
class ReturnByFlow:
    """Expected return temperature by mean flow temperature; rows (flow, return) with rising flow."""

    rows: tuple[tuple[int, Decimal], ...]
    between: Between = Between.NEAREST
    beyond: Beyond = Beyond.EDGE


@dataclass(frozen=True, slots=True)
class FixedReturn:
    """The same expected return temperature whatever the flow."""

    celsius: Decimal


@dataclass(frozen=True, slots=True)
class FixedCooling:
    """The expected difference of flow and return."""

    degrees: Decimal


Expected = ReturnByFlow | FixedReturn | FixedCooling


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentiveTerms:
    """What an incentive asks and gives in [from_date, until_date). None for a percentage: that side is not used."""

    from_date: date
    until_date: date | None
    expected: Expected
    surcharge_percent: Decimal | None = None
    bonus_percent: Decimal | None = None
    surcharge_free_degrees: Decimal = field(default=Decimal(0))
    """Deviations up to and with this many degrees cost nothing."""
    bonus_free_degrees: Decimal = field(default=Decimal(0))
    excess: Excess = Excess.WHOLE
    degrees: Degrees = Degrees.EXACT
    surcharge_limit_percent: Decimal | None = None
    bonus_limit_percent: Decimal | None = None
    no_surcharge_at_return: Decimal | None = None
    """With this mean return or a colder one there is no surcharge."""
    single_pipe_exempt: bool = False
    single_pipe_expected: Expected | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an incentive comes to: `percent` of the components it is reckoned of, negative for a bonus.

    `expected` is the return in °C, or the cooling in degrees where `by_cooling`; `deviation` and `counted` are degrees.
    """

    percent: Fraction
    expected: Fraction
    deviation: Fraction
    counted: Fraction
    rate: Fraction
    """Percent a degree."""
    is_limited: bool
    by_cooling: bool


class FlowOutsideTable(ValueError):
    """A mean flow temperature that the table has no row for, where it may not be read beyond its edges."""


def assess(terms: IncentiveTerms, flow: Decimal, return_: Decimal, *, single_pipe: bool) -> Assessment:
    """The percentage for a plant's mean flow and return temperature, unless exempt. Raises FlowOutsideTable."""
    expectation = terms.expected
    if single_pipe and terms.single_pipe_expected is not None:
        expectation = terms.single_pipe_expected
    expected, deviation = _deviation(expectation, Fraction(flow), Fraction(return_))
    counted, rate, limit = _charged(terms, deviation, Fraction(return_))
    percent = counted * rate
    is_limited = limit is not None and abs(percent) > limit
    if limit is not None and is_limited:
        percent = limit if percent > 0 else -limit
    return Assessment(percent, expected, deviation, counted, rate, is_limited, isinstance(expectation, FixedCooling))


def expected_return(table: ReturnByFlow, flow: Fraction) -> Fraction:
    """What a table expects at a flow temperature. Raises FlowOutsideTable."""
    rows = table.rows
    if not rows[0][0] <= flow <= rows[-1][0] and table.beyond is Beyond.REFUSE:
        raise FlowOutsideTable(str(flow))
    above = bisect_right(rows, floor(flow), key=itemgetter(0))
    if above == 0 or above == len(rows):
        return Fraction(rows[min(above, len(rows) - 1)][1])
    (low, low_return), (high, high_return) = rows[above - 1], rows[above]
    share = (flow - low) / (high - low)
    if table.between is Between.NEAREST:
        return Fraction(high_return if share >= Fraction(1, 2) else low_return)
    return Fraction(low_return) + share * (Fraction(high_return) - Fraction(low_return))


def _deviation(expectation: Expected, flow: Fraction, return_: Fraction) -> tuple[Fraction, Fraction]:
    match expectation:
        case FixedCooling(degrees):
            return Fraction(degrees), Fraction(degrees) - (flow - return_)
        case FixedReturn(celsius):
            expected = Fraction(celsius)
        case ReturnByFlow():
            expected = expected_return(expectation, flow)
    return expected, return_ - expected


def _charged(
    terms: IncentiveTerms, deviation: Fraction, return_: Fraction
) -> tuple[Fraction, Fraction, Fraction | None]:
    """The degrees that count (below zero for a bonus), the percentage of each, and the limit of them all."""
    if deviation > 0:
        waived = terms.no_surcharge_at_return is not None and return_ <= Fraction(terms.no_surcharge_at_return)
        rate = None if waived else terms.surcharge_percent
        free, limit, sign = terms.surcharge_free_degrees, terms.surcharge_limit_percent, 1
    else:
        rate, free, limit, sign = terms.bonus_percent, terms.bonus_free_degrees, terms.bonus_limit_percent, -1
    degrees, zone = abs(deviation), Fraction(free)
    if not rate or degrees <= zone:
        return Fraction(0), Fraction(0), None
    counted = degrees - zone if terms.excess is Excess.BEYOND_ZONE else degrees
    if terms.degrees is Degrees.WHOLE:
        counted = Fraction(floor(counted))
    return sign * counted, Fraction(rate), None if limit is None else Fraction(limit)
