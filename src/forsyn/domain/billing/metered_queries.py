"""What meters delivered for the bills of a chunk: consumption in the stretches that each needs, mean temperatures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from forsyn.domain.billing.basis_rules import (
    FLOW_REGISTER,
    METERED_AS,
    REGISTER_OF,
    RETURN_REGISTER,
    VOLUME_REGISTER,
    Part,
    Stretch,
    charged_units,
    counts_from,
    cut,
    left_to_meters,
    mean_temperatures,
    settled_in,
    temperature_stretches,
)
from forsyn.domain.billing.consumption_rules import Metered, metered, together
from forsyn.domain.metering.stretch_queries import marked_days, months_within, mounted_registers, sums
from forsyn.domain.metering.stretches import Asked, MarkedDay, MonthRow, MountedRegister, Place, Sums
from forsyn.domain.metering.thinning_queries import closed
from forsyn.kernel.charges.basis import Consumption, MeanTemperatures
from forsyn.kernel.charges.components import Incentive
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.quantities import BaseUnit

COOLING_REGISTERS = (VOLUME_REGISTER, FLOW_REGISTER, RETURN_REGISTER)


class Needed(NamedTuple):
    """What one bill needs to know from meters, and what staff settled in their place."""

    supply_point_id: int
    commodity: str
    tariff: Tariff
    part: Part
    settled: tuple[Consumption, ...]

    @property
    def place(self) -> tuple[int, str, date, date]:
        commodity = METERED_AS.get(self.commodity, self.commodity)
        return self.supply_point_id, commodity, counts_from(self.tariff, self.part), self.part.until


@dataclass(slots=True)
class Measured:
    """By the position of the bill."""

    consumption: dict[int, tuple[Consumption, ...]]
    temperatures: dict[int, tuple[MeanTemperatures, ...]]


class _Question(NamedTuple):
    """Consumption of a unit in a stretch that is left to the meters; or, with a code, what a register sums up to."""

    bill: int
    stretch: Stretch
    unit: BaseUnit | None
    code: str


@dataclass(slots=True)
class _Questions:
    asked: list[Asked] = field(default_factory=list)
    by: list[_Question] = field(default_factory=list)

    def add(self, question: _Question, mounted: Sequence[MountedRegister]) -> None:
        """Ask each register of the code that hung there in the stretch."""
        for register in mounted:
            first, until = max(register.first, question.stretch.first), min(register.until, question.stretch.until)
            if register.code == question.code and first < until:
                self.by.append(question)
                self.asked.append(
                    Asked(
                        register.meter_id, register.register, register.is_counter, first, until,
                        register.mounted_first, register.mounted_until,
                    )
                )  # fmt: skip


def measured(needed: Sequence[Needed]) -> Measured:
    """What meters say for each bill. 2 queries; up to 3 more where a gap needs a second look."""
    places = [Place(number, *each.place) for number, each in enumerate(needed)]
    codes = {code for each in needed for code in _codes(each.tariff)}
    mounted: defaultdict[int, list[MountedRegister]] = defaultdict(list)
    for register in mounted_registers(places, codes):
        mounted[register.key].append(register)
    questions = _Questions()
    for number, each in enumerate(needed):
        for question in _questions(number, each):
            questions.add(question, mounted[number])
    found = sums(questions.asked)
    return Measured(_consumption(needed, questions, found), _temperatures(needed, questions, found))


def _codes(tariff: Tariff) -> set[str]:
    cooled = any(isinstance(component, Incentive) for component in tariff.components)
    return {REGISTER_OF[unit] for unit in charged_units(tariff)} | set(COOLING_REGISTERS if cooled else ())


def _questions(number: int, needed: Needed) -> Iterator[_Question]:
    for unit in charged_units(needed.tariff):
        settled = _settled(needed, unit)
        for stretch in cut(needed.tariff, unit, needed.part):
            for left in left_to_meters(stretch, settled):
                yield _Question(number, left, unit, REGISTER_OF[unit])
    for stretch in temperature_stretches(needed.tariff, needed.part):
        for code in COOLING_REGISTERS:
            yield _Question(number, stretch, None, code)


def _settled(needed: Needed, unit: BaseUnit) -> list[Consumption]:
    return [each for each in needed.settled if each.unit is unit]


# -- consumption ------------------------------------------------------------------------------------------------------


def _consumption(
    needed: Sequence[Needed], questions: _Questions, found: Sequence[Sums]
) -> dict[int, tuple[Consumption, ...]]:
    marked, months = _second_look(questions, found)
    told: defaultdict[_Question, list[Metered]] = defaultdict(list)
    for place, (question, asked, summed) in enumerate(zip(questions.by, questions.asked, found, strict=True)):
        if question.unit is not None:
            told[question].append(metered(asked, summed, marked.get(place, ()), months.get(place, ())))
    spans: defaultdict[int, list[Consumption]] = defaultdict(list)
    for question, meters in told.items():
        if question.unit is not None:
            spans[question.bill] += [Consumption(*span[:3], question.unit, span.quality) for span in together(meters)]
    for number, each in enumerate(needed):
        for unit in charged_units(each.tariff):
            for stretch in cut(each.tariff, unit, each.part):
                spans[number] += settled_in(stretch, _settled(each, unit))
    return {number: tuple(spans[number]) for number in range(len(needed))}


def _second_look(
    questions: _Questions, found: Sequence[Sums]
) -> tuple[dict[int, list[MarkedDay]], dict[int, list[MonthRow]]]:
    """The rows that decide about stretches which are not plain, by the position of what was asked."""
    doubtful = [
        place
        for place, (question, asked, summed) in enumerate(zip(questions.by, questions.asked, found, strict=True))
        if question.unit is not None and not summed.is_plain(asked)
    ]
    marked: defaultdict[int, list[MarkedDay]] = defaultdict(list)
    months: defaultdict[int, list[MonthRow]] = defaultdict(list)
    again = [questions.asked[place] for place in doubtful]
    for row in marked_days(again):
        marked[doubtful[row.asked]].append(row)
    gone_before = closed().days if again else None
    if gone_before is not None and min(asked.first for asked in again) < gone_before:
        for month in months_within(again):
            months[doubtful[month.asked]].append(month)
    return marked, months


# -- temperatures -----------------------------------------------------------------------------------------------------


def _temperatures(
    needed: Sequence[Needed], questions: _Questions, found: Sequence[Sums]
) -> dict[int, tuple[MeanTemperatures, ...]]:
    totals: defaultdict[tuple[int, Stretch], dict[str, tuple[int, int]]] = defaultdict(dict)
    for question, summed in zip(questions.by, found, strict=True):
        if question.unit is None:
            before = totals[question.bill, question.stretch].get(question.code, (0, 0))
            totals[question.bill, question.stretch][question.code] = (before[0] + summed.total, before[1] + summed.days)
    means: defaultdict[int, list[MeanTemperatures]] = defaultdict(list)
    for (number, stretch), by_code in totals.items():
        mean = mean_temperatures(stretch, *(by_code.get(code, (0, 0)) for code in COOLING_REGISTERS))
        if mean is not None:
            means[number].append(mean)
    return {number: tuple(means[number]) for number in range(len(needed))}
