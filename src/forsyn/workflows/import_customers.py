"""Customers from a CSV file into the register: all of the file, or its good rows with the others put aside.

Read -> stage -> check -> merge, in one transaction: whatever stops it, nothing is half-written. Importing the same file
again changes nothing, a changed name or contact becomes history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from django.db import transaction

from forsyn.domain.customers import actions_bulk
from forsyn.domain.customers.registrations import Registration, placeholder, registration
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.customer_files.codec import RowCodec
from forsyn.integrations.customer_files.errors import RowProblem
from forsyn.integrations.customer_files.profile import Profile
from forsyn.integrations.customer_files.rejects import Rejects, write_report
from forsyn.integrations.customer_files.transport import CustomerFile, Row
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.customer_meters import merge_meters, note_meter_problems

BATCH_ROWS = 5_000
SHOWN_PROBLEMS = 1_000
"""How many problems an answer carries; the report has them all."""


class OnProblem(StrEnum):
    """What happens to a file with a problem in it."""

    STOP = "stop"
    QUARANTINE = "quarantine"


@dataclass(frozen=True)
class CustomerImport:
    """What an import did, or, in a dry run, would do."""

    file: str
    profile: str
    rows: int
    problems: tuple[RowProblem, ...]
    problem_count: int
    rejected_rows: int
    """Rows that did not go in: those with a problem, or all of them when the import stopped."""
    written: bool
    """Whether the register was changed, or found to hold all of it already."""
    counts: dict[str, int] = field(default_factory=dict)
    """What the merge made or changed, by kind."""
    rejects: Path | None = None
    """The file with the rejected rows and the reasons."""


def import_customers(
    *,
    path: Path,
    profile: Profile,
    on_problem: OnProblem,
    dry_run: bool,
    today: date,
    now: datetime,
    report: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> CustomerImport:
    """Bring a file of customers in. ``progress`` gets the bytes read; ``report`` becomes a CSV of every problem.

    Raises CustomerFileError for a file that cannot be read, actions_bulk.ChangedMeanwhile for a clash with others.
    """
    file = CustomerFile(path, profile.encoding, profile.delimiter)
    if report is not None:
        file.refuse_to_overwrite(report)
    with Rejects(file) as rejects, purpose(P.SETTLEMENT, actor=None):
        actions_bulk.begin()
        before = file.state()
        codec, rows = _stage(file, profile, progress)
        note_meter_problems()
        problem_count = actions_bulk.check(today=today)
        rejected = rows if problem_count else 0
        if problem_count and on_problem is OnProblem.QUARANTINE:
            problem_count, rejected = actions_bulk.withhold_problem_rows()
        problems = tuple(_problems(codec, limit=SHOWN_PROBLEMS))
        if report is not None:
            write_report(report, _problems(codec))
        counts: dict[str, int] = {}
        if not problem_count or on_problem is OnProblem.QUARANTINE:
            counts = actions_bulk.merge(source=Source(profile.source), today=today, now=now).counts
            counts |= merge_meters(values=profile.meters)
        if written := not dry_run and (not problem_count or on_problem is OnProblem.QUARANTINE):
            if rejected:
                rejects.write(_problems(codec))
        else:
            transaction.set_rollback(True)
        file.refuse_if_changed_since(before)
    return CustomerImport(
        path.name, profile.key, rows, problems, problem_count, rejected, written, counts, rejects.path
    )


def _stage(file: CustomerFile, profile: Profile, progress: Callable[[int], None]) -> tuple[RowCodec, int]:
    """Everything of the file that can be read goes into the staging tables, a batch at a time."""
    rows = file.rows(progress)
    header = next(rows, None)
    codec = RowCodec(profile, header.cells if header else [], where=file.path.name)
    count = 0
    while batch := list(islice(rows, BATCH_ROWS)):
        count += len(batch)
        problems: list[actions_bulk.Problem] = []
        actions_bulk.stage(registrations=_registrations(codec, batch, problems))
        actions_bulk.note_problems(problems=problems)
    return codec, count


def _registrations(codec: RowCodec, batch: list[Row], problems: list[actions_bulk.Problem]) -> Iterator[Registration]:
    for row in batch:
        entries, found = codec.decode(row.line, row.cells)
        problems += [(each.line, 0, f"={each.column}", each.value, each.what, each.mend) for each in found]
        for part, values in enumerate(entries):
            make = placeholder if found else registration
            if staged := make(line=row.line, part=part, values=values):
                yield staged


def _problems(codec: RowCodec, limit: int | None = None) -> Iterator[RowProblem]:
    """The staged problems, each with the file's own column; the codec's have it already, after "="."""
    for line, part, name, value, what, mend in actions_bulk.staged_problems(limit=limit):
        column = name[1:] if name.startswith("=") else codec.column_of(name, part) if name else ""
        yield RowProblem(line, column, value or "", codec.in_columns(what), mend)
