"""From a basis to a bill. Pure: the same basis gives the same bill, and nothing else is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from forsyn.kernel.charges.basis import Basis, BilledBefore
from forsyn.kernel.charges.basis_checks import basis_reasons, period_reasons
from forsyn.kernel.charges.bill import Bill, Explained, Line
from forsyn.kernel.charges.components import (
    AnyComponent,
    Discount,
    Fee,
    FixedCharge,
    Incentive,
    Minimum,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.counted import ToDate, incentive_to_date, minimum_to_date, steps_to_date
from forsyn.kernel.charges.days import year_of
from forsyn.kernel.charges.pieces import decimal_price, discount_pieces, pieces_of
from forsyn.kernel.charges.reasons import CannotBill, ReasonCode
from forsyn.kernel.charges.totals import bill_of
from forsyn.kernel.charges.work import SHOWN_DECIMALS, Piece, Work, said
from forsyn.kernel.money import OERE_PER_KR, decimal_of, kr_text, oere_of

ZERO = Fraction(0)
MAX_OERE = 10**12
"""No line of a bill is ten thousand million kr: beyond it something is wrong, and the books could not hold a run."""
CountedComponent = SteppedCharge | Incentive | Minimum


def calculate(basis: Basis) -> Bill:
    """The bill of a basis: lines in the tariff's order. Raises CannotBill with every reason against it."""
    reasons = period_reasons(basis)
    if not reasons:
        reasons = basis_reasons(basis)
    if reasons:
        raise CannotBill(reasons)
    making = _Making(Work(basis))
    lines = [line for component in basis.tariff.components for line in making.lines(component)]
    making.refuse_unused()
    for line in lines:
        if abs(line.net_oere) > MAX_OERE:
            making.work.refuse(ReasonCode.ABSURD_AMOUNT, line.component, value=kr_text(line.net_oere))
    if making.work.reasons:
        raise CannotBill(making.work.reasons)
    return bill_of(basis, lines, making.to_date)


@dataclass(slots=True)
class _Making:
    work: Work
    to_date: list[BilledBefore] = field(default_factory=list)
    _before: dict[tuple[str, date], dict[str, BilledBefore]] = field(default_factory=dict)
    _used: set[tuple[str, date]] = field(default_factory=set)
    _by_key: dict[str, AnyComponent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_key = {component.key: component for component in self.work.basis.tariff.components}
        for before in self.work.basis.billed_before:
            parts = self._before.setdefault((before.component, before.from_date), {})
            if before.part in parts:
                self.work.refuse(ReasonCode.BILLED_BEFORE_TWICE, before.component, before.from_date, value=before.part)
            parts[before.part] = before

    def lines(self, component: AnyComponent) -> list[Line]:
        """One component's lines for the bill's period."""
        basis = self.work.basis
        first, until = basis.from_date, basis.until_date
        match component:
            case FixedCharge() | VariableCharge():
                return [_line(component, piece) for piece in pieces_of(self.work, component, first, until)]
            case Discount():
                pieces = discount_pieces(self.work, component, self._plain(component.of), first, until)
                return [_line(component, piece) for piece in pieces]
            case Fee():
                return self._fees(component)
            case _:
                return [line for window in self._windows() for line in self._counted(component, *window)]

    def refuse_unused(self) -> None:
        """What was billed before of something that this bill does not count on is a mistake, not to be passed over."""
        for key, first in sorted(set(self._before) - self._used):
            self.work.refuse(ReasonCode.BILLED_BEFORE_UNKNOWN, key, first)

    def _windows(self) -> list[tuple[date, date]]:
        """Each tariff year that the bill touches: from its first day, or the agreement's, up to the bill's last."""
        basis = self.work.basis
        windows = []
        year_first, year_until = year_of(basis.tariff.year_start, basis.from_date)
        while year_first < basis.until_date:
            windows.append((max(year_first, basis.agreement_from), min(year_until, basis.until_date)))
            year_first, year_until = year_of(basis.tariff.year_start, year_until)
        return windows

    def _counted(self, component: CountedComponent, first: date, until: date) -> list[Line]:
        basis = self.work.basis
        before = self._before.get((component.key, first))
        self._used.add((component.key, first))
        if before is None and first < basis.from_date:
            self.work.refuse(ReasonCode.MISSING_BILLED_BEFORE, component.key, first, basis.from_date)
        goes_on = until < year_of(basis.tariff.year_start, first)[1]
        lines = []
        parts = self._parts(component, first, until)
        gone = sorted(set(before or ()) - {part.part for part in parts})
        parts += [ToDate(part, ZERO, "", None, ZERO, False, ()) for part in gone]
        for part in parts:
            earlier = (before or {}).get(part.part)
            net = oere_of(part.kr)
            quantity = decimal_of(part.quantity, SHOWN_DECIMALS)
            if goes_on:
                self.to_date.append(BilledBefore(component.key, first, part.part, net, quantity))
            lines.append(_counted_line(component, part, earlier, max(first, basis.from_date), first, until))
        return lines

    def _parts(self, component: CountedComponent, first: date, until: date) -> list[ToDate]:
        match component:
            case SteppedCharge():
                return steps_to_date(self.work, component, first, until)
            case Incentive():
                of = [each for each in self._plain(component.of) if isinstance(each, VariableCharge)]
                return incentive_to_date(self.work, component, of, first, until)
            case Minimum():
                return minimum_to_date(
                    self.work, component, lambda begin, end: self._charged(component, begin, end), first, until
                )

    def _charged(self, minimum: Minimum, first: date, until: date) -> Fraction:
        """The exact kr in [first, until) of what counts towards a minimum."""
        named = [self._by_key[key] for key in minimum.of] or [
            component for component in self.work.basis.tariff.components if component.vat is minimum.vat
        ]
        total = ZERO
        for component in named:
            parts: Sequence[Piece | ToDate] = ()
            match component:
                case FixedCharge() | VariableCharge():
                    parts = pieces_of(self.work, component, first, until)
                case Discount():
                    parts = discount_pieces(self.work, component, self._plain(component.of), first, until)
                case SteppedCharge() | Incentive():
                    parts = self._parts(component, first, until)
            total += sum((part.kr for part in parts), ZERO)
        return total

    def _plain(self, keys: Sequence[str]) -> list[FixedCharge | VariableCharge]:
        named = (self._by_key[key] for key in keys)
        return [component for component in named if isinstance(component, FixedCharge | VariableCharge)]

    def _fees(self, component: Fee) -> list[Line]:
        lines = []
        for fee in self.work.basis.fees:
            if fee.component != component.key:
                continue
            after = fee.on_date + timedelta(days=1)
            for _, price in self.work.prices(component.key, component.prices, fee.on_date, after):
                kr = fee.count * Fraction(price.kr_per_unit)
                steps = (said(Explained.PRICED, quantity=fee.count, unit="piece", price=price.kr_per_unit, kr=kr),)
                piece = Piece(fee.on_date, after, Fraction(fee.count), "piece", price.kr_per_unit, kr, False, steps)
                lines.append(_line(component, piece))
        return lines


def _line(component: AnyComponent, piece: Piece) -> Line:
    net_oere = oere_of(piece.kr)
    rounded = Fraction(net_oere, OERE_PER_KR)
    return Line(
        component=component.key,
        part="",
        text_key=component.text_key,
        from_date=piece.first,
        until_date=piece.until,
        quantity=decimal_of(piece.quantity, SHOWN_DECIMALS),
        unit=piece.unit,
        price_kr=piece.price_kr,
        net_oere=net_oere,
        vat=component.vat,
        account=component.account,
        is_estimated=piece.is_estimated,
        explanation=(*piece.explanation, said(Explained.ROUNDED, kr=piece.kr, rounded=rounded)),
    )


def _counted_line(
    component: CountedComponent, part: ToDate, before: BilledBefore | None, first: date, counted_from: date, until: date
) -> Line:
    to_date = oere_of(part.kr)
    net_oere = to_date - (before.net_oere if before else 0)
    explanation = [*part.explanation, said(Explained.ROUNDED, kr=part.kr, rounded=Fraction(to_date, OERE_PER_KR))]
    if before:
        values = {"kr": Fraction(to_date, OERE_PER_KR), "before": Fraction(before.net_oere, OERE_PER_KR)}
        explanation.append(said(Explained.COUNTED_FROM, first=counted_from, **values))
    quantity, unit, price = _counted_quantity(part, before, net_oere)
    return Line(
        component=component.key,
        part=part.part,
        text_key=component.text_key,
        from_date=first,
        until_date=until,
        quantity=quantity,
        unit=unit,
        price_kr=price,
        net_oere=net_oere,
        vat=component.vat,
        account=component.account,
        is_estimated=part.is_estimated,
        explanation=tuple(explanation),
    )


def _counted_quantity(part: ToDate, before: BilledBefore | None, net_oere: int) -> tuple[Decimal, str, Decimal]:
    """Quantity, unit and price that give the line's net: one difference where no price was used throughout."""
    quantity = decimal_of(part.quantity, SHOWN_DECIMALS)
    if part.price_kr is not None and before is None:
        return quantity, part.unit, part.price_kr
    if part.price_kr is not None and part.unit != "percent" and before is not None:
        # Only while the price of what was billed before was the same does the difference have one.
        difference = decimal_of(Fraction(quantity) - Fraction(before.quantity), SHOWN_DECIMALS)
        if abs(oere_of(Fraction(difference) * Fraction(part.price_kr)) - net_oere) <= 1:
            return difference, part.unit, part.price_kr
    if part.unit not in ("", "percent", "minimum") and before is None and part.quantity:
        return quantity, part.unit, decimal_price(Fraction(net_oere, OERE_PER_KR) / part.quantity)
    return Decimal(1), "difference", decimal_of(Fraction(net_oere, OERE_PER_KR), 2)
