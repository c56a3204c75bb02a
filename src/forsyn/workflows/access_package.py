"""The copy of a person's data (Art. 15): a plan that can be read, and the package: a ZIP with PDF, JSON and CSV.

    plan_access(customer_ids=…, …)              # what would be in it; reads only
    build_access_package(customer_ids=…, …)     # its bytes, in pieces
    access_package(customer_ids=…, …)           # the whole way: made, through the door, ready to be handed over

The first two work under `P.PRIVACY_RIGHTS`, which the caller has entered; the third enters it. The same data and time
give the same bytes. Whether somebody may have it is the caller's to settle first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.integrations.packages.codec import write_zip
from forsyn.policy.items import Text
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_data import reader
from forsyn.workflows.access_files import Files
from forsyn.workflows.access_plan import AccessLine, AccessPlan, gathered, plan_access
from forsyn.workflows.package_door import Package, PackageRefused, spooled, through_the_door

NAME = Text("indsigt-{number}-{day}.zip", "access-{number}-{day}.zip")

__all__ = [
    "AccessLine",
    "AccessPlan",
    "Package",
    "PackageRefused",
    "access_package",
    "build_access_package",
    "plan_access",
]


def build_access_package(
    *,
    customer_ids: Collection[int],
    now: datetime,
    today: date,
    withheld: Mapping[str, str] | None = None,
    language: Language = Language.DANISH,
    pdf: bool = True,
) -> Iterator[bytes]:
    """The package's bytes, in pieces; memory does not grow with the number of readings. Raises PackageRefused.

    ``withheld``: item keys (a table, ``table:id``, ``table.column``) with the reason that the person reads. Read it to
    its end within the purpose entered.
    """
    mine = reader()
    if mine.shape.gaps:
        raise PackageRefused("Noget er ikke erklæret, så pakken ville mangle det. Ret det i programmet først.")
    try:
        with gathered(customer_ids=customer_ids, withheld=withheld or {}, today=today, found=mine) as data:
            yield from write_zip(Files(data, language, now).entries(pdf=pdf), at=now)
    except VaultClosed as closed:
        raise PackageRefused(closed.for_staff) from closed


def access_package(
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
        plan = plan_access(customer_ids=customer_ids, today=today, withheld=withheld)
        pieces = build_access_package(
            customer_ids=customer_ids, now=now, today=today, withheld=withheld, language=language
        )
        name = NAME.in_(language).format(number=number, day=today.isoformat())
        categories = tuple(dict.fromkeys(key for line in plan.lines for key in line.categories))
        return through_the_door(
            spooled(pieces, name), categories=categories, customer_ids=customer_ids, now=now, today=today
        )
