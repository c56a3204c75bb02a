"""`forsyn erasure`: what a wish to be erased would do, and erasing anew after an old backup was put back."""

from __future__ import annotations

from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone
from rich.table import Table

from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.codec import LogBroken
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, fail, print_json
from forsyn.interfaces.cli.purposes import without_purpose, works_for
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import ErasureRefused, plan_erasure
from forsyn.workflows.erasure_plan import ErasurePlan
from forsyn.workflows.erasure_replay import replay as erase_again
from forsyn.workflows.erasure_replay import take_back as take_erasure_back

app = typer.Typer(help="Erasure (Art. 17): plan, replay, verify.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@app.command()
@works_for(P.PRIVACY_RIGHTS, P.RETENTION)
def plan(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(help="The person's customer numbers.")],
    json: Json = False,
) -> None:
    """Show what a wish to be erased would do today: what goes, what stays, why and until when. Nothing is changed.

    It is carried out on the privacy desk, from the person's request, by a named person.
    """
    host: Host = context.obj
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        found = customer_ids(numbers=numbers)
        if missing := [number for number in numbers if number not in found]:
            fail(f"There is no customer {', '.join(missing)}. Look the number up on a bill.")
        keys = list(found.values())
        record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=keys)
        made = plan_erasure(customer_ids=keys, today=timezone.localdate(), now=timezone.now(), actor=None)
    if json:
        print_json(made.as_json() | {"fingerprint": made.fingerprint})
    else:
        _print(made)


@app.command()
@works_for(P.PRIVACY_RIGHTS, P.RETENTION)
def replay(context: typer.Context, json: Json = False) -> None:
    """Erase anew everybody on the log of erasures. Run it after a backup was put back, before anybody signs in.

    The log lies outside the database and its backups (FORSYN_ERASURE_LOG). Doing it twice does no harm.
    """
    host: Host = context.obj
    try:
        with host.database():
            done = erase_again(actor=None, today=timezone.localdate(), now=timezone.now())
    except LogBroken as broken:
        fail(str(broken))
    except OSError as error:
        fail(f"The log of erasures cannot be read: {error.strerror or error}. Look at FORSYN_ERASURE_LOG.")
    except ErasureRefused as refusal:
        fail(f"Broken off, with what was done before it kept; run it again. {refusal}")
    if json:
        print_json({"entries": done.entries, "found": done.found, "erased": done.erased})
        return
    console.print(
        f"{done.entries} erasures on the log, {done.found} of these persons in the database, "
        f"{done.erased} of whom something had come back and is erased again."
    )


@app.command("take-back")
@works_for(P.PRIVACY_RIGHTS)
def take_back(context: typer.Context, number: Annotated[str, typer.Argument(help="The customer's number.")]) -> None:
    """Take an erasure back that was broken off before it was committed, where the person's wish stands no longer.

    Never after a backup was put back: there, what is missing was carried out, and is to be replayed.
    """
    host: Host = context.obj
    try:
        with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
            count = take_erasure_back(number=number, now=timezone.now())
    except LogBroken as broken:
        fail(str(broken))
    except OSError as error:
        fail(f"The log of erasures cannot be read: {error.strerror or error}. Look at FORSYN_ERASURE_LOG.")
    if not count:
        fail(f"No erasure of customer {number} was broken off. What was carried out cannot be taken back.")
    console.print(f"{count} taken back: no replay erases customer {number} for it.")


@app.command()
@without_purpose("reads the log of erasures, a file without names outside the database")
def verify() -> None:
    """Check that no line of the log of erasures was changed or taken out."""
    try:
        entries = settings.ERASURE_LOG.entries()
    except LogBroken as broken:
        fail(str(broken))
    last = f", the last of {entries[-1].at:%Y-%m-%d}" if entries else ""
    console.print(f"{len(entries)} erasures, each chained to the one before{last}: {settings.ERASURE_LOG.file}")


def _print(made: ErasurePlan) -> None:
    table = Table("table", "outcome", "rows", "ground", "until")
    for line in made.lines:
        name = f"{line.table} ({', '.join(line.kinds)})" if line.kinds else line.table
        table.add_row(
            name, str(line.outcome), str(line.count), line.ground.en if line.ground else "", str(line.until or "")
        )
    console.print(table)
    if made.consents:
        console.print(f"Consents taken back: {', '.join(made.consents)}.")
    if made.becomes_restricted:
        console.print("What is left is seen only by the purposes of its ground.")
