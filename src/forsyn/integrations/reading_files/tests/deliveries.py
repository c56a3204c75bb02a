"""Files as suppliers send them, and their values as a plain list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from forsyn.integrations.reading_files.batch import Problem, ReadingBatch
from forsyn.integrations.reading_files.byte_stream import Limits
from forsyn.integrations.reading_files.profile import (
    FileFormat,
    Profile,
    Resolution,
    StampMeans,
    ValueColumn,
    ValuesAre,
)
from forsyn.integrations.reading_files.transport import open_delivery
from forsyn.kernel.quantities import unit_named

HEADER = "meter;stamp;value\n"


def a_profile(unit: str = "kWh", **changes: Any) -> Profile:
    """Hourly heat in Danish time, interval end, meter;stamp;value."""
    profile = Profile(
        key="trial",
        title="Trial",
        format=FileFormat.CSV,
        meter_number="meter",
        stamp="stamp",
        values=(ValueColumn("value", "energy", unit_named(unit)),),
        values_are=ValuesAre.INTERVAL,
        stamp_means=StampMeans.INTERVAL_END,
        resolution=Resolution.HOUR,
    )
    return replace(profile, **changes)


def cumulative(unit: str = "l", **changes: Any) -> Profile:
    return a_profile(unit, values_are=ValuesAre.CUMULATIVE, stamp_means=StampMeans.INSTANT, **changes)


class Value(NamedTuple):
    line: int
    meter: str | None
    register: str | None
    at: int
    value: int
    problem: Problem
    raw: tuple[str, str] | None


class Read(NamedTuple):
    values: list[Value]
    rounded_count: int
    rounding_base_units: float
    batches: int

    def problems(self) -> list[Problem]:
        return [value.problem for value in self.values]


def read(path: Path, profile: Profile | None = None, limits: Limits | None = None) -> Read:
    """All values of a file in the order of its lines."""
    with open_delivery(path, profile=profile, limits=limits) as delivery:
        batches = list(delivery.batches())
        assert delivery.values_done == sum(len(batch) for batch in batches)
    values = [value for batch in batches for value in listed(batch)]
    return Read(
        sorted(values, key=lambda value: value.line),
        sum(batch.rounded_count for batch in batches),
        sum(batch.rounding_base_units for batch in batches),
        len(batches),
    )


def listed(batch: ReadingBatch) -> list[Value]:
    return [
        Value(
            line=int(batch.line[i]),
            meter=batch.meter_numbers[batch.meter[i]] if batch.meter[i] >= 0 else None,
            register=batch.register_codes[batch.register[i]] if batch.register[i] >= 0 else None,
            at=int(batch.at[i]),
            value=int(batch.value[i]),
            problem=Problem(batch.problem[i]),
            raw=batch.raw.get(i),
        )
        for i in range(len(batch))
    ]
