"""`forsyn on-account`: plans for what is paid on account, and the degree days that expected heat follows."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from forsyn.domain.billing.actions_plans import MonthOfDegreeDays, PlansMade
from forsyn.domain.billing.basis_queries import NoVatRate
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.purposes import P
from forsyn.workflows.on_account import make_plans, record_degree_days

app = typer.Typer(help="What customers pay on account: plans, and degree days.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
COLUMNS = ("month", "degree_days", "normal_degree_days")


@app.command("plan")
@works_for(P.SETTLEMENT)
def plan(
    context: typer.Context,
    commodity: Annotated[Commodity, typer.Option(help="Of which commodity.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The day after the last.")],
    json: Json = False,
) -> None:
    """Make a plan for everybody who pays on account and has none in these days.

    Expected is what was used in the same days a year before; heat is brought to a normal year by degree days, where
    they are on record. Who is new is planned by what such homes use. Running it again makes what is still missing.
    """
    if until <= first:
        fail("--until is the day after the last, so it must come after --from.", json=json)
    host: Host = context.obj
    with host.database(), explaining(NoVatRate, json=json):
        made = make_plans(
            commodity=commodity.value, first=first.date(), until=until.date(), today=timezone.localdate(),
            now=timezone.now(), actor=None,
        )  # fmt: skip
    _tell(made, json=json)


def _tell(made: PlansMade, *, json: bool) -> None:
    reasons = Counter(reason.code.key for refused in made.refused for reason in refused.reasons)
    if json:
        print_json({"plans": made.plans, "instalments": made.instalments, "refused": len(made.refused),
                    "reasons": dict(reasons)})  # fmt: skip
        return
    console.print(f"{made.plans} plans with {made.instalments} instalments.")
    for refused in made.refused[:20]:
        console.print(f"No plan for agreement {refused.agreement}: {refused.reasons[0].sentence}")
    if len(made.refused) > 20:
        console.print(f"{len(made.refused) - 20} more agreements have no plan for the same kinds of reasons.")


@app.command("degree-days")
@works_for(P.SETTLEMENT)
def degree_days(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV: " + ";".join(COLUMNS))],
    json: Json = False,
) -> None:
    """Note the degree days (graddage) of months; what was noted of a month before is replaced.

    A line a month, as 2026-01;512,3;489,0; what is not over yet has no degree days of its own.
    """
    months = _months(file, json=json)
    host: Host = context.obj
    with host.database():
        count = record_degree_days(months=months, actor=None)
    if json:
        print_json({"months": count})
    else:
        console.print(f"{count} months noted.")


def _months(file: Path, *, json: bool) -> list[MonthOfDegreeDays]:
    found = []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, delimiter=";")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            fail(f"The first line must be {';'.join(COLUMNS)}.", json=json)
        for row in rows:
            try:
                month = date.fromisoformat(f"{row['month'].strip()[:7]}-01")
                actual, normal = (_number(row[name]) for name in COLUMNS[1:])
                if normal is None:
                    raise ValueError("no normal")
            except (ValueError, AttributeError, InvalidOperation):
                fail(
                    f"Line {rows.line_num} is not a month with its degree days, such as 2026-01;512,3;489,0.", json=json
                )
            found.append(MonthOfDegreeDays(month, actual, normal))
    return found


def _number(text: str) -> str | None:
    """A decimal with comma or point, as text with a point; None: nothing stands there."""
    if not text.strip():
        return None
    number = Decimal(text.strip().replace(",", "."))
    if not (number.is_finite() and 0 <= number < 10_000):
        raise ValueError(text)
    return str(number)
