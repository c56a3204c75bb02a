"""What a person takes along (Art. 20): a plan that can be read, the package, and the way to another controller.

    plan_portability(customer_ids=…)               # what would be in it; reads only
    build_portable_package(customer_ids=…, …)      # the ZIP's bytes, in pieces
    portable_package(customer_ids=…, …)            # made, through the door, ready to be handed to the person
    send_to_another_controller(customer_ids=…, …)  # likewise, to whom the person wants to have it (Art. 20(2))

The first two work under `P.PRIVACY_RIGHTS`, which the caller has entered; the others enter it. The same data and time
give the same bytes. Whether somebody may have it is the caller's to settle first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.integrations.packages.codec import write_zip
from forsyn.policy.items import Text
from forsyn.policy.portable import Part
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.package_door import Package, PackageRefused, spooled, through_the_door
from forsyn.workflows.portability_data import Portable, Taken, portable, taken
from forsyn.workflows.portability_files import PortableFiles

ANOTHER_CONTROLLER = "another_controller"
"""The recipient of both policies that a person may have their data sent to."""
STATUTE = "databeskyttelsesforordningens artikel 20, stk. 2"
NAME = Text("dataportabilitet-{number}-{day}.zip", "portability-{number}-{day}.zip")


@dataclass(frozen=True, slots=True)
class PortableLine:
    """One table of the package. ``readings``: single values, where rows hold many."""

    table: str
    title: Text
    categories: tuple[str, ...]
    rows: int
    readings: int = 0


@dataclass(frozen=True, slots=True)
class PortabilityPlan:
    """What the package holds, as plain data. ``withheld``: item keys that are left out, with the reason that shows."""

    customers: int
    lines: tuple[PortableLine, ...]
    withheld: Mapping[str, str]
    gaps: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept as evidence."""
        return {
            "customers": self.customers,
            "lines": [
                {
                    "table": line.table,
                    "title": {"da": line.title.da, "en": line.title.en},
                    "categories": list(line.categories),
                    "rows": line.rows,
                    "readings": line.readings,
                }
                for line in self.lines
            ],
            "withheld": dict(self.withheld),
            "gaps": list(self.gaps),
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the plan, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(category for line in self.lines for category in line.categories))

    def counts(self) -> dict[str, int]:
        """Rows and readings, without persons."""
        return {
            "tables": len(self.lines),
            "rows": sum(line.rows for line in self.lines),
            "readings": sum(line.readings for line in self.lines),
            "withheld": len(self.withheld),
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a package left for another controller: what the door has on record, and what the receiver may compare."""

    disclosure_id: int
    receiver: str
    sha256: str
    byte_count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """A package for another controller. Settle it (`settle_hand_over`) when it has been handed over, or has not."""

    package: Package
    receipt: Receipt


def plan_portability(
    *, customer_ids: Collection[int], withheld: Mapping[str, str] | None = None, found: Portable | None = None
) -> PortabilityPlan:
    """What the package would hold. A key of ``withheld`` is a table, a row (``table:id``) or ``table.column``."""
    mine = found or portable()
    with taken(customer_ids=customer_ids, withheld=withheld or {}, found=mine) as data:
        lines = tuple(line for part in mine.parts if (line := _line(data, part)).rows)
        gaps = tuple(gap.what for gap in mine.reader.shape.gaps)
        return PortabilityPlan(len(data.subject.customers), lines, data.withheld, gaps)


def _line(data: Taken, part: Part) -> PortableLine:
    if part.name not in data.days:
        return PortableLine(part.name, part.sheet.title, _categories(data, part), len(data.rows(part)))
    rows = readings = 0
    for row in data.days[part.name]:
        rows += 1
        readings += sum(reading.value is not None for reading in data.observed(row)[0])
    return PortableLine(part.name, part.sheet.title, part.categories, rows, readings)


def _categories(data: Taken, part: Part) -> tuple[str, ...]:
    """Those of a table, or those that its rows say they hold."""
    told = part.sheet.table.told_by
    place = part.sheet.place(told.column) if told else None
    if told is None or place is None:
        return part.categories
    held = {told.categories.get(row.values[place]) for row in data.rows(part)}
    return tuple(category for category in part.categories if category in held)


def build_portable_package(
    *,
    customer_ids: Collection[int],
    now: datetime,
    withheld: Mapping[str, str] | None = None,
    language: Language = Language.DANISH,
    found: Portable | None = None,
) -> Iterator[bytes]:
    """The package's bytes, in pieces. Raises PackageRefused.

    ``withheld``: item keys with the reason that the person reads. Read it to its end within the purpose entered.
    """
    mine = found or portable()
    if mine.reader.shape.gaps:
        raise PackageRefused("Noget er ikke erklæret, så pakken ville mangle det. Ret det i programmet først.")
    try:
        with taken(customer_ids=customer_ids, withheld=withheld or {}, found=mine) as data:
            yield from write_zip(PortableFiles(data, language, now).entries(), at=now)
    except VaultClosed as closed:
        raise PackageRefused(closed.for_staff) from closed


def portable_package(
    *,
    customer_ids: Collection[int],
    number: str,
    actor: int | None,
    now: datetime,
    today: date,
    withheld: Mapping[str, str] | None = None,
    language: Language = Language.DANISH,
) -> Package:
    """Make the package, put on record at the door that the person gets it, and give it to be handed over.

    ``number`` (of the customer or the request) goes into the file's name. Raises PackageRefused, DisclosureRefused.
    """
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        made, categories = _made(customer_ids, number, now, today, withheld, language)
        return through_the_door(made, categories=categories, customer_ids=customer_ids, now=now, today=today)


def send_to_another_controller(
    *,
    customer_ids: Collection[int],
    receiver: str,
    country: str,
    number: str,
    actor: int | None,
    now: datetime,
    today: date,
    withheld: Mapping[str, str] | None = None,
    language: Language = Language.DANISH,
) -> HandOver:
    """Make the package for the company that the person names, on record at the door (Art. 20(2)).

    ``receiver`` is that company's name, ``country`` where it is (two letters). Raises PackageRefused where one is not
    said, DisclosureRefused where it is outside the EU and EEA.
    """
    if not receiver.strip():
        raise PackageRefused("Skriv navnet på den virksomhed, som personen vil have sine oplysninger sendt til.")
    if not country:
        raise PackageRefused("Vælg det land, hvor virksomheden er. Vi sender intet ud af EU og EØS.")
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        made, categories = _made(customer_ids, number, now, today, withheld, language)
        package = through_the_door(
            made,
            categories=categories,
            customer_ids=customer_ids,
            recipient=ANOTHER_CONTROLLER,
            statute=STATUTE,
            country=country,
            now=now,
            today=today,
        )
    digest = package.digest
    assert package.disclosure_id is not None
    return HandOver(
        package, Receipt(package.disclosure_id, receiver.strip(), digest.sha256.hex(), digest.byte_count, now)
    )


def settle_hand_over(*, receipt: Receipt, delivered: bool, actor: int | None, now: datetime) -> None:
    """Put on record whether the other controller has taken the package over."""
    with purpose(P.PRIVACY_RIGHTS, actor=actor):
        door.handed_over(disclosure_id=receipt.disclosure_id, delivered=delivered, now=now)


def _made(
    customer_ids: Collection[int],
    number: str,
    now: datetime,
    today: date,
    withheld: Mapping[str, str] | None,
    language: Language,
) -> tuple[Package, tuple[str, ...]]:
    """The package, and the categories that it holds. Within the purpose entered."""
    try:
        plan = plan_portability(customer_ids=customer_ids, withheld=withheld)
    except VaultClosed as closed:
        raise PackageRefused(closed.for_staff) from closed
    pieces = build_portable_package(customer_ids=customer_ids, now=now, withheld=withheld, language=language)
    name = NAME.in_(language).format(number=number, day=today.isoformat())
    return spooled(pieces, name), plan.categories
