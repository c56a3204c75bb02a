"""A bill: lines, totals and postings, each line explained so that a customer can check it by hand.

Amounts are øre. Postings are positive for debit and negative for credit, never 0, and sum to zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import unique

from forsyn.kernel.charges.basis import BilledBefore, OnAccount
from forsyn.kernel.charges.worded import Worded
from forsyn.kernel.money import Vat

RECEIVABLES = "receivables"
PREPAYMENTS = "on_account_prepayments"
VAT_PAYABLE = "vat_payable"


@unique
class Explained(Worded):
    """What a step of an explanation says; its text has the places that the step fills. Amounts of money are kr."""

    CONSUMPTION = "{amount} {unit} used from {first} to {until} ({quality})"
    DIVIDED = "of {amount} {unit} from {first} to {until} ({quality}), {days} of {of_days} days: {part} {unit}"
    CONSUMED = "{amount} {unit} used in all"
    FACTOR = "{value} {factor}"
    SHARE_OF_YEAR = "{days} of the {of_days} days of {year}"
    YEARS = "{share} of a year"
    PRICED = "{quantity} {unit} at {price} kr is {kr} kr"
    STEP = "above {above} {unit} a year is above {accrued} {unit} in {share} of a year: {quantity} {unit} here"
    STEP_PRICED = "{part} % was used from {first} to {until}: {quantity} {unit} at {price} kr is {kr} kr"
    TEMPERATURES = "mean flow {flow} °C, mean return {return_} °C, from {first} to {until}"
    EXPECTED_RETURN = "expected return {expected} °C, deviation {deviation} degrees"
    EXPECTED_COOLING = "expected cooling {expected} degrees, deviation {deviation} degrees"
    COUNTED = "{counted} degrees count at {rate} % each, which is {percent} %"
    LIMITED = "{counted} degrees count at {rate} % each, but {percent} % is the limit"
    NOTHING_COUNTS = "within what is free: nothing counts"
    EXEMPT = "single-pipe plant: exempt"
    NOTHING_USED = "nothing was used: nothing to reckon a percentage of"
    PERCENT_OF = "{percent} % of {base} kr is {kr} kr"
    MINIMUM = "minimum {minimum} kr; charged {charged} kr; lacking {kr} kr"
    COUNTED_FROM = "counted from {first}: {kr} kr to date, of which {before} kr was billed before"
    ROUNDED = "{kr} kr is rounded to {rounded} kr"


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step with its numbers as text (point as decimal mark); what is not exact within 6 decimals is rounded."""

    says: Explained
    values: tuple[tuple[str, str], ...]

    @property
    def value(self) -> Mapping[str, str]:
        """The numbers by name."""
        return dict(self.values)

    @property
    def sentence(self) -> str:
        """In English, for operators."""
        return self.says.value.format(**self.value)


Explanation = tuple[ExplainedStep, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `price_kr` is kr without VAT per `unit`; `net_oere` is what counts, reckoned exactly and rounded once.

    `part` tells the lines of one component apart that come of steps or terms ("1", "2", a date).
    """

    component: str
    part: str
    text_key: str
    from_date: date
    until_date: date
    quantity: Decimal
    unit: str
    price_kr: Decimal
    net_oere: int
    vat: Vat
    account: str
    is_estimated: bool
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class VatTotal:
    """The net lines of one rate together, and their VAT."""

    vat: Vat
    percent: Decimal
    net_oere: int
    vat_oere: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One account of the ledger, by key: debit above 0, credit below."""

    account: str
    amount_oere: int
    vat: Vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What an agreement owes for [from_date, until_date). A `to_pay_oere` below 0 is owed to the customer."""

    agreement: str
    from_date: date
    until_date: date
    lines: tuple[Line, ...]
    vat_totals: tuple[VatTotal, ...]
    net_oere: int
    vat_oere: int
    gross_oere: int
    on_account: OnAccount
    to_pay_oere: int
    postings: tuple[Posting, ...]
    billed_to_date: tuple[BilledBefore, ...]
    """What the next bill needs as `billed_before`, where the tariff's year goes on."""
