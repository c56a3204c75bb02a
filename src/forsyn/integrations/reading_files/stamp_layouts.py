"""How stamps are written: fixed-width layouts, so that a million stamps are read as a matrix of digits."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from typing import NamedTuple

ISO = "iso"
_WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_ZONES = ("Z", "{sign}{zh}", "{sign}{zh}{zm}", "{sign}{zh}:{zm}")


class Layout(NamedTuple):
    """Where the digits of a stamp stand. `fields` maps Y m d H M S, z (hours) and Z (minutes) to first position."""

    length: int
    fields: dict[str, int]
    sign_at: int | None
    """Position of the + or - of an offset."""
    literals: tuple[tuple[int, str], ...]
    """Positions and the characters of which one must stand there."""
    digits: tuple[int, ...]
    """All positions that must hold a digit."""


@lru_cache(maxsize=64)
def layouts_of(stamp_format: str, carries_zone: bool) -> tuple[Layout, ...]:
    """The layouts of a profile's stamp format, or none where the format cannot be read."""
    if stamp_format == ISO:
        return _iso_layouts(carries_zone)
    pieces = re.findall(r"%[A-Za-z%]|[^%]", stamp_format)
    directives = [piece[1] for piece in pieces if piece.startswith("%")]
    known = set(directives) <= {*_WIDTHS, "z"} and len(set(directives)) == len(directives)
    complete = {"Y", "m", "d"} <= set(directives) and ("M" not in directives or "H" in directives)
    if not known or not complete or "".join(pieces) != stamp_format or ("z" in directives) != carries_zone:
        return ()
    zones = _ZONES if carries_zone else ("",)
    return tuple(_layout(["{zone}" if piece == "%z" else piece for piece in pieces], zone) for zone in zones)


def _iso_layouts(carries_zone: bool) -> tuple[Layout, ...]:
    date = ["%Y", "-", "%m", "-", "%d"]
    minutes = [*date, "[T ]", "%H", ":", "%M"]
    seconds = [*minutes, ":", "%S"]
    fractions = [[*seconds, "[.,]", *(["%f"] * digits)] for digits in range(1, 10)]
    clocks = [minutes, seconds, *fractions]
    if carries_zone:
        return tuple(_layout([*clock, "{zone}"], zone) for clock, zone in product(clocks, _ZONES))
    return tuple(_layout(clock, "") for clock in [date, *clocks])


def _layout(pieces: list[str], zone: str) -> Layout:
    fields: dict[str, int] = {}
    literals: list[tuple[int, str]] = []
    digits: list[int] = []
    sign_at = None
    position = 0
    expanded = [part for piece in pieces for part in (_zone_pieces(zone) if piece == "{zone}" else [piece])]
    for piece in expanded:
        width = 1
        if piece in ("{zh}", "{zm}"):
            width, name = 2, "z" if piece == "{zh}" else "Z"
            fields[name] = position
            digits += range(position, position + width)
        elif piece == "{sign}":
            sign_at = position
            literals.append((position, "+-"))
        elif piece == "%f":
            digits.append(position)
        elif piece.startswith("%"):
            width = _WIDTHS[piece[1]]
            fields[piece[1]] = position
            digits += range(position, position + width)
        else:
            literals.append((position, piece.strip("[]") if len(piece) > 1 else piece))
        position += width
    return Layout(position, fields, sign_at, tuple(literals), tuple(digits))


def _zone_pieces(zone: str) -> list[str]:
    return re.findall(r"\{\w+\}|.", zone)


@lru_cache(maxsize=64)
def loose_pattern(stamp_format: str, carries_zone: bool) -> re.Pattern[str]:
    """The same format with days, months and hours of one digit allowed, for the few that are written so."""
    if stamp_format == ISO:
        stamp_format = "%Y-%m-%d[T ]%H:%M:%S" + ("%z" if carries_zone else "")
    pattern = ""
    for piece in re.findall(r"%[A-Za-z]|\[T \]|.", stamp_format):
        if piece == "%z":
            pattern += r"(?:Z|(?P<sign>[+-])(?P<z>\d{2}):?(?P<Z>\d{2})?)"
        elif piece.startswith("%"):
            pattern += f"(?P<{piece[1]}>" + (r"\d{4})" if piece == "%Y" else r"\d{1,2})")
        else:
            pattern += piece if len(piece) > 1 else re.escape(piece)
    return re.compile(pattern, re.ASCII)
