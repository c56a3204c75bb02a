"""Does the jobs that are due, in each lane one at a time; of several runners on one database, one works in a lane."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from threading import Thread
from zlib import crc32

import psycopg
from django.db import Error as DatabaseFailure
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from forsyn.domain.safeguards.purposes import PurposeViolation
from forsyn.interfaces.jobs.schedule import JOBS, Job, Lane
from forsyn.interfaces.jobs.stopping import Stopping
from forsyn.workflows.declarations import current_policy

logger = logging.getLogger("forsyn.jobs")
LOCKS = 1181705076
"""First key of the advisory locks. The second is the lane's, or above 0 that of one job."""
LANES = {Lane.SHORT: 0, Lane.LONG: -1}
LOOK_AGAIN_SECONDS = 5.0
"""How long the runner looks away at most: so soon it notices that another one has ended."""
_KNOWN = (DatabaseFailure, psycopg.Error, PurposeViolation, OSError)
"""Their messages name tables, purposes and files; those of other errors may quote data."""


class Outcome(StrEnum):
    """What became of one job."""

    DONE = "done"
    BUSY = "busy"
    """Another process is doing it now."""
    FAILED = "failed"


def of_this_policy(jobs: Sequence[Job] = JOBS) -> tuple[Job, ...]:
    """The jobs for which this controller's policy has a purpose."""
    policy = current_policy()
    return tuple(job for job in jobs if any(policy.purpose_for(work) for work in job.purposes))


def run_job(job: Job, *, now: datetime) -> tuple[Outcome, str]:
    """Do one job, unless another process does it now; what was done, or why not, in one line. Raises nothing."""
    try:
        with _lock(crc32(job.name.encode()) & 0x7FFFFFFF or 1) as mine:
            if mine is None:
                return Outcome.BUSY, "Another process is doing it."
            return Outcome.DONE, job.work(now)
    except Exception as error:
        told = _told(error)
        logger.error("The job %s failed: %s", job.name, told)
        return Outcome.FAILED, told
    finally:
        connections["default"].close()  # what a job did to its connection, it did to its own


def run_once(jobs: Sequence[Job], *, clock: Callable[[], datetime] = timezone.now) -> list[tuple[Job, Outcome, str]]:
    """Do each job once, in order."""
    return [(job, *run_job(job, now=clock())) for job in jobs]


def run_all_once(jobs: Sequence[Job]) -> list[tuple[Job, Outcome, str]] | None:
    """As `run_once`; None where a runner is at work, which does them anyway."""
    with contextlib.ExitStack() as locks:
        if None in [locks.enter_context(_lock(key)) for key in LANES.values()]:
            return None
        return run_once(jobs)


def run_until_stopped(jobs: Sequence[Job], *, stopping: Stopping, clock: Callable[[], datetime] = timezone.now) -> None:
    """Do what is due until asked to stop, the lanes side by side. A lane that ends by an error ends the others."""
    lanes = [(lane, mine) for lane in LANES if (mine := [job for job in jobs if job.lane is lane])]
    failures: list[BaseException] = []

    def beside(lane: Lane, mine: Sequence[Job]) -> None:
        try:
            _in_lane(lane, mine, stopping, clock)
        except BaseException as failure:
            failures.append(failure)
            stopping.ask()

    threads = [Thread(target=beside, args=each, name=f"jobs, {each[0]}", daemon=True) for each in lanes[1:]]
    for thread in threads:
        thread.start()
    for lane, mine in lanes[:1]:
        _in_lane(lane, mine, stopping, clock)
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure


def _in_lane(lane: Lane, jobs: Sequence[Job], stopping: Stopping, clock: Callable[[], datetime]) -> None:
    """While another runner works in this lane, or the database does not answer, only wait."""
    while not stopping.within(0):
        try:
            with _lock(LANES[lane]) as mine:
                if mine is not None:
                    _work(jobs, mine, stopping, clock)
        except (DatabaseFailure, psycopg.Error) as error:
            logger.error("The runner of jobs has no database: %s", _told(error))
        stopping.within(LOOK_AGAIN_SECONDS)


def _work(jobs: Sequence[Job], mine: BaseDatabaseWrapper, stopping: Stopping, clock: Callable[[], datetime]) -> None:
    """As the lane's one runner. Raises a database's error once the lock's connection is gone, and the lock with it."""
    due = dict.fromkeys(jobs, 0.0)
    while True:
        for job in jobs:
            if stopping.within(0):
                run_once([job for job in jobs if job.also_at_the_end], clock=clock)
                return
            if due[job] <= time.monotonic():
                _still_held(mine)
                run_job(job, now=clock())
                due[job] = time.monotonic() + job.every.total_seconds()
        stopping.within(min(LOOK_AGAIN_SECONDS, min(due.values(), default=LOOK_AGAIN_SECONDS) - time.monotonic()))


@contextlib.contextmanager
def _lock(key: int) -> Iterator[BaseDatabaseWrapper | None]:
    """An advisory lock on a connection of its own, which jobs cannot close; None where another process holds it.

    It ends with the session: also where the process is killed.
    """
    own = connections.create_connection("default")
    try:
        with own.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", [LOCKS, key])
            mine = bool(cursor.fetchone()[0])
        yield own if mine else None
    finally:
        with contextlib.suppress(DatabaseFailure, psycopg.Error), own.cursor() as cursor:  # sooner than the session
            cursor.execute("select pg_advisory_unlock_all()")
        own.close()


def _still_held(mine: BaseDatabaseWrapper) -> None:
    with mine.cursor() as cursor:
        cursor.execute("select 1")


def _told(error: Exception) -> str:
    """One line for the log."""
    if isinstance(error, _KNOWN):
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else f" in {place.tb_frame.f_code.co_filename}, line {place.tb_lineno}"
    return f"{type(error).__name__}{where}"
