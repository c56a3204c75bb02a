"""A tariff: one version of the components that an agreement is billed by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forsyn.kernel.charges.components import AnyComponent
from forsyn.kernel.charges.reasons import ImpossibleTariff, Reason, ReasonCode
from forsyn.kernel.charges.tariff_checks import component_reasons


class Commodity(StrEnum):
    """What is supplied."""

    HEAT = "heat"
    WATER = "water"
    WASTE_WATER = "waste_water"
    WASTE = "waste"


@dataclass(frozen=True, slots=True)
class YearStart:
    """The first day of the tariff's year: fixed charges are for it; steps, incentives, minimums are counted in it."""

    month: int = 1
    day: int = 1

    @property
    def is_every_year(self) -> bool:
        """Whether every year has this day (29 February is none)."""
        return 1 <= self.month <= 12 and 1 <= self.day <= _SHORTEST_MONTHS[self.month - 1]


_SHORTEST_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """A version of a tariff. One that contradicts itself raises ImpossibleTariff with every reason."""

    tariff_id: str
    version: int
    commodity: Commodity
    components: tuple[AnyComponent, ...]
    year_start: YearStart = YearStart()

    def __post_init__(self) -> None:
        reasons = component_reasons(self.components)
        if not self.year_start.is_every_year:
            day = f"{self.year_start.day}.{self.year_start.month}."
            reasons.append(Reason(ReasonCode.WRONG_YEAR_START, value=day))
        if reasons:
            raise ImpossibleTariff(reasons)
