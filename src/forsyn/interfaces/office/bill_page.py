"""What the page of a bill shows: lines with their reckoning, what they came of, and how they were posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forsyn.domain.billing.models import Bill
from forsyn.domain.billing.staff_bill_queries import tariffs_of
from forsyn.domain.ledger.models import LedgerAccount
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.run_page import language_now
from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.bill import Line
from forsyn.kernel.charges.canonical import basis_from, bill_from
from forsyn.kernel.charges.components import Fee
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import number_text, short_days_text
from forsyn.workflows.bill_words import component_names, component_text, explained, price_text, quantity_text

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ShownLine:
    """A line in words; ``steps`` are the sentences by which it can be checked by hand."""

    name: str
    days: str
    quantity: str
    price: str
    net_oere: int
    vat: str
    is_estimated: bool
    steps: list[str]


@dataclass(frozen=True)
class ShownPosting:
    """One posting; ``account`` is the ledger's number and name, or the key where it has none."""

    account: str
    amount_oere: int
    vat: str


@dataclass(frozen=True)
class Reckoning:
    """What a settlement was reckoned of, and how; its lines alone for who may see the bill and no consumption."""

    basis: Basis | None
    lines: list[ShownLine]
    fees: list[str]
    factors: list[tuple[str, str, str]]
    temperatures: list[tuple[str, str, str]]

    @property
    def consumption(self) -> list[tuple[str, str, str]]:
        """Days, amount, quality."""
        if self.basis is None:
            return []
        language = language_now()
        return [
            (
                short_days_text(span.from_date, span.until_date, language),
                wording.amount_text(span.amount, span.unit.value),
                span.quality.value,
            )
            for span in self.basis.consumption
        ]


def reckoning_of(bill: Bill, basis_text: str | None) -> Reckoning | None:
    """The reckoning that a bill keeps; None for one on account, or one that was stopped. 2 queries.

    ``basis_text`` is the bill's basis, or None where whoever looks works for nothing that holds consumption.
    """
    if bill.calculation is None:
        return None
    calculation, language = bill_from(bill.calculation.encode()), language_now()
    texts = texts_of_version(bill.tariff_version_id)
    lines = [_line(line, texts, language, explain=basis_text is not None) for line in calculation.lines]
    if basis_text is None:
        return Reckoning(None, lines, [], [], [])
    basis = basis_from(basis_text.encode())
    names = component_names(basis.tariff.components, texts, language)
    return Reckoning(
        basis=basis,
        lines=lines,
        fees=[
            f"{names.get(fee.component, fee.component)}, {wording.day_text(fee.on_date)}: {fee.count}"
            for fee in basis.fees
        ],
        factors=[
            (
                value.factor.value,
                number_text(format(value.value, "f"), language),
                short_days_text(value.from_date, value.until_date or basis.until_date, language),
            )
            for value in basis.factors
        ],
        temperatures=[
            (
                short_days_text(mean.from_date, mean.until_date, language),
                number_text(format(mean.flow_celsius, "f"), language),
                number_text(format(mean.return_celsius, "f"), language),
            )
            for mean in basis.temperatures
        ],
    )


def texts_of_version(version_id: int | None) -> Texts:
    """What the parts of a version are called. 2 queries."""
    found = tariffs_of(version_ids=[version_id]) if version_id else {}
    return found[version_id][1] if version_id in found else {}


def fees_of(bill: Bill) -> list[tuple[str, str]]:
    """The fees that a bill's tariff has, by key and name."""
    if bill.basis is None:
        return []
    texts, language = texts_of_version(bill.tariff_version_id), language_now()
    components = basis_from(bill.basis.encode()).tariff.components
    return [(one.key, component_text(one.text_key, texts, language)) for one in components if isinstance(one, Fee)]


def postings_of(bill: Bill, accounts: list[LedgerAccount]) -> list[ShownPosting]:
    """How a bill is posted, in the order in which it was reckoned."""
    is_english = language_now() is Language.ENGLISH
    names = {
        account.key: f"{account.number} {account.name_en if is_english else account.name_da}" for account in accounts
    }
    columns: zip[Any] = zip(bill.posting_accounts or (), bill.posting_oere or (), bill.posting_vat or (), strict=True)
    return [ShownPosting(names.get(account, account), oere, vat) for account, oere, vat in columns]


def _line(line: Line, texts: Texts, language: Language, *, explain: bool) -> ShownLine:
    """``explain``: how it was reckoned tells how something was used, and when."""
    return ShownLine(
        name=component_text(line.text_key, texts, language),
        days=short_days_text(line.from_date, line.until_date, language),
        quantity=quantity_text(format(line.quantity, "f"), line.unit, language),
        price=price_text(format(line.price_kr, "f"), line.unit, language),
        net_oere=line.net_oere,
        vat=line.vat.value,
        is_estimated=line.is_estimated,
        steps=explained(line.explanation, language) if explain else [],
    )
