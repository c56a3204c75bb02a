"""What waits for a member of staff today: read by sets, each part under the purpose that may see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from forsyn.domain.billing import waiting_queries
from forsyn.domain.billing.models import Run, TariffVersion
from forsyn.domain.billing.waiting_queries import StoppedBills, UnsentBills
from forsyn.domain.ledger.models import AccountingYear
from forsyn.domain.ledger.queries import years
from forsyn.domain.payments import queries as payment_queries
from forsyn.domain.payments import waiting_queries as payments_waiting
from forsyn.domain.payments.queries import Waiting
from forsyn.domain.payments.waiting_queries import Amount, PayoutsWaiting
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.local_days import local_day
from forsyn.policy.purposes import P
from forsyn.workflows.bill_files import Sender, WaitingBatch, batches

STOPPED_SINCE = timedelta(days=400)
"""A year's settlement and the next one: what was stopped longer ago has been looked at, or is over."""
UNSENT_SINCE = timedelta(days=30)
YEAR_AHEAD = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Settling:
    """For who settles: runs and drafts with a next step, bills that were stopped or have not left, batches of files."""

    runs: list[Run]
    drafts: list[TariffVersion]
    stopped: list[StoppedBills]
    unsent: list[UnsentBills]
    batches: list[WaitingBatch]


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """For who keeps the books: payments without a place, payouts, what came back unpaid, and the years."""

    payments: Waiting
    payouts: PayoutsWaiting
    came_back: Amount
    has_no_year_for: date | None
    """A day soon to come that lies in no accounting year."""
    to_close: list[AccountingYear]
    """Years that are over and not closed."""


@dataclass(frozen=True, slots=True)
class Today:
    """All that waits; a part is None for who does not work with it."""

    settling: Settling | None
    bookkeeping: Bookkeeping | None


def today_for(*, account_id: int, purposes: Collection[P], sender: Sender) -> Today:
    """Everything: 8 queries, and 2 more where files wait."""
    now = sender.clock()
    return Today(
        settling=_settling(account_id, now, sender) if P.SETTLEMENT in purposes else None,
        bookkeeping=_bookkeeping(account_id, local_day(now)) if P.ACCOUNTING in purposes else None,
    )


def _settling(account_id: int, now: datetime, sender: Sender) -> Settling:
    with purpose(P.SETTLEMENT, actor=account_id):
        return Settling(
            runs=waiting_queries.runs_waiting(),
            drafts=waiting_queries.drafts_waiting(),
            stopped=waiting_queries.stopped_bills(since=now - STOPPED_SINCE),
            unsent=waiting_queries.unsent_bills(since=now - UNSENT_SINCE),
            batches=batches(sender),
        )


def _bookkeeping(account_id: int, today: date) -> Bookkeeping:
    with purpose(P.ACCOUNTING, actor=account_id):
        known = years()
        open_until = _without_a_gap(known, today)
        return Bookkeeping(
            payments=payment_queries.waiting(),
            payouts=payments_waiting.payouts_waiting(account_id=account_id),
            came_back=payments_waiting.unpaid_collections(),
            has_no_year_for=open_until if open_until <= today + YEAR_AHEAD else None,
            to_close=[year for year in reversed(known) if year.closed_at is None and year.period.upper <= today],
        )


def _without_a_gap(known: list[AccountingYear], first: date) -> date:
    """The first day from then on that lies in no year."""
    for year in reversed(known):
        if year.period.lower <= first < year.period.upper:
            first = year.period.upper
    return first
