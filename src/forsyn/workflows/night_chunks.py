"""What one chunk of each kind of step does, inside the transaction of `forsyn.workflows.night`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forsyn.domain.metering.actions_thinning import thin_to_days, thin_to_months
from forsyn.domain.retention import actions, queries
from forsyn.domain.retention.models import Step, Work
from forsyn.domain.retention.rules import Spared, parameters
from forsyn.domain.safeguards.sparing import nobody_is_spared_meanwhile
from forsyn.domain.sensitive.actions import forget_unreviewed, forget_withdrawn
from forsyn.domain.sensitive.models import MODELS
from forsyn.domain.sensitive.rules import Kind
from forsyn.policy.ends import cutoff
from forsyn.policy.night import MaskStep, PersonStep, RowStep
from forsyn.workflows.night_files import delete_leftover_files
from forsyn.workflows.night_steps import CONSUMPTION, LOST_GROUND, Item, NightBasis, months_to_end

GROUPED = (Work.PERSONS, Work.COLUMNS)
"""Steps that go through the same persons are done together: a person's rows of all tables go in one transaction."""
EMPTIED_BY_DAY = (
    *(model._meta.db_table for model in MODELS.values()),
    "safeguards_outbox",
    "accounts_session",
    "accounts_attempts",
)
"""Tables that other jobs delete from all day."""
THINNED_TABLES = ("metering_day", "metering_day_superseded", "metering_month", "metering_quarantine")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk is given: the steps it works at, and where to begin."""

    basis: NightBasis
    steps: Sequence[tuple[Step, Item]]
    cursor: str
    now: datetime
    rows: int
    persons: int
    meters: int


@dataclass(frozen=True, slots=True)
class Done:
    """Rows by the steps' ids; ``cursor`` None: the steps are done."""

    counts: Mapping[int, int]
    cursor: str | None


def steps_together(basis: NightBasis, steps: Sequence[Step], first: Step) -> list[tuple[Step, Item]]:
    """The step, and those that are done with it."""
    item = basis.items[first.number - 1]
    if first.work not in GROUPED:
        return [(first, item)]
    items = ((step, basis.items[step.number - 1]) for step in steps)
    return [(step, other) for step, other in items if other.work in GROUPED and other.root == item.root]


def do_chunk(chunk: Chunk) -> Done:
    """Do the next chunk of the steps. Under retention."""
    nobody_is_spared_meanwhile()
    spared = queries.whom_to_spare(chunk.basis.plan.holding, today=chunk.basis.today)
    step, item = chunk.steps[0]
    if item.work in GROUPED:
        return _persons(chunk, spared)
    count, cursor = _CHUNKS[item.work](chunk, item, spared)
    return Done({step.pk: count}, cursor)


def _rows(chunk: Chunk, item: Item, spared: Spared) -> tuple[int, str | None]:
    if not isinstance(item.derived, RowStep):
        raise TypeError(f"{item.table} has no step of rows.")
    given, keys = parameters(chunk.basis.before, spared), chunk.basis.key_types[item.table]
    done = actions.delete_rows(step=item.derived, key_type=keys, given=given, cursor=chunk.cursor, limit=chunk.rows)
    return done.count, done.cursor


def _persons(chunk: Chunk, spared: Spared) -> Done:
    """All that goes with the next persons, and what is overwritten of what stays."""
    derived = [(step.pk, item.derived) for step, item in chunk.steps if isinstance(item.derived, PersonStep | MaskStep)]
    steps = [one for _, one in derived]
    root, after = steps[0].root, int(chunk.cursor or 0)
    counts = dict.fromkeys((key for key, _ in derived), 0)
    until = queries.last_of_next(root, after=after, persons=chunk.persons)
    if until is None:
        return Done(counts, None)
    over = queries.persons_over(steps, before=chunk.basis.before, spared=spared, after=after, until=until)
    given = parameters(chunk.basis.before, spared) | queries.of_persons([*chunk.basis.plan.persons], {})
    given |= queries.of_persons(steps, over)
    for key, step in derived:
        if over[step.name]:
            if isinstance(step, PersonStep):
                counts[key] = actions.delete_of_persons(step=step, given=given)
            else:
                counts[key] = actions.mask(step=step, given=given)
    if any(counts.values()):
        actions.check_keys()
    return Done(counts, str(until))


def _sensitive(chunk: Chunk, item: Item, spared: Spared) -> tuple[int, str | None]:
    if item.rules == LOST_GROUND:
        return forget_withdrawn(), None
    kept = spared.of_categories([item.table])
    return forget_unreviewed(kind=Kind(item.table), today=chunk.basis.today, spared=kept), None


def _thin(chunk: Chunk, item: Item, spared: Spared) -> tuple[int, str | None]:
    rule = chunk.basis.policy.retention[item.rules]
    thin = thin_to_days if item.work is Work.HOURS else thin_to_months
    before = cutoff(chunk.basis.policy, rule, chunk.basis.today)
    done = thin(before=before, spared=spared.of_categories([CONSUMPTION]), meters=chunk.meters)
    return done.days + done.versions + done.quarantined, "more" if done.more else None


def _log(chunk: Chunk, item: Item, spared: Spared) -> tuple[int, str | None]:
    """One month at a time; a month that is in use waits for the next night."""
    before, months = chunk.basis.access_log_before(), months_to_end(chunk.basis, spared)
    if before is None or not months:
        return 0, None
    month, _ = months[0]
    return actions.end_access_month(month=month, before=before), f"{month}" if len(months) > 1 else None


def _files(chunk: Chunk, item: Item, spared: Spared) -> tuple[int, str | None]:
    return delete_leftover_files(now=chunk.now), None


_CHUNKS: dict[Work, Callable[[Chunk, Item, Spared], tuple[int, str | None]]] = {
    Work.ROWS: _rows,
    Work.REMNANTS: _rows,
    Work.SENSITIVE: _sensitive,
    Work.HOURS: _thin,
    Work.DAYS: _thin,
    Work.LOG: _log,
    Work.FILES: _files,
}


def touched_tables(steps: Sequence[Step]) -> frozenset[str]:
    """The tables in which the night, or another job since the last one, left dead versions of rows."""
    return frozenset(EMPTIED_BY_DAY).union(table for step in steps if step.done_count for table in _tables(step))


def _tables(step: Step) -> Iterator[str]:
    if step.work in (Work.HOURS, Work.DAYS):
        yield from THINNED_TABLES
    elif step.work not in (Work.SENSITIVE, Work.LOG, Work.FILES, Work.DEAD):
        yield step.table_name.partition(".")[0]
