"""Profile files: strict TOML to a Profile. An unknown key is refused with the nearest known one."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from forsyn.integrations.reading_files.errors import ProfileError
from forsyn.integrations.reading_files.profile import (
    Column,
    Encoding,
    FileFormat,
    Profile,
    Resolution,
    StampMeans,
    ValueColumn,
    ValuesAre,
    WithoutValues,
)
from forsyn.integrations.reading_files.stamp_layouts import layouts_of
from forsyn.kernel.local_days import transition_table
from forsyn.kernel.quantities import UnknownUnitError, unit_named

_TABLES: dict[str, frozenset[str]] = {
    "file": frozenset({"format", "delimiter", "encoding", "header"}),
    "columns": frozenset({"meter_number", "stamp", "register", "unit"}),
    "stamp": frozenset({"format", "time_zone", "carries_zone", "means"}),
    "values": frozenset({"are", "resolution", "decimal"}),
    "value": frozenset({"column", "register", "unit", "register_text"}),
    "without_values": frozenset({"describes", "columns"}),
}
_TOP = frozenset({"key", "title", *_TABLES})
_Choice = TypeVar("_Choice", bound=StrEnum)


def parse_profile(text: str, *, where: str) -> Profile:
    """A profile from its TOML text; `where` names the file in errors. Raises ProfileError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"not valid TOML ({error})", where=where, mend="correct that line") from None
    _known_keys(document, _TOP, where)
    tables = {name: _table(document, name, where) for name in ("file", "columns", "stamp", "values")}
    file, columns, stamp, values = (_Reader(tables[name], f"{where}, [{name}]") for name in tables)
    top = _Reader(document, where)
    profile = Profile(
        key=top.text("key"),
        title=top.text("title"),
        format=file.choice("format", FileFormat),
        delimiter=file.one_character("delimiter", ";", "\t,;|"),
        encoding=file.choice("encoding", Encoding, Encoding.UTF_8),
        header=file.flag("header", True),
        meter_number=columns.column("meter_number"),
        stamp=columns.column("stamp"),
        register=columns.optional_column("register"),
        unit=columns.optional_column("unit"),
        stamp_format=stamp.text("format", "iso"),
        time_zone=stamp.text("time_zone"),
        carries_zone=stamp.flag("carries_zone", False),
        stamp_means=stamp.choice("means", StampMeans),
        values_are=values.choice("are", ValuesAre),
        resolution=values.choice("resolution", Resolution),
        decimal=values.one_character("decimal", ".", ".,"),
        values=_value_columns(document, where),
        without_values=_without_values(document, where),
    )
    _fits_together(profile, where)
    return profile


@cache
def shipped_profiles() -> tuple[Profile, ...]:
    """The profiles that come with Forsyn, in order of their key."""
    folder = resources.files("forsyn.integrations.reading_files") / "profiles"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(parse_profile(file.read_text("utf-8"), where=f"profiles/{file.name}") for file in files)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One table of the TOML document, with errors that name the key."""

    table: Mapping[str, Any]
    where: str

    def _get(self, key: str, kind: type | tuple[type, ...], default: Any, wanted: str) -> Any:
        value = self.table.get(key, default)
        if value is None:
            raise ProfileError(f'the key "{key}" is missing', where=self.where, mend=f"add it ({wanted})")
        if not isinstance(value, kind) or value == "":
            raise ProfileError(f'"{key}" is {value!r}', where=self.where, mend=f"write {wanted}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self._get(key, str, default, "a text in quotes"))

    def flag(self, key: str, default: bool) -> bool:
        return bool(self._get(key, bool, default, "true or false"))

    def one_character(self, key: str, default: str, allowed: str) -> str:
        wanted = "one of " + " ".join(repr(character) for character in allowed)
        value: str = self._get(key, str, default, wanted)
        if len(value) != 1 or value not in allowed:
            raise ProfileError(f'"{key}" is {value!r}', where=self.where, mend=f"write {wanted}")
        return value

    def column(self, key: str) -> Column:
        value: Column = self._get(key, (str, int), None, "a column's name, or its number from 1")
        if isinstance(value, bool) or (isinstance(value, int) and value < 1):
            raise ProfileError(f'"{key}" is {value!r}', where=self.where, mend="write a name or a number from 1")
        return value

    def optional_column(self, key: str) -> Column | None:
        return self.column(key) if key in self.table else None

    def choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        wanted = "one of " + ", ".join(f'"{choice}"' for choice in choices)
        value = self._get(key, str, default, wanted)
        if value not in {choice.value for choice in choices}:
            raise ProfileError(f'"{key}" is {value!r}', where=self.where, mend=f"write {wanted}")
        return choices(value)


def _known_keys(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            mend = f'write "{near[0]}"' if near else "remove it; allowed are " + ", ".join(sorted(known))
            raise ProfileError(f'the key "{key}" is unknown', where=where, mend=mend)


def _table(document: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    table = document.get(name)
    if not isinstance(table, dict):
        raise ProfileError(f"the table [{name}] is missing", where=where, mend="add it, as in profiles/generic.toml")
    _known_keys(table, _TABLES[name], f"{where}, [{name}]")
    return table


def _value_columns(document: Mapping[str, Any], where: str) -> tuple[ValueColumn, ...]:
    entries = document.get("value")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ProfileError("no [[value]] is given", where=where, mend="add one for each value column")
    values = []
    for number, entry in enumerate(entries, 1):
        place = f"{where}, [[value]] no. {number}"
        _known_keys(entry, _TABLES["value"], place)
        reader = _Reader(entry, place)
        try:
            unit = unit_named(reader.text("unit"))
        except UnknownUnitError as error:
            raise ProfileError(str(error).rstrip("."), where=place, mend="write one of those units") from None
        register_text = reader.text("register_text") if "register_text" in entry else None
        values.append(ValueColumn(reader.column("column"), reader.text("register"), unit, register_text))
    return tuple(values)


def _without_values(document: Mapping[str, Any], where: str) -> tuple[WithoutValues, ...]:
    entries = document.get("without_values", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ProfileError('"without_values" is not a list of tables', where=where, mend="write [[without_values]]")
    found = []
    for number, entry in enumerate(entries, 1):
        place = f"{where}, [[without_values]] no. {number}"
        _known_keys(entry, _TABLES["without_values"], place)
        columns = entry.get("columns")
        if not isinstance(columns, list) or not columns or not all(isinstance(n, str) and n for n in columns):
            raise ProfileError(f'"columns" is {columns!r}', where=place, mend='write names, as in ["unit_type"]')
        found.append(WithoutValues(_Reader(entry, place).text("describes"), frozenset(columns)))
    return tuple(found)


def _fits_together(profile: Profile, where: str) -> None:
    checks = (
        (
            (profile.values_are is ValuesAre.CUMULATIVE) == (profile.stamp_means is StampMeans.INSTANT),
            "cumulative values are read at an instant, interval values belong to an interval",
            'let [stamp] means be "instant" for cumulative values, else "interval_start" or "interval_end"',
        ),
        (
            _zone_exists(profile.time_zone),
            f"{profile.time_zone!r} is no time zone",
            'write one such as "Europe/Copenhagen"',
        ),
        (
            bool(layouts_of(profile.stamp_format, profile.carries_zone)),
            f"the stamp format {profile.stamp_format!r} cannot be read",
            'use "iso", or %Y %m %d and maybe %H %M %S each at most once, with %z if and only if carries_zone is true',
        ),
        (
            profile.header or all(isinstance(column, int) for column in profile.columns),
            "columns are named but the file has no header",
            "give columns by number, from 1",
        ),
        (
            not profile.header or all(isinstance(column, str) for column in profile.columns),
            "columns are numbered but the file has a header",
            "give columns by name",
        ),
        (
            profile.header or profile.format is FileFormat.CSV,
            "Parquet always names its columns",
            "remove [file] header",
        ),
        (
            profile.register is not None or all(value.register_text is None for value in profile.values),
            '"register_text" is given but no register column',
            "name it in [columns] register",
        ),
        (
            profile.header or not profile.without_values,
            "files without readings are told by their column names, but the profile is for files without header",
            "remove [[without_values]]",
        ),
        (
            all(each.columns.isdisjoint(map(str, profile.value_columns)) for each in profile.without_values),
            "[[without_values]] names a value column, so such a file does hold readings",
            "name columns that only the other file has",
        ),
        (_distinct(profile), "two [[value]] read the same values", "let each have its own column or register_text"),
        (
            len({profile.meter_number, profile.stamp, profile.register, profile.unit} - {None})
            == 2 + (profile.register is not None) + (profile.unit is not None)
            and not set(profile.value_columns) & {profile.meter_number, profile.stamp},
            "one column is mapped twice",
            "give each thing its own column",
        ),
    )
    for holds, what, mend in checks:
        if not holds:
            raise ProfileError(what, where=where, mend=mend)


def _zone_exists(name: str) -> bool:
    try:
        transition_table(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _distinct(profile: Profile) -> bool:
    if profile.register is None:
        keys: list[object] = [value.column for value in profile.values]
    else:
        keys = [(value.column, value.register_text or value.register) for value in profile.values]
    return len(set(keys)) == len(keys)
