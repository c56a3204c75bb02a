"""The last look before bills are posted: what they were made of is read again, and what has changed is left out.

Everything that goes into a bill is looked at in the way in which the preview read it, right before each chunk is
posted; so nothing depends on what carries a time. Only what differs is reckoned again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.basis_queries import NoVatRate, Wanted, prepared
from forsyn.domain.billing.basis_rules import Prepared
from forsyn.domain.billing.left_out_rules import Approved, Changed, changes, overtaken
from forsyn.domain.billing.models import BillKind, Run, VatRate
from forsyn.domain.billing.run_queries import DueInstalment
from forsyn.domain.billing.run_rules import NewBill, StopCode, Stopped, reckon, reckon_instalment, stopped_because
from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.canonical import basis_bytes, basis_from
from forsyn.workflows.bill_corrections import corrections_of

Found = Iterable[tuple[Approved, tuple[Changed, ...]]]


def left_out_of(run: Run, approved: Sequence[Approved], asking: Collection[int]) -> dict[int, Stopped]:
    """Which of a run's bills hold no longer as they were approved, and why, by id. The caller has entered settlement.

    ``asking``: customers with an open request that bills wait for. Some ten statements for all of them.
    """
    waits = stopped_because(StopCode.OPEN_PRIVACY_REQUEST)
    found = {each.id: waits for each in approved if each.customer_id in asking}
    left = [each for each in approved if each.id not in found]
    try:
        return found | {each.id: overtaken(what) for each, what in _changed(run, left) if what}
    except (NoVatRate, VatRate.DoesNotExist):
        return found | {each.id: overtaken([Changed.VAT]) for each in left}


def _changed(run: Run, approved: Sequence[Approved]) -> Found:
    agreements = {each.agreement_id for each in approved}
    match run.kind:
        case BillKind.ON_ACCOUNT:
            percent = run_queries.vat_percent_on(run.issue_date)
            due = {
                each.instalment_id: each
                for each in run_queries.instalments_still_due(run=run, agreement_ids=agreements)
            }
            for one in approved:
                vat_oere = reckon_instalment(one.net_oere, percent).vat_oere
                yield one, tuple(_of_instalment(run, one, due.get(one.instalment_id or 0), vat_oere))
        case BillKind.CORRECTION:
            fresh = {bill.days: bill for bill in corrections_of(run, sorted(agreements), frozenset())}
            for one in approved:
                yield one, _of_correction(one, fresh.get(one.days))
        case _:
            stretches = run_queries.agreements_to_bill(run=run, agreement_ids=agreements)
            wanted = [Wanted(each.agreement_id, each.from_date, each.until_date) for each in stretches]
            now = {each.days: each for each in prepared(wanted=wanted, issue_date=run.issue_date)}
            for one in approved:
                yield one, _of_settlement(one, now.get(one.days))


def _of_settlement(approved: Approved, now: Prepared | None) -> tuple[Changed, ...]:
    if now is None or now.basis is None:
        return (Changed.DAYS,)
    if now.customer_id != approved.customer_id:
        return (Changed.CUSTOMER,)
    if _is_same(approved, now.basis) or approved.is_still(reckon(now.basis, last_year_net_oere=None)):
        return ()
    assert approved.basis is not None
    return changes(basis_from(approved.basis.encode()), now.basis)


def _is_same(approved: Approved, now: Basis) -> bool:
    return approved.basis == basis_bytes(now).decode()


def _of_correction(approved: Approved, now: NewBill | None) -> tuple[Changed, ...]:
    if now is None or (now.corrects_id, now.customer_id) != (approved.corrects_id, approved.customer_id):
        return (Changed.BILLED,)
    return () if approved.is_still(now.outcome) else (Changed.BILLED,)


def _of_instalment(run: Run, approved: Approved, now: DueInstalment | None, vat_oere: int) -> Iterable[Changed]:
    if now is None:
        yield Changed.DAYS
        return
    if now.customer_id != approved.customer_id:
        yield Changed.CUSTOMER
    agreed = (now.from_date, now.until_date, now.net_oere, max(now.due_date, run.issue_date))
    if agreed != (approved.from_date, approved.until_date, approved.net_oere, approved.due_date):
        yield Changed.INSTALMENT
    if vat_oere != approved.vat_oere:
        yield Changed.VAT
