"""Geometry of the bar chart: pure numbers.

Across, all is in per cent of the drawing's width, so that text keeps its size on a narrow screen; down, in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 320
TOP = 52
"""Above the plot there is room for the reading of the bar that is pointed at."""
BOTTOM = 32
BASE = HEIGHT - BOTTOM
MISSING_HEIGHT = 36
TICKS = 4
GROUP = 0.76
"""How much of a slot its two bars fill."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: x and width in per cent, y and height in pixels, as text for SVG attributes."""

    x: str
    width: str
    y: str
    height: str

    @property
    def attributes(self) -> str:
        """As SVG attributes: numbers only, nothing to escape."""
        return f'x="{self.x}%" y="{self.y}" width="{self.width}%" height="{self.height}"'


@dataclass(frozen=True, slots=True)
class Column:
    """One slot's place: the whole of it (to point at), the two bars in it, and where its label stands."""

    whole: Bar
    centre: str
    this_year: Bar | None
    last_year: Bar | None
    gap: Bar | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across: the value it stands for, in base units, and where."""

    value: int
    y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole drawing."""

    columns: list[Column]
    ticks: list[Tick]
    height: int = HEIGHT
    base: int = BASE
    label_y: int = HEIGHT - 10


@dataclass(frozen=True, slots=True)
class Pair:
    """A slot's two amounts, and whether this year's is a gap."""

    this_year: int | None
    last_year: int | None
    gap: bool = False


def draw(pairs: Sequence[Pair], unit: int) -> Chart:
    """Place the bars; `unit` is how many base units one shown unit has, so that the lines fall on round figures."""
    highest = max((amount for pair in pairs for amount in (pair.this_year, pair.last_year) if amount), default=0)
    step = round_step(highest / TICKS, unit)
    top = step * max(math.ceil(highest / step), 1)
    ticks = [Tick(value, _number(_y(value, top))) for value in range(0, top + 1, step)]
    slot = 100 / max(len(pairs), 1)
    single = all(pair.last_year is None for pair in pairs)
    return Chart([_column(pair, slot * place, slot, top, single=single) for place, pair in enumerate(pairs)], ticks)


def round_step(at_least: float, unit: int) -> int:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten units that is no less; whole base units, at least one."""
    if at_least <= 0:
        return unit
    power = 10.0 ** math.floor(math.log10(at_least / unit))
    steps = (round(factor * power * unit) for factor in (1, 2, 2.5, 5, 10))
    return next(step for step in (*steps, math.ceil(at_least)) if step >= max(at_least, 1))


def _column(pair: Pair, left: float, slot: float, top: int, *, single: bool) -> Column:
    start, width = left + slot * (1 - GROUP) / 2, slot * GROUP / 2
    beside = start + slot * GROUP / 4 if single else start + width
    return Column(
        whole=Bar(_number(left), _number(slot), _number(TOP - 8), _number(BASE - TOP + 8)),
        centre=_number(left + slot / 2),
        last_year=_bar(pair.last_year, start, width, top),
        this_year=_bar(pair.this_year, beside, width, top),
        gap=_hollow(beside, width) if pair.gap else None,
    )


def _bar(amount: int | None, x: float, width: float, top: int) -> Bar | None:
    if amount is None:
        return None
    # a measured zero is a line, a missing value is nothing
    y = min(_y(max(amount, 0), top), BASE - 1)
    return Bar(_number(x), _number(width), _number(y), _number(BASE - y))


def _hollow(x: float, width: float) -> Bar:
    return Bar(_number(x), _number(width), _number(BASE - MISSING_HEIGHT), _number(MISSING_HEIGHT))


def _y(value: int, top: int) -> float:
    return BASE - (BASE - TOP) * value / top


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
