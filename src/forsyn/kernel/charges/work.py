"""What the parts of one calculation share: the basis, the consumption in order, and the reasons found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from forsyn.kernel.charges.basis import Basis, Consumption, Quality
from forsyn.kernel.charges.bill import Explained, ExplainedStep, Explanation
from forsyn.kernel.charges.components import ConsumptionUnit, Price, Split
from forsyn.kernel.charges.days import Held, held
from forsyn.kernel.charges.reasons import Reason, ReasonCode
from forsyn.kernel.money import rounded_ratio
from forsyn.kernel.quantities import UNITS, BaseUnit

SHOWN_DECIMALS = 6


def _whole(number: Fraction) -> Fraction | int:
    """An integer where it is one: dividing by it is what most of a large run's time goes into."""
    return number.numerator if number.denominator == 1 else number


BASE_UNIT = {unit: UNITS[unit.value].base for unit in ConsumptionUnit}
PER_UNIT = {unit: _whole(UNITS[unit.value].per_unit) for unit in ConsumptionUnit}
"""Base units in one; of a GJ there are 277,777 7/9."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of days [first, until) of a component at one price: exact quantity and kr."""

    first: date
    until: date
    quantity: Fraction
    unit: str
    price_kr: Decimal
    kr: Fraction
    is_estimated: bool
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Usage:
    """Exact base units used in some days, how they are known, and which readings were divided for it."""

    amount: Fraction
    qualities: tuple[Quality, ...]
    divided: tuple[tuple[Consumption, int, Fraction], ...]

    @property
    def is_estimated(self) -> bool:
        return Quality.ESTIMATED in self.qualities


@dataclass(slots=True)
class Work:
    """One calculation under way. Reasons gather here, so that all of them are named at once."""

    basis: Basis
    reasons: list[Reason] = field(default_factory=list)
    _spans: dict[BaseUnit, list[Consumption]] = field(init=False)
    _usages: dict[tuple[BaseUnit, date, date], Usage] = field(default_factory=dict)
    pieces: dict[tuple[str, date, date], list[Piece]] = field(default_factory=dict)
    """What was reckoned already: percentages and minimums ask for the same again."""

    def __post_init__(self) -> None:
        self._spans = {}
        for span in self.basis.consumption:
            self._spans.setdefault(span.unit, []).append(span)

    def refuse(
        self,
        code: ReasonCode,
        component: str = "",
        first: date | None = None,
        until: date | None = None,
        value: str = "",
    ) -> None:
        self.reasons.append(Reason(code, component, first, until, value))

    def spans(self, unit: BaseUnit) -> Sequence[Consumption]:
        return self._spans.get(unit, ())

    def prices(
        self, component: str, prices: Sequence[Price], first: date, until: date
    ) -> list[tuple[Held[Price], Price]]:
        """The prices that hold in [first, until); days without one are refused."""
        found = []
        for stretch in held(prices, first, until):
            if stretch.entry is None:
                self.refuse(ReasonCode.MISSING_PRICE, component, stretch.first, stretch.until)
            else:
                found.append((stretch, stretch.entry))
        return found

    def usage(self, component: str, unit: BaseUnit, split: Split, first: date, until: date) -> Usage:
        """What was used in [first, until); where a reading lacks on either day, divided by days or refused."""
        usage = self._usages.get((unit, first, until))
        if usage is None:
            usage = self._usages[unit, first, until] = _usage(self.spans(unit), first, until)
        if split is Split.MEASURED:
            for span, _, _ in usage.divided:
                change = first if span.from_date < first else until
                self.refuse(
                    ReasonCode.NOT_MEASURED_AT_CHANGE, component, span.from_date, span.until_date, change.isoformat()
                )
        return usage


def _usage(spans: Sequence[Consumption], first: date, until: date) -> Usage:
    whole = 0
    parts = Fraction(0)
    qualities: dict[Quality, None] = {}
    divided = []
    for span in spans:
        begin, end = max(span.from_date, first), min(span.until_date, until)
        if begin >= end:
            continue
        qualities[span.quality] = None
        if begin == span.from_date and end == span.until_date:
            whole += span.amount
            continue
        days = (end - begin).days
        part = Fraction(span.amount * days, (span.until_date - span.from_date).days)
        parts += part
        divided.append((span, days, part))
    return Usage(parts + whole, tuple(sorted(qualities)), tuple(divided))


def said(says: Explained, **values: object) -> ExplainedStep:
    """A step of an explanation; fractions are shown as decimals."""
    return ExplainedStep(says, tuple((name, shown(value)) for name, value in values.items()))


def shown(value: object) -> str:
    """A value as an explanation shows it: exact numbers plainly, dates by ISO 8601."""
    if type(value) is Fraction:
        return _fraction_text(value)
    if type(value) is Decimal:
        return plain(value)
    return value.isoformat() if type(value) is date else str(value)


def _fraction_text(value: Fraction) -> str:
    """As plain(decimal_of(...)) would give it; an explanation has dozens, so it is written from the digits."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    scaled = rounded_ratio(numerator * 10**SHOWN_DECIMALS, denominator)
    whole, rest = divmod(abs(scaled), 10**SHOWN_DECIMALS)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:06}".rstrip("0").rstrip(".") if rest else f"{sign}{whole}"


def plain(value: Decimal) -> str:
    """A decimal without exponent and without zeros that say nothing: equal numbers, equal text."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
