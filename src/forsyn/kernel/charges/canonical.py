"""Canonical JSON of tariffs, bases and bills: the same value gives the same bytes, and these give the value back.

UTF-8, keys sorted, no blanks; decimals as plain text without zeros that say nothing, dates by ISO 8601, enumerations
by value; components and expectations carry their kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.bill import Bill
from forsyn.kernel.charges.components import AnyComponent
from forsyn.kernel.charges.incentive import Expected
from forsyn.kernel.charges.reasons import ImpossibleTariff
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.charges.worded import Worded
from forsyn.kernel.charges.work import plain

Shape = TypeVar("Shape")

KIND = "kind"
FORMAT_KEY, FORMAT = "format", 1
"""Kept with every tariff, basis and bill: a new shape takes a new number, and a reader of the old one stays."""
_KINDS: dict[type, str] = {shape: shape.__name__ for union in (AnyComponent, Expected) for shape in get_args(union)}


class UnreadableBasis(ValueError):
    """Bytes that are no tariff, basis or bill of this shape; its text says where."""


def basis_bytes(basis: Basis) -> bytes:
    """A basis as canonical JSON."""
    return _bytes(basis)


def bill_bytes(bill: Bill) -> bytes:
    """A bill as canonical JSON."""
    return _bytes(bill)


def sha256(canonical: bytes) -> str:
    """The fingerprint of canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical).hexdigest()


def tariff_bytes(tariff: Tariff) -> bytes:
    """A version of a tariff as canonical JSON."""
    return _bytes(tariff)


def tariff_from(canonical: bytes) -> Tariff:
    """The tariff that was kept. Raises UnreadableBasis, or ImpossibleTariff for one that contradicts itself."""
    return _value_from(Tariff, canonical)


def basis_from(canonical: bytes) -> Basis:
    """The basis that was kept. Raises UnreadableBasis, or ImpossibleTariff for a tariff that contradicts itself."""
    return _value_from(Basis, canonical)


def bill_from(canonical: bytes) -> Bill:
    """The bill that was kept. Raises UnreadableBasis."""
    return _value_from(Bill, canonical)


def _bytes(value: object) -> bytes:
    text = json.dumps(_plain(value) | {FORMAT_KEY: FORMAT}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _plain(value: Any) -> Any:
    shape: Any = type(value)
    if shape is str or shape is int or shape is bool or value is None:
        return value
    if shape is tuple:
        return [_plain(item) for item in value]
    if shape is Decimal:
        return plain(value)
    if shape is date:
        return value.isoformat()
    if isinstance(value, Enum):
        return value.key if isinstance(value, Worded) else value.value
    if shape is Tariff:
        return _plain_tariff(value)
    return _plain_shape(value)


@lru_cache(maxsize=64)
def _plain_tariff(tariff: Tariff) -> dict[str, Any]:
    """Kept, because a run's bases all hold the same few tariffs; nobody changes what it gives."""
    return _plain_shape(tariff)


def _plain_shape(value: Any) -> dict[str, Any]:
    shape: Any = type(value)
    found: dict[str, Any] = {name: _plain(getattr(value, name)) for name in _names(shape)}
    if shape in _KINDS:
        found[KIND] = _KINDS[shape]
    return found


@lru_cache(maxsize=64)
def _names(shape: type[Any]) -> tuple[str, ...]:
    if not is_dataclass(shape):
        raise TypeError(f"{shape.__name__} is no part of a basis or a bill.")
    return tuple(each.name for each in fields(shape))


def _value_from(shape: type[Shape], canonical: bytes) -> Shape:
    try:
        kept = json.loads(canonical)
        if kept.pop(FORMAT_KEY) != FORMAT:
            raise ValueError(f"they are not of format {FORMAT}")
        value: Shape = _read(shape, kept)
    except ImpossibleTariff:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise UnreadableBasis(f"These bytes are no {shape.__name__.lower()}: {error}.") from error
    return value


def _read(shape: Any, kept: Any) -> Any:
    origin = get_origin(shape)
    if origin is tuple:
        return _read_tuple(get_args(shape), kept)
    if origin in (Union, UnionType):
        return _read_one_of(get_args(shape), kept)
    if shape in (str, int, bool):
        if type(kept) is not shape:
            raise TypeError(f"{kept!r} is not {shape.__name__}")
        return kept
    if shape is Decimal:
        return Decimal(_read(str, kept))
    if shape is date:
        return date.fromisoformat(kept)
    if issubclass(shape, Worded):
        return shape[kept.upper()]
    if issubclass(shape, Enum):
        return shape(kept)
    return _read_shape(shape, kept)


def _read_shape(shape: type, kept: Mapping[str, Any]) -> Any:
    hints = _hints(shape)
    strange = set(kept) - set(hints) - ({KIND} if shape in _KINDS else set())
    if strange:
        raise LookupError(f"{shape.__name__} has no {', '.join(sorted(strange))}")
    return shape(**{name: _read(hint, kept[name]) for name, hint in hints.items()})


def _read_tuple(shapes: tuple[Any, ...], kept: list[Any]) -> tuple[Any, ...]:
    if not isinstance(kept, list):
        raise TypeError(f"{kept!r} is no list")
    if shapes[-1] is Ellipsis:
        return tuple(_read(shapes[0], item) for item in kept)
    return tuple(_read(shape, item) for shape, item in zip(shapes, kept, strict=True))


def _read_one_of(shapes: tuple[Any, ...], kept: Any) -> Any:
    if kept is None and NoneType in shapes:
        return None
    others = [shape for shape in shapes if shape is not NoneType]
    if len(others) == 1:
        return _read(others[0], kept)
    by_kind = {_KINDS[shape]: shape for shape in others}
    return _read(by_kind[kept[KIND]], kept)


@lru_cache(maxsize=64)
def _hints(shape: type) -> dict[str, Any]:
    _names(shape)
    return get_type_hints(shape)
