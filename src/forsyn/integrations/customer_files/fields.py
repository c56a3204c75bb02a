"""The fields that a row of a customer file can fill, and how each text becomes a value. Pure.

A parser takes a stripped, non-empty text and gives the value, or raises `Unreadable` with what is wrong and the mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from forsyn.kernel import identifiers
from forsyn.kernel.identifiers import InvalidIdentifier

Parser = Callable[[str], Any]


class Unreadable(ValueError):
    """A text that is no value of its field."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True, slots=True)
class Field:
    """One field: which register it belongs to, and its parser. Dates get theirs from the profile's format."""

    register: str
    parse: Parser | None
    required: bool = False
    """Where its register is made at all."""
    choices: tuple[str, ...] = ()


REGISTERS = ("customer", "supply_point", "installation", "agreement", "meter")
"""What a row can make, each needing the one it stands on; see STANDS_ON."""
STANDS_ON = {
    "supply_point": "customer",
    "installation": "supply_point",
    "agreement": "installation",
    "meter": "installation",
}
KEYS = {
    "customer": "customer_number",
    "supply_point": "supply_point_number",
    "installation": "installation_number",
    "agreement": "agreement_from",
    "meter": "meter_number",
}
"""A profile that maps a register's key field makes that register."""

_CPR = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d-?\d{4}(?!\d)")
CPR_HEADER = re.compile(r"(?i)\bcpr|person\s*-?\s*(nummer|nr)\b")


def _printable(text: str, length: int) -> str:
    value = " ".join(text.split())
    if not value.isprintable():
        raise Unreadable("holds characters that cannot be seen", "type it anew")
    if len(value) > length:
        raise Unreadable(f"is {len(value)} characters long", f"shorten it to {length}")
    return value


def _text(length: int) -> Parser:
    return lambda text: _printable(text, length)


def _name(text: str) -> str:
    if _CPR.search(text):
        raise Unreadable("seems to hold a CPR number", "take it out; CPR numbers are never imported here")
    return _printable(text, 200)


def _number(length: int) -> Parser:
    pattern = re.compile(rf"[0-9A-Za-zÆØÅæøå](?:[0-9A-Za-zÆØÅæøå ./_-]{{0,{length - 2}}}[^\s])?")

    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise Unreadable("is no such number", f"use 1 to {length} letters, digits, spaces and . / - _")
        if "-" in text and _CPR.fullmatch(text):
            raise Unreadable("looks like a CPR number", "use another number; CPR numbers are never imported here")
        return text

    return parse


def _identifier(check: Callable[[str], Any], what: str, mend: str) -> Parser:
    def parse(text: str) -> Any:
        try:
            return check(text)
        except InvalidIdentifier:
            raise Unreadable(what, mend) from None

    return parse


def _choice(choices: tuple[str, ...]) -> Parser:
    allowed = frozenset(choices)

    def parse(text: str) -> str:
        if text not in allowed:
            raise Unreadable("is not known", f"write one of {', '.join(choices)}, or map it in the profile's [values]")
        return text

    return parse


def _flag(text: str) -> bool:
    known = {"yes": True, "ja": True, "true": True, "1": True, "no": False, "nej": False, "false": False, "0": False}
    if (value := known.get(text.casefold())) is None:
        raise Unreadable("is neither yes nor no", "write yes or no")
    return value


def _property_number(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,7}", text):
        raise Unreadable("is no property number", "write up to seven digits")
    return text


_PHONE = _identifier(identifiers.phone, "is no phone number", "write eight digits, or + and the country's code first")
_DAR = _identifier(
    lambda text: UUID(str(identifiers.dar_id(text))), "is no DAR id", "write the UUID, or leave it empty"
)


def _field(register: str, parse: Parser | None, required: bool = False) -> Field:
    return Field(register, parse, required)


def _choices(register: str, *choices: str, required: bool = False) -> Field:
    return Field(register, _choice(choices), required, choices)


FIELDS: Mapping[str, Field] = {
    "customer_number": _field("customer", _number(20), True),
    "kind": _choices("customer", "person", "company"),
    "name": _field("customer", _name, True),
    "birth_date": _field("customer", None),
    "cvr": _field(
        "customer", _identifier(identifiers.cvr, "is no CVR number", "write eight digits whose check digit fits")
    ),
    "language": _choices("customer", "da", "en"),
    "email": _field("customer", _identifier(identifiers.email, "is no e-mail address", "write name@example.dk")),
    "mobile": _field("customer", _PHONE),
    "landline": _field("customer", _PHONE),
    "work_phone": _field("customer", _PHONE),
    "street": _field("supply_point", _text(100), True),
    "house_number": _field("supply_point", _text(10), True),
    "floor": _field("supply_point", _text(10)),
    "door": _field("supply_point", _text(10)),
    "postal_code": _field(
        "supply_point", _identifier(identifiers.postal_code, "is no postal code", "write four digits"), True
    ),
    "city": _field("supply_point", _text(60), True),
    "municipality_code": _field(
        "supply_point",
        _identifier(identifiers.municipality_code, "is no municipality code", "write 101 to 860, or leave it empty"),
    ),
    "dar_address_id": _field("supply_point", _DAR),
    "dar_access_address_id": _field("supply_point", _DAR),
    "supply_point_number": _field("supply_point", _number(20), True),
    "housing_kind": _choices(
        "supply_point", "house", "terraced_house", "flat", "holiday_home", "business", required=True
    ),
    "property_number": _field("supply_point", _property_number),
    "bfe_number": _field(
        "supply_point",
        _identifier(identifiers.bfe_number, "is no BFE number", "write up to ten digits, or leave it empty"),
    ),
    "installation_number": _field("installation", _number(20), True),
    "commodity": _choices("installation", "heat", "water", "waste_water", required=True),
    "installed_from": _field("installation", None),
    "installed_until": _field("installation", None),
    "agreement_number": _field("agreement", _number(20)),
    "relation": _choices("agreement", "owner", "tenant", "administrator", required=True),
    "agreement_from": _field("agreement", None, True),
    "agreement_until": _field("agreement", None),
    "is_primary": _field("agreement", _flag),
    "meter_number": _field("meter", _number(64), True),
    "mounted_from": _field("meter", None),
    "mounted_until": _field("meter", None),
}
"""Every field there is, in the order of documentation. A field without a parser is a date."""
