"""`forsyn portability`: what a person takes along (Art. 20), into a file."""

from __future__ import annotations

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
from forsyn.interfaces.cli.access import write_package
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.package_door import PackageRefused
from forsyn.workflows.portability import PortabilityPlan, plan_portability, portable_package


@works_for(P.PRIVACY_RIGHTS)
def portability(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="The person's customer numbers.")],
    to: Annotated[Path | None, typer.Option("--to", help="Write the package (ZIP) here, for the person.")] = None,
    language: Annotated[Language, typer.Option(help="Of the texts in it.")] = Language.DANISH,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Show what a person may take along; with --to, make the package. Settle first who asks.

    It holds what the person gave and what meters observed, on consent or contract: JSON by the published schema, CSV,
    and consumption as ESPI. It is on record as given to the person; one for another company is made on the privacy
    desk. The file must not exist yet, and only you can read it; delete it when it has been handed over.
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
            plan = plan_portability(customer_ids=keys)
        written = 0
        if to is not None:
            made = portable_package(
                customer_ids=keys, number=numbers[0], actor=None, now=now, today=today, language=language
            )
            written = write_package(to, made, json=json)
    if json:
        print_json(plan.as_json() | {"counts": plan.counts(), "file": str(to) if to else None, "bytes": written})
        return
    _print(plan)
    if to is not None:
        console.print(f"{to}: {written:,} bytes, on record as given to the person.")


def _print(plan: PortabilityPlan) -> None:
    table = Table("table", "what", "rows", "readings")
    for line in plan.lines:
        table.add_row(line.table, line.title.en, str(line.rows), str(line.readings or ""))
    console.print(table)
    for gap in plan.gaps:
        console.print(f"[bold red]gap:[/bold red] {gap}")
    counts = plan.counts()
    console.print(f"{counts['rows']:,} rows in {counts['tables']} tables, {counts['readings']:,} readings.")
