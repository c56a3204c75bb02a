"""`forsyn outbox`: what waits to leave, and sending what is due."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.safeguards import door_queries
from forsyn.domain.safeguards.actions_door import send_again
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.outgoing import deliver_due

app = typer.Typer(help="What waits to leave: show it, and send what is due.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
SHOWN = 200


@app.command("show")
@works_for(P.PRIVACY_RIGHTS)
def show(context: typer.Context, json: Json = False) -> None:
    """List what waits, without its content or address: since when, for whom, how often tried, and what was in the way.

    What has no next try waits for a person: `forsyn outbox again NUMBER`, or the privacy desk.
    """
    host: Host = context.obj
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        rows = [
            {
                "disclosure": message.disclosure_id,
                "since": message.created_at,
                "recipient": message.disclosure.recipient,
                "purpose": message.disclosure.purpose,
                "channel": message.disclosure.channel,
                "state": message.disclosure.state,
                "attempts": message.attempts,
                "next_try": message.due_at,
                "last_error": message.last_error,
            }
            for message in door_queries.outbox()[:SHOWN]
        ]
    if json:
        print_json(rows)
        return
    if not rows:
        console.print("Nothing waits to leave.")
        return
    table = Table("number", "since", "recipient", "purpose", "state", "tries", "next try", "what was in the way")
    for row in rows:
        due = timezone.localtime(row["next_try"]).strftime("%Y-%m-%d %H:%M") if row["next_try"] else "a person decides"
        table.add_row(
            str(row["disclosure"]),
            timezone.localtime(row["since"]).strftime("%Y-%m-%d %H:%M"),
            row["recipient"],
            row["purpose"],
            row["state"],
            str(row["attempts"]),
            due,
            escape(row["last_error"]),
        )
    console.print(table)


@app.command("send")
@works_for(*P)
def send(context: typer.Context, json: Json = False) -> None:
    """Send what is due, as the running server does every minute; doing it twice at once sends nothing twice.

    What could not be delivered is tried again after 1, 5 and 15 minutes, then 1, 4, 12 and 24 hours; then a person
    decides. Ends with status 1 where something was given up.
    """
    host: Host = context.obj
    with host.database():
        done = deliver_due(now=timezone.now())
    if json:
        print_json({"delivered": done.delivered, "again": done.again, "failed": done.failed})
    else:
        console.print(f"{done.delivered} delivered, {done.again} tried again later, {done.failed} given up.")
    if done.failed:
        raise typer.Exit(1)


@app.command("again")
@works_for(P.PRIVACY_RIGHTS)
def again(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number that `forsyn outbox show` gives.")],
) -> None:
    """Let one message that failed, or that may have left, be sent again; then run `forsyn outbox send`.

    One in doubt may reach the person twice: it was being sent when the program stopped.
    """
    host: Host = context.obj
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        if not send_again(disclosure_id=number, now=timezone.now()):
            fail(f"Nothing with the number {number} waits for a person. See: forsyn outbox show")
    console.print(f"{number} is due now. Send it with: forsyn outbox send")
