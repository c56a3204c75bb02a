"""Mapping profiles: how a customer file names and writes what Forsyn's registers want. Strict TOML."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from forsyn.integrations.customer_files.errors import ProfileError
from forsyn.integrations.customer_files.fields import CPR_HEADER, FIELDS, KEYS, REGISTERS, STANDS_ON

ENCODINGS = ("utf-8", "windows-1252", "latin-1")
DELIMITERS = ";,\t|"
_TOP = ("key", "title", "source", "optional", "file", "columns", "constants", "defaults", "values", "part", "meters")
_METER_VALUES = ("cumulative", "interval")
_SOURCES = ("person", "utility", "partner", "public_register", "employer", "other_person")
PART_REGISTERS = ("installation", "agreement", "meter")
"""What a [[part]] can say for itself; customer and supply point are the whole row's."""


@dataclass(frozen=True)
class Part:
    """One installation that a row tells of; a row of a wide file tells of several."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> column of the file."""
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Profile:
    """A profile, checked in itself."""

    key: str
    title: str
    source: str
    encoding: str
    delimiter: str
    date_formats: tuple[str, ...]
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    defaults: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    """Field -> text in the file, case folded -> Forsyn's word."""
    parts: tuple[Part, ...]
    optional: frozenset[str]
    """Registers that a row may leave out."""
    meters: Mapping[str, str] = field(default_factory=dict)
    """Commodity -> what new meters deliver: "cumulative" (the default) or "interval"."""

    def mapped(self) -> frozenset[str]:
        """Every field that gets a value from somewhere, other than a default."""
        everywhere = [self.columns, self.constants, *(each for p in self.parts for each in (p.columns, p.constants))]
        return frozenset(name for mapping in everywhere for name in mapping)

    def registers(self) -> tuple[str, ...]:
        """What the rows of a file make."""
        mapped = self.mapped()
        return tuple(register for register in REGISTERS if KEYS[register] in mapped)

    def wanted_columns(self) -> list[str]:
        """Every column of the file that is read, once."""
        all_columns = [*self.columns.values(), *(name for part in self.parts for name in part.columns.values())]
        return list(dict.fromkeys(all_columns))


def parse_profile(text: str, *, where: str) -> Profile:
    """A profile from its TOML text; ``where`` names the file in errors. Raises ProfileError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"not valid TOML ({error})", where=where, mend="correct that line") from None
    _only(document, _TOP, where)
    file = _table(document, "file", where)
    _only(file, ("encoding", "delimiter", "date_formats"), f"{where}, [file]")
    profile = Profile(
        key=_text(document, "key", where),
        title=_text(document, "title", where),
        source=_one_of(document, "source", "person", _SOURCES, where),
        encoding=_one_of(file, "encoding", "utf-8", ENCODINGS, f"{where}, [file]"),
        delimiter=_one_of(file, "delimiter", ";", DELIMITERS, f"{where}, [file]"),
        date_formats=_date_formats(file, f"{where}, [file]"),
        columns=_fields(document, "columns", where),
        constants=_fields(document, "constants", where),
        defaults=_fields(document, "defaults", where),
        values=_value_maps(document, where),
        parts=_parts(document, where),
        optional=_optional(document, where),
        meters=_meters(document, where),
    )
    _fits_together(profile, where)
    return profile


@cache
def shipped_profiles() -> tuple[Profile, ...]:
    """The profiles that come with Forsyn, in order of their key."""
    folder = resources.files("forsyn.integrations.customer_files") / "profiles"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(parse_profile(file.read_text("utf-8"), where=f"profiles/{file.name}") for file in files)


def _only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            mend = f'write "{near[0]}"' if near else "remove it; allowed are " + ", ".join(known)
            raise ProfileError(f'the key "{key}" is unknown', where=where, mend=mend)


def _table(document: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise ProfileError(f'"{name}" is no table', where=where, mend=f"write it as [{name}]")
    return table


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise ProfileError(f'"{key}" is {value!r}', where=where, mend=f'write {key} = "a text in quotes"')
    return value


def _one_of(table: Mapping[str, Any], key: str, default: str, choices: Iterable[str], where: str) -> str:
    value = table.get(key, default)
    if value not in tuple(choices):
        wanted = ", ".join(repr(choice) for choice in choices)
        raise ProfileError(f'"{key}" is {value!r}', where=where, mend=f"write one of {wanted}")
    return str(value)


def _date_formats(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    formats = table.get("date_formats", ["%Y-%m-%d"])
    sample = date(2026, 11, 23)
    for each in formats if isinstance(formats, list) and formats else [""]:
        try:
            good = datetime.strptime(sample.strftime(each), each).date() == sample  # noqa: DTZ007 - a date
        except (ValueError, TypeError):
            good = False
        if not good:
            raise ProfileError(
                f'"date_formats" has {each!r}', where=where, mend='write a list such as ["%d-%m-%Y", "%Y-%m-%d"]'
            )
    return tuple(formats)


def _fields(table: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    mapping = _table(table, name, where)
    place = f"{where}, [{name}]"
    _only(mapping, tuple(FIELDS), place)
    return {key: _text(mapping, key, place) for key in mapping}


def _value_maps(document: Mapping[str, Any], where: str) -> dict[str, dict[str, str]]:
    maps = _table(document, "values", where)
    _only(maps, tuple(FIELDS), f"{where}, [values]")
    found = {}
    for name in maps:
        place = f"{where}, [values.{name}]"
        words = _table(maps, name, place)
        found[name] = {text.strip().casefold(): _text(words, text, place) for text in words}
        choices = FIELDS[name].choices
        for text, word in found[name].items():
            if choices and word not in choices:
                raise ProfileError(
                    f'"{text}" becomes "{word}"', where=place, mend=f"let it become one of {', '.join(choices)}"
                )
    return found


def _parts(document: Mapping[str, Any], where: str) -> tuple[Part, ...]:
    parts = document.get("part", [])
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise ProfileError('"part" is no list of tables', where=where, mend="write each as [[part]]")
    found = []
    for number, part in enumerate(parts, 1):
        place = f"{where}, [[part]] no. {number}"
        _only(part, ("columns", "constants"), place)
        mappings = Part(_fields(part, "columns", place), _fields(part, "constants", place))
        for name in (*mappings.columns, *mappings.constants):
            if FIELDS[name].register not in PART_REGISTERS:
                raise ProfileError(
                    f'"{name}" belongs to the whole row', where=place, mend="map it in the profile's [columns]"
                )
        if "installation_number" not in mappings.columns:
            raise ProfileError(
                "no installation_number is mapped", where=place, mend="name its column in the part's columns"
            )
        found.append(mappings)
    return tuple(found)


def _meters(document: Mapping[str, Any], where: str) -> dict[str, str]:
    table, place = _table(document, "meters", where), f"{where}, [meters]"
    _only(table, FIELDS["commodity"].choices, place)
    return {commodity: _one_of(table, commodity, "", _METER_VALUES, place) for commodity in table}


def _optional(document: Mapping[str, Any], where: str) -> frozenset[str]:
    names = document.get("optional", ["meter"])
    allowed = tuple(STANDS_ON)
    if not isinstance(names, list) or not all(name in allowed for name in names):
        raise ProfileError(
            f'"optional" is {names!r}', where=where, mend=f"write a list with some of {', '.join(allowed)}"
        )
    return frozenset(names)


def _fits_together(profile: Profile, where: str) -> None:
    mapped, made = profile.mapped(), profile.registers()
    given = mapped | set(profile.defaults)
    checks = [
        (
            register not in made or STANDS_ON.get(register, "customer") in made,
            f"rows make {register}s but no {STANDS_ON.get(register)}s",
            f"map {KEYS[STANDS_ON.get(register, 'customer')]} too",
        )
        for register in REGISTERS
    ]
    checks += [
        (name in given, f"{name} gets no value", "name its column in [columns], or give it in [constants]")
        for name, each in FIELDS.items()
        if each.required and each.register in made
    ]
    checks += [
        (
            FIELDS[name].register in made,
            f"{name} is mapped but rows make no {FIELDS[name].register}",
            f"map {KEYS[FIELDS[name].register]} too",
        )
        for name in sorted(mapped)
    ]
    checks += [
        (
            not CPR_HEADER.search(column),
            f'the column "{column}" holds CPR numbers',
            "remove it; they are never imported",
        )
        for column in profile.wanted_columns()
    ]
    checks.append(("customer" in made, "customer_number gets no value", "name its column in [columns]"))
    for holds, what, mend in checks:
        if not holds:
            raise ProfileError(what, where=where, mend=mend)
