"""What can be corrected (Art. 16), and what a correction makes of a history. Pure.

A *change* holds from a day on, and what was before stays as history. A *correction* says that a value was never right:
no day keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

from forsyn.domain.customers.rules import (
    NotPossible,
    Version,
    check_legal_form,
    check_period,
    clean_contact,
    clean_name,
    danish_date,
)
from forsyn.kernel import identifiers
from forsyn.kernel.periods import Period
from forsyn.policy.wording import capitalised

EVIDENCE_LENGTH = 4000


class Field(StrEnum):
    """A datum of the register that a person can have corrected."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    CVR = "cvr"
    LANGUAGE = "language"
    EMAIL = "email"
    MOBILE = "mobile"
    LANDLINE = "landline"
    WORK_PHONE = "work_phone"
    ADDRESS = "address"
    """Of a supply point."""
    HOUSING_KIND = "housing_kind"
    """Of a supply point."""
    PROPERTY_NUMBER = "property_number"
    """Of a supply point."""
    RELATION = "relation"
    """Of an agreement: owner, tenant, administrator."""
    AGREEMENT_PERIOD = "agreement_period"
    """The days of an agreement, written first/until; until, the first day without it, may be left out."""


VERSIONED = frozenset({Field.NAME, Field.EMAIL, Field.MOBILE, Field.LANDLINE, Field.WORK_PHONE})
"""Fields kept as periods."""
OF_CUSTOMER = frozenset({Field.BIRTH_DATE, Field.CVR, Field.LANGUAGE})
OF_PLACE = frozenset({Field.ADDRESS, Field.HOUSING_KIND, Field.PROPERTY_NUMBER})
OF_AGREEMENT = frozenset({Field.RELATION, Field.AGREEMENT_PERIOD})

CATEGORIES: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: ("name",),
    Field.BIRTH_DATE: ("date_of_birth",),
    Field.CVR: ("cvr",),
    Field.LANGUAGE: ("preferences",),
    Field.EMAIL: ("email",),
    Field.MOBILE: ("mobile",),
    Field.LANDLINE: ("landline",),
    Field.WORK_PHONE: ("work_phone",),
    Field.ADDRESS: ("address",),
    Field.HOUSING_KIND: ("housing",),
    Field.PROPERTY_NUMBER: ("property_number",),
    Field.RELATION: ("housing",),
    Field.AGREEMENT_PERIOD: ("moves", "agreement"),
}
"""The policy's categories under which a field's value leaves the house."""
NAMES: Mapping[Field, str] = {
    Field.NAME: "navn",
    Field.BIRTH_DATE: "fødselsdato",
    Field.CVR: "CVR-nummer",
    Field.LANGUAGE: "sprog",
    Field.EMAIL: "e-mail",
    Field.MOBILE: "mobilnummer",
    Field.LANDLINE: "fastnetnummer",
    Field.WORK_PHONE: "telefonnummer på arbejdet",
    Field.ADDRESS: "adresse på forsyningsstedet",
    Field.HOUSING_KIND: "boligtype",
    Field.PROPERTY_NUMBER: "ejendomsnummer",
    Field.RELATION: "boligforhold",
    Field.AGREEMENT_PERIOD: "aftalens datoer",
}
"""As people call them, in Danish."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A value in a period; ``id`` is the stored version that carries it, None for a new one."""

    id: int | None
    period: Period
    value: str


@dataclass(frozen=True, slots=True)
class HistoryCorrection:
    """What makes a history right: versions to delete, to rewrite (in this order), and to put in."""

    remove: tuple[int, ...] = ()
    rewrite: tuple[Stretch, ...] = ()
    insert: tuple[Stretch, ...] = ()


def correct_history(
    versions: Iterable[Version], *, version_id: int | None, right: str | None, since: date | None
) -> HistoryCorrection:
    """How a version's value becomes ``right`` (None: there never was one) from ``since`` (else its first day) on.

    Without ``version_id`` a value that was missing is put in, from ``since`` until the next one begins. Neighbours
    that then hold the same value become one. Raises NotPossible.
    """
    history = sorted(versions, key=lambda version: version.period.first)
    made = _missing(history, right, since) if version_id is None else _replaced(history, version_id, right, since)
    return _difference(history, _joined(made))


def _missing(history: list[Version], right: str | None, since: date | None) -> list[Stretch]:
    if right is None or since is None:
        raise NotPossible("Skriv den rigtige oplysning, og fra hvilken dag den gælder.")
    taken = next((version for version in history if since in version.period), None)
    if taken is not None:
        raise NotPossible(f"Der står allerede noget fra {danish_date(taken.period.first)}. Ret den oplysning i stedet.")
    following = next((version.period.first for version in history if version.period.first > since), None)
    stretches = [Stretch(version.id, version.period, version.value) for version in history]
    stretches.append(Stretch(None, Period(since, following), right))
    return sorted(stretches, key=lambda stretch: stretch.period.first)


def _replaced(history: list[Version], version_id: int, right: str | None, since: date | None) -> list[Stretch]:
    stretches: list[Stretch] = []
    for version in history:
        if version.id != version_id:
            stretches.append(Stretch(version.id, version.period, version.value))
            continue
        if right == version.value:
            raise NotPossible("Den rigtige oplysning er den samme, som allerede står der. Der er intet at rette.")
        first = version.period.first if since is None else since
        if first not in version.period:
            raise NotPossible(
                f"Den forkerte oplysning har ikke stået der {danish_date(first)}, men fra "
                f"{danish_date(version.period.first)}. Vælg en dag, hvor den stod der."
            )
        if first > version.period.first:
            stretches.append(Stretch(version.id, Period(version.period.first, first), version.value))
        if right is not None:
            whole = first == version.period.first
            stretches.append(Stretch(version.id if whole else None, Period(first, version.period.until), right))
    return stretches


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours of the same value as one, carried by a stored version where there is one."""
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last is not None and last.value == stretch.value and last.period.until == stretch.period.first:
            kept = last.id if last.id is not None else stretch.id
            joined[-1] = Stretch(kept, Period(last.period.first, stretch.period.until), last.value)
        else:
            joined.append(stretch)
    return joined


def _difference(history: list[Version], wanted: list[Stretch]) -> HistoryCorrection:
    kept = {stretch.id for stretch in wanted}
    before = {version.id: version for version in history}
    rewrite = [
        stretch
        for stretch in wanted
        if stretch.id is not None
        and (stretch.period, stretch.value) != (before[stretch.id].period, before[stretch.id].value)
    ]
    rewrite.sort(key=lambda stretch: _grows(stretch, before))
    return HistoryCorrection(
        tuple(version.id for version in history if version.id not in kept),
        tuple(rewrite),
        tuple(stretch for stretch in wanted if stretch.id is None),
    )


def _grows(stretch: Stretch, before: Mapping[int, Version]) -> bool:
    """Those that give way go first: no two versions may hold on one day, not even for a moment."""
    assert stretch.id is not None
    return stretch.period.clip(before[stretch.id].period) != stretch.period


# -- what is right -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlaceAddress:
    """An address as it is typed: parts of their own, since one line of text cannot be told apart for sure."""

    street: str
    house_number: str
    postal_code: str
    city: str
    floor: str = ""
    door: str = ""

    def __str__(self) -> str:
        unit = " ".join(part for part in (f"{self.floor}." if self.floor.isdigit() else self.floor, self.door) if part)
        return f"{self.street} {self.house_number}{f', {unit}' if unit else ''}, {self.postal_code} {self.city}"


def clean_right(field: Field, text: str, *, kind: str, choices: Collection[str], today: date) -> str:
    """The right value in its stored form; empty: there is none. ``kind``: person or company.

    ``choices`` are the values that the field has, where it has a few. Raises NotPossible or InvalidIdentifier.
    """
    text = text.strip()
    if not text:
        if field not in _MAY_BE_EMPTY:
            raise NotPossible(f"{capitalised(NAMES[field])} kan rettes, men ikke fjernes. Skriv, hvad der er rigtigt.")
        return ""
    if choices and text not in choices:
        raise NotPossible(f"{capitalised(NAMES[field])} kan ikke være »{text}«. Vælg en af dem, der er.")
    cleaner = _CLEANERS.get(field)
    cleaned = cleaner(text) if cleaner else text
    if field in (Field.BIRTH_DATE, Field.CVR):
        born = date.fromisoformat(cleaned) if field is Field.BIRTH_DATE else None
        check_legal_form(kind=kind, birth_date=born, cvr=None if born else cleaned, today=today)
    return cleaned


def agreement_period(text: str) -> Period:
    """``2026-05-01/2026-07-01`` as a period; without an end it still runs. Raises NotPossible."""
    first, _, until = text.partition("/")
    return check_period(_day(first), _day(until) if until.strip() else None, "Aftalen")


def written(period: Period) -> str:
    """A period as `agreement_period` reads it."""
    return f"{period.first.isoformat()}/{period.until.isoformat() if period.until else ''}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise NotPossible(
            f"»{text.strip()}« er ikke en dato. Skriv år, måned og dag, for eksempel 2026-05-01."
        ) from None


def _birth_date(text: str) -> str:
    return _day(text).isoformat()


def _language(text: str) -> str:
    if text not in {"da", "en"}:
        raise NotPossible("Sproget skal være dansk eller engelsk.")
    return text


def _property_number(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= PROPERTY_NUMBER_DIGITS):
        raise NotPossible(f"Et ejendomsnummer er på højst {PROPERTY_NUMBER_DIGITS} cifre.")
    return text


PROPERTY_NUMBER_DIGITS = 7
_MAY_BE_EMPTY = frozenset(
    {
        Field.BIRTH_DATE,
        Field.CVR,
        Field.EMAIL,
        Field.MOBILE,
        Field.LANDLINE,
        Field.WORK_PHONE,
        Field.PROPERTY_NUMBER,
    }
)
_CLEANERS: Mapping[Field, Callable[[str], str]] = {
    Field.NAME: clean_name,
    Field.BIRTH_DATE: _birth_date,
    Field.CVR: identifiers.cvr,
    Field.LANGUAGE: _language,
    **{field: partial(clean_contact, field.value) for field in (Field.EMAIL, Field.MOBILE, Field.LANDLINE)},
    Field.WORK_PHONE: partial(clean_contact, Field.WORK_PHONE.value),
    Field.PROPERTY_NUMBER: _property_number,
    Field.AGREEMENT_PERIOD: lambda text: written(agreement_period(text)),
}
