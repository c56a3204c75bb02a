"""What a bill takes off of what was billed before. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from forsyn.kernel.charges.basis import OnAccount
from forsyn.kernel.charges.bill import Bill
from forsyn.workflows.bill_parts import BillReference, Deduction


def on_account_of(calculation: Bill, billed: Sequence[Deduction]) -> list[Deduction]:
    """The bills on account, one by one where they come to what was taken off, else their sum."""
    taken = calculation.on_account
    if taken == OnAccount():
        return []
    if OnAccount(sum(each.net_oere for each in billed), sum(each.vat_oere for each in billed)) != taken:
        return [Deduction(BillReference(""), taken.net_oere, taken.vat_oere)]
    return list(billed)


def corrected_of(calculation: Bill, of: BillReference, *, net_oere: int, vat_oere: int) -> Deduction:
    """All that was asked for before of the same days: what the correction asks for is the difference to it."""
    taken = calculation.on_account
    return Deduction(
        of,
        calculation.net_oere - taken.net_oere - net_oere,
        calculation.vat_oere - taken.vat_oere - vat_oere,
        is_instalment=False,
    )
