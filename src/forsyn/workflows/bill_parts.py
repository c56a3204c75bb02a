"""What a bill's document is told of besides the calculation: who bills whom, how it is paid, what was used when. Pure.

Amounts are øre, consumption is whole watt hours or litres, periods are half-open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from forsyn.integrations.fi.codec import PaymentLine
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.items import Text
from forsyn.policy.vocabulary import Language


class DocumentKind(StrEnum):
    """What a document is for."""

    ON_ACCOUNT = "on_account"
    ANNUAL = "annual"
    FINAL = "final"
    INTERIM = "interim"
    CREDIT_NOTE = "credit_note"
    CORRECTION = "correction"


class Group(StrEnum):
    """Where a line stands, in this order."""

    CONSUMPTION = "consumption"
    FIXED = "fixed"
    TAXES = "taxes"
    DISCOUNTS = "discounts"
    """Discounts and incentives; an incentive may be a surcharge."""
    FEES = "fees"


class Refund(StrEnum):
    """How the customer gets back what is owed to him or her."""

    NEMKONTO = "nemkonto"
    NEXT_BILL = "next_bill"
    ON_REQUEST = "on_request"
    """Paid out when the customer asks: who has moved gets no next bill."""
    AGAINST_OWED = "against_owed"
    """Set off against what is still owed, as where an unpaid bill is credited."""

    @classmethod
    def usual(cls, kind: DocumentKind) -> Refund:
        """How it is given back where nothing else is known."""
        return cls.ON_REQUEST if kind is DocumentKind.FINAL else cls.NEXT_BILL


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address; ``additional`` is a line such as c/o or a building's name."""

    street: str
    postal_code: str
    city: str
    building: str = ""
    additional: str = ""
    country: str = "DK"

    @property
    def lines(self) -> tuple[str, ...]:
        """As an envelope has them."""
        abroad = self.country if self.country != "DK" else ""
        street, city = f"{self.street} {self.building}", f"{self.postal_code} {self.city}"
        return tuple(line for line in (self.additional, street.strip(), city.strip(), abroad) if line)


@dataclass(frozen=True, slots=True)
class Utility:
    """Who bills: the controller, or the company of the group that supplies."""

    name: str
    cvr: str
    address: PostalAddress
    phone: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is billed. Companies and public customers have a CVR number, a GLN (EAN), or both, and references."""

    name: str
    address: PostalAddress
    customer_number: str
    language: Language = Language.DANISH
    cvr: str = ""
    gln: str = ""
    buyer_reference: str = ""
    order_reference: str = ""
    account_code: str = ""


@dataclass(frozen=True, slots=True)
class BillReference:
    """Another bill, by its number."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True)
class Deduction:
    """What was billed before and is taken off: an instalment on account, or the bill that is corrected."""

    of: BillReference
    net_oere: int
    vat_oere: int
    is_instalment: bool = True

    @property
    def gross_oere(self) -> int:
        return self.net_oere + self.vat_oere


@dataclass(frozen=True, slots=True)
class Month:
    """What was used in a month, named by its first day, and in the same month a year before; None: not known."""

    first: date
    amount: int | None
    before: int | None = None
    is_estimated: bool = False
    before_is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class DegreeDays:
    """Degree days (graddage) of the bill's months and of the same a year before, and how much of use follows them."""

    now: Decimal
    before: Decimal
    dependent_percent: Decimal


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter showed on the first day and on the day after the last; None where it was not read."""

    meter_number: str
    from_date: date
    until_date: date
    opening: Decimal | None
    closing: Decimal | None
    unit: str
    """As tariffs have it: kWh, MWh, m3."""
    quality: Quality


@dataclass(frozen=True, slots=True)
class PlannedInstalment:
    """An instalment to come, with VAT, so that a customer knows what and when."""

    due_date: date
    gross_oere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFacts:
    """All that a document says and the calculation does not know.

    ``deductions`` are the instalments that make up the basis's amount on account, and the bill that is corrected;
    without them the amount on account is told as one. ``months`` are those of the graph, in order. ``complaints`` is
    `bill_complaints.complaints`, which the utility may change; ``bills_url`` the page of one's own bills.
    """

    kind: DocumentKind
    number: str
    issue_date: date
    due_date: date
    utility: Utility
    addressee: Addressee
    supply_address: PostalAddress | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The tariff's names of its components, by text key and language."""
    payment_line: PaymentLine | None = None
    by_betalingsservice: bool = False
    refund: Refund = Refund.NEXT_BILL
    deductions: tuple[Deduction, ...] = ()
    months: tuple[Month, ...] = ()
    month_unit: BaseUnit = BaseUnit.WATT_HOURS
    degree_days: DegreeDays | None = None
    readings: tuple[Reading, ...] = ()
    instalments: tuple[PlannedInstalment, ...] = ()
    complaints: Text | None = None
    vat_exemption: Text | None = None
    """Why some lines bear no VAT; e-invoices must say it."""
    bills_url: str = ""
