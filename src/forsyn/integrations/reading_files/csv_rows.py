"""Whole lines of CSV to rows. Pure; one line is one row, so that line numbers stay true whatever a row holds."""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from forsyn.integrations.reading_files.errors import ProfileError, ReadingFileError
from forsyn.integrations.reading_files.profile import Column, Profile
from forsyn.integrations.reading_files.rows import Rows

_RAW_CHARACTERS = 1_000
_BLANK_LINE = re.compile(rb"^\r?\n", re.MULTILINE)


class CsvLayout(NamedTuple):
    """Where the mapped columns stand: positions from 0 in lines of `width` columns."""

    delimiter: str
    width: int
    meter_number: int
    stamp: int
    register: int | None
    unit: int | None
    values: tuple[int, ...]


def column_names(first_line: str, delimiter: str) -> list[str]:
    """The names in a header line."""
    return [name.strip() for name in _fields(first_line.rstrip("\r\n"), delimiter) or [first_line]]


def csv_layout(profile: Profile, first_line: str, *, where: str) -> CsvLayout:
    """Find the profile's columns in a file by its first line. Raises ProfileError naming those that are not there."""
    names = column_names(first_line, profile.delimiter)
    places: dict[Column, int] = {}
    for position, name in enumerate(names):
        column: Column = name if profile.header else position + 1
        if column in places and column in profile.columns:
            raise ProfileError(f'two columns are called "{name}"', where=f"{where}, line 1", mend="rename one of them")
        places[column] = position
    missing = [str(column) for column in profile.columns if column not in places]
    if missing:
        found = ", ".join(f'"{name}"' for name in names[:20]) if profile.header else f"{len(names)} columns"
        raise ProfileError(
            f"the columns {', '.join(missing)} of profile {profile.key} are not there, only {found}",
            where=f"{where}, line 1",
            mend=f'use another profile, or correct its [columns] or delimiter (now "{profile.delimiter}")',
        )
    return CsvLayout(
        delimiter=profile.delimiter,
        width=len(names),
        meter_number=places[profile.meter_number],
        stamp=places[profile.stamp],
        register=places[profile.register] if profile.register is not None else None,
        unit=places[profile.unit] if profile.unit is not None else None,
        values=tuple(places[column] for column in profile.value_columns),
    )


def csv_rows(block: bytes, layout: CsvLayout, *, first_line: int) -> Rows:
    """Rows of a block of whole UTF-8 lines. Blank lines are no rows; malformed ones are told apart."""
    block, line = _without_blank_lines(block, first_line)
    if not len(line):
        return _as_rows(_no_columns(layout), layout, line, ())
    parsed = _parse(block, layout, len(line))
    if parsed is None:
        return _rows_one_by_one(block, layout, line)
    table, malformed = parsed
    good = np.ones(len(line), np.bool_)
    good[[number for number, _ in malformed]] = False
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    wrong = tuple((int(line[number]), text[:_RAW_CHARACTERS]) for number, text in malformed)
    return _as_rows(columns, layout, line[good] if wrong else line, wrong)


def refuse_if_nothing_fits(rows: Rows, layout: CsvLayout, *, where: str) -> None:
    """Raises ReadingFileError if no row at all has the header's columns: then the delimiter is wrong, not the rows."""
    if len(rows.line) or len(rows.malformed) < 10:
        return
    line, text = rows.malformed[0]
    comma = " (decimal commas need quotes in a comma-separated file)" if layout.delimiter == "," else ""
    raise ReadingFileError(
        f"no row has the {layout.width} columns of the first line, for example {text[:80]!r}",
        where=f"{where}, line {line}",
        mend=f'set the right [file] delimiter in the profile, now "{layout.delimiter}"{comma}',
    )


def _without_blank_lines(block: bytes, first_line: int) -> tuple[bytes, npt.NDArray[np.int64]]:
    count = block.count(b"\n") + (not block.endswith(b"\n") and block != b"")
    line = np.arange(first_line, first_line + count, dtype=np.int64)
    inside = b"\n\n" in block or (b"\r" in block and b"\n\r\n" in block)
    if not inside and not block.startswith((b"\r", b"\n")):
        return block, line
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    starts = np.append(0, ends + 1)
    lengths = np.append(ends, len(block))[:count] - starts[:count]
    first = np.frombuffer(block + b"\n", np.uint8)[starts[:count]]
    blank = (lengths == 0) | ((lengths == 1) & (first == ord("\r")))
    return _BLANK_LINE.sub(b"", block), line[~blank]


def _parse(block: bytes, layout: CsvLayout, lines: int) -> tuple[pa.Table, list[tuple[int, str]]] | None:
    """All lines at once; None where quotes make rows and lines differ, or arrow stumbles."""
    malformed: list[tuple[int, str]] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        malformed.append((row.number - 1, row.text))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=len(block) + 1,
                column_names=[str(number) for number in range(layout.width)],
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if b'"' in block else False,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                include_columns=_names(layout),
                column_types=dict.fromkeys(_names(layout), pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return (table, malformed) if table.num_rows + len(malformed) == lines else None


def _rows_one_by_one(block: bytes, layout: CsvLayout, line: npt.NDArray[np.int64]) -> Rows:
    """The slow way, for the few blocks in which a quote is left open."""
    good: list[int] = []
    kept: list[list[str]] = []
    malformed: list[tuple[int, str]] = []
    for number, raw in zip(line.tolist(), block.decode().split("\n"), strict=False):
        text = raw.rstrip("\r")
        fields = _fields(text, layout.delimiter)
        if fields is not None and len(fields) == layout.width:
            good.append(number)
            kept.append(fields)
        else:
            malformed.append((number, text[:_RAW_CHARACTERS]))
    columns = {name: pa.array([fields[int(name)] for fields in kept], pa.string()) for name in _names(layout)}
    return _as_rows(columns, layout, np.array(good, np.int64), tuple(malformed))


def _fields(line: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def _names(layout: CsvLayout) -> list[str]:
    places = (layout.meter_number, layout.stamp, layout.register, layout.unit, *layout.values)
    return [str(place) for place in dict.fromkeys(places) if place is not None]


def _no_columns(layout: CsvLayout) -> dict[str, pa.Array]:
    return {name: pa.array([], pa.string()) for name in _names(layout)}


def _as_rows(
    columns: dict[str, pa.Array],
    layout: CsvLayout,
    line: npt.NDArray[np.int64],
    malformed: tuple[tuple[int, str], ...],
) -> Rows:
    return Rows(
        line=line,
        meter_number=columns[str(layout.meter_number)],
        stamp=columns[str(layout.stamp)],
        register=columns[str(layout.register)] if layout.register is not None else None,
        unit=columns[str(layout.unit)] if layout.unit is not None else None,
        values=tuple(columns[str(place)] for place in layout.values),
        malformed=malformed,
    )
