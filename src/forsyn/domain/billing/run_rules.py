"""Rules of billing runs: what a bill's row holds, what the approver should look at, and which step follows which.

Pure. Amounts are øre; dates half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from forsyn.domain.billing.basis_rules import AnyReason
from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.bill import PREPAYMENTS, RECEIVABLES, VAT_PAYABLE, Bill, Posting
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import basis_bytes, bill_bytes, sha256
from forsyn.kernel.charges.components import SteppedCharge, VariableCharge
from forsyn.kernel.charges.reasons import CannotBill
from forsyn.kernel.money import Vat, vat_of


class Remark(StrEnum):
    """What the approver should look at."""

    FAR_ABOVE_LAST_YEAR = "far_above_last_year"
    FAR_BELOW_LAST_YEAR = "far_below_last_year"
    FIRST_BILL = "first_bill"
    """There is no settlement of the same days a year before."""
    ESTIMATED = "estimated"
    ZERO_CONSUMPTION = "zero_consumption"
    NEGATIVE_TO_PAY = "negative_to_pay"
    """The customer gets money back."""


OUTLIERS = (Remark.FAR_ABOVE_LAST_YEAR, Remark.FAR_BELOW_LAST_YEAR)


class StopCode(StrEnum):
    """Why a run stops a bill, beside the kernel's reasons."""

    OPEN_PRIVACY_REQUEST = "open_privacy_request"
    """The customer has asked for data that bills are made of to be corrected, or to be left alone."""
    NEEDS_STAFF = "needs_staff"
    """What was billed cannot be reckoned again as it was: its days or tariff are others now. Staff decide."""
    OVERTAKEN = "overtaken"
    """Something that the bill was made of changed between its preview and its posting."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a bill is far from that of the year before: both the share and the amount must be passed."""

    above: Decimal = Decimal("1.5")
    below: Decimal = Decimal("0.5")
    least_oere: int = 50_000


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """What a bill's row holds of its reckoning; postings side by side are what the ledger takes."""

    vat_percent: Decimal
    net_oere: int
    vat_oere: int
    on_account_net_oere: int
    on_account_vat_oere: int
    to_pay_oere: int
    postings: tuple[Posting, ...]
    basis: str | None = None
    calculation: str | None = None
    sha256: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A bill that cannot be made, with every reason: each a {code, component, from, until, value}."""

    reasons: tuple[Mapping[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBill:
    """One bill of a run, or what stopped it. ``last_year_net_oere``: the same days a year before, if billed."""

    agreement_id: int
    agreement_number: str
    customer_id: int
    from_date: date
    until_date: date
    outcome: Reckoned | Stopped
    tariff_version_id: int | None = None
    instalment_id: int | None = None
    corrects_id: int | None = None
    last_year_net_oere: int | None = None
    due_date: date | None = None
    """None: the run's."""

    @property
    def days(self) -> tuple[int, date, date]:
        """Agreement and days: what tells the bills of a run apart."""
        return self.agreement_id, self.from_date, self.until_date


def stopped_for(reasons: Iterable[AnyReason]) -> Stopped:
    """The reasons as a bill keeps them."""
    return Stopped(
        tuple(
            {
                "code": reason.code.key,
                "component": reason.component,
                "from": _day(reason.first),
                "until": _day(reason.until),
                "value": reason.value,
            }
            for reason in reasons
        )
    )


def stopped_because(code: StopCode) -> Stopped:
    """A reason of the run's own."""
    return Stopped(({"code": code.value, "component": "", "from": None, "until": None, "value": ""},))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def reckon(basis: Basis, *, last_year_net_oere: int | None, thresholds: Thresholds = THRESHOLDS) -> Reckoned | Stopped:
    """The bill of a basis as its row holds it; the same basis gives the same bytes."""
    try:
        bill = calculate(basis)
    except CannotBill as refused:
        return stopped_for(refused.reasons)
    remarks = remarks_on(bill, basis, last_year_net_oere=last_year_net_oere, thresholds=thresholds)
    return reckoned_of(bill, basis, remarks)


def reckoned_of(bill: Bill, basis: Basis, remarks: tuple[Remark, ...]) -> Reckoned:
    """A calculation with its basis as a row holds them."""
    calculation = bill_bytes(bill)
    return Reckoned(
        vat_percent=basis.vat_percent,
        net_oere=bill.net_oere,
        vat_oere=bill.vat_oere,
        on_account_net_oere=bill.on_account.net_oere,
        on_account_vat_oere=bill.on_account.vat_oere,
        to_pay_oere=bill.to_pay_oere,
        postings=bill.postings,
        basis=basis_bytes(basis).decode(),
        calculation=calculation.decode(),
        sha256=sha256(calculation),
        remarks=remarks,
    )


def reckon_instalment(net_oere: int, vat_percent: Decimal) -> Reckoned:
    """An instalment on account: owed, and standing as a prepayment with its VAT until the settlement."""
    vat_oere = vat_of(net_oere, vat_percent)
    sides = (
        Posting(PREPAYMENTS, -net_oere, Vat.STANDARD),
        Posting(RECEIVABLES, net_oere + vat_oere, Vat.OUTSIDE),
        Posting(VAT_PAYABLE, -vat_oere, Vat.STANDARD),
    )
    return Reckoned(
        vat_percent=vat_percent,
        net_oere=net_oere,
        vat_oere=vat_oere,
        on_account_net_oere=0,
        on_account_vat_oere=0,
        to_pay_oere=net_oere + vat_oere,
        postings=tuple(side for side in sides if side.amount_oere),
    )


def remarks_on(
    bill: Bill, basis: Basis, *, last_year_net_oere: int | None, thresholds: Thresholds = THRESHOLDS
) -> tuple[Remark, ...]:
    """What is out of the ordinary about a settlement, in the order of `Remark`."""
    found = {
        Remark.FIRST_BILL: last_year_net_oere is None,
        Remark.ESTIMATED: any(line.is_estimated for line in bill.lines),
        Remark.ZERO_CONSUMPTION: _nothing_used(basis),
        Remark.NEGATIVE_TO_PAY: bill.to_pay_oere < 0,
    }
    far = how_far(bill.net_oere, last_year_net_oere, thresholds)
    return tuple(remark for remark in Remark if remark is far or found.get(remark))


def how_far(net_oere: int, before_oere: int | None, thresholds: Thresholds = THRESHOLDS) -> Remark | None:
    """Whether an amount is far above or below what it was."""
    if before_oere is None or abs(net_oere - before_oere) < thresholds.least_oere:
        return None
    if net_oere > before_oere * thresholds.above:
        return Remark.FAR_ABOVE_LAST_YEAR
    return Remark.FAR_BELOW_LAST_YEAR if net_oere < before_oere * thresholds.below else None


def _nothing_used(basis: Basis) -> bool:
    """Charged by consumption, and none in the bill's days."""
    if not any(isinstance(component, VariableCharge | SteppedCharge) for component in basis.tariff.components):
        return False
    return not any(span.amount for span in basis.consumption if span.until_date > basis.from_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the approver sees of a run. ``owed_oere`` is what customers are to pay, ``owing_oere`` what they get back.

    ``restricted``: agreements whose customers are not billed because their data are only stored (Art. 18), a number
    only. ``remarks`` and ``reasons`` count bills by key.
    """

    bills: int
    stopped: int
    restricted: int
    net_oere: int
    vat_oere: int
    on_account_net_oere: int
    on_account_vat_oere: int
    to_pay_oere: int
    owed_oere: int
    owing_oere: int
    last_year_net_oere: int
    """Of those bills that have one, to compare with ``compared_net_oere``."""
    compared_net_oere: int
    remarks: Mapping[str, int]
    reasons: Mapping[str, int]

    def document(self) -> dict[str, Any]:
        """As the run keeps it."""
        return {name: getattr(self, name) for name in self.__slots__}


def totals_from(document: Mapping[str, Any]) -> Totals:
    """The totals that a run keeps."""
    return Totals(**document)


def postings_side_by_side(postings: Sequence[Posting]) -> tuple[list[str], list[int], list[str]]:
    """Accounts, øre and VAT codes."""
    return (
        [posting.account for posting in postings],
        [posting.amount_oere for posting in postings],
        [posting.vat.value for posting in postings],
    )
