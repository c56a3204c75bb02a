"""Batches that are not to leave, or that nobody fetches: held back, called back, and told of.

A batch is fetched without asking us. What can be done is done before: as soon as one of its customers is restricted it
gets a name that no carrier fetches, and waits there until somebody says whether it had been fetched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from forsyn.domain.billing.actions_sending import forget_batch
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.outgoing_files import transport as files
from forsyn.workflows.bill_files import RECORDED, Sender, WaitingBatch, batches

FETCH_WITHIN = timedelta(days=7)
"""So long a batch may wait: its files hold what the database guards, CPR numbers among them."""


def hold_back(sender: Sender) -> int:
    """Take batches out of reach whose customers have been restricted since; return how many that were.

    What is held back and on no record is what a broken-off `recall` left: it goes.
    """
    held, waiting = 0, batches(sender)
    for name in set(files.held(sender.folder)) - {batch.name for batch in waiting}:
        with contextlib.suppress(FileNotFoundError):
            files.delete(sender.folder, name)
    for batch in waiting:
        if batch.restricted and not batch.is_held:
            with contextlib.suppress(FileNotFoundError):  # fetched and told of meanwhile
                files.hold(sender.folder, batch.name)
                held += 1
    return held


def recall(name: str, sender: Sender) -> int:
    """Call back a batch that nobody has fetched: its files go, and its bills wait to be sent; return how many.

    They leave anew with the next sending, but those of customers who are restricted. Raises FileNotFoundError.
    """
    found = next((batch for batch in batches(sender) if batch.name == name), None)
    files.hold(sender.folder, name)  # nobody fetches it meanwhile
    bills = 0
    if found is not None:
        with purpose(RECORDED, actor=sender.actor), transaction.atomic():
            bills = forget_batch(name=name)
            if found.disclosure_id is not None:
                door.handed_over(disclosure_id=found.disclosure_id, delivered=False, now=sender.clock())
    with contextlib.suppress(FileNotFoundError):  # tidied away by a sending meanwhile
        files.delete(sender.folder, name)
    return bills


def to_be_told_of(waiting: Iterable[WaitingBatch], *, now: datetime) -> list[WaitingBatch]:
    """Those that are held back, or ought to be, or have waited longer than `FETCH_WITHIN`."""
    return [each for each in waiting if each.restricted or each.is_held or now - each.made_at > FETCH_WITHIN]


def why_told(batch: WaitingBatch) -> str:
    """What is the matter with such a batch, and what to do; for operators."""
    if batch.restricted:
        return (
            f"{batch.restricted:,} of its bills are of customers restricted since. Nobody has fetched it: run `forsyn "
            f"bill recall {batch.name}`. It was fetched before: run `forsyn bill handed-over {batch.name} "
            "--fetched-before`, and tell your data protection officer."
        )
    if batch.is_held:
        return f"held back, and nobody of it is restricted any more: run `forsyn bill recall {batch.name}`."
    return (
        f"has waited longer than {FETCH_WITHIN.days} days. Fetched: run `forsyn bill handed-over {batch.name}`. Not "
        f"fetched: ask its carrier, or run `forsyn bill recall {batch.name}`."
    )
