"""`forsyn audit`: who has looked at what, and whether that record is whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.safeguards.log_queries import Wanted, entries
from forsyn.domain.safeguards.log_rules import Anchor, NotAnAnchor, anchor
from forsyn.domain.safeguards.log_verification import Verification, verify
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.access_seals import EVERY, noted, notes_file, seal_and_note
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.access_log import kept_since

app = typer.Typer(help="The access log: who has looked at what, and whether the log is whole.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
FIRST_SEAL = timedelta(hours=1)
"""A log with older rows than this has been sealed at least once, or nobody seals it, or the seals were deleted."""


@app.command("seal")
@works_for(P.SECURITY)
def seal_now(context: typer.Context, json: Json = False) -> None:
    """Seal what has been logged since the last time, and print the newest seal.

    The running server does so every ten minutes, when it starts and when it stops. Note the printed number and hash
    somewhere that the database's administrator cannot write: `forsyn audit verify --known` compares with it.
    """
    host: Host = context.obj
    with host.database():
        done = seal_and_note(notes_file(host.state, host.name), now=timezone.now())
    if json:
        print_json({"rows": done.rows, "batches": done.batches, "newest": _text(done.newest), "waiting": done.waiting})
        return
    if done.waiting:
        console.print("Somebody is still writing to the log. Nothing is sealed; run the command again.")
    else:
        console.print(f"Sealed {done.rows} rows in {done.batches} batches.")
    console.print(f"Newest seal: {_text(done.newest) or 'none yet'}", soft_wrap=True)


@app.command("verify")
@works_for(P.SECURITY)
def verify_log(
    context: typer.Context,
    known: Annotated[
        list[str] | None,
        typer.Option("--known", metavar="NUMBER:HASH", help="A seal noted earlier. May be given again."),
    ] = None,
    json: Json = False,
) -> None:
    """Hash the whole access log anew and compare it with its seals, and these with each other and with the notes.

    Names the batch and the rows that were taken out, put in or altered, seals that are gone or altered, and an end
    that was cut off. Seals noted in the state directory are compared too. Exit status 1 when anything is wrong, and
    when there is no seal at all although rows are older than an hour.
    """
    host: Host = context.obj
    file = notes_file(host.state, host.name)
    with explaining(NotAnAnchor, json=json):
        anchors = [*map(anchor, known or ()), *_noted(file)]
    with host.database(), purpose(P.SECURITY, actor=None):
        found = verify(known=anchors, retired_before=kept_since(timezone.localdate()))
    if json:
        print_json(_document(found, anchors))
    else:
        _tell(found, anchors, file)
    if not found.kept or _has_no_seals(found):
        raise typer.Exit(1)


def _has_no_seals(found: Verification) -> bool:
    """No seals where there should be some: nothing could be verified."""
    oldest = found.state.oldest_unsealed_at
    return found.newest is None and oldest is not None and timezone.now() - oldest > FIRST_SEAL


def _noted(file: Path) -> list[Anchor]:
    try:
        return noted(file)
    except NotAnAnchor as error:
        raise NotAnAnchor(
            f"{file}: {error} Somebody has written in that file; move it away, and find out who."
        ) from None


def _tell(found: Verification, anchors: list[Anchor], file: Path) -> None:
    for finding in found.findings:
        console.print(f"[red]wrong[/] {escape(str(finding))}", soft_wrap=True)
    state = found.state
    console.print(
        f"{_outcome(found)} {found.rows} rows in {found.batches} batches; {found.retired} past their time and gone."
    )
    console.print(f"Compared with {len(anchors)} noted seals ({escape(str(file))}).", soft_wrap=True)
    console.print(f"Newest seal: {_text(found.newest) or 'none yet'}", soft_wrap=True)
    if state.unsealed:
        console.print(f"Not sealed yet: {state.unsealed} rows{_late(state.oldest_unsealed_at)}.")
    if state.unplaced:
        console.print(
            f"{state.unplaced} rows lie outside of any month. Run `forsyn audit seal`, which makes the months."
        )


def _outcome(found: Verification) -> str:
    if not found.kept:
        return f"[red]{len(found.findings)} faults.[/]"
    if _has_no_seals(found):
        return (
            "[red]There are no seals, but rows older than an hour:[/] nothing can be verified. The seals were "
            "deleted, or nobody has sealed: find out which, then run `forsyn audit seal`."
        )
    return "[green]The log is whole.[/]"


def _late(oldest: datetime | None) -> str:
    late = oldest is not None and timezone.now() - oldest > 3 * EVERY
    return ", the oldest for longer than it should take: is the server running?" if late else ""


def _document(found: Verification, anchors: list[Anchor]) -> dict[str, Any]:
    return {
        "kept": found.kept,
        "has_no_seals": _has_no_seals(found),
        "rows": found.rows,
        "batches": found.batches,
        "retired": found.retired,
        "newest": _text(found.newest),
        "compared_with": len(anchors),
        "unsealed": found.state.unsealed,
        "oldest_unsealed_at": found.state.oldest_unsealed_at,
        "unplaced": found.state.unplaced,
        "findings": [
            {"fault": one.fault.value, "batch": one.number, "rows": list(one.entry_ids)} for one in found.findings
        ],
    }


@app.command("show")
@works_for(P.SECURITY)
def show(
    context: typer.Context,
    staff: Annotated[int | None, typer.Option(help="Only what this account has looked at (its number).")] = None,
    customer: Annotated[int | None, typer.Option(help="Only looks at this customer (the row number).")] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many, the latest first.")] = 50,
    json: Json = False,
) -> None:
    """Show the latest of the log: when, which account, what, which customer, under which purpose.

    Accounts and customers are shown by number only. The privacy desk shows names, to those who may see them.
    """
    host: Host = context.obj
    with host.database(), purpose(P.SECURITY, actor=None):
        rows = list(entries(Wanted(actor_id=staff, customer_id=customer))[:count])
    if json:
        keys = ("at", "actor_id", "kind", "aspect", "customer_id", "subject_id", "purpose", "search", "reason")
        print_json([{key: getattr(row, key) for key in keys} for row in rows])
        return
    table = Table("when", "account", "what", "customer", "purpose", "search or reason")
    for row in rows:
        when = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")
        what = f"{row.kind} {row.aspect}" + (f" {row.subject_id}" if row.subject_id else "")
        words = escape(row.search or row.reason or "")
        table.add_row(when, str(row.actor_id or "-"), what, str(row.customer_id or "-"), row.purpose, words)
    console.print(table)


def _text(newest: Anchor | None) -> str | None:
    return None if newest is None else str(newest)
