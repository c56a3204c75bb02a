"""Rules of corrections: what a new calculation differs by from what was billed. Pure; øre; dates half-open.

Where a tariff counts from the year's first day (steps, incentives, minimums), a change of one bill changes the later
ones of the year. They are corrected together: the days from the first changed bill to the last are reckoned as one
bill, and what was billed of them is taken off. So the customer gets one correction, and the year adds up exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from forsyn.domain.billing.run_rules import (
    THRESHOLDS,
    Reckoned,
    Remark,
    Stopped,
    Thresholds,
    how_far,
    reckoned_of,
    stopped_for,
)
from forsyn.kernel.charges.basis import Basis, OnAccount
from forsyn.kernel.charges.basis_checks import COUNTED
from forsyn.kernel.charges.bill import Bill, Posting
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.days import year_of
from forsyn.kernel.charges.reasons import CannotBill
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.money import Vat


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """What one part of a component was billed as, and what it is now; net øre."""

    component: str
    part: str
    text_key: str
    vat: Vat
    billed_oere: int
    now_oere: int

    @property
    def difference_oere(self) -> int:
        return self.now_oere - self.billed_oere


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a new calculation differs by from those that were billed. VAT is the difference of the VAT totals."""

    lines: tuple[DifferenceLine, ...]
    net_oere: int
    vat_oere: int
    on_account: OnAccount
    to_pay_oere: int
    postings: tuple[Posting, ...]

    @property
    def is_nothing(self) -> bool:
        """No part and no total differs."""
        amounts = (self.net_oere, self.vat_oere, self.to_pay_oere, self.on_account.net_oere, self.on_account.vat_oere)
        return not any(amounts) and not any(line.difference_oere for line in self.lines)


def difference(now: Bill, billed: Sequence[Bill]) -> Difference:
    """What `now` is more (or less) than all that was billed of the same days; its postings sum to zero as theirs do."""
    net = now.net_oere - sum(bill.net_oere for bill in billed)
    vat = now.vat_oere - sum(bill.vat_oere for bill in billed)
    on_account = OnAccount(
        now.on_account.net_oere - sum(bill.on_account.net_oere for bill in billed),
        now.on_account.vat_oere - sum(bill.on_account.vat_oere for bill in billed),
    )
    return Difference(
        lines=_lines(now, billed),
        net_oere=net,
        vat_oere=vat,
        on_account=on_account,
        to_pay_oere=net + vat - on_account.net_oere - on_account.vat_oere,
        postings=_postings(now, billed),
    )


def _lines(now: Bill, billed: Iterable[Bill]) -> tuple[DifferenceLine, ...]:
    """In the order of the new bill; what it no longer has comes last."""
    sums: dict[tuple[str, str], list[int]] = {}
    told: dict[tuple[str, str], tuple[str, Vat]] = {}
    for place, bill in ((1, now), *((0, bill) for bill in billed)):
        for line in bill.lines:
            key = (line.component, line.part)
            told.setdefault(key, (line.text_key, line.vat))
            sums.setdefault(key, [0, 0])[place] += line.net_oere
    return tuple(DifferenceLine(*key, *told[key], *amounts) for key, amounts in sums.items())


def _postings(now: Bill, billed: Iterable[Bill]) -> tuple[Posting, ...]:
    sums: defaultdict[tuple[str, Vat], int] = defaultdict(int)
    for sign, bill in ((1, now), *((-1, bill) for bill in billed)):
        for posting in bill.postings:
            sums[posting.account, posting.vat] += sign * posting.amount_oere
    return tuple(Posting(account, amount, vat) for (account, vat), amount in sorted(sums.items()) if amount)


def corrected(now: Bill, basis: Basis, billed: Sequence[Bill], thresholds: Thresholds = THRESHOLDS) -> Reckoned | None:
    """The row of a correction: the whole new calculation, with the difference as its amounts. None: nothing differs."""
    found = difference(now, billed)
    if found.is_nothing:
        return None
    far = how_far(now.net_oere, sum(bill.net_oere for bill in billed), thresholds)
    remarks = {
        far: True,
        Remark.ESTIMATED: any(line.is_estimated for line in now.lines),
        Remark.NEGATIVE_TO_PAY: found.to_pay_oere < 0,
    }
    return replace(
        reckoned_of(now, basis, tuple(remark for remark in Remark if remarks.get(remark))),
        net_oere=found.net_oere,
        vat_oere=found.vat_oere,
        on_account_net_oere=found.on_account.net_oere,
        on_account_vat_oere=found.on_account.vat_oere,
        to_pay_oere=found.to_pay_oere,
        postings=found.postings,
    )


@dataclass(frozen=True, slots=True)
class Billed:
    """What stands of some days: the basis that it was made of, and the calculation."""

    basis: Basis
    bill: Bill


def counts_over_the_year(tariff: Tariff) -> bool:
    """Whether a change of one bill changes later ones of the same tariff year."""
    return any(isinstance(component, COUNTED) for component in tariff.components)


def corrected_with(first: Billed, later: Iterable[Billed]) -> list[Billed]:
    """The first bill that changed, and those after it that must be corrected with it, by their days.

    Those are linked: each was reckoned less what the one before had billed of the same tariff year. Where bills reach
    over the year's first day, the next year's hang on them, too.
    """
    found = [first]
    if counts_over_the_year(first.basis.tariff):
        for each in sorted(later, key=lambda each: each.basis.from_date):
            if each.basis.from_date == found[-1].basis.until_date and _goes_on(each.basis):
                found.append(each)
    return found


def _goes_on(basis: Basis) -> bool:
    """Whether a bill goes on with a tariff year, or an agreement, that an earlier bill began."""
    return max(year_of(basis.tariff.year_start, basis.from_date)[0], basis.agreement_from) < basis.from_date


def can_be_one(billed: Sequence[Billed]) -> bool:
    """Whether bills can be reckoned as one: one tariff, one rate of VAT."""
    return len({(each.basis.tariff.tariff_id, each.basis.vat_percent) for each in billed}) == 1


def new_basis(billed: Sequence[Billed], fresh: Basis, *, ended: bool = False) -> Basis:
    """What was billed, by its own (last) version of the tariff, with what is known now of the same days.

    What was billed before and on account stays as it was: neither is what changed. Where the agreement has ``ended``
    in days that were billed, the days are fewer, and what was billed on account for later ones is taken off as well.
    """
    first, last = billed[0].basis, billed[-1].basis
    bases = [each.basis for each in billed]
    return replace(
        fresh,
        agreement_from=first.agreement_from,
        from_date=first.from_date,
        until_date=fresh.until_date,
        tariff=last.tariff,
        vat_percent=last.vat_percent,
        billed_before=first.billed_before,
        on_account=fresh.on_account
        if ended
        else OnAccount(
            sum(basis.on_account.net_oere for basis in bases), sum(basis.on_account.vat_oere for basis in bases)
        ),
    )


def correct(billed: Sequence[Billed], fresh: Basis, *, ended: bool = False) -> Reckoned | Stopped | None:
    """What stands of some days, reckoned again as one bill: a correction, what stops it, or None: nothing differs."""
    basis = new_basis(billed, fresh, ended=ended)
    if len(billed) == 1 and basis == billed[0].basis:
        return None
    try:
        now = calculate(basis)
    except CannotBill as refused:
        return stopped_for(refused.reasons)
    return corrected(now, basis, [each.bill for each in billed])
