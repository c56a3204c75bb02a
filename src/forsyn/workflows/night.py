"""The retention night: what is over goes, in chunks, each of which is a short transaction beside live traffic.

A night that was broken off is gone on with, at the chunk where it stopped; whom it spares is asked anew for each chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import OperationalError
from psycopg import errors

from forsyn.domain.retention import actions, queries
from forsyn.domain.retention.dead_rows import clear_dead_rows
from forsyn.domain.retention.models import Night, Step, Work
from forsyn.domain.retention.only_night import only_night
from forsyn.domain.safeguards.actions_holds import settle_ended
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.workflows.night_chunks import Chunk, do_chunk, steps_together, touched_tables
from forsyn.workflows.night_steps import NightBasis, count, give_up_drafts, night_basis, preview

STEPS_BACK = (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected, errors.SerializationFailure)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, and how long the others get in between."""

    rows_at_once: int = 5_000
    persons_at_once: int = 2_000
    meters_at_once: int = 5_000
    pause_seconds: float = 0.02
    rest: float = 1.0
    """After each chunk, so many times as long as it took: with 1 the others have the disk half of the time."""
    lock_seconds: float = 2.0
    statement_seconds: float = 60.0
    tries: int = 4


@dataclass(frozen=True, slots=True)
class NightDone:
    """What came of a run. ``night_id`` None: another process is at it."""

    night_id: int | None
    finished: bool
    deleted: int
    chunks: int


def run_night(
    policy: Policy,
    *,
    today: date,
    clock: Callable[[], datetime],
    sleep: Callable[[float], object],
    pace: Pace | None = None,
    budget_seconds: float | None = None,
) -> NightDone:
    """Begin the night of a day, or go on with one that was broken off, until it is over or the budget is spent."""
    pace = pace or Pace()
    with only_night() as mine:
        if not mine:
            return NightDone(None, finished=False, deleted=0, chunks=0)
        night, basis = _begun(policy, today=today, now=clock())
        began_at, deleted, chunks = clock(), 0, 0
        for chunk_deleted in _chunks(night, basis, clock, sleep, pace):
            deleted, chunks = deleted + chunk_deleted, chunks + 1
            if budget_seconds is not None and (clock() - began_at).total_seconds() >= budget_seconds:
                return NightDone(night.pk, finished=False, deleted=deleted, chunks=chunks)
        _clear_up(night, clock())
        with purpose(P.RETENTION, actor=None):
            actions.finish_night(night_id=night.pk, now=clock())
        return NightDone(night.pk, finished=True, deleted=deleted, chunks=chunks)


def _begun(policy: Policy, *, today: date, now: datetime) -> tuple[Night, NightBasis]:
    """The night that is running, under the rules that it began with; else a new one, put on record with its preview."""
    with purpose(P.RETENTION, actor=None):
        running = queries.running_night()
        if running is not None:
            basis = night_basis(policy, today=running.today)
            if basis.sha256 == running.policy_sha256:
                return running, basis
            actions.finish_night(night_id=running.pk, now=now)  # other rules now: a night of its own
        settle_ended(today=today, now=now)
        give_up_drafts(policy, today)
        basis = night_basis(policy, today=today)
        spared = queries.whom_to_spare(basis.plan.holding, today=today)
        night_id = actions.begin_night(
            today=today,
            now=now,
            version=policy.version,
            sha256=basis.sha256,
            held_customers=len(spared.everybody),
            steps=preview(basis, now=now),
        )
        return Night.objects.get(pk=night_id), basis


def _chunks(
    night: Night, basis: NightBasis, clock: Callable[[], datetime], sleep: Callable[[float], object], pace: Pace
) -> Iterator[int]:
    """Do chunk after chunk until no step is left; what each deleted."""
    tried = 0
    while True:
        began_at = clock()
        try:
            done = _one_chunk(night, basis, clock, replace(pace, rows_at_once=max(pace.rows_at_once >> 2 * tried, 50)))
        except OperationalError as error:
            if not isinstance(error.__cause__, STEPS_BACK):
                raise
            tried += 1
            if tried >= pace.tries:
                _hold_up(night, basis, clock())
                tried = 0
            sleep(pace.lock_seconds)
            continue
        if done is None:
            return
        tried = 0
        took = (clock() - began_at).total_seconds()
        yield done
        sleep(max(pace.pause_seconds, pace.rest * took))


def _one_chunk(night: Night, basis: NightBasis, clock: Callable[[], datetime], pace: Pace) -> int | None:
    """One chunk and its line in the record, in one transaction; what it deleted, None where no step is left."""
    with purpose(P.RETENTION, actor=None):
        actions.work_beside_others(lock_seconds=pace.lock_seconds, statement_seconds=pace.statement_seconds)
        actions.lock_night(night_id=night.pk)
        step = queries.next_step(night.pk)
        if step is None or step.work == Work.DEAD:
            return None
        steps = steps_together(basis, queries.steps_of(night.pk), step)
        if step.work in (Work.HOURS, Work.DAYS) and not step.chunks:
            _preview_again(basis, step, clock())
        given = Chunk(basis, steps, step.cursor, clock(), pace.rows_at_once, pace.persons_at_once, pace.meters_at_once)
        done = do_chunk(given)
        actions.note_chunk(counts=done.counts, cursor=done.cursor, now=clock())
        return sum(done.counts.values())


def _clear_up(night: Night, now: datetime) -> None:
    """Take what is deleted out of tables, indexes and statistics; outside of any transaction, as VACUUM wants it."""
    with purpose(P.RETENTION, actor=None):
        steps = queries.steps_of(night.pk)
    cleared = clear_dead_rows(tables=touched_tables(steps))
    with purpose(P.RETENTION, actor=None):
        dead = {step.pk: cleared for step in steps if step.work == Work.DEAD}
        actions.note_chunk(counts=dead, cursor=None, now=now)


def _preview_again(basis: NightBasis, step: Step, now: datetime) -> None:
    """Thinning is counted when its turn comes: what went with its persons before is not there to be thinned."""
    spared = queries.whom_to_spare(basis.plan.holding, today=basis.today)
    counted = count(basis, basis.items[step.number - 1], spared, {}, now)
    actions.note_previewed(step_ids=[step.pk], previewed=counted or 0)


def _hold_up(night: Night, basis: NightBasis, now: datetime) -> None:
    with purpose(P.RETENTION, actor=None):
        step = queries.next_step(night.pk)
        if step is not None:
            together = steps_together(basis, queries.steps_of(night.pk), step)
            actions.note_held_up(step_ids=[one.pk for one, _ in together], now=now)
