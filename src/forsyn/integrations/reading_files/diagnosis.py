"""When all values of a file fail in the same way, the profile is wrong, not the values: say so at once. Pure."""

from __future__ import annotations

import re
from itertools import islice

import numpy as np

from forsyn.integrations.reading_files.batch import Problem, ReadingBatch
from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.rows import Rows

_SAMPLES = 1_000
_MANY = 10
_ZONED = re.compile(r".*\d(?:Z|[+-]\d{2}:?\d{2})")
_OTHER_DECIMAL = {".": re.compile(r"[+-]?\d*,\d+"), ",": re.compile(r"[+-]?\d*\.\d+")}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?P<mark>[., ' \u00a0])\d{3})+(?:[.,]\d+)?")


def refuse_if_all_wrong(rows: Rows, batch: ReadingBatch, profile: Profile, *, where: str) -> None:
    """Raises ReadingFileError for a systematic mistake in a file's first batch. `where` names the file."""
    if not batch.raw:
        return
    counts = np.bincount(batch.problem, minlength=len(Problem))
    rowwise = int(counts[Problem.METER_MISSING] + counts[Problem.ROW_MALFORMED])
    _check_stamps(batch, counts, len(batch) - rowwise, profile, where)
    _check_values(rows, batch, int(counts[Problem.VALUE_UNREADABLE]), profile, where)
    for problem, column in ((Problem.REGISTER_UNKNOWN, profile.register), (Problem.UNIT_UNKNOWN, profile.unit)):
        cells = rows.register if problem is Problem.REGISTER_UNKNOWN else rows.unit
        if column is not None and cells is not None and 0 < counts[problem] == len(batch) - rowwise:
            seen = ", ".join(repr(text) for text in islice(dict.fromkeys(cells.slice(0, 1000).to_pylist()), 5))
            raise ReadingFileError(
                f"no row has a register or unit that profile {profile.key} knows, but {seen}",
                where=f'{where}, column "{column}"',
                mend="correct register_text or unit in the profile's [[value]]",
            )


def _check_stamps(batch: ReadingBatch, counts: np.ndarray, candidates: int, profile: Profile, where: str) -> None:
    unreadable = int(counts[Problem.STAMP_UNREADABLE])
    if not unreadable or unreadable < candidates:
        return
    stamps = _samples(batch, Problem.STAMP_UNREADABLE, 0)
    zoned = all(_ZONED.fullmatch(stamp) for stamp in stamps)
    place = f'{where}, line {_first_line(batch, Problem.STAMP_UNREADABLE)}, column "{profile.stamp}"'
    if zoned and not profile.carries_zone:
        raise ReadingFileError(
            f"its stamps carry a time zone ({stamps[0]}), but profile {profile.key} says they carry none",
            where=place,
            mend="set [stamp] carries_zone = true",
        )
    if profile.carries_zone and not any(_ZONED.fullmatch(stamp) for stamp in stamps):
        raise ReadingFileError(
            f"its stamps carry no time zone ({stamps[0]}), but profile {profile.key} says they do",
            where=place,
            mend="set [stamp] carries_zone = false and the time_zone that its clock showed",
        )
    if unreadable >= _MANY:
        raise ReadingFileError(
            f'no stamp has the form "{profile.stamp_format}", for example {stamps[0][:40]!r}',
            where=place,
            mend="set [stamp] format to how they are written, as in %d/%m/%Y %H:%M:%S",
        )


def _check_values(rows: Rows, batch: ReadingBatch, unreadable: int, profile: Profile, where: str) -> None:
    if not unreadable or unreadable < min(_MANY, len(batch)):
        return
    values = _samples(batch, Problem.VALUE_UNREADABLE, 1)
    place = f"{where}, line {_first_line(batch, Problem.VALUE_UNREADABLE)}, column " + ", ".join(
        f'"{column}"' for column in profile.value_columns
    )
    thousands = [match for value in values if (match := _THOUSANDS.fullmatch(value))]
    other = "," if profile.decimal == "." else "."
    if all(_OTHER_DECIMAL[profile.decimal].fullmatch(value) for value in values) and not _uses_decimal(
        rows, profile.decimal
    ):
        raise ReadingFileError(
            f"the decimal sign is {other!r} ({values[0]}), but profile {profile.key} says {profile.decimal!r}",
            where=place,
            mend=f'set [values] decimal = "{other}"',
        )
    if len(thousands) == len(values):
        raise ReadingFileError(
            f"its values have thousands separators ({values[0]})",
            where=place,
            mend="ask for them without, since 1.234 could mean two things",
        )


def _uses_decimal(rows: Rows, decimal: str) -> bool:
    return any(decimal in text for column in rows.values for text in column.slice(0, 10_000).to_pylist() if text)


def _samples(batch: ReadingBatch, problem: Problem, part: int) -> list[str]:
    positions = np.flatnonzero(batch.problem == problem)[:_SAMPLES].tolist()
    return [batch.raw[position][part].strip() for position in positions]


def _first_line(batch: ReadingBatch, problem: Problem) -> int:
    return int(batch.line[batch.problem == problem].min())
