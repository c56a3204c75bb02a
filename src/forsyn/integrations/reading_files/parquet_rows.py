"""Columns of a Parquet file to rows, after a check that its types are what the profile says. Pure."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from forsyn.integrations.reading_files.errors import ProfileError, ReadingFileError
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.rows import Rows
from forsyn.integrations.reading_files.values import is_number_column


def check_schema(schema: pa.Schema, profile: Profile, *, where: str) -> None:
    """Raises ProfileError or ReadingFileError, naming the column, where file and profile do not agree."""
    missing = profile.missing_from(schema.names)
    if missing:
        found = ", ".join(f'"{name}"' for name in schema.names[:20])
        raise ProfileError(
            f"the columns {', '.join(missing)} of profile {profile.key} are not there, only {found}",
            where=where,
            mend="use another profile, or correct its [columns]",
        )
    for column in profile.columns:
        if schema.names.count(str(column)) > 1:
            raise ProfileError(f'two columns are called "{column}"', where=where, mend="rename one of them")
    _check_stamp(schema.field(str(profile.stamp)).type, profile, where)
    texts = [profile.meter_number, *(name for name in (profile.register, profile.unit) if name is not None)]
    for column in texts:
        kind = schema.field(str(column)).type
        if not _is_name(kind):
            raise ReadingFileError(
                f"it holds {kind}, which cannot name a meter, register or unit",
                where=f'{where}, column "{column}"',
                mend="ask for it as text or as whole numbers",
            )
    for column in profile.value_columns:
        kind = schema.field(str(column)).type
        if not is_number_column(kind):
            raise ReadingFileError(
                f"it holds {kind}, not numbers", where=f'{where}, column "{column}"', mend="map another column"
            )


def parquet_rows(batch: pa.RecordBatch, profile: Profile, *, first_row: int) -> Rows:
    """Rows of one batch of a file whose schema was checked."""
    columns = {name: _plain(batch.column(name)) for name in {str(column) for column in profile.columns}}
    return Rows(
        line=np.arange(first_row, first_row + batch.num_rows, dtype=np.int64),
        meter_number=columns[str(profile.meter_number)],
        stamp=columns[str(profile.stamp)],
        register=columns[str(profile.register)] if profile.register is not None else None,
        unit=columns[str(profile.unit)] if profile.unit is not None else None,
        values=tuple(columns[str(column)] for column in profile.value_columns),
    )


def _check_stamp(kind: pa.DataType, profile: Profile, where: str) -> None:
    place = f'{where}, column "{profile.stamp}"'
    if pa.types.is_timestamp(kind):
        if profile.carries_zone and kind.tz is None:
            raise ReadingFileError(
                f"its stamps carry no time zone, but profile {profile.key} says they do ({profile.time_zone})",
                where=place,
                mend="set [stamp] carries_zone = false and the time_zone that its clock showed",
            )
        if not profile.carries_zone and kind.tz is not None:
            raise ReadingFileError(
                f"its stamps carry the time zone {kind.tz}, but profile {profile.key} says they carry none",
                where=place,
                mend=f'set [stamp] carries_zone = true and time_zone = "{kind.tz}"',
            )
        if profile.carries_zone and kind.tz != profile.time_zone and not _both_utc(kind.tz, profile.time_zone):
            raise ReadingFileError(
                f"its stamps carry the time zone {kind.tz}, but profile {profile.key} says {profile.time_zone}",
                where=place,
                mend=f'ask the supplier which is right, and if the file is, set [stamp] time_zone = "{kind.tz}"',
            )
    elif pa.types.is_date(kind):
        if profile.carries_zone:
            raise ReadingFileError(
                "it holds dates, which carry no time zone", where=place, mend="set [stamp] carries_zone = false"
            )
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise ReadingFileError(f"it holds {kind}, not stamps", where=place, mend="map another [columns] stamp")


def _both_utc(one: str, other: str) -> bool:
    return {one, other} <= {"UTC", "Etc/UTC", "+00:00", "Z"}


def _is_name(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind))


def _plain(column: pa.Array) -> pa.Array:
    """Texts in the one form that the codec knows; dictionaries stay, they are fast."""
    return column.cast(pa.string()) if pa.types.is_large_string(column.type) else column
