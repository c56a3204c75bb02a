"""`forsyn processors`: who processes for the controller, under which agreement, and what ends soon."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.safeguards import actions_register as registry
from forsyn.domain.safeguards import door_queries
from forsyn.domain.safeguards.door_register import Processor
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy

app = typer.Typer(help="Processors and their agreements: list them, and put agreements on file.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
WORDS = {
    "missing": "no agreement: receives nothing",
    "invalid": "no agreement holds: receives nothing",
    "outside": "outside the EU/EEA: receives nothing",
    "ends_very_soon": "ends within 30 days",
    "ends_soon": "ends within 90 days",
    "valid": "valid",
}


@app.command("list")
@works_for(P.PRIVACY_RIGHTS)
def list_processors(context: typer.Context, json: Json = False) -> None:
    """List every processor of the policy, the most urgent first.

    Ends with status 1 where one may receive nothing: what should go to it does not leave.
    """
    host: Host = context.obj
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        rows = door_queries.processors(current_policy(), today=timezone.localdate())
    if json:
        print_json([_plain(row) for row in rows])
    else:
        table = Table("key", "state", "agreement", "last day", "next audit")
        for row in rows:
            table.add_row(
                row.recipient.key,
                WORDS[row.standing],
                row.agreement.number if row.agreement else "",
                str(row.last_date or ""),
                str(row.audit_due or ""),
            )
        console.print(table)
    if not all(row.standing.receives for row in rows):
        raise typer.Exit(1)


@app.command("agree")
@works_for(P.PRIVACY_RIGHTS)
def agree(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The processor's key in the policy, such as mail_and_text_messages.")],
    document: Annotated[Path, typer.Option(help="The signed agreement, a PDF.", exists=True, dir_okay=False)],
    signed: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it was signed.")],
    first: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its first day.")],
    storage: Annotated[str, typer.Option(help="Country where the data are stored, in two letters, such as DK.")],
    last: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day; without, until it is terminated.")
    ] = None,
    number: Annotated[str | None, typer.Option(help="Its number; else the one that the policy names.")] = None,
) -> None:
    """Put a processor agreement on file, as the privacy desk does; a new installation mails nothing without one.

    Example: forsyn processors agree mail_and_text_messages --document dba-10.pdf --signed 2026-01-10 --first 2026-02-01
    --storage IE
    """
    host: Host = context.obj
    policy = current_policy()
    if key not in policy.recipients:
        fail(f"The policy names no recipient {key!r}. See: forsyn policy show recipients")
    with host.database():
        try:
            with purpose(P.PRIVACY_RIGHTS, actor=None):
                registry.register_agreement(
                    policy=policy,
                    recipient=key,
                    number=number or policy.recipients[key].agreement or key,
                    first_date=first.date(),
                    until_date=last.date() + timedelta(days=1) if last else None,
                    storage_country=storage.upper(),
                    signed_date=signed.date(),
                    document=registry.Document(document.name, "application/pdf", document.read_bytes()),
                    now=timezone.now(),
                )
        except registry.RegisterRefused as refused:
            fail(refused.english)
    console.print(f"The agreement with {key} is on file.")


def _plain(row: Processor) -> dict[str, str | int | date | None]:
    return {
        "key": row.recipient.key,
        "standing": str(row.standing),
        "agreement": row.agreement.number if row.agreement else None,
        "last_date": row.last_date,
        "days_left": row.days_left,
        "audit_due": row.audit_due,
    }
