"""`forsyn import readings` and `forsyn import meters-for`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from forsyn.domain.metering.actions import NotPossible, Receipt
from forsyn.integrations.reading_files.errors import HoldsNoReadingsError, ReadingFileError
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.profile_file import parse_profile, shipped_profiles
from forsyn.interfaces.cli.failures import OUTSIDE, explained
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.import_readings import import_readings
from forsyn.workflows.readings_meters import MetersMade, make_meters_for

Files = Annotated[list[Path], typer.Argument(help="Parquet or CSV files (.csv, .csv.gz, .csv.zst), in order of time.")]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="How the files are written: the key of a shipped profile, or a TOML file of your own. "
        "Without it, the shipped one that fits the columns.",
    ),
]
Result = Receipt | HoldsNoReadingsError | str
"""What came of a file; a text says why nothing did."""
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@works_for(P.METERING)
def readings(
    context: typer.Context,
    files: Files,
    profile: ProfileName = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try everything, keep nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Bring in meter values from files.

    Each file is one delivery: all of it goes in, or where it cannot be read nothing, and the others still do. A value
    that is there already is identical; another value for the same hour is a correction, and the old one is kept to be
    seen. What cannot be believed (an unknown meter, an impossible value, a counter that runs backwards) waits in
    quarantine for the office to release or reject: delivered = stored + identical + quarantined. The same file again
    changes nothing. A file that its profile declares to hold no readings, such as a list of buildings, is passed over.
    Ends with status 1 when a file failed. docs/import-readings.md explains profiles and reasons.
    """
    host: Host = context.obj
    receipts: list[tuple[Path, Result]] = []
    with explaining(ReadingFileError, json=json), host.database():
        chosen = find_profile(profile)
        with _progress(disabled=json) as bar:
            for file in files:
                receipts.append((file, _one_file(file, chosen, dry_run=dry_run, bar=bar)))
    if json:
        print_json([_document(file, receipt) for file, receipt in receipts])
    else:
        _tell(receipts, dry_run=dry_run)
    if any(isinstance(receipt, str) for _, receipt in receipts):
        raise typer.Exit(1)


@works_for(P.METERING, P.SETTLEMENT)
def meters_for(context: typer.Context, files: Files, profile: ProfileName = None, json: AsJson = False) -> None:
    """Make the meters that the files speak of, at clearly fictional customers.

    For trials with real values: every meter that is not registered yet is made with the registers of the profile, and
    mounted since the first value at an installation with an agreement of its own. The customers are called "Kunde 1
    Opdigtet" and live in Eksempelby. Afterwards, `forsyn import readings` takes the same files in.
    With files of earlier years, the meters made so are mounted earlier; real meters are never changed. A file that
    cannot be read is told and the others still count; then it ends with status 1.
    """
    host: Host = context.obj
    with explaining(ReadingFileError, NotPossible, json=json), host.database():
        made = make_meters_for(
            paths=files, profile=find_profile(profile), now=timezone.now(), today=timezone.localdate()
        )
    passed_over = [problem for problem in made.problems if isinstance(problem, HoldsNoReadingsError)]
    failed = [problem for problem in made.problems if not isinstance(problem, HoldsNoReadingsError)]
    if json:
        counts = {name: len(getattr(made, name)) for name in ("made", "present", "extended")}
        print_json(counts | {"passed_over": [each.where for each in passed_over], "errors": list(map(str, failed))})
    else:
        console.print(_meters_sentence(made))
        for problem in passed_over:
            console.print(escape(str(problem)))
        for problem in failed:
            errors.print(f"[red]Error:[/red] {escape(str(problem))} No meters were made for this file.")
    if failed:
        raise typer.Exit(1)


def _meters_sentence(made: MetersMade) -> str:
    sentence = f"{len(made.made):,} meters made, each at a fictional customer; {len(made.present):,} were there already"
    if made.extended:
        sentence += f", of which {len(made.extended):,} fictional ones now begin earlier, with their first value"
    return f"{sentence}."


def find_profile(name: str | None) -> Profile | None:
    """A shipped profile by its key, or one from a TOML file. Raises ReadingFileError."""
    if name is None:
        return None
    shipped = {each.key: each for each in shipped_profiles()}
    if name in shipped:
        return shipped[name]
    path = Path(name)
    try:
        if not path.is_file():
            raise FileNotFoundError
        return parse_profile(path.read_text("utf-8"), where=path.name)
    except OSError:
        mend = f"name one of {', '.join(shipped)}, or a TOML file"
        raise ReadingFileError("there is no such profile", where=f"--profile {name}", mend=mend) from None
    except UnicodeDecodeError:
        raise ReadingFileError("it is not UTF-8 text", where=path.name, mend="save the profile as UTF-8") from None


def _progress(*, disabled: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(), console=errors, transient=True, disable=disabled or not errors.is_terminal,
    )  # fmt: skip


def _one_file(file: Path, profile: Profile | None, *, dry_run: bool, bar: Progress) -> Result:
    """The receipt, what was passed over, or the sentence that says why there is none."""
    size = file.stat().st_size if file.is_file() else None
    task = bar.add_task(escape(file.name), total=size, speed="")
    began = time.monotonic()

    def progress(done: int, values: int) -> None:
        _advance(bar, task, done, values, time.monotonic() - began)

    try:
        return import_readings(path=file, profile=profile, now=timezone.now(), dry_run=dry_run, progress=progress)
    except HoldsNoReadingsError as error:
        return error
    except (ReadingFileError, NotPossible) as error:
        return str(error)
    except OUTSIDE as error:  # told with the file, since those before it did go in
        sentence = explained(error)
        if sentence is None:
            raise
        return f"{file.name}: {sentence}"
    finally:
        bar.remove_task(task)


def _advance(bar: Progress, task: TaskID, done: int, values: int, seconds: float) -> None:
    bar.update(task, completed=done, speed=f"{values:,} values, {values / max(seconds, 0.001):,.0f}/s")


def _tell(receipts: Sequence[tuple[Path, Result]], *, dry_run: bool) -> None:
    table = Table(Column("File", overflow="fold"), box=None)
    for heading in ("Delivery", "Delivered", "Stored", "Identical", "Quarantined", "Rounded"):
        table.add_column(heading, justify="right", overflow="fold")
    for file, receipt in receipts:
        if not isinstance(receipt, Receipt):
            continue
        numbers = (receipt.delivered, receipt.stored, receipt.identical, receipt.quarantined, receipt.delivery.rounded)
        number = "-" if dry_run and not receipt.already else str(receipt.delivery.id)
        table.add_row(escape(file.name), number, *(f"{each:,}" for each in numbers))
    if table.row_count:
        console.print(table)
    for file, receipt in receipts:
        for line in _remarks(file, receipt):
            console.print(line)
    for _, receipt in receipts:
        if isinstance(receipt, str):
            errors.print(f"[red]Error:[/red] {escape(receipt)} Nothing of this file was kept.")
    if dry_run:
        console.print("Dry run: nothing was changed.")


def _remarks(file: Path, receipt: Result) -> list[str]:
    if isinstance(receipt, HoldsNoReadingsError):
        return [escape(str(receipt))]
    if isinstance(receipt, str):
        return []
    name = escape(file.name)
    if receipt.already:
        day = timezone.localtime(receipt.delivery.received_at)
        return [
            f"{name}: already delivered on {day:%Y-%m-%d %H:%M} as delivery {receipt.delivery.id}; nothing changed."
        ]
    lines = [f"{name}: {count:,} quarantined, {reason.value}" for reason, count in receipt.reasons.items()]
    if receipt.delivery.rounded:
        lines.append(
            f"{name}: {receipt.delivery.rounded:,} values rounded to whole base units,"
            f" {receipt.delivery.rounding_base_units:+,.3f} in all"
        )
    return lines


def _document(file: Path, receipt: Result) -> dict[str, object]:
    if isinstance(receipt, HoldsNoReadingsError):
        return {"file": str(file), "outcome": "passed_over", "describes": receipt.describes}
    if isinstance(receipt, str):
        return {"file": str(file), "outcome": "failed", "error": receipt}
    return {
        "file": str(file),
        "outcome": "already_delivered" if receipt.already else "taken_in",
        "delivery": receipt.delivery.id,
        "already_delivered_at": receipt.delivery.received_at if receipt.already else None,
        "delivered": receipt.delivered,
        "stored": receipt.stored,
        "new": 0 if receipt.already else receipt.delivery.new,
        "completed": 0 if receipt.already else receipt.delivery.completed,
        "corrected": 0 if receipt.already else receipt.delivery.corrected,
        "identical": receipt.identical,
        "quarantined": receipt.quarantined,
        "reasons": {reason.value: count for reason, count in receipt.reasons.items()},
        "rounded": receipt.delivery.rounded,
        "rounding_base_units": receipt.delivery.rounding_base_units,
    }
