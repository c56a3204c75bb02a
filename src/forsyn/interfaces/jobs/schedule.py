"""What is done by itself, how often, and for which purposes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils import timezone

from forsyn.domain.accounts.actions import clear_expired
from forsyn.domain.retention.queries import last_day as last_night_day
from forsyn.domain.retention.queries import running_night
from forsyn.domain.retention.rules import may_begin
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.actions import forget_withdrawn
from forsyn.interfaces.access_seals import EVERY, notes_file, seal_and_note
from forsyn.kernel.local_days import local_day
from forsyn.policy.purposes import P
from forsyn.workflows.bill_files import Sender
from forsyn.workflows.bill_sending import go_on_sending
from forsyn.workflows.billing_runs import go_on
from forsyn.workflows.breaches import tell_released
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night import run_night
from forsyn.workflows.outgoing import deliver_due
from forsyn.workflows.privacy_mail import fetch_if_set_up
from forsyn.workflows.run_previews import clear_discarded, preview_waiting
from forsyn.workflows.source_notices import send_source_notices
from forsyn.workflows.staff_access import end_overdue

NIGHT_PART_SECONDS = 20.0
RUN_PART_SECONDS = 20.0


class Lane(StrEnum):
    """Jobs of one lane are done one after the other, the lanes side by side: what takes minutes delays no mail."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done again and again; doing it twice, or late, does no harm."""

    name: str
    every: timedelta
    purposes: tuple[P, ...]
    """What ``work`` enters by itself, and nothing else."""
    work: Callable[[datetime], str]
    """Called with now, outside of any transaction; returns a sentence on what was done, without persons."""
    does: str
    also_at_the_end: bool = False
    """Done once more when the runner stops."""
    lane: Lane = Lane.SHORT


def _deliver(now: datetime) -> str:
    done = deliver_due(now=now)
    return f"{done.delivered} delivered, {done.again} tried again later, {done.failed} given up."


def _tell(now: datetime) -> str:
    return f"{tell_released(now=now).mails} letters about breaches put in the outbox."


def _seal(now: datetime) -> str:
    done = seal_and_note(notes_file(settings.INSTANCE.state, settings.INSTANCE.name), now=now)
    if done.waiting:
        return "Somebody was still writing to the log; nothing sealed."
    return f"{done.rows} rows sealed in {done.batches} batches."


def _end_overdue(now: datetime) -> str:
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        ended = end_overdue(today=local_day(now), now=now)
    return f"{ended.unreviewed_roles} roles ended, {ended.closed_accounts} accounts closed."


def _forget(_: datetime) -> str:
    with purpose(P.RETENTION, actor=None):
        return f"{forget_withdrawn()} sensitive rows deleted whose consent was withdrawn or whose claim is closed."


def _tell_sources(now: datetime) -> str:
    done = send_source_notices(now=now)
    return f"{done.mailed} persons told by mail of data that others gave; {done.left} still to be told."


def _preview(_: datetime) -> str:
    return " ".join(filter(None, (clear_discarded(), preview_waiting(clock=timezone.now))))


def _clear(now: datetime) -> str:
    with purpose(P.RETENTION, actor=None):
        return f"{clear_expired(now=now)} sessions and counted attempts deleted."


def _fetch(_: datetime) -> str:
    return fetch_if_set_up(clock=timezone.now)


def _night(now: datetime) -> str:
    """A part of the night, so that other long jobs are not kept waiting; the next call goes on."""
    with purpose(P.RETENTION, actor=None):
        under_way, last_day = running_night() is not None, last_night_day()
    if not under_way and not may_begin(now=now, hour=settings.NIGHT_HOUR, last_day=last_day):
        return "No night is due."
    done = run_night(
        current_policy(), today=local_day(now), clock=timezone.now, sleep=time.sleep, budget_seconds=NIGHT_PART_SECONDS
    )
    if done.night_id is None:
        return "Another process works at the night."
    return f"{done.deleted} rows in {done.chunks} chunks; {'the night is over' if done.finished else 'it goes on'}."


def _bills(_: datetime) -> str:
    """A part of a run, so that other long jobs are not kept waiting; the next call goes on."""
    return go_on(clock=timezone.now, budget_seconds=RUN_PART_SECONDS)


def _send(_: datetime) -> str:
    """A part, so that other long jobs are not kept waiting; the next call goes on."""
    sender = Sender(settings.OUTGOING_FOLDER, settings.PORTAL_URL, timezone.now)
    return go_on_sending(sender=sender, budget_seconds=RUN_PART_SECONDS)


JOBS = (
    Job(
        "deliver",
        timedelta(minutes=1),
        tuple(P),
        _deliver,
        "Sends what is due in the outbox, each message under the purpose it left for.",
    ),
    Job(
        "fetch",
        timedelta(minutes=5),
        (P.PRIVACY_RIGHTS,),
        _fetch,
        "Takes in mails marked as the policy says from the mail box, as requests.",
    ),
    Job(
        "tell",
        timedelta(minutes=5),
        (P.PRIVACY_RIGHTS,),
        _tell,
        "Writes to those whom a breach touched, once a named person has released the letter.",
    ),
    Job(
        "seal",
        EVERY,
        (P.SECURITY,),
        _seal,
        "Seals the access log, notes the seal outside of the database, and makes the log's next months.",
        also_at_the_end=True,
    ),
    Job(
        "expire",
        timedelta(hours=1),
        (P.STAFF_ADMINISTRATION, P.SECURITY),
        _end_overdue,
        "Ends roles that nobody reviewed, and closes accounts whose confidentiality agreement ran out.",
    ),
    Job(
        "forget",
        timedelta(minutes=5),
        (P.RETENTION,),
        _forget,
        "Deletes CPR numbers and health notices that have lost their ground.",
    ),
    Job(
        "sources",
        timedelta(hours=1),
        (P.PRIVACY_RIGHTS,),
        _tell_sources,
        "Tells persons of data that somebody else gave, by mail, some hundreds at a time (Art. 14).",
    ),
    Job(
        "preview",
        timedelta(seconds=5),
        (P.SETTLEMENT, P.PRIVACY_RIGHTS),
        _preview,
        "Reckons billing runs that staff made on a page, and deletes the bills of discarded ones; posts nothing.",
        lane=Lane.LONG,
    ),
    Job(
        "clear",
        timedelta(minutes=15),
        (P.RETENTION,),
        _clear,
        "Deletes sessions and counted sign-in attempts whose time is over.",
    ),
    Job(
        "night",
        timedelta(minutes=1),
        (P.RETENTION,),
        _night,
        "Once a night, in parts: deletes, masks and thins what is over, as the policy's retention rules say.",
        lane=Lane.LONG,
    ),
    Job(
        "bills",
        timedelta(seconds=15),
        (P.SETTLEMENT, P.ACCOUNTING, P.PRIVACY_RIGHTS),
        _bills,
        "Goes on, in parts, with a billing run that was begun and not finished; makes and approves none.",
        lane=Lane.LONG,
    ),
    Job(
        "send",
        timedelta(minutes=5),
        (P.SETTLEMENT, P.DIGITAL_POST, P.ACCOUNTING),
        _send,
        "Holds back batches of the restricted; sends bills released within a week, in parts, each by its way.",
        lane=Lane.LONG,
    ),
)
"""In the order in which those of one lane are done where several are due."""
