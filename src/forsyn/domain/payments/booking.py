"""The vouchers that movements of money make. Pure; the only place that says which accounts they move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forsyn.domain.ledger.rules import Line, NewVoucher

BANK, RECEIVABLES, SUSPENSE, IN_TRANSIT = "bank", "receivables", "suspense", "payouts_in_transit"
PAYMENT, PAYOUT, RETURN, CORRECTION = "payment", "payout", "return", "correction"
MOST_NAMED = 8
"""Bills in a text; of more the first ones."""


def paid(*, origin: str, on: date, oere: int, customer_id: int, bill_numbers: Sequence[int] = ()) -> NewVoucher:
    """A customer has paid."""
    text = f"Indbetaling{_to(bill_numbers)}"
    return _voucher(PAYMENT, origin, on, text, (BANK, oere), (RECEIVABLES, -oere), customer_id)


def set_aside(*, origin: str, on: date, oere: int) -> NewVoucher:
    """Money came in, or went out, and nobody knows yet whose it is."""
    text = "Indbetaling, der ikke er placeret endnu" if oere > 0 else "Hævet på kontoen, ikke placeret endnu"
    return _voucher(PAYMENT if oere > 0 else RETURN, origin, on, text, (BANK, oere), (SUSPENSE, -oere), None)


def placed(*, origin: str, on: date, oere: int, customer_id: int, bill_numbers: Sequence[int] = ()) -> NewVoucher:
    """What was set aside is a customer's."""
    text = f"Indbetaling{_to(bill_numbers)}, placeret"
    kind = PAYMENT if oere > 0 else RETURN
    return _voucher(kind, origin, on, text, (SUSPENSE, oere), (RECEIVABLES, -oere), customer_id)


def sent(*, origin: str, on: date, oere: int, customer_id: int | None) -> NewVoucher:
    """A payout was given to the bank: to a customer of what is the customer's, or back of what was set aside."""
    source = SUSPENSE if customer_id is None else RECEIVABLES
    return _voucher(PAYOUT, origin, on, "Udbetaling", (source, oere), (IN_TRANSIT, -oere), customer_id)


def left(*, origin: str, on: date, oere: int, customer_id: int | None) -> NewVoucher:
    """A payout has left the account."""
    return _voucher(PAYOUT, origin, on, "Udbetaling gået ud af banken", (IN_TRANSIT, oere), (BANK, -oere), customer_id)


def came_back(*, origin: str, on: date, oere: int, customer_id: int | None) -> NewVoucher:
    """A payout came back from the bank."""
    target = SUSPENSE if customer_id is None else RECEIVABLES
    return _voucher(RETURN, origin, on, "Udbetaling kom tilbage", (BANK, oere), (target, -oere), customer_id)


def _to(bill_numbers: Sequence[int]) -> str:
    if not bill_numbers:
        return ""
    more = " m.fl." if len(bill_numbers) > MOST_NAMED else ""
    return f" til regning {', '.join(map(str, bill_numbers[:MOST_NAMED]))}{more}"


def _voucher(
    kind: str, origin: str, on: date, text: str, first: tuple[str, int], other: tuple[str, int], customer_id: int | None
) -> NewVoucher:
    return NewVoucher(
        kind=kind,
        posting_date=on,
        text=text,
        origin=origin,
        lines=(Line(*first), Line(*other)),
        customer_id=customer_id,
    )
