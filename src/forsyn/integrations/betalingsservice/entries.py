"""Entries of sections <-> the values in their records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forsyn.integrations.betalingsservice.errors import Malformed
from forsyn.integrations.betalingsservice.layout import CREDIT, DEBIT, EVENTS, OUTCOMES, ZERO
from forsyn.integrations.betalingsservice.values import (
    Agreement,
    AgreementEvent,
    Collection,
    Entry,
    Outcome,
    Payment,
    Section,
    SectionKind,
)

Values = Mapping[str, Any]
_AUTOMATIC_CODES = {outcome: code for code, outcome in OUTCOMES.items() if code < "0290"}
_SLIP_CODES = {outcome: code for code, outcome in OUTCOMES.items() if code > "0290"}
_EVENT_CODES = {event: code for code, event in EVENTS.items()}


def signed(sign: str, amount: int) -> int:
    """Øre, negative where they are the debtor's. Raises Malformed."""
    if sign == ZERO and amount:
        raise Malformed(f"the sign is 0 and the amount {amount} øre", "one of them is wrong")
    if sign not in (ZERO, DEBIT, CREDIT):
        raise Malformed(f"the sign is {sign}", "it should be 0, 1 or 2")
    return -amount if sign == CREDIT else amount


def sign_of(amount_oere: int) -> str:
    """The sign in a record."""
    if not amount_oere:
        return ZERO
    return DEBIT if amount_oere > 0 else CREDIT


def payment_of(kind: SectionKind, code: str, values: Values) -> Payment:
    """The payment of one record 042 in 0602. Raises Malformed."""
    paid, slip = values.get("paid", 0), kind is SectionKind.SLIP_PAYMENTS
    return Payment(
        outcome=OUTCOMES[code],
        customer_number=values["customer_number"],
        due_date=values["due_date"],
        amount_oere=signed(values["sign"], values["amount"]),
        reference=values["reference"],
        agreement_number=None if slip else values["agreement_number"] or None,
        paid_date=values.get("paid_date"),
        booked_date=values.get("booked_date"),
        paid_oere=-paid if values["sign"] == CREDIT else paid,
        slip_kind=values.get("slip_kind", ""),
        fee_oere=signed(values["fee_sign"], values["fee"]) if slip else 0,
        archive_reference=values.get("archive_reference", ""),
    )


def payment_values(kind: SectionKind, payment: Payment) -> tuple[str, dict[str, Any]]:
    """The code and the values of a payment's record. Raises Malformed."""
    codes = _SLIP_CODES if kind is SectionKind.SLIP_PAYMENTS else _AUTOMATIC_CODES
    if payment.outcome not in codes:
        raise Malformed(
            f'a payment in section {kind} is "{payment.outcome}"', "such a payment stands in another section"
        )
    if payment.amount_oere < 0 < payment.paid_oere or payment.paid_oere < 0 <= payment.amount_oere:
        raise Malformed("what was collected and what was paid differ in sign", "one record has room for one sign")
    values = {
        name: getattr(payment, name)
        for name in ("customer_number", "due_date", "reference", "paid_date", "booked_date", "slip_kind")
    }
    return codes[payment.outcome], values | {
        "agreement_number": payment.agreement_number or "",
        "sign": sign_of(payment.amount_oere),
        "amount": abs(payment.amount_oere),
        "paid": abs(payment.paid_oere),
        "fee_sign": sign_of(payment.fee_oere),
        "fee": abs(payment.fee_oere),
        "archive_reference": payment.archive_reference,
    }


def agreement_of(code: str, values: Values) -> Agreement:
    """The agreement of one record 042 in 0603."""
    return Agreement(
        EVENTS[code],
        values["customer_number"],
        values["agreement_number"],
        values["from_date"],
        values["until_date"],
    )


def agreement_values(kind: SectionKind, agreement: Agreement) -> tuple[str, dict[str, Any]]:
    """The code and the values of an agreement's record. Raises Malformed."""
    if (agreement.event is AgreementEvent.ACTIVE) is not (kind is SectionKind.ACTIVE_AGREEMENTS):
        raise Malformed(f'an agreement in section {kind} is "{agreement.event}"', "it stands in another section")
    names = ("customer_number", "agreement_number", "from_date", "until_date")
    return _EVENT_CODES[agreement.event], {name: getattr(agreement, name) for name in names}


def nets(section: Section[Entry]) -> set[int]:
    """What the net amount in a section's last record may be, in øre and without sign.

    Of payments it is not known whether the guide means what was collected or what was paid, and whether what was
    charged back counts against the rest (README): one of these has to fit.
    """
    return {abs(net) for net in _nets(section.entries)}


def _nets(entries: Iterable[Entry]) -> tuple[int, ...]:
    collected = paid = charged_back = 0
    for entry in entries:
        if isinstance(entry, Collection):
            collected += entry.amount_oere
            paid += entry.amount_oere
        elif isinstance(entry, Payment):
            collected += entry.amount_oere
            paid += entry.paid_oere
            charged_back += entry.paid_oere if entry.outcome is Outcome.CHARGED_BACK else 0
    return collected, paid, paid - 2 * charged_back
