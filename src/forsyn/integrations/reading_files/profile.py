"""Mapping profiles: how one supplier's files say meter, time and value. Nothing is guessed.

The documented example with every key is profiles/generic.toml; profile_file reads such files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forsyn.integrations.reading_files.errors import HoldsNoReadingsError, ProfileError
from forsyn.kernel.local_days import COPENHAGEN
from forsyn.kernel.quantities import Unit

Column = str | int
"""A column's name; or, in a file without header, its number from 1."""


class FileFormat(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


class StampMeans(StrEnum):
    INTERVAL_START = "interval_start"
    INTERVAL_END = "interval_end"
    INSTANT = "instant"


class ValuesAre(StrEnum):
    INTERVAL = "interval"
    CUMULATIVE = "cumulative"


class Resolution(StrEnum):
    HOUR = "hour"
    DAY = "day"


class Encoding(StrEnum):
    UTF_8 = "utf-8"
    LATIN_1 = "latin-1"
    WINDOWS_1252 = "windows-1252"
    UTF_16 = "utf-16"


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """One value column and what it counts; `register_text` narrows it to the rows whose register column says so."""

    column: Column
    register: str
    unit: Unit
    register_text: str | None = None


@dataclass(frozen=True, slots=True)
class WithoutValues:
    """A file that comes beside the readings and holds none; it is known by having all these columns."""

    describes: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read one kind of file. See profiles/generic.toml for the meaning of each field."""

    key: str
    title: str
    format: FileFormat
    meter_number: Column
    stamp: Column
    values: tuple[ValueColumn, ...]
    values_are: ValuesAre
    stamp_means: StampMeans
    resolution: Resolution = Resolution.HOUR
    register: Column | None = None
    unit: Column | None = None
    stamp_format: str = "iso"
    time_zone: str = COPENHAGEN
    carries_zone: bool = False
    decimal: str = "."
    delimiter: str = ";"
    encoding: Encoding = Encoding.UTF_8
    header: bool = True
    without_values: tuple[WithoutValues, ...] = ()

    @property
    def value_columns(self) -> tuple[Column, ...]:
        """The distinct value columns: each row of the file gives so many values."""
        return tuple(dict.fromkeys(value.column for value in self.values))

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns that the file must have."""
        optional = (column for column in (self.register, self.unit) if column is not None)
        return (self.meter_number, self.stamp, *optional, *self.value_columns)

    def missing_from(self, names: Iterable[str]) -> list[str]:
        """The mapped columns that a file with these column names lacks."""
        present = set(names)
        return [str(column) for column in self.columns if column not in present]

    def described_by(self, names: Iterable[str]) -> WithoutValues | None:
        """What a file with these column names describes, where it holds no readings; a value column always is one."""
        present = set(names)
        if not present.isdisjoint(map(str, self.value_columns)):
            return None
        return next((each for each in self.without_values if each.columns <= present), None)


def refuse_if_without_values(names: Sequence[str], profile: Profile, *, where: str) -> None:
    """Raises HoldsNoReadingsError for a file that the profile declares so."""
    described = profile.described_by(names)
    if described is not None:
        raise HoldsNoReadingsError(described.describes, where=where)


def choose_profile(
    names_for: Callable[[Profile], Sequence[str]],
    file_format: FileFormat,
    profiles: Sequence[Profile],
    *,
    where: str,
) -> Profile:
    """The one profile whose columns the file has. Raises ProfileError where none or several fit.

    HoldsNoReadingsError where none fits, and one declares that such a file holds no readings.

    `names_for` gives the file's column names as that profile's delimiter splits them.
    """
    candidates = [profile for profile in profiles if profile.format is file_format and profile.header]
    fitting = [profile for profile in candidates if not profile.missing_from(names_for(profile))]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        for profile in candidates:
            refuse_if_without_values(names_for(profile), profile, where=where)
    known = ", ".join(profile.key for profile in (fitting or candidates)) or "none is known for its format"
    names = max((names_for(profile) for profile in candidates), key=len, default=())
    columns = ", ".join(f'"{name[:40]}"' for name in names[:20]) or "unknown"
    what = f"{len(fitting)} profiles fit" if fitting else "no profile fits"
    raise ProfileError(
        f"{what} (its columns: {columns})",
        where=where,
        mend=f"name the profile to use ({known}), or write one after profiles/generic.toml",
    )
