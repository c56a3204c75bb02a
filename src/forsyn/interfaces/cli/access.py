"""`forsyn access`: the copy of a person's data (Art. 15), into a file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_package import AccessPlan, Package, PackageRefused, access_package, plan_access


@works_for(P.PRIVACY_RIGHTS)
def access(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="The person's customer numbers.")],
    to: Annotated[Path | None, typer.Option("--to", help="Write the package (ZIP) here, for the person.")] = None,
    language: Annotated[Language, typer.Option(help="Of the texts in it.")] = Language.DANISH,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Show what a person's copy would hold; with --to, make it. Settle first who asks.

    A package is on record as given to the person. What is withheld is decided on the privacy desk, in a request; here
    nothing is. The file must not exist yet, and only you can read it; delete it when it has been handed over.
    """
    host: Host = context.obj
    now, today = timezone.now(), timezone.localdate()
    if to is not None and to.exists():
        fail(f"{to} is there already. Choose another name, or delete it.", json=json)
    with host.database(), explaining(PackageRefused, DisclosureRefused, json=json):
        with purpose(P.PRIVACY_RIGHTS, actor=None):
            found = customer_ids(numbers=numbers)
            if missing := [number for number in numbers if number not in found]:
                fail(f"There is no customer {', '.join(missing)}. Look the number up on a bill.", json=json)
            keys = list(found.values())
            record(kind=AccessKind.EXPORT if to else AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=keys)
            plan = plan_access(customer_ids=keys, today=today)
        written = 0
        if to is not None:
            package = access_package(
                customer_ids=keys, number=numbers[0], actor=None, now=now, today=today, language=language
            )
            written = write_package(to, package, json=json)
    if json:
        print_json(plan.as_json() | {"counts": plan.counts(), "file": str(to) if to else None, "bytes": written})
        return
    _print(plan)
    if to is not None:
        console.print(f"{to}: {written:,} bytes, on record as given to the person.")


def write_package(to: Path, package: Package, *, json: bool) -> int:
    """The package as a file, all or nothing; the number of bytes."""
    try:
        return _write(to, package.pieces())
    except OSError as error:
        fail(f"{to} cannot be written: {error.strerror}. Nothing is left of it.", json=json)
    finally:
        package.close()


def _write(to: Path, pieces: Iterable[bytes]) -> int:
    """All or nothing; for the owner's eyes."""
    written = 0
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                written += file.write(piece)
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    return written


def _print(plan: AccessPlan) -> None:
    table = Table("table", "what", "rows", "readings", "kept until")
    for line in plan.lines:
        table.add_row(line.table, line.title.en, str(line.rows), str(line.readings or ""), str(line.until or ""))
    console.print(table)
    for gap in plan.gaps:
        console.print(f"[bold red]gap:[/bold red] {gap.what}. {gap.mend}")
    counts = plan.counts()
    console.print(f"{counts['rows']:,} rows in {counts['tables']} tables, {counts['readings']:,} readings.")
