"""Changes of the night: what goes in one chunk, and the record of it. The caller has entered retention.

Each chunk is one transaction with the line of the record that counts it: whatever ends the program, what is gone is
counted, and what is not counted is not gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from forsyn.domain.retention.models import Night, NightState, Step, StepState, Work
from forsyn.policy.night import MaskStep, PersonStep, RowStep

WINDOW_IDS = 200_000
"""Row numbers that one chunk of rows looks through at most."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be done, and what it would do now; None where that is counted when its turn comes."""

    work: Work
    table: str
    rules: str
    outcome: str
    previewed: int | None


@dataclass(frozen=True, slots=True)
class ChunkDone:
    """What one chunk did. ``cursor`` None: there is no more."""

    count: int
    cursor: str | None


@transaction.atomic
def begin_night(
    *, today: date, now: datetime, version: str, sha256: str, held_customers: int, steps: Sequence[NewStep]
) -> int:
    """Put a night on record with all its steps; return its id."""
    night = Night.objects.create(
        today=today,
        started_at=now,
        state=NightState.RUNNING,
        policy_version=version,
        policy_sha256=sha256,
        held_customers=held_customers,
    )
    Step.objects.bulk_create(
        [
            Step(
                night=night,
                number=number,
                work=step.work,
                table_name=step.table,
                rules=step.rules,
                outcome=step.outcome,
                previewed=step.previewed,
            )
            for number, step in enumerate(steps, 1)
        ]
    )
    return int(night.pk)


def lock_night(*, night_id: int) -> Night:
    """The night, which nobody else works at until the transaction ends. Raises Night.DoesNotExist."""
    found: Night = Night.objects.select_for_update().get(pk=night_id)
    return found


def note_previewed(*, step_ids: Sequence[int], previewed: int) -> None:
    """Write down what a step would do, counted now that its turn has come."""
    Step.objects.filter(pk__in=step_ids).update(previewed=previewed)


def note_chunk(*, counts: Mapping[int, int], cursor: str | None, now: datetime) -> None:
    """Write down what a chunk did: ``counts`` by the steps' ids, and where the next chunk begins (None: nowhere)."""
    state = StepState.DONE if cursor is None else StepState.RUNNING
    Step.objects.filter(pk__in=counts).update(
        state=state, cursor=cursor or "", chunks=F("chunks") + 1, finished_at=now if cursor is None else None
    )
    for step_id, count in counts.items():
        if count:
            Step.objects.filter(pk=step_id).update(done_count=F("done_count") + count)


def note_held_up(*, step_ids: Sequence[int], now: datetime) -> None:
    """Write down that a step waits for the next night: others had its rows locked."""
    Step.objects.filter(pk__in=step_ids).update(state=StepState.HELD_UP, finished_at=now)


@transaction.atomic
def finish_night(*, night_id: int, now: datetime) -> None:
    """Write down that the night is over; steps that were not reached wait for the next one."""
    Step.objects.filter(night_id=night_id, state__in=[StepState.WAITING, StepState.RUNNING]).update(
        state=StepState.HELD_UP, finished_at=now
    )
    Night.objects.filter(pk=night_id, state=NightState.RUNNING).update(state=NightState.FINISHED, finished_at=now)


# -- what goes ------------------------------------------------------------------------------------------------------


def delete_rows(*, step: RowStep, key_type: str, given: Mapping[str, Any], cursor: str, limit: int) -> ChunkDone:
    """Delete the next rows of a step, at most ``limit``, from the highest primary key down.

    So what refers to an earlier row of its table (a correction, a reversal) goes before that one.
    """
    table, windowed = step.table.name, key_type != "uuid"
    with connection.cursor() as running:
        running.execute(
            f"select (select id from public.{table} order by id limit 1),"  # noqa: S608 - names of the bindings
            f" (select id from public.{table} order by id desc limit 1)"
        )
        lowest, highest = running.fetchone()
        if highest is None:
            return ChunkDone(0, None)
        below: Any = (int(cursor) if cursor else highest + 1) if windowed else cursor or None
        running.execute(
            f"with chosen as materialized (select t0.id from public.{table} as t0"  # noqa: S608 - as above
            f" where (t0.id < %(below)s::{key_type} or %(below)s::{key_type} is null)"
            f" {f'and t0.id >= %(below)s::{key_type} - {WINDOW_IDS}' if windowed else ''} and {step.condition}"
            f" order by t0.id desc limit %(limit)s),"
            f" gone as (delete from public.{table} as t using chosen where t.id = chosen.id returning t.id)"
            f" select count(*), (select id from chosen order by id limit 1) from gone",
            {**given, "below": below, "limit": limit},
        )
        count, last = running.fetchone()
    if count == limit:
        return ChunkDone(count, str(last))
    if windowed and below - WINDOW_IDS > lowest:
        return ChunkDone(count, str(below - WINDOW_IDS))
    return ChunkDone(count, None)


def delete_of_persons(*, step: PersonStep, given: Mapping[str, Any]) -> int:
    """Delete a step's rows about the persons given and nobody else; return how many."""
    with connection.cursor() as running:
        running.execute(step.rows.delete(step.condition), given)
        return int(running.rowcount)


def mask(*, step: MaskStep, given: Mapping[str, Any]) -> int:
    """Overwrite a column of the rows that stay; return how many."""
    with connection.cursor() as running:
        running.execute(step.rows.update(step.assignment, step.condition), given)
        return int(running.rowcount)


def check_keys() -> None:
    """Have the foreign keys checked now, where an error still tells which rows it came from."""
    with connection.cursor() as running:
        running.execute("set constraints all immediate")
        running.execute("set constraints all deferred")


def end_access_month(*, month: date, before: datetime) -> int:
    """Drop a month of the access log whose time is over; return its rows. The database refuses any other."""
    with connection.cursor() as running:
        running.execute("select safeguards_access_end_month(%s, %s)", [month, before])
        count: int = running.fetchone()[0]
        return count


def work_beside_others(*, lock_seconds: float, statement_seconds: float) -> None:
    """Until the transaction ends, wait no longer for what others have locked, and hold nothing longer, than this."""
    with connection.cursor() as running:
        running.execute(
            "select set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)",
            [f"{int(lock_seconds * 1000)}ms", f"{int(statement_seconds * 1000)}ms"],
        )
