"""Billing runs from their preview to the ledger, chunk by chunk; each step can be broken off and gone on with.

Whoever is not to be billed now is left out: restricted customers are not seen under settlement at all, and bills of
customers who ask for data to be corrected or left alone are stopped until they have their answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from forsyn.domain.billing import actions_execution, actions_runs, run_queries
from forsyn.domain.billing.basis_queries import Wanted, prepared
from forsyn.domain.billing.basis_rules import Prepared
from forsyn.domain.billing.left_out_queries import LeftOut, left_out
from forsyn.domain.billing.models import BillKind, Run, RunState
from forsyn.domain.billing.run_queries import DueInstalment, ToBill
from forsyn.domain.billing.run_refusal_rules import expect_state
from forsyn.domain.billing.run_rules import (
    NewBill,
    Reckoned,
    StopCode,
    Stopped,
    Totals,
    reckon,
    reckon_instalment,
    stopped_because,
    stopped_for,
)
from forsyn.domain.rights.asking_queries import customers_asking
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows.bill_corrections import corrections
from forsyn.workflows.run_recheck import left_out_of

AGREEMENTS_AT_ONCE = 1_000
BILLS_AT_ONCE = 2_500
STOPPING = (Right.RECTIFICATION, Right.RESTRICTION, Right.OBJECTION)
"""Rights whose open requests may change what a bill is made of."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many agreements, or bills, are done, of how many; None where that is not known."""

    done: int
    of: int | None


Tell = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Executed:
    """What came of posting a run, and what of it was not posted.

    ``held_back``: bills of customers restricted since the preview; ``left_out``: those that hold no longer as approved.
    """

    bills: int
    held_back: int
    left_out: LeftOut | None = None


def _quiet(_: Progress) -> None:
    """Nobody listens."""


# -- preview ----------------------------------------------------------------------------------------------------------


def preview_run(*, run_id: int, clock: Callable[[], datetime], actor: int | None = None, tell: Tell = _quiet) -> Totals:
    """Reckon all bills of a run, anew if it was previewed before; return what the approver is shown.

    Raises RunRefused. Broken off, it stays a draft, and its next preview begins from scratch.
    """
    with actions_execution.only_run():
        with purpose(P.SETTLEMENT, actor=actor):
            actions_runs.reckon_anew(run_id=run_id)
        delete_bills(run_id=run_id, actor=actor)
        with purpose(P.SETTLEMENT, actor=actor):
            run = actions_runs.begin_preview(run_id=run_id)
        asking = customers_with_requests()
        for bills, progress in _made(run, asking, actor):
            with purpose(P.SETTLEMENT, actor=actor):
                actions_runs.add_bills(run=run, bills=bills)
            tell(progress)
        with purpose(P.SETTLEMENT, actor=actor):
            return actions_runs.finish_preview(run_id=run_id, now=clock())


def discard_run(*, run_id: int, reason: str = "", actor: int | None = None) -> int:
    """Give up a run that is not in the books, and delete its bills: nobody needs them. Return how many they were."""
    with actions_execution.only_run():
        with purpose(P.SETTLEMENT, actor=actor):
            actions_runs.discard_run(run_id=run_id, reason=reason)
        return delete_bills(run_id=run_id, actor=actor)


def delete_bills(*, run_id: int, actor: int | None = None) -> int:
    """Delete the bills of a draft, or of a run that was discarded; return how many. Broken off, it goes on."""
    deleted = 0
    while True:
        with purpose(P.SETTLEMENT, actor=actor):
            found = actions_runs.delete_bills(run_id=run_id, limit=BILLS_AT_ONCE)
        if not found:
            return deleted
        deleted += found


def customers_with_requests() -> frozenset[int]:
    """Customers whose bills wait for the answer to their request."""
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        return customers_asking(rights=STOPPING)


def _made(run: Run, asking: frozenset[int], actor: int | None) -> Iterator[tuple[list[NewBill], Progress]]:
    match run.kind:
        case BillKind.ON_ACCOUNT:
            yield from _on_account(run, asking, actor)
        case BillKind.CORRECTION:
            for bills, done, of in corrections(run, asking, actor):
                yield bills, Progress(done, of)
        case _:
            yield from _settlements(run, asking, actor)


def _settlements(run: Run, asking: frozenset[int], actor: int | None) -> Iterator[tuple[list[NewBill], Progress]]:
    with purpose(P.SETTLEMENT, actor=actor):
        to_bill = run_queries.agreements_to_bill(run=run)
    done = 0
    for chunk in in_chunks(to_bill, AGREEMENTS_AT_ONCE):
        with purpose(P.SETTLEMENT, actor=actor):
            bills = _settled(run, chunk, asking)
        done += len(chunk)
        yield bills, Progress(done, len(to_bill))


def _settled(run: Run, chunk: list[ToBill], asking: frozenset[int]) -> list[NewBill]:
    wanted = [Wanted(each.agreement_id, each.from_date, each.until_date) for each in chunk]
    found = list(prepared(wanted=wanted, issue_date=run.issue_date))
    before = run_queries.net_a_year_before(
        stretches=[(each.agreement_id, each.from_date, each.until_date) for each in found]
    )
    return [
        _bill_of(each, each.customer_id, before.get((each.agreement_id, each.from_date, each.until_date)), asking)
        for each in found
        if each.customer_id is not None  # the one who is billed is not seen: restricted
    ]


def _bill_of(each: Prepared, customer_id: int, before_oere: int | None, asking: frozenset[int]) -> NewBill:
    if customer_id in asking:
        outcome: Reckoned | Stopped = stopped_because(StopCode.OPEN_PRIVACY_REQUEST)
    elif each.basis is None:
        outcome = stopped_for(each.reasons)
    else:
        outcome = reckon(each.basis, last_year_net_oere=before_oere)
    return NewBill(
        agreement_id=each.agreement_id,
        agreement_number=each.agreement,
        customer_id=customer_id,
        from_date=each.from_date,
        until_date=each.until_date,
        outcome=outcome,
        tariff_version_id=each.tariff_version_id,
        last_year_net_oere=before_oere,
    )


def _on_account(run: Run, asking: frozenset[int], actor: int | None) -> Iterator[tuple[list[NewBill], Progress]]:
    after, done = "", 0
    while True:
        with purpose(P.SETTLEMENT, actor=actor):
            percent = run_queries.vat_percent_on(run.issue_date)
            due = run_queries.instalments_to_bill(run=run, after=after, limit=AGREEMENTS_AT_ONCE)
        if not due:
            return
        after, done = due[-1].agreement_number, done + len(due)
        yield [_instalment(each, percent, asking) for each in due], Progress(done, None)


def _instalment(each: DueInstalment, percent: Decimal, asking: frozenset[int]) -> NewBill:
    owed = reckon_instalment(each.net_oere, percent)
    return NewBill(
        agreement_id=each.agreement_id,
        agreement_number=each.agreement_number,
        customer_id=each.customer_id,
        from_date=each.from_date,
        until_date=each.until_date,
        outcome=stopped_because(StopCode.OPEN_PRIVACY_REQUEST) if each.customer_id in asking else owed,
        instalment_id=each.instalment_id,
        due_date=each.due_date,
    )


# -- into the ledger, out to customers, back --------------------------------------------------------------------------


def execute_run(
    *, run_id: int, clock: Callable[[], datetime], tell: Tell = _quiet, budget_seconds: float | None = None
) -> Executed | None:
    """Post an approved run, or go on with one that was broken off. Raises RunRefused, ledger.rules.NotPossible.

    None: the budget is spent, and there is more to do.
    """
    began_at = clock()
    with actions_execution.only_run():
        with purpose(P.SETTLEMENT, actor=None):
            actions_execution.begin_execution(run_id=run_id, now=began_at)
            counts = run_queries.counts_by_state(run_id=run_id)
        asking = customers_with_requests()
        of = sum(counts.get(state, 0) for state in ("posted", "left_out", "previewed"))
        done = of - counts.get("previewed", 0)
        for looked_at in _chunks(lambda: _execute_chunk(run_id, asking), P.SETTLEMENT):
            done += looked_at
            tell(Progress(done, of))
            if budget_seconds is not None and (clock() - began_at).total_seconds() >= budget_seconds:
                return None
        with purpose(P.SETTLEMENT, actor=None):
            actions_execution.finish_execution(run_id=run_id, now=clock())
            posted = run_queries.counts_by_state(run_id=run_id).get("posted", 0)
            return Executed(posted, run_queries.held_back(run_id=run_id), left_out(run_id=run_id))


def _execute_chunk(run_id: int, asking: frozenset[int]) -> int:
    """Post the next bills but those that hold no longer as they were approved; how many were looked at."""
    run, approved = actions_execution.next_approved(run_id=run_id, limit=BILLS_AT_ONCE)
    gone = left_out_of(run, approved, asking)
    actions_execution.leave_out(left_out=gone)
    actions_execution.post_bills(run=run, bills=[bill.id for bill in approved if bill.id not in gone])
    return len(approved)


def release_run(
    *, run_id: int, now: datetime, actor: int | None = None, limit: int | None = None, tell: Tell = _quiet
) -> int:
    """Let bills of an executed run go, in the order of their numbers, at most so many; return how many."""
    released = 0
    while limit is None or released < limit:
        at_once = BILLS_AT_ONCE if limit is None else min(BILLS_AT_ONCE, limit - released)
        with purpose(P.SETTLEMENT, actor=actor):
            found = actions_execution.release_chunk(run_id=run_id, limit=at_once, now=now)
            ended = Run.objects.get(pk=run_id).state == RunState.RELEASED
        released += found
        tell(Progress(released, limit))
        if ended or not found:
            break
    return released


def undo_run(*, run_id: int, undone_by_id: int | None, reason: str, now: datetime, tell: Tell = _quiet) -> int:
    """Take back a whole executed run of which nothing was released, or go on with that; return how many bills.

    Under accounting, which sees the books of customers who have been restricted since: they are put right for all.
    """
    with actions_execution.only_run():
        _expect_posted(run_id, undone_by_id)
        with purpose(P.ACCOUNTING, actor=undone_by_id):
            actions_execution.begin_undo(run_id=run_id, undone_by_id=undone_by_id, reason=reason, now=now)
            of = run_queries.counts_by_state(run_id=run_id).get("posted", 0)
        done = 0
        for undone in _chunks(lambda: actions_execution.undo_chunk(run_id=run_id, limit=BILLS_AT_ONCE), P.ACCOUNTING):
            done += undone
            tell(Progress(done, of))
        with purpose(P.ACCOUNTING, actor=undone_by_id):
            actions_execution.finish_undo(run_id=run_id)
        return done


def begin_undo(*, run_id: int, undone_by_id: int, reason: str, now: datetime) -> None:
    """Begin to take a whole run back; `go_on` does it. Raises RunRefused."""
    with actions_execution.only_run():
        _expect_posted(run_id, undone_by_id)
        with purpose(P.ACCOUNTING, actor=undone_by_id):
            actions_execution.begin_undo(run_id=run_id, undone_by_id=undone_by_id, reason=reason, now=now)


def _expect_posted(run_id: int, actor: int | None) -> None:
    """Say of a draft that it is one: accounting does not see it. A run hidden from settlement is accounting's."""
    with purpose(P.SETTLEMENT, actor=actor):
        state = Run.objects.filter(pk=run_id).values_list("state", flat=True).first()
    if state is not None:
        expect_state(run_id, state, RunState.EXECUTED, RunState.UNDOING)


def go_on(*, clock: Callable[[], datetime], budget_seconds: float) -> str:
    """Go on with a run that was begun and broken off; a sentence on what was done. Makes and approves nothing."""
    run = _broken_off(P.SETTLEMENT, RunState.EXECUTING) or _broken_off(P.ACCOUNTING, RunState.UNDOING)
    if run is None:
        return "No run was broken off."
    if run.state == RunState.UNDOING:
        undone = undo_run(run_id=run.pk, undone_by_id=run.undone_by_id, reason="", now=clock())
        return f"Run {run.pk}: {undone} more bills undone; it is undone."
    done = execute_run(run_id=run.pk, clock=clock, budget_seconds=budget_seconds)
    return f"Run {run.pk}: {'it goes on' if done is None else f'executed, {done.bills} bills'}."


def _broken_off(work: P, state: RunState) -> Run | None:
    with purpose(work, actor=None):
        return next((run for run in run_queries.runs_under_way() if run.state == state), None)


def _chunks(step: Callable[[], int], work: P) -> Iterator[int]:
    while True:
        with purpose(work, actor=None):
            done = step()
        if not done:
            return
        yield done


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of so many, in order."""
    waiting = iter(items)
    while chunk := list(islice(waiting, size)):
        yield chunk
