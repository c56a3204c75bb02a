"""`forsyn night`: what the retention night would do, doing it, and what earlier ones did."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.retention import queries
from forsyn.domain.retention.actions import NewStep
from forsyn.domain.retention.models import Night, NightState, Step, StepState
from forsyn.domain.safeguards.holds_queries import listed_holds
from forsyn.domain.safeguards.holds_rules import is_overdue
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night import Pace, run_night
from forsyn.workflows.night_steps import preview_night

app = typer.Typer(help="The retention night: what would go, what went, and what is held.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Today = Annotated[
    datetime | None,
    typer.Option("--today", formats=["%Y-%m-%d"], help="Count time to this local day instead of today."),
]


def _day(today: datetime | None, *, json: bool) -> date:
    day = timezone.localdate() if today is None else today.date()
    if day > timezone.localdate():
        fail(f"{day} has not come yet, and what is deleted does not come back. A preview may look ahead.", json=json)
    return day


@app.command("preview")
@works_for(P.RETENTION)
def preview(context: typer.Context, today: Today = None, json: Json = False) -> None:
    """Count what a night would do now, table by table and rule by rule. Changes nothing; --today may lie ahead."""
    host: Host = context.obj
    day = timezone.localdate() if today is None else today.date()
    with host.database():
        steps = preview_night(current_policy(), today=day, now=timezone.now())
    if json:
        print_json({"today": day, "steps": [_plain(step) for step in steps]})
        return
    table = Table("table", "work", "rules", "would go", box=None)
    for step in steps:
        if step.previewed:
            table.add_row(step.table, str(step.work), step.rules, f"{step.previewed:,}")
    console.print(table if table.rows else f"On {day} nothing is over that is still here.")


@app.command("run")
@works_for(P.RETENTION)
def run(
    context: typer.Context,
    today: Today = None,
    pause: Annotated[
        float,
        typer.Option(
            "--pause", min=0, max=10, help="Seconds between two chunks at least; the night rests as long as it worked."
        ),
    ] = 0.02,
    json: Json = False,
) -> None:
    """Carry the night out, or go on with one that was broken off; others read and write meanwhile.

    `forsyn jobs` does it by itself once a night. Ends with status 1 where rows stayed because others had them locked,
    or where another process is at it.
    """
    host: Host = context.obj
    day = _day(today, json=json)
    with host.database():
        done = run_night(
            current_policy(), today=day, clock=timezone.now, sleep=time.sleep, pace=Pace(pause_seconds=pause)
        )
        if done.night_id is None:
            fail("Another process works at the night now. Look at `forsyn night status`.", json=json)
        with purpose(P.RETENTION, actor=None):
            night, steps = Night.objects.get(pk=done.night_id), queries.steps_of(done.night_id)
    _tell(night, steps, json=json)
    if any(step.state == StepState.HELD_UP for step in steps):
        raise typer.Exit(1)


@app.command("status")
@works_for(P.RETENTION)
def status(context: typer.Context, json: Json = False) -> None:
    """What the newest night did, or how far it has come. Ends with status 1 where none has run."""
    host: Host = context.obj
    with host.database(), purpose(P.RETENTION, actor=None):
        night = queries.nights().first()
        steps = [] if night is None else queries.steps_of(night.pk)
    if night is None:
        fail("No night has run yet. `forsyn jobs run` does it by itself; `forsyn night run` does it now.", json=json)
    _tell(night, steps, json=json)


@app.command("holds")
@works_for(P.PRIVACY_RIGHTS)
def holds(context: typer.Context, json: Json = False) -> None:
    """List what is held beyond its time, the most urgent review first; no names. Status 1: a review is overdue."""
    host: Host = context.obj
    today = timezone.localdate()
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        rows = list(listed_holds().values("id", "categories", "ground", "review_date", "end_date"))
    overdue = [
        row["id"] for row in rows if is_overdue(review_date=row["review_date"], end_date=row["end_date"], today=today)
    ]
    if json:
        print_json({"holds": rows, "overdue": overdue})
    else:
        table = Table("hold", "ground", "categories", "review", "ends", box=None)
        for row in rows:
            late = "[red] overdue[/red]" if row["id"] in overdue else ""
            categories = "all" if row["categories"] is None else ", ".join(row["categories"])
            table.add_row(
                str(row["id"]), row["ground"], categories, f"{row['review_date']}{late}", str(row["end_date"])
            )
        console.print(table if rows else "Nothing is held.")
    if overdue:
        raise typer.Exit(1)


def _tell(night: Night, steps: Sequence[Step], *, json: bool) -> None:
    if json:
        print_json(
            {
                "today": night.today,
                "state": night.state,
                "started_at": night.started_at,
                "finished_at": night.finished_at,
                "policy_version": night.policy_version,
                "held_customers": night.held_customers,
                "steps": [
                    {
                        "work": step.work,
                        "table": step.table_name,
                        "rules": step.rules,
                        "outcome": step.outcome,
                        "previewed": step.previewed,
                        "done": step.done_count,
                        "chunks": step.chunks,
                        "state": step.state,
                    }
                    for step in steps
                ],
            }
        )
        return
    table = Table("table", "work", "rules", "previewed", "done", "state", box=None)
    for step in steps:
        if step.done_count or step.previewed or step.state == StepState.HELD_UP:
            previewed = "" if step.previewed is None else f"{step.previewed:,}"
            table.add_row(step.table_name, step.work, step.rules, previewed, f"{step.done_count:,}", step.state)
    console.print(table)
    ended = "finished" if night.state == NightState.FINISHED else "not finished; `forsyn night run` goes on with it"
    console.print(f"Night of {night.today}: {ended}. {night.held_customers} customers held or restricted.")


def _plain(step: NewStep) -> dict[str, object]:
    return {
        "work": str(step.work),
        "table": step.table,
        "rules": step.rules,
        "outcome": step.outcome,
        "previewed": step.previewed,
    }
