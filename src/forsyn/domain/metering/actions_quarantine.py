"""Decisions of staff about values that were set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Least

from forsyn.domain.metering.day_writer import DayWriter
from forsyn.domain.metering.importing import NotPossible, one_at_a_time
from forsyn.domain.metering.intake import Counts, Intake
from forsyn.domain.metering.merging import StepTooLargeError
from forsyn.domain.metering.models import Delivery, QuarantineItem, QuarantineState
from forsyn.domain.metering.rules import RETRIED, Reason
from forsyn.domain.metering.spool import Chunk
from forsyn.domain.metering.stored_rows import resolve

ITEMS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to, in items and values."""

    items: int
    stored: int
    identical: int
    still_open: int
    """Values for which there is still no place, or that were set aside anew for another reason."""


@transaction.atomic
def release(
    *,
    account_id: int,
    now: datetime,
    note: str,
    item_ids: Sequence[int] | None = None,
    delivery_id: int | None = None,
    reason: str | None = None,
    meter_number: str | None = None,
) -> Decided:
    """Let open items in, against the rules and marked so; name them by id, or by delivery, reason and meter.

    Where the meter was unknown the values are judged anew, as if they had just come, except that they do not replace
    those of later deliveries. Raises NotPossible where an item
    holds a value that could not be read, one of a time that is kept by days or months only, or one too large.
    """
    one_at_a_time()
    items = list(_open_items(item_ids, delivery_id, reason, meter_number).order_by("delivery_id", "id"))
    _refuse_unreadable(items)
    decided = Counts()
    still_open = 0
    for number, of_delivery in groupby(items, key=lambda item: item.delivery_id):
        counts, left = _release_delivery(number, list(of_delivery), account_id=account_id, now=now, note=note)
        still_open += left
        decided.new += counts.stored
        decided.identical += counts.identical
    return Decided(len(items), decided.new, decided.identical, still_open)


@transaction.atomic
def reject(
    *,
    account_id: int,
    now: datetime,
    note: str,
    item_ids: Sequence[int] | None = None,
    delivery_id: int | None = None,
    reason: str | None = None,
    meter_number: str | None = None,
) -> Decided:
    """Decide that open items stay out for good; they are kept to be seen and go on counting as quarantined."""
    items = _open_items(item_ids, delivery_id, reason, meter_number, limit=False).update(
        state=QuarantineState.REJECTED, decided_by_id=account_id, decided_at=now, note=note
    )
    return Decided(items, 0, 0, 0)


def _open_items(
    item_ids: Sequence[int] | None,
    delivery_id: int | None,
    reason: str | None,
    meter_number: str | None,
    *,
    limit: bool = True,
) -> QuerySet[QuarantineItem]:
    wanted: dict[str, Any] = {"delivery_id": delivery_id, "reason": reason, "meter_number": meter_number}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if item_ids is None and not wanted:
        raise NotPossible("Say which items: by their ids, or by delivery, reason or meter.")
    chosen = Q(**wanted) if item_ids is None else Q(pk__in=list(item_ids), **wanted)
    found = QuarantineItem.objects.filter(chosen, state=QuarantineState.OPEN).select_for_update()
    if limit and found.count() > ITEMS_AT_ONCE:
        raise NotPossible(f"More than {ITEMS_AT_ONCE:,} items at once. Choose fewer, such as one delivery and reason.")
    return found


def _refuse_unreadable(items: Sequence[QuarantineItem]) -> None:
    for item in items:
        if None in item.instants or None in item.values or item.reason == Reason.STAMP_OUT_OF_RANGE:
            raise NotPossible(
                f"Item {item.pk} of delivery {item.delivery_id} has values that could not be read ({item.reason}), so"
                " there is nothing to let in. Reject it, and ask the supplier for a corrected file."
            )
        if item.reason == Reason.TOO_OLD:
            raise NotPossible(
                f"Item {item.pk} of delivery {item.delivery_id} is of a time whose hours have become days, or days"
                " months. What was billed from is not changed any more. Reject it; where a bill was wrong and the claim"
                " is not yet time-barred, correct the bill."
            )


def _release_delivery(
    delivery_id: int, items: list[QuarantineItem], *, account_id: int, now: datetime, note: str
) -> tuple[Counts, int]:
    """Counts of the delivery's released values, and how many values stay open."""
    total = Counts()
    gone: list[int] = []
    left = 0
    for overrule in (False, True):
        part = [item for item in items if (Reason(item.reason) not in RETRIED) == overrule]
        if part:
            counts, done, again = _release_part(delivery_id, part, now=now, overrule=overrule)
            gone += done
            left += again
            add_counts(total, counts)
    QuarantineItem.objects.filter(pk__in=gone).update(
        state=QuarantineState.RELEASED, decided_by_id=account_id, decided_at=now, note=note
    )
    move_counts(delivery_id, total)
    return total, left


def _release_part(
    delivery_id: int, items: list[QuarantineItem], *, now: datetime, overrule: bool
) -> tuple[Counts, list[int], int]:
    numbers = sorted({item.meter_number for item in items})
    codes = sorted({item.register_code for item in items})
    meters, registers = ({text: index for index, text in enumerate(texts)} for texts in (numbers, codes))
    resolved = resolve(numbers, codes, {})
    placed = [i for i in items if resolved.place[meters[i.meter_number], registers[i.register_code]] >= 0]
    left = sum(item.value_count for item in items) - sum(item.value_count for item in placed)
    if not placed:
        return Counts(), [], left
    chunk = _chunk(placed, meters, registers)
    try:
        with DayWriter() as writer:
            intake = Intake(delivery_id, now, numbers, codes, writer, yields=not overrule)
            intake.take_in(chunk, resolved, released=overrule)
            intake.flush()
    except StepTooLargeError:
        raise NotPossible(
            "One of the values is further from its neighbours than can be stored (2,147,483,647 base units), so it"
            " cannot be let in. Reject it."
        ) from None
    return intake.counts, [item.pk for item in placed], left + intake.counts.quarantined


def _chunk(items: list[QuarantineItem], meters: Mapping[str, int], registers: Mapping[str, int]) -> Chunk:
    counts = [item.value_count for item in items]
    return Chunk(
        meter=np.repeat(np.array([meters[item.meter_number] for item in items], np.int32), counts),
        register=np.repeat(np.array([registers[item.register_code] for item in items], np.int16), counts),
        at=np.concatenate([np.array(item.instants, np.int64) for item in items]),
        value=np.concatenate([np.array(item.values, np.int64) for item in items]),
        line=np.concatenate([np.array(item.lines, np.int64) for item in items]),
    )


def add_counts(total: Counts, more: Counts) -> None:
    """Add to all counts but `delivered`, which follows."""
    for name in ("new", "completed", "corrected", "identical", "quarantined"):
        setattr(total, name, getattr(total, name) + getattr(more, name))
    for name, choose in (("first_at", min), ("last_at", max)):
        known = [value for value in (getattr(total, name), getattr(more, name)) if value is not None]
        setattr(total, name, choose(known) if known else None)


def move_counts(delivery_id: int, counts: Counts) -> None:
    """What was let in moves from quarantined to stored or identical, so that the delivery goes on adding up."""
    changes: dict[str, Any] = {
        name: F(name) + getattr(counts, name) for name in ("new", "completed", "corrected", "stored", "identical")
    }
    changes["quarantined"] = F("quarantined") - counts.stored - counts.identical
    if counts.first_at is not None and counts.last_at is not None:
        changes["first_at"] = Least(F("first_at"), datetime.fromtimestamp(counts.first_at, UTC))
        changes["last_at"] = Greatest(F("last_at"), datetime.fromtimestamp(counts.last_at, UTC))
    Delivery.objects.filter(pk=delivery_id).update(**changes)
