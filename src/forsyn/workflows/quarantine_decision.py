"""Releasing and rejecting what stands in quarantine: what would happen, and doing it.

Two members of staff may look at the same items: whoever decides second is told, and nothing is changed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from forsyn.domain.metering import actions, quarantine_queries
from forsyn.domain.metering.actions_quarantine import ITEMS_AT_ONCE, Decided
from forsyn.domain.metering.importing import one_at_a_time
from forsyn.domain.metering.quarantine_queries import Selection, SelectionSummary
from forsyn.domain.metering.rules import RETRIED


class DecidedMeanwhile(Exception):
    """The open items are no longer those that were shown."""


class TakingIn(Exception):
    """A delivery is being taken in right now, or another release made: only one at a time may change the values."""


class CannotBeStored(Exception):
    """One of the values is too far from its neighbours to be stored at all."""


@dataclass(frozen=True)
class Plan:
    """What a selection holds, and what a release could store of it."""

    summary: SelectionSummary
    reason: str
    storable: int
    """Values that there is a place for."""
    unreadable: int
    """Values without a number, an instant or a possible year: there is nothing to store."""

    @property
    def judged_anew(self) -> bool:
        """Whether a release tries the values again, instead of overruling why they were set aside."""
        return self.reason in RETRIED


def plan(*, selection: Selection) -> Plan:
    """What a decision would be about. 3 queries at most."""
    summary = quarantine_queries.summary(selection=selection)
    reason = selection.reason or quarantine_queries.reason_of(item_id=selection.item_id)
    unreadable, storable = quarantine_queries.storable(selection=selection)
    return Plan(summary, reason or "", storable, unreadable)


@transaction.atomic
def decide(
    *, selection: Selection, release: bool, expected_items: int, note: str, account_id: int, now: datetime
) -> Decided:
    """Release or reject all open items of a selection, which must still be as many as were shown.

    A release stores what can be stored; the rest stays open. Raises DecidedMeanwhile, TakingIn, CannotBeStored; then
    nothing is changed.
    """
    if release:
        _alone()
    ids = quarantine_queries.lock_open(selection=selection)
    if len(ids) != expected_items:
        raise DecidedMeanwhile
    if not release:
        return actions.reject(account_id=account_id, now=now, note=note, item_ids=ids)
    return _release(selection, ids, account_id=account_id, now=now, note=note)


def _alone() -> None:
    try:
        one_at_a_time()
    except actions.NotPossible:
        raise TakingIn from None


def _release(selection: Selection, ids: list[int], *, account_id: int, now: datetime, note: str) -> Decided:
    total = Decided(len(ids), 0, 0, 0)
    places = quarantine_queries.storable_ids(selection=selection)
    for begin in range(0, len(places), ITEMS_AT_ONCE):
        part = places[begin : begin + ITEMS_AT_ONCE]
        try:
            done = actions.release(account_id=account_id, now=now, note=note, item_ids=part)
        except actions.NotPossible:
            raise CannotBeStored from None
        total = Decided(len(ids), total.stored + done.stored, total.identical + done.identical, 0)
    left = quarantine_queries.summary(selection=selection)
    return Decided(len(ids), total.stored, total.identical, left.values)
