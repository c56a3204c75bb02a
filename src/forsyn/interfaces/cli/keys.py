"""`forsyn keys`: the keys that sensitive data are sealed with. No command shows a key itself."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Column, Table

from forsyn.domain.sensitive.queries import SealedWith
from forsyn.domain.sensitive.sealing import KeyRingUnusable, Use
from forsyn.domain.sensitive.vault import ever_sealed, store
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows import key_rotation
from forsyn.workflows.key_rotation import Finding, KeyRow, RotationRunning

app = typer.Typer(
    help="The keys of sensitive data: show, check, rotate. Never the keys themselves.", no_args_is_help=True
)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]

NAMES = {
    "cpr": ("CPR number", "CPR numbers"),
    "health": ("health notice", "health notices"),
    "threats": ("threat notice", "threat notices"),
    "children_and_animals": ("notice of children and animals", "notices of children and animals"),
    "offences": ("offence", "offences"),
}
"""One, and several."""


@app.command("show")
@works_for(P.RETENTION)
def show(context: typer.Context, json: Json = False) -> None:
    """List the keys: what each is for, since when, and how many rows need it."""
    host: Host = context.obj
    with explaining(KeyRingUnusable, json=json), host.database():
        keys = key_rotation.all_keys()
    if json:
        print_json([_document(key) for key in keys])
        return
    if not keys:
        console.print("There are no keys yet. The first ones are made when the first sensitive row is kept.")
        return
    table = Table(Column("key", no_wrap=True), "for", "made", "state", "rows")
    for key in keys:
        table.add_row(key.key_id, str(key.use), str(key.created or "?"), _state(key), _rows(key))
    console.print(table)
    if any(not key.in_ring for key in keys):
        fail("A key that rows need is not in the ring. See: forsyn keys check")


@app.command("check")
@works_for(P.RETENTION)
def check(context: typer.Context, json: Json = False) -> None:
    """Open one value of each kind and key, and say exactly what cannot be opened. Status 1 if anything cannot."""
    host: Host = context.obj
    with host.database():
        findings = key_rotation.check()
    closed = [finding for finding in findings if finding.problem]
    if json:
        print_json([_finding(finding) for finding in findings])
    else:
        for finding in findings:
            console.print(_told(finding), soft_wrap=True)
        if not findings:
            console.print("Nothing is sealed in the database, so nothing can be lost.")
    if closed:
        fail(_lost(closed)) if not json else _exit_1()


@app.command("rotate")
@works_for(P.RETENTION)
def rotate(
    context: typer.Context,
    lookup: Annotated[bool, typer.Option("--lookup", help="Renew the key by which CPR numbers are found.")] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Take keys out that retired before today and no row needs.")
    ] = False,
    lost: Annotated[bool, typer.Option("--lost", help="Begin a new ring although rows need one that is gone.")] = False,
) -> None:
    """Make a new key and seal every row with it, a thousand at a time; pages can be used meanwhile.

    If it is stopped, run it again: it goes on where it was. The old key stays in the ring, since backups and rows
    written just now may need it; take it out later with --drop. Copy the ring to where you keep its copy each time.
    """
    host: Host = context.obj
    today = timezone.localdate()
    with explaining(KeyRingUnusable, RotationRunning), host.database():
        if drop:
            _drop(*key_rotation.drop(today=today))
            return
        if not lost and not store().exists() and ever_sealed():
            fail(
                "The key ring is gone, and rows need it. Put its copy back; `forsyn keys check` says what is lost "
                "without it. If there is none, begin a new ring with: forsyn keys rotate --lost"
            )
        with console.status("Renewing seals ...") as status:
            done = key_rotation.rotate(
                use=Use.LOOKUP if lookup else Use.SEALING,
                today=today,
                progress=lambda rows: status.update(f"Renewing seals: {rows} more rows ..."),
            )
    what = "is the new current key" if done.made else "was current already; its rotation is finished now"
    console.print(f"{done.key_id} {what}. Rows renewed: {done.renewed}. Copy the ring to where you keep its copy.")
    if done.unopened:
        fail(f"{done.unopened} rows could not be opened and are as they were. See: forsyn keys check")


def _drop(gone: list[KeyRow], kept: list[KeyRow]) -> None:
    for key in gone:
        console.print(f"{key.key_id} is out of the ring. Backups from before its rotation need the ring's old copy.")
    for key in kept:
        reason = (
            f"{key.count} rows need it: run `forsyn keys rotate`" if key.rows else "it retired today; drop it tomorrow"
        )
        console.print(f"{key.key_id} stays: {reason}.")
    if not gone and not kept:
        console.print("No key is retired.")


def _state(key: KeyRow) -> str:
    if not key.in_ring:
        return "[red]not in the ring[/red]"
    return f"retired {key.retired}" if key.retired else "current"


def _rows(key: KeyRow) -> str:
    return ", ".join(map(_counted, key.rows)) or "none"


def _counted(line: SealedWith) -> str:
    return f"{line.rows} {NAMES[line.kind][line.rows != 1]}"


def _document(key: KeyRow) -> dict[str, Any]:
    return {
        "key": key.key_id,
        "use": key.use,
        "created": key.created,
        "retired": key.retired,
        "in_ring": key.in_ring,
        "rows": {str(line.kind): line.rows for line in key.rows},
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {**finding.line._asdict(), "opens": finding.problem is None, "problem": finding.problem}


def _span(finding: Finding) -> str:
    line = finding.line
    when = f"on {line.oldest}" if line.oldest == line.newest else f"from {line.oldest} to {line.newest}"
    return f"{_counted(line)} recorded {when}"


def _told(finding: Finding) -> str:
    verb = "can be found with" if finding.line.use is Use.LOOKUP else "can be opened with"
    if finding.problem is None:
        return f"{_span(finding)} {verb} {finding.line.key_id}."
    return f"[red]Closed:[/red] {_span(finding)}. {finding.problem}"


def _lost(closed: list[Finding]) -> str:
    """What is lost for good unless the key comes back."""
    sealed = [_span(finding) for finding in closed if finding.line.use is Use.SEALING]
    unfound = [_span(finding) for finding in closed if finding.line.use is Use.LOOKUP]
    parts = []
    if sealed:
        parts.append(f"Nobody can read {'; '.join(sealed)}. Everything else works.")
    if unfound:
        parts.append(
            f"Nobody can find {'; '.join(unfound)} by number; `forsyn keys rotate --lookup` makes their hashes anew, "
            "where the numbers open."
        )
    return " ".join([*parts, "Put the copy of the key ring back if there is one."])


def _exit_1() -> None:
    raise typer.Exit(1)
