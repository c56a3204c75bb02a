"""Rows of text <-> values of the registers. Pure: opens nothing, and only computes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forsyn.integrations.customer_files.errors import CustomerFileError, ProfileError, RowProblem, shortened
from forsyn.integrations.customer_files.fields import CPR_HEADER, FIELDS, KEYS, STANDS_ON, Unreadable
from forsyn.integrations.customer_files.profile import DELIMITERS, PART_REGISTERS, Part, Profile

EARLIEST, LATEST = date(1850, 1, 1), date(2200, 1, 1)
REJECT_COLUMNS = ("forsyn_line", "forsyn_problem")
"""Added to rejected rows; ignored when the corrected file is imported again."""

_SPANS = (
    ("agreement_from", "agreement_until"),
    ("installed_from", "installed_until"),
    ("mounted_from", "mounted_until"),
)

Values = dict[str, Any]
"""Field -> value; a field that is absent says nothing. One of these for each installation of a row."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a field's value comes from, ready for the loop over rows."""

    name: str
    index: int | None
    text: str
    """Constant where index is None, else the default for an empty cell."""
    words: Mapping[str, str]
    parse: Callable[[str], Any]
    column: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's part on its way: what was wrong with the whole row, and what with this part."""

    line: int
    part: int
    values: Values
    whole: list[RowProblem]
    own: list[RowProblem]

    def bad_columns(self) -> set[str]:
        return {problem.column for problem in (*self.whole, *self.own)}


class RowCodec:
    """Decodes the rows of one file by one profile."""

    def __init__(self, profile: Profile, header: Sequence[str], *, where: str) -> None:
        self._profile = profile
        self._width = len(header)
        self._places = _column_places(profile, header, where)
        self._parse_date = _date_parser(profile.date_formats)
        made = profile.registers()
        whole = {name: FIELDS[name].register not in PART_REGISTERS for name in FIELDS}
        fields = [name for name in FIELDS if FIELDS[name].register in made]
        part_fields = [name for name in fields if not whole[name]]
        self._row_cells = [cell for name in fields if whole[name] and (cell := self._cell(name, Part()))]
        self._part_cells = [
            [cell for name in part_fields if (cell := self._cell(name, part))] for part in profile.parts or (Part(),)
        ]
        self._made = made

    def column_of(self, name: str, part: int = 0) -> str:
        """The file's column that a field of a part comes from; the field's own name where it is a constant."""
        parts = self._profile.parts
        own = parts[part].columns.get(name) if part < len(parts) else None
        return own or self._profile.columns.get(name) or name

    def in_columns(self, text: str) -> str:
        """A message that begins with a field's name, with the file's own column instead."""
        name, _, rest = text.partition(" ")
        return f"{self.column_of(name)} {rest}" if name in FIELDS else text

    def decode(self, line: int, cells: Sequence[str]) -> tuple[list[Values], list[RowProblem]]:
        """One entry for each installation of the row (one in all where it has none), and what is wrong with it."""
        if len(cells) != self._width:
            what = f"has {len(cells)} columns, the header has {self._width}"
            return [], [RowProblem(line, "", "", what, "look for a missing or superfluous delimiter or quote")]
        problems: list[RowProblem] = []
        whole = self._read(line, cells, self._row_cells, problems)
        entries = []
        for part, part_cells in enumerate(self._part_cells):
            if not self._profile.parts or self._has_installation(cells, part_cells):
                own: list[RowProblem] = []
                values = whole | self._read(line, cells, part_cells, own)
                self._complete(_Row(line, part, values, problems, own), without=())
                problems += [problem for problem in own if problem not in problems]
                entries.append(values)
        if not entries:
            self._complete(_Row(line, 0, whole, problems, problems), without=PART_REGISTERS)
            entries.append(whole)
        return entries, problems

    def _cell(self, name: str, part: Part) -> _Cell | None:
        profile = self._profile
        column = part.columns.get(name) or (None if name in part.constants else profile.columns.get(name))
        constant = part.constants.get(name) or profile.constants.get(name)
        default = profile.defaults.get(name, "")
        if column is None and constant is None and not default:
            return None
        index = self._places[column] if column is not None else None
        words = profile.values.get(name, {})
        text = default if column is not None else constant or default
        return _Cell(name, index, text, words, FIELDS[name].parse or self._parse_date, column or name)

    @staticmethod
    def _has_installation(cells: Sequence[str], part_cells: list[_Cell]) -> bool:
        return any(
            cell.name == "installation_number" and cell.index is not None and cells[cell.index].strip()
            for cell in part_cells
        )

    @staticmethod
    def _read(line: int, cells: Sequence[str], wanted: list[_Cell], problems: list[RowProblem]) -> Values:
        values: Values = {}
        for cell in wanted:
            text = cells[cell.index].strip() if cell.index is not None else cell.text
            text = text or cell.text
            if not text:
                continue
            if cell.words:
                text = cell.words.get(text.casefold(), text)
            try:
                values[cell.name] = cell.parse(text)
            except Unreadable as error:
                problems.append(RowProblem(line, cell.column, shortened(text), error.what, error.mend))
        return values

    def _complete(self, row: _Row, *, without: tuple[str, ...]) -> None:
        """Leave out what the row may leave out, and name what is missing or cannot be."""
        bad = row.bad_columns()
        absent = set(without)
        for register in self._made:
            optional = register in self._profile.optional and KEYS[register] not in row.values
            if STANDS_ON.get(register) in absent or (optional and self.column_of(KEYS[register], row.part) not in bad):
                absent.add(register)
        for name, field in FIELDS.items():
            if field.register in absent:
                row.values.pop(name, None)
            elif field.required and field.register in self._made and name not in row.values:
                column = self.column_of(name, row.part)
                if column not in bad:
                    row.own.append(RowProblem(row.line, column, "", "is empty", "fill it in"))
        self._check_together(row)

    def _check_together(self, row: _Row) -> None:
        values = row.values

        def problem(name: str, what: str, mend: str) -> None:
            row.own.append(RowProblem(row.line, self.column_of(name, row.part), str(values[name]), what, mend))

        if "cvr" in values and values.get("kind") == "person":
            problem("cvr", "belongs to a person", "let the kind be company, or remove the number")
        if "birth_date" in values and ("cvr" in values or values.get("kind") == "company"):
            problem("birth_date", "belongs to a company", "let the kind be person, or remove the date")
        days = {"installed_from", "agreement_from"}
        told = {self.column_of(name, row.part) for name in days} & row.bad_columns()
        if "installation_number" in values and not values.keys() & days and not told:
            problem("installation_number", "has no first day", "fill in the day of installation or agreement")
        for first, until in _SPANS:
            if first in values and until in values and values[until] <= values[first]:
                mend = "correct one of the two"
                problem(until, f"is not after {self.column_of(first, row.part)} ({values[first]})", mend)


def _column_places(profile: Profile, header: Sequence[str], where: str) -> dict[str, int]:
    """Column -> index. Raises CustomerFileError for columns that are missing, doubled or must not be there."""
    names = [name.strip() for name in header]
    for name in names:
        if CPR_HEADER.search(name):
            raise CustomerFileError(
                f'the column "{shortened(name)}" holds CPR numbers',
                where=where,
                mend="remove it from the file; CPR numbers have a vault of their own and are never imported here",
            )
    missing = [column for column in profile.wanted_columns() if column not in names]
    if missing:
        raise _missing_columns(profile, missing, names, where)
    doubled = [column for column in profile.wanted_columns() if names.count(column) > 1]
    if doubled:
        raise ProfileError(f'the column "{doubled[0]}" is there twice', where=where, mend="rename one of them")
    return {column: names.index(column) for column in profile.wanted_columns()}


def _missing_columns(profile: Profile, missing: list[str], names: list[str], where: str) -> ProfileError:
    listed = ", ".join(f'"{column}"' for column in missing)
    what = f"the profile {profile.key} wants the column{'s' if len(missing) > 1 else ''} {listed}"
    if len(names) == 1:
        others = {each: names[0].count(each) for each in DELIMITERS if each != profile.delimiter and each in names[0]}
        if others:
            best = max(others, key=lambda each: others[each])
            return ProfileError(
                f"the header has no {profile.delimiter!r} but {others[best]} {best!r}",
                where=where,
                mend=f"set [file] delimiter = {best!r} in the profile",
            )
    near = [(column, match[0]) for column in missing if (match := difflib.get_close_matches(column, names, 1))]
    there = ", ".join(shortened(name, 30) for name in names[:20])
    mend = f'is "{near[0][1]}" meant for "{near[0][0]}"? ' if near else ""
    return ProfileError(what, where=where, mend=f"{mend}The file has: {there}")


def _date_parser(formats: tuple[str, ...]) -> Callable[[str], date]:
    known: dict[str, date] = {}
    shapes = " or ".join(date(2026, 11, 23).strftime(each) for each in formats)

    def parse(text: str) -> date:
        if (value := known.get(text)) is not None:
            return value
        for each in formats:
            try:
                value = datetime.strptime(text, each).date()  # noqa: DTZ007 - a date has no time zone
            except ValueError:
                continue
            if not EARLIEST <= value < LATEST:
                raise Unreadable("is no likely date", f"write one from {EARLIEST.year} to {LATEST.year - 1}")
            if len(known) < 50_000:
                known[text] = value
            return value
        raise Unreadable("is no date", f"write it as {shapes}")

    return parse
