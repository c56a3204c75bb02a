"""An invoice or a credit note as both formats can tell it. Pure.

Amounts are whole øre of Danish kroner; prices are kroner with as many decimals as the tariff has. The comments name
the business terms (BT) of EN 16931-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from forsyn.kernel.periods import Period


class Kind(StrEnum):
    """What the document is: BT-3, UNTDID 1001. What a credit note gives back is told as positive amounts."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


class Vat(StrEnum):
    """How VAT is charged: BT-151, UNTDID 5305."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    OUTSIDE = "O"
    """Not subject to VAT, such as a reminder's fee. EN 16931 lets such lines stand with no others (BR-O-11)."""


class Unit(StrEnum):
    """What is counted: BT-130, UN/ECE recommendation 20."""

    KILOWATT_HOUR = "KWH"
    MEGAWATT_HOUR = "MWH"
    GIGAJOULE = "GV"
    KILOWATT = "KWT"
    CUBIC_METRE = "MTQ"
    SQUARE_METRE = "MTK"
    DAY = "DAY"
    MONTH = "MON"
    YEAR = "ANN"
    EACH = "EA"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``country`` is ISO 3166-1 alpha-2."""

    street: str
    postal_code: str
    city: str
    building: str = ""
    additional: str = ""
    country: str = "DK"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask; each part may be empty."""

    name: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or who buys. The electronic address is the GLN where there is one, else the CVR number.

    A seller has a CVR number; a buyer has one, or a GLN, or both. Both are digits only.
    """

    name: str
    address: Address
    cvr: str = ""
    gln: str = ""
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class Line:
    """What is paid for. ``price`` is kroner without VAT for ``price_quantity`` units, and never negative (BR-27).

    ``net_oere`` is quantity times price, half up. What is deducted, such as an instalment that was paid, has a
    negative quantity.
    """

    number: str
    text: str
    quantity: Decimal
    unit: Unit
    price: Decimal
    net_oere: int
    vat: Vat = Vat.STANDARD
    period: Period | None = None
    price_quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """A discount or a fee on the whole document: BG-20 and BG-21. ``amount_oere`` is positive and without VAT."""

    is_charge: bool
    reason: str
    amount_oere: int
    vat: Vat = Vat.STANDARD


@dataclass(frozen=True, slots=True)
class SlipPayment:
    """A payment slip (FI-kort): ``card_type`` 71 with 15 digits or 75 with 16; ``creditor`` has 8."""

    card_type: str
    number: str
    creditor: str


@dataclass(frozen=True, slots=True)
class AccountPayment:
    """A Danish bank account: registration number of 4 digits, account of up to 10."""

    registration_number: str
    account_number: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Øre: the lines with allowances and charges (BT-109), VAT (BT-110), both (BT-112), and what is due (BT-115)."""

    net_oere: int
    vat_oere: int
    gross_oere: int
    payable_oere: int


@dataclass(frozen=True, slots=True)
class InvoiceReference:
    """The invoice that a credit note is about."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True)
class EInvoice:
    """All that is written. ``totals`` are the sender's own; they are checked, and never mended.

    ``buyer_reference`` is what the buyer asked for: the person's or unit's reference (BT-10); OIOUBL's contact id.
    ``account_code`` is the buyer's own for bookkeeping (BT-19). ``vat_percent`` is the rate on the tax point's day.
    ``exemption`` says why lines bear no VAT, where some are `Vat.EXEMPT` or `Vat.OUTSIDE` (BT-120).
    ``prepaid_oere`` is what was paid of this very document (BT-113).
    """

    kind: Kind
    number: str
    issue_date: date
    supplier: Party
    customer: Party
    buyer_reference: str
    lines: tuple[Line, ...]
    totals: Totals
    vat_percent: Decimal
    due_date: date | None = None
    period: Period | None = None
    payment: SlipPayment | AccountPayment | None = None
    payment_terms: str = ""
    order_reference: str = ""
    account_code: str = ""
    credits: InvoiceReference | None = None
    allowances: tuple[AllowanceCharge, ...] = ()
    prepaid_oere: int = 0
    exemption: str = ""
    note: str = ""
    currency: str = "DKK"
