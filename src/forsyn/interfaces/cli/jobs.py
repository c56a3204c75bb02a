"""`forsyn jobs`: what is done by itself, and doing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, fail, print_json
from forsyn.interfaces.cli.purposes import without_purpose, works_for
from forsyn.interfaces.jobs.runner import Outcome, of_this_policy, run_all_once, run_once, run_until_stopped
from forsyn.interfaces.jobs.schedule import JOBS, Job
from forsyn.interfaces.jobs.stopping import stopped_by_signals

app = typer.Typer(help="What is done by itself: list it, and do it.", no_args_is_help=True)
COLOURS = {Outcome.DONE: "green", Outcome.BUSY: "yellow", Outcome.FAILED: "red"}


@app.command("list")
@without_purpose("reads the program's own list, and no database")
def list_jobs(
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """List the jobs: how often each is done, in which lane, and for which purposes. Lanes work side by side."""
    jobs = of_this_policy()
    if json:
        print_json(
            [
                {
                    "name": job.name,
                    "every_seconds": round(job.every.total_seconds()),
                    "lane": job.lane,
                    "purposes": [str(work) for work in job.purposes],
                    "does": job.does,
                }
                for job in jobs
            ]
        )
        return
    table = Table("name", "every", "lane", "purposes", "does", box=None)
    for job in jobs:
        table.add_row(job.name, _words(job.every), job.lane, _purposes(job), job.does)
    console.print(table)


@app.command("run")
@works_for(*dict.fromkeys(work for job in JOBS for work in job.purposes))
def run(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these jobs.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do each job once and end, such as from cron.")] = False,
    parent: Annotated[int | None, typer.Option("--parent", hidden=True)] = None,
) -> None:
    """Do the jobs, each as often as `forsyn jobs list` says, until Ctrl-C or SIGTERM; a job begun is finished first.

    `forsyn up` starts this by itself. Of several runners on one database one works in a lane, and the others wait to
    take over.
    A job that fails is told in one line, and done again when it is due. With --once the command ends with status 1
    when a job failed; without names it does nothing while a runner is at work.
    """
    host: Host = context.obj
    jobs = _named(names or ())
    with host.database(), stopped_by_signals(parent) as stopping:
        if not once:
            run_until_stopped(jobs, stopping=stopping)
            return
        done = run_once(jobs) if names else run_all_once(jobs)
    if done is None:
        console.print("A runner is at work on this database and does the jobs; nothing was done twice.")
        return
    for job, outcome, told in done:
        console.print(f"[{COLOURS[outcome]}]{outcome}[/] {job.name}: {escape(told)}", soft_wrap=True)
    if any(outcome is Outcome.FAILED for _, outcome, _ in done):
        raise typer.Exit(1)


def _named(names: list[str] | tuple[()]) -> tuple[Job, ...]:
    jobs = {job.name: job for job in of_this_policy()}
    for name in names:
        if name not in jobs:
            fail(f"There is no job {name!r}. Name some of: {', '.join(jobs)}.", status=2)
    return tuple(job for job in jobs.values() if not names or job.name in names)


def _words(every: timedelta) -> str:
    seconds = round(every.total_seconds())
    if seconds % 60:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _purposes(job: Job) -> str:
    return ", ".join(map(str, job.purposes)) if len(job.purposes) < 5 else "each message's own"
