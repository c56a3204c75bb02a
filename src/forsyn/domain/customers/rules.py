"""Rules of the customer register: which values are good, and how a change becomes history. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forsyn.kernel import identifiers
from forsyn.kernel.danish import search_key, sort_key
from forsyn.kernel.periods import Period

NAME_LENGTH = 200
NUMBER_LENGTH = 20
KEY_LENGTH = 400
EARLIEST_DATE = date(1850, 1, 1)


class NotPossible(ValueError):
    """The change would break a rule of the register; the message says why and what to do, in Danish."""


@dataclass(frozen=True)
class Version:
    """A stored value and the period it holds in."""

    id: int
    period: Period
    value: str


@dataclass(frozen=True)
class ChangePlan:
    """What makes a new value hold from a day on. Ids of stored versions; None = no such step."""

    close: int | None = None
    """Gets the day as its end."""
    remove: int | None = None
    """Began on the same day and held for no whole day."""
    reopen: int | None = None
    """Ended on the day, and holds the same value as wanted."""
    insert: bool = False
    """A new version from the day on."""

    @property
    def is_empty(self) -> bool:
        return self == ChangePlan()


def plan_change(versions: Iterable[Version], value: str | None, day: date) -> ChangePlan:
    """How ``value`` (None: no value any more) comes to hold from ``day`` on; versions do not overlap.

    What held before the day stays untouched. A version that began on the very day is replaced, and the one
    before is reopened when its value comes back. Raises NotPossible when something is already recorded for a
    later day.
    """
    history = sorted(versions, key=lambda version: version.period.first)
    later = [version for version in history if version.period.first > day]
    if later:
        raise NotPossible(
            f"Der er allerede registreret en ændring fra {danish_date(later[0].period.first)}. "
            "Vælg den dag eller en senere."
        )
    current = next((version for version in history if day in version.period), None)
    if current is not None and current.period.until is not None:
        raise NotPossible(
            f"Det, der gælder nu, ophører allerede {danish_date(current.period.until)}. Vælg den dag eller en senere."
        )
    if (current.value if current else None) == value:
        return ChangePlan()
    if current is not None and current.period.first < day:
        return ChangePlan(close=current.id, insert=value is not None)
    remove = current.id if current else None
    before = next((version for version in history if version.period.until == day), None)
    if before is not None and before.value == value:
        return ChangePlan(remove=remove, reopen=before.id)
    return ChangePlan(remove=remove, insert=value is not None)


def clean_contact(kind: str, text: str) -> str:
    """A contact value in its stored form. Raises InvalidIdentifier with the mend, in Danish."""
    return identifiers.email(text) if kind == "email" else identifiers.phone(text)


def clean_name(text: str) -> str:
    """A name of a person or company, without doubled spaces. Raises NotPossible."""
    name = " ".join(text.split())
    if not name:
        raise NotPossible("Skriv et navn.")
    if not name.isprintable():
        raise NotPossible("Navnet har usynlige tegn. Skriv det igen i stedet for at kopiere det.")
    if len(name) > NAME_LENGTH:
        raise NotPossible(f"Navnet er på {len(name)} tegn; der er plads til {NAME_LENGTH}.")
    return name


def clean_number(text: str, what: str) -> str:
    """A customer, agreement, place or installation number: text, zeros in front kept. Raises NotPossible."""
    number = text.strip()
    if not re.fullmatch(rf"[0-9A-Za-zÆØÅæøå](?:[0-9A-Za-zÆØÅæøå ./_-]{{0,{NUMBER_LENGTH - 2}}}\S)?", number):
        raise NotPossible(
            f"{what} skal være på 1 til {NUMBER_LENGTH} tegn: bogstaver, cifre, mellemrum, punktum, skråstreg, - og _."
        )
    return number


def check_legal_form(*, kind: str, birth_date: date | None, cvr: str | None, today: date) -> None:
    """A person has no CVR number and a company no birth date. Raises NotPossible."""
    if kind == "person" and cvr:
        raise NotPossible("En person har ikke CVR-nummer. Opret kunden som virksomhed.")
    if kind == "company" and birth_date:
        raise NotPossible("En virksomhed har ikke fødselsdato. Opret kunden som person.")
    if birth_date is not None and not EARLIEST_DATE <= birth_date <= today:
        raise NotPossible(f"Fødselsdatoen {danish_date(birth_date)} kan ikke passe.")


def check_period(first: date, until: date | None, what: str) -> Period:
    """A period that begins before it ends. Raises NotPossible."""
    if until is not None and until <= first:
        raise NotPossible(
            f"{what} ophører {danish_date(until)}, men begynder først {danish_date(first)}. "
            "Slutdatoen skal ligge efter."
        )
    return Period(first, until)


def name_keys(name: str) -> tuple[str, str]:
    """Sort key and search key of a name; cut where letters that fold to several make them longer than is kept."""
    return sort_key(name)[:KEY_LENGTH], search_key(name)[:KEY_LENGTH]


def address_keys(
    *, street: str, house_number: str, floor: str, door: str, postal_code: str, city: str
) -> tuple[str, str]:
    """Sort key and search key of an address: by street, house number as a number, floor and door."""
    match = re.match(r"([0-9]*)(.*)", house_number)
    digits, letter = match.groups() if match else ("", house_number)
    order = " ".join(
        (sort_key(street), f"{digits:0>4}{letter.strip().casefold()}", _floor_order(floor), sort_key(door))
    )
    whole = " ".join(part for part in (street, house_number, floor, door, postal_code, city) if part)
    return f"{order} {postal_code}"[:KEY_LENGTH], search_key(whole)[:KEY_LENGTH]


def _floor_order(floor: str) -> str:
    low = {"kl": "a0", "": "a1", "st": "a2"}
    return low.get(floor.casefold(), f"b{floor:0>2}")


def danish_date(day: date) -> str:
    """As 3.5.2026, for messages."""
    return f"{day.day}.{day.month}.{day.year}"


def belong_together(customers: Iterable[int], groups: Iterable[frozenset[int]]) -> bool:
    """Whether all customers are linked by groups (parties to one agreement each), directly or through each other.

    One customer alone belongs together; none do not.
    """
    rest = set(customers)
    linked = {rest.pop()} if rest else set()
    groups = list(groups)
    while rest and (found := {each for group in groups if group & linked for each in group & rest}):
        linked |= found
        rest -= found
    return bool(linked) and not rest
