"""The meters that a customer file tells of: checked with its other rows, recorded after its installations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from forsyn.domain.customers import actions_bulk
from forsyn.domain.customers.models import Commodity
from forsyn.domain.metering import actions_mountings
from forsyn.domain.metering.actions_meters import NewRegister
from forsyn.domain.metering.actions_mountings import ListedMounting
from forsyn.domain.metering.plausibility import MAX_PER_HOUR
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P


class Staged(NamedTuple):
    """A staged meter, and the row that tells of it."""

    line: int
    part: int
    mounting: ListedMounting


def note_meter_problems() -> None:
    """Add a problem to each staged row whose meter hangs somewhere else at that time."""
    staged = _staged()
    if not staged:
        return
    with purpose(P.METERING, actor=None):
        clashes = actions_mountings.mounting_clashes(mountings=[each.mounting for each in staged])
    actions_bulk.note_problems(
        problems=[
            (
                staged[clash.index].line,
                staged[clash.index].part,
                "meter_number",
                staged[clash.index].mounting.meter_number,
                f"hangs at installation {clash.installation_number} from {clash.first_date}"
                f" {'in another row' if clash.listed else 'in the register'}",
                "give the day on which it was taken down there, or correct the row",
            )
            for clash in clashes
        ]
    )


def merge_meters(*, values: Mapping[str, str]) -> dict[str, int]:
    """Record the staged meters and where they hang; ``values`` says by commodity what they deliver (ValueKind)."""
    mountings = [each.mounting for each in _staged()]
    if not mountings:
        return {}
    registers = {commodity.value: _registers(commodity, values) for commodity in Commodity}
    with purpose(P.METERING, actor=None):
        meters, changed = actions_mountings.merge_mountings(mountings=mountings, registers=registers)
    return {name: number for name, number in (("meters", meters), ("mountings", changed)) if number}


def _staged() -> list[Staged]:
    return [Staged(line, part, ListedMounting(*rest)) for line, part, *rest in actions_bulk.staged_meters()]


def _registers(commodity: Commodity, values: Mapping[str, str]) -> tuple[NewRegister, ...]:
    heat = commodity == Commodity.HEAT
    unit = BaseUnit.WATT_HOURS if heat else BaseUnit.LITRES
    kind = values.get(commodity.value, "cumulative")
    return (NewRegister("energy" if heat else "volume", unit.value, kind, max_per_hour=MAX_PER_HOUR[unit]),)
