"""`forsyn import customers`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from forsyn.domain.customers.actions_bulk import ChangedMeanwhile
from forsyn.integrations.customer_files.errors import CustomerFileError
from forsyn.integrations.customer_files.profile import Profile, parse_profile, shipped_profiles
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.import_customers import CustomerImport, OnProblem, import_customers

SHOWN = 20
"""Problems on the screen; all of them are in the report."""


@works_for(P.SETTLEMENT)
def customers(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV file with customers, their addresses, installations, agreements, meters.")
    ],
    profile: Annotated[
        str, typer.Option(help="How the file is written: the key of a shipped profile, or a TOML file of your own.")
    ] = "generic",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: list every problem, change nothing.")] = False,
    on_problem: Annotated[
        OnProblem,
        typer.Option(
            help="stop: one problem keeps the whole file out. "
            "quarantine: good rows go in, the others into a file beside."
        ),
    ] = OnProblem.STOP,
    report: Annotated[Path | None, typer.Option(help="Write every problem to this CSV file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Bring in customers from a CSV file.

    Look first with --dry-run. Customers are matched by customer number: importing a file again changes nothing, and a
    new name, e-mail or phone number holds from today while the old one stays as history. All of the file goes in, or
    nothing; with --on-problem quarantine the good rows go in, and FILE.rejected.csv gets the others with the reasons:
    correct it and import it. docs/import-customers.md explains profiles; CPR numbers are refused.
    """
    host: Host = context.obj
    with explaining(CustomerFileError, ChangedMeanwhile, json=json), host.database():
        size = file.stat().st_size if file.is_file() else 0
        with Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
            console=errors, transient=True, disable=json or not errors.is_terminal,
        ) as bar:  # fmt: skip
            task = bar.add_task(escape(file.name), total=size)
            done = import_customers(
                path=file,
                profile=find_profile(profile),
                on_problem=on_problem,
                dry_run=dry_run,
                today=timezone.localdate(),
                now=timezone.now(),
                report=report,
                progress=lambda read: bar.update(task, completed=read),
            )
    if json:
        print_json(_document(done))
    else:
        _tell(done, dry_run=dry_run, report=report)
    if done.problem_count and not (done.written and on_problem is OnProblem.QUARANTINE):
        raise typer.Exit(1)


def find_profile(name: str) -> Profile:
    """A shipped profile by its key, or one from a TOML file. Raises ProfileError."""
    for each in shipped_profiles():
        if each.key == name:
            return each
    path = Path(name)
    known = ", ".join(each.key for each in shipped_profiles())
    try:
        if not path.is_file():
            raise FileNotFoundError
        return parse_profile(path.read_text("utf-8"), where=path.name)
    except OSError:
        mend = f"name one of {known}, or a TOML file"
        raise CustomerFileError("there is no such profile", where=f"--profile {name}", mend=mend) from None
    except UnicodeDecodeError:
        raise CustomerFileError("not UTF-8 text", where=path.name, mend="save the profile as UTF-8") from None


def _tell(done: CustomerImport, *, dry_run: bool, report: Path | None) -> None:
    for problem in done.problems[:SHOWN]:
        console.print(escape(str(problem)))
    if done.problem_count > SHOWN and report is None:
        console.print(f"... and {done.problem_count - SHOWN} more; --report FILE.csv writes them all.")
    if done.counts:
        table = Table("", "Would be changed" if dry_run else "New or changed", box=None)
        for kind, count in done.counts.items():
            table.add_row(kind, f"{count:,}")
        console.print(table)
    console.print(_sentence(done, dry_run=dry_run))


def _sentence(done: CustomerImport, *, dry_run: bool) -> str:
    if done.problem_count and not done.counts and done.rejected_rows == done.rows:
        return f"{done.rows:,} rows read, {done.problem_count:,} problems: nothing was changed."
    if dry_run:
        return f"{done.rows:,} rows read, {done.problem_count:,} problems. Dry run: nothing was changed."
    if done.rejects:
        return (
            f"{done.rows:,} rows read, {done.rejected_rows:,} of them put aside in {escape(str(done.rejects))}: "
            "correct and import that file."
        )
    if not done.counts:
        return f"{done.rows:,} rows read: the register has all of it already."
    return f"{done.rows:,} rows read and brought in."


def _document(done: CustomerImport) -> dict[str, object]:
    return {
        "file": done.file,
        "profile": done.profile,
        "rows": done.rows,
        "written": done.written,
        "rejected_rows": done.rejected_rows,
        "problem_count": done.problem_count,
        "counts": done.counts,
        "rejects": str(done.rejects) if done.rejects else None,
        "problems": [
            {"line": each.line, "column": each.column, "value": each.value, "what": each.what, "mend": each.mend}
            for each in done.problems
        ],
    }
