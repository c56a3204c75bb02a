"""The demo's meter values as files, with the flaws of real life: gaps, late values, an error and its correction.

The same town gives the same values. Files are taken in by workflows.import_readings like anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from forsyn.integrations.reading_files.profile import FileFormat, Profile, StampMeans, ValueColumn, ValuesAre
from forsyn.kernel.local_days import HOUR_SECONDS, day_start_seconds
from forsyn.kernel.quantities import unit_named
from forsyn.workflows.demo_series import Hours, heat_watt_hours, water_counters
from forsyn.workflows.demo_town import MeterPlan, Town
from forsyn.workflows.demo_windows import Window

UNKNOWN_METER = "07999999"
"""It delivers, but nobody has registered it."""
ARRIVES = time(5, 40, tzinfo=UTC)
"""When the night's delivery comes."""

_HEAT = Profile(
    key="demo_heat", title="Demo: heat used in each hour, Wh", format=FileFormat.PARQUET, meter_number="meter_number",
    stamp="stamp", values=(ValueColumn("value", "energy", unit_named("Wh")),), values_are=ValuesAre.INTERVAL,
    stamp_means=StampMeans.INTERVAL_END, time_zone="UTC", carries_zone=True,
)  # fmt: skip
PROFILES = {
    "heat": _HEAT,
    "water": replace(
        _HEAT, key="demo_water", title="Demo: water registers on the hour, litres",
        values=(ValueColumn("value", "volume", unit_named("l")),), values_are=ValuesAre.CUMULATIVE,
        stamp_means=StampMeans.INSTANT,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class DemoFile:
    """A delivery: its rows, and when it arrives."""

    name: str
    commodity: str
    arrives_at: datetime
    meter_numbers: list[str]
    meter: npt.NDArray[np.int32]
    """Index into meter_numbers, one element a row."""
    at: npt.NDArray[np.int64]
    """Seconds since the epoch: the end of the hour."""
    value: npt.NDArray[np.int64]
    missing: npt.NDArray[np.bool_]
    """Rows without a value."""

    def write(self, folder: Path) -> Path:
        """Write it as Parquet, under its name only when it is whole."""
        numbers = pa.DictionaryArray.from_arrays(pa.array(self.meter), pa.array(self.meter_numbers))
        stamps = pa.array(self.at * 1_000_000, pa.timestamp("us", tz="UTC"))
        table = pa.table({"meter_number": numbers, "stamp": stamps, "value": pa.array(self.value, mask=self.missing)})
        path = folder / self.name
        draft = path.with_suffix(".part")
        pq.write_table(table, draft, compression="zstd")
        return draft.replace(path)


def regular_file(town: Town, commodity: str, window: Window) -> DemoFile:
    """What a commodity's meters measured in a window, with the flaws that the town has in those days."""
    meters = [meter for meter in town.meters(commodity) if _hangs(meter, window)]
    hours, values = _measured(meters, commodity, window)
    present = _mounted(meters, hours)
    missing = np.zeros(values.shape, np.bool_)
    numbers = [meter.number for meter in meters]
    for flaw in flaws(town):
        if flaw.commodity == commodity and flaw.meter_number in numbers:
            flaw.spoil(numbers.index(flaw.meter_number), hours, values, present, missing)
    if commodity == "water" and window.first == town.anchor - timedelta(days=2):
        numbers, values, present, missing = _with_unknown_meter(numbers, values, present, missing)
    rows, columns = np.nonzero(present)
    arrives = datetime.combine(window.end, ARRIVES)
    return DemoFile(
        window.file_name(commodity), commodity, arrives, numbers, rows.astype(np.int32),
        hours.start[columns] + HOUR_SECONDS, values[rows, columns], missing[rows, columns],
    )  # fmt: skip


def later_files(town: Town) -> Iterator[DemoFile]:
    """Once after the first deliveries: values that come late, and the correction of wrong ones."""
    for flaw in flaws(town):
        if isinstance(flaw, Gap) and flaw.late_days:
            yield _only(
                town, flaw.meter_number, Window(flaw.first, flaw.first + timedelta(days=flaw.late_days)), "efterslaeb"
            )
        if isinstance(flaw, WrongDay):
            yield _only(town, flaw.meter_number, Window(flaw.day, flaw.day + timedelta(days=1)), "rettelse")


# -- flaws ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flaw:
    """Something wrong with what one meter delivers."""

    commodity: str
    meter_number: str

    def spoil(
        self,
        row: int,
        hours: Hours,
        values: npt.NDArray[np.int64],
        present: npt.NDArray[np.bool_],
        missing: npt.NDArray[np.bool_],
    ) -> None:
        """Change the meter's row of the arrays, where the flaw falls in these hours."""
        raise NotImplementedError


@dataclass(frozen=True)
class Gap(Flaw):
    """Nothing comes for some days; some of it comes late."""

    first: date
    days: int
    late_days: int = 0

    def spoil(self, row, hours, values, present, missing) -> None:  # type: ignore[no-untyped-def]
        present[row, _within(hours, self.first, self.first + timedelta(days=self.days))] = False


@dataclass(frozen=True)
class WrongDay(Flaw):
    """A day's values are three times too large, until they are corrected."""

    day: date

    def spoil(self, row, hours, values, present, missing) -> None:  # type: ignore[no-untyped-def]
        values[row, _within(hours, self.day, self.day + timedelta(days=1))] *= 3


@dataclass(frozen=True)
class BadHour(Flaw):
    """One value that cannot be: ``value``, or missing, or so much less than the counter showed before."""

    day: date
    clock: int
    value: int | None = None
    less: int = 0

    def spoil(self, row, hours, values, present, missing) -> None:  # type: ignore[no-untyped-def]
        hour = _within(hours, self.day, self.day + timedelta(days=1)) & (hours.clock == self.clock)
        if self.less:
            values[row, hour] -= self.less
        elif self.value is None:
            missing[row, hour] = True
        else:
            values[row, hour] = self.value


def flaws(town: Town) -> list[Flaw]:
    """All flaws of a town's first weeks; those whom the demo shows as customers are spared most of them."""
    heat, water = town.meters("heat"), town.meters("water")

    def ago(days: int) -> date:
        return town.anchor - timedelta(days=days)

    return [
        Gap("heat", heat[12].number, ago(12), days=3, late_days=2),
        Gap("water", water[20].number, ago(9), days=2),
        Gap("heat", heat[40].number, ago(30), days=6),
        WrongDay("heat", heat[13].number, ago(5)),
        BadHour("heat", heat[15].number, ago(4), 3, value=3_000_000),
        BadHour("heat", heat[31].number, ago(3), 14),
        BadHour("heat", heat[31].number, ago(3), 15),
        BadHour("water", water[9].number, ago(6), 12, less=5_000),
        BadHour("water", water[45].number, ago(15), 7, less=12_000),
    ]


def _within(hours: Hours, first: date, end: date) -> npt.NDArray[np.bool_]:
    return (hours.start >= day_start_seconds(first)) & (hours.start < day_start_seconds(end))


# -- values ---------------------------------------------------------------------------------------------------------


def _measured(meters: Sequence[MeterPlan], commodity: str, window: Window) -> tuple[Hours, npt.NDArray[np.int64]]:
    if commodity == "water":
        return water_counters(meters, window.first, window.end)
    hours = Hours.of(window.first, window.end)
    return hours, heat_watt_hours(meters, hours)


def _hangs(meter: MeterPlan, window: Window) -> bool:
    return meter.mounted_from < window.end and (meter.mounted_until is None or window.first < meter.mounted_until)


def _mounted(meters: Sequence[MeterPlan], hours: Hours) -> npt.NDArray[np.bool_]:
    first = np.array([meter.mounted_from.toordinal() for meter in meters])[:, None]
    until = np.array([(meter.mounted_until or date.max).toordinal() for meter in meters])[:, None]
    day = hours.ordinal[hours.day]
    return np.asarray((day >= first) & (day < until))


def _with_unknown_meter(
    numbers: list[str], values: npt.NDArray[np.int64], present: npt.NDArray[np.bool_], missing: npt.NDArray[np.bool_]
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    more = [np.concatenate([array, array[:1]]) for array in (values, present, missing)]
    return [*numbers, UNKNOWN_METER], more[0], more[1], more[2]


def _only(town: Town, meter_number: str, window: Window, kind: str) -> DemoFile:
    """One heat meter's right values."""
    meters = [meter for meter in town.meters("heat") if meter.number == meter_number]
    hours, values = _measured(meters, "heat", window)
    return DemoFile(
        f"varme-{kind}-{meter_number}-{window.first}.parquet",
        "heat",
        datetime.combine(town.anchor, ARRIVES) + timedelta(minutes=20),
        [meter_number],
        np.zeros(len(hours.start), np.int32),
        hours.start + HOUR_SECONDS,
        values[0],
        np.zeros(len(hours.start), np.bool_),
    )
