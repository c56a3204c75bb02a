"""`forsyn breaches`: the breach register's clocks, and letters that wait."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.accountability import queries
from forsyn.domain.accountability.queries import Line
from forsyn.domain.accountability.rules import Clock
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.breaches import tell_released

app = typer.Typer(help="Breaches of security: their 72 hours, and letters that wait.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@app.command("list")
@works_for(P.PRIVACY_RIGHTS)
def list_breaches(context: typer.Context, json: Json = False) -> None:
    """List the breaches, open ones first, the most urgent at the top.

    Ends with status 1 where the 72 hours of one are over and nobody was notified, so that a monitor can tell.
    """
    host: Host = context.obj
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        lines = queries.breaches(now=timezone.now())
    if json:
        print_json([_plain(line) for line in lines])
    else:
        table = Table("number", "title", "72 hours", "notify by", "risk", "affected", "told", "next")
        for line in lines:
            row = _plain(line)
            table.add_row(*(escape(str(row[key])) for key in row))
        console.print(table)
    if any(line.clock is Clock.OVERDUE for line in lines):
        raise typer.Exit(1)


def _plain(line: Line) -> dict[str, str | int]:
    return {
        "number": line.row.number,
        "title": line.row.title,
        "clock": str(line.clock),
        "notify_by": timezone.localtime(line.row.notify_by_at).isoformat(timespec="minutes"),
        "risk": line.row.risk or "",
        "affected": line.affected,
        "told": line.told,
        "next": str(line.tasks[0]) if line.tasks else "closed",
    }


@app.command("tell")
@works_for(P.PRIVACY_RIGHTS)
def tell(context: typer.Context, json: Json = False) -> None:
    """Write to everybody with an e-mail address who waits for a letter that was released.

    The runner does the same by itself. Interrupted, it goes on where it stopped; nobody is written to twice.
    """
    host: Host = context.obj
    with host.database(), explaining(DisclosureRefused, json=json):
        told = tell_released(now=timezone.now())
    if json:
        print_json({"mails": told.mails})
    else:
        console.print(f"{told.mails} mails wait in the outbox; the runner delivers them.")
