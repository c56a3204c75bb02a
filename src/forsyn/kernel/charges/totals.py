"""Totals and postings of a bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from forsyn.kernel.charges.basis import Basis, BilledBefore
from forsyn.kernel.charges.bill import PREPAYMENTS, RECEIVABLES, VAT_PAYABLE, Bill, Line, Posting, VatTotal
from forsyn.kernel.money import Vat, vat_of


def bill_of(basis: Basis, lines: Sequence[Line], billed_to_date: Sequence[BilledBefore]) -> Bill:
    """The lines of a basis as its bill: VAT once per rate, what was paid on account taken off, and the postings."""
    totals = _vat_totals(basis, lines)
    net = sum(total.net_oere for total in totals)
    vat = sum(total.vat_oere for total in totals)
    to_pay = net + vat - basis.on_account.net_oere - basis.on_account.vat_oere
    return Bill(
        agreement=basis.agreement,
        from_date=basis.from_date,
        until_date=basis.until_date,
        lines=tuple(lines),
        vat_totals=totals,
        net_oere=net,
        vat_oere=vat,
        gross_oere=net + vat,
        on_account=basis.on_account,
        to_pay_oere=to_pay,
        postings=_postings(basis, lines, vat, to_pay),
        billed_to_date=tuple(billed_to_date),
    )


def _vat_totals(basis: Basis, lines: Sequence[Line]) -> tuple[VatTotal, ...]:
    nets: dict[Vat, int] = {}
    for line in lines:
        nets[line.vat] = nets.get(line.vat, 0) + line.net_oere
    percents = {Vat.STANDARD: basis.vat_percent, Vat.OUTSIDE: Decimal(0)}
    return tuple(
        VatTotal(vat, percents[vat], nets[vat], vat_of(nets[vat], percents[vat])) for vat in Vat if vat in nets
    )


def _postings(basis: Basis, lines: Sequence[Line], vat_oere: int, to_pay_oere: int) -> tuple[Posting, ...]:
    """Income is credited; what was billed on account stood as a prepayment with its VAT, and is debited back."""
    sums: defaultdict[tuple[str, Vat], int] = defaultdict(int)
    sums[RECEIVABLES, Vat.OUTSIDE] += to_pay_oere
    for line in lines:
        sums[line.account, line.vat] -= line.net_oere
    sums[PREPAYMENTS, Vat.STANDARD] += basis.on_account.net_oere
    sums[VAT_PAYABLE, Vat.STANDARD] += basis.on_account.vat_oere - vat_oere
    return tuple(Posting(account, amount, vat) for (account, vat), amount in sorted(sums.items()) if amount)
