"""What was used month by month, this year and last, for the graphs of many bills at once. Whole base units.

A month is told where all of its days are known, and of the year before only what was of the same agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from forsyn.domain.billing.basis_rules import METERED_AS, REGISTER_OF
from forsyn.domain.metering.stretch_queries import months_within, mounted_registers, sums
from forsyn.domain.metering.stretches import Asked, MountedRegister, Place
from forsyn.domain.metering.thinning_queries import closed
from forsyn.kernel.calendar import year_before
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.deadlines import months_after
from forsyn.kernel.quantities import BaseUnit
from forsyn.workflows.bill_parts import Month

UNITS = {
    Commodity.HEAT: BaseUnit.WATT_HOURS,
    Commodity.WATER: BaseUnit.LITRES,
    Commodity.WASTE_WATER: BaseUnit.LITRES,
}
MANY_DAYS = 60
"""Of fewer days than this a graph by months would tell nothing."""


@dataclass(frozen=True, slots=True)
class Supplied:
    """The days [from_date, until_date) of a bill, where they are measured, and since when by this agreement."""

    key: int
    supply_point_id: int
    commodity: Commodity
    from_date: date
    until_date: date
    agreement_first: date


class _Stretch(NamedTuple):
    """Days [first, until) of the bill at a position."""

    place: int
    first: date
    until: date


def months_of(bills: Sequence[Supplied]) -> dict[int, tuple[Month, ...]]:
    """The months of each bill that has a graph, by its key. 5 queries at most, a unit."""
    found: dict[int, tuple[Month, ...]] = {}
    for unit in set(UNITS.values()):
        of_unit = [bill for bill in bills if UNITS.get(bill.commodity) is unit and _is_long(bill)]
        if of_unit:
            found |= _months(of_unit, unit)
    return found


def _is_long(bill: Supplied) -> bool:
    return (bill.until_date - bill.from_date).days >= MANY_DAYS


def _months(bills: Sequence[Supplied], unit: BaseUnit) -> dict[int, tuple[Month, ...]]:
    wanted = {place: _stretches(place, bill) for place, bill in enumerate(bills)}
    known = _used(
        bills, [stretch for pairs in wanted.values() for pair in pairs for stretch in pair], REGISTER_OF[unit]
    )
    return {
        bills[place].key: tuple(
            Month(
                now.first, known.get(now), known.get(before) if before.first >= bills[place].agreement_first else None
            )
            for now, before in pairs
        )
        for place, pairs in wanted.items()
    }


def _stretches(place: int, bill: Supplied) -> list[tuple[_Stretch, _Stretch]]:
    """Each month of a bill, with the same a year before."""
    firsts = [bill.from_date]
    while (following := months_after(firsts[-1].replace(day=1), 1)) < bill.until_date:
        firsts.append(following)
    ends = [min(months_after(first.replace(day=1), 1), bill.until_date) for first in firsts]
    return [
        (_Stretch(place, first, end), _Stretch(place, year_before(first), year_before(end)))
        for first, end in zip(firsts, ends, strict=True)
    ]


def _used(bills: Sequence[Supplied], stretches: Sequence[_Stretch], code: str) -> dict[_Stretch, int]:
    """What is wholly known. 4 queries."""
    asked: list[Asked] = []
    of: list[_Stretch] = []
    mounted = _mounted(bills, code)
    for stretch in stretches:
        for register in mounted.get(stretch.place, ()):
            begins, ends = max(stretch.first, register.first), min(stretch.until, register.until)
            if begins < ends:
                asked.append(_asked(register, begins, ends))
                of.append(stretch)
    return _whole(asked, of) if asked else {}


def _mounted(bills: Sequence[Supplied], code: str) -> Mapping[int, list[MountedRegister]]:
    places = [
        Place(
            place,
            bill.supply_point_id,
            METERED_AS.get(bill.commodity, bill.commodity),
            max(year_before(bill.from_date), bill.agreement_first),
            bill.until_date,
        )
        for place, bill in enumerate(bills)
    ]
    found: dict[int, list[MountedRegister]] = {}
    for register in mounted_registers(places, [code]):
        found.setdefault(register.key, []).append(register)
    return found


def _asked(register: MountedRegister, begins: date, ends: date) -> Asked:
    return Asked(
        register.meter_id,
        register.register,
        register.is_counter,
        begins,
        ends,
        register.mounted_first,
        register.mounted_until,
    )


def _whole(asked: list[Asked], of: list[_Stretch]) -> dict[_Stretch, int]:
    amounts: dict[_Stretch, int] = {}
    days: dict[_Stretch, int] = {}
    for each, summed, stretch in zip(asked, sums(asked), of, strict=True):
        if summed.is_plain(each):
            amounts[stretch] = amounts.get(stretch, 0) + summed.total
            days[stretch] = days.get(stretch, 0) + (each.until - each.first).days
    gone_before = closed().days
    old = [place for place, each in enumerate(asked) if gone_before is not None and each.first < gone_before]
    for month in months_within([asked[place] for place in old]):
        stretch = of[old[month.asked]]
        if month.is_whole and stretch not in days:
            amounts[stretch], days[stretch] = month.total, (month.until - month.first).days
    return {
        stretch: amount for stretch, amount in amounts.items() if days[stretch] == (stretch.until - stretch.first).days
    }
