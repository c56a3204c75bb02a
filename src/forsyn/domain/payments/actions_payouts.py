"""Money back: prepared by one, approved by another, told to the bank in a file.

Refusals are `rules.NotPossible`, in Danish. The caller has entered the purpose of accounting.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from forsyn.domain.ledger import actions_bulk as books
from forsyn.domain.payments import booking, rules
from forsyn.domain.payments.actions_intake import lock_intake, pay_bills
from forsyn.domain.payments.models import Payout, PayoutState, Receipt, ReceiptState, Route, SentFile, SentKind
from forsyn.domain.payments.queries import credit_of
from forsyn.domain.payments.rules import NotPossible


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A Danish account: 4 and 10 digits."""

    registration_number: str
    account_number: str


@dataclass(frozen=True, slots=True)
class Due:
    """Approved payouts: those that may be sent, and those whose payee has another balance now."""

    ready: tuple[Payout, ...]
    changed: tuple[Payout, ...]


@transaction.atomic
def prepare(
    *, customer_id: int, amount_oere: int, reason: str, payee_name: str, account: BankAccount | None, now: datetime,
    account_id: int,
) -> int:  # fmt: skip
    """Prepare a payout of what a customer has with us, to NemKonto where no account is given; its id.

    Raises NotPossible where the customer has less, or a payout of the customer is prepared already.
    """
    lock_intake()  # what the customer has does not change meanwhile
    balance = credit_of(customer_ids=[customer_id]).get(customer_id, 0)
    _refuse_amount(amount_oere, balance, reason)
    if Payout.objects.filter(customer_id=customer_id, state__in=["prepared", "approved"]).exists():
        raise NotPossible(
            "Der er allerede forberedt en udbetaling til kunden. Godkend den, eller træk den tilbage først."
        )
    return _insert(
        customer_id=customer_id, receipt_id=None, amount_oere=amount_oere, balance_oere=balance, reason=reason,
        payee_name=payee_name, account=account, now=now, account_id=account_id,
    )  # fmt: skip


@transaction.atomic
def return_to_sender(
    *, receipt_id: int, reason: str, payee_name: str, account: BankAccount, now: datetime, account_id: int
) -> int:
    """Prepare to send back a payment that was none of ours; the payout's id. Raises NotPossible."""
    receipt = Receipt.objects.select_for_update().filter(pk=receipt_id, state=ReceiptState.SUSPENSE).first()
    if receipt is None or receipt.amount_oere <= 0:
        raise NotPossible("Betalingen er behandlet i mellemtiden, eller den kan ikke sendes tilbage. Hent siden igen.")
    _refuse_amount(receipt.amount_oere, receipt.amount_oere, reason)
    made = _insert(
        customer_id=None, receipt_id=receipt.pk, amount_oere=receipt.amount_oere, balance_oere=receipt.amount_oere,
        reason=reason, payee_name=payee_name, account=account, now=now, account_id=account_id,
    )  # fmt: skip
    Receipt.objects.filter(pk=receipt.pk).update(
        state=ReceiptState.RETURNING, handled_at=now, handled_by=account_id, note=reason.strip()[:400]
    )
    return made


@transaction.atomic
def approve(*, payout_id: int, now: datetime, account_id: int) -> None:
    """Approve what somebody else prepared. Raises NotPossible."""
    row = _locked(payout_id, PayoutState.PREPARED)
    if row.prepared_by_id == account_id:
        raise NotPossible("Du har selv forberedt udbetalingen. En anden skal godkende den.")
    Payout.objects.filter(pk=row.pk).update(state=PayoutState.APPROVED, approved_by=account_id, approved_at=now)


@transaction.atomic
def withdraw(*, payout_id: int, now: datetime, account_id: int | None) -> None:
    """Give up a payout that was not sent yet; a payment that it was to return waits again. Raises NotPossible."""
    row = _locked(payout_id, PayoutState.PREPARED, PayoutState.APPROVED)
    _withdraw([row], now)


def due() -> Due:
    """Approved payouts, held until the transaction ends. 3 queries."""
    lock_intake()
    rows = list(Payout.objects.select_for_update().filter(state=PayoutState.APPROVED).order_by("id"))
    credit = credit_of(customer_ids=[row.customer_id for row in rows if row.customer_id])
    changed = [row for row in rows if row.customer_id and credit.get(row.customer_id, 0) != row.balance_oere]
    held = set(changed)
    return Due(tuple(row for row in rows if row not in held), tuple(changed))


@transaction.atomic
def give_up_changed(*, changed: Sequence[Payout], now: datetime) -> None:
    """Payouts whose payee has another balance than when they were prepared: they are prepared anew."""
    _withdraw(changed, now)


@transaction.atomic
def send(
    *, rows: Sequence[Payout], number: int, sha256: str, now: datetime, today: date, account_id: int | None
) -> int:
    """Keep a file of payouts and book them as on their way; the file's id. Some 12 queries."""
    file = SentFile.objects.create(
        kind=SentKind.PAYOUTS, number=number, sha256=sha256, entry_count=len(rows),
        sum_oere=sum(row.amount_oere for row in rows), made_at=now, made_by_id=account_id,
    )  # fmt: skip
    vouchers = [
        booking.sent(origin=f"payout:{row.pk}", on=today, oere=row.amount_oere, customer_id=row.customer_id)
        for row in rows
    ]
    posted = books.post_many(vouchers=vouchers, now=now, account_id=account_id)
    for row, made in zip(rows, posted, strict=True):
        row.state, row.sent_file, row.voucher_id = PayoutState.SENT, file, made.voucher_id
    Payout.objects.bulk_update(rows, ["state", "sent_file", "voucher"])
    pay_bills(
        customer_ids={row.customer_id for row in rows if row.customer_id},
        first=[made.voucher_id for made in posted],
        now=now,
        account_id=account_id,
    )
    return file.pk


# -- within ------------------------------------------------------------------------------------------------------------


def _insert(
    *, customer_id: int | None, receipt_id: int | None, amount_oere: int, balance_oere: int, reason: str,
    payee_name: str, account: BankAccount | None, now: datetime, account_id: int,
) -> int:  # fmt: skip
    row = Payout(
        customer_id=customer_id, receipt_id=receipt_id, amount_oere=amount_oere, balance_oere=balance_oere,
        reason=reason.strip()[:400], payee_name=payee_name.strip()[:200],
        route=Route.NEMKONTO if account is None else Route.ACCOUNT,
        registration_number=account.registration_number if account else "",
        account_number=account.account_number if account else "",
        end_to_end_id="UDB-" + rules.digest("payout", customer_id, receipt_id, now.isoformat())[:24],
        state=PayoutState.PREPARED, prepared_by_id=account_id, prepared_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NotPossible("Udbetalingen kan ikke forberedes sådan. Hent siden igen, og se efter.") from error
    return int(row.pk)


def _withdraw(rows: Collection[Payout], now: datetime) -> None:
    Payout.objects.filter(pk__in=[row.pk for row in rows]).update(state=PayoutState.WITHDRAWN, closed_at=now)
    Receipt.objects.filter(
        pk__in=[row.receipt_id for row in rows if row.receipt_id], state=ReceiptState.RETURNING
    ).update(state=ReceiptState.SUSPENSE)


def _locked(payout_id: int, *states: str) -> Payout:
    row: Payout | None = Payout.objects.select_for_update().filter(pk=payout_id, state__in=states).first()
    if row is None:
        raise NotPossible("Udbetalingen er behandlet i mellemtiden. Hent siden igen.")
    return row


def _refuse_amount(amount_oere: int, balance_oere: int, reason: str) -> None:
    if amount_oere <= 0:
        raise NotPossible("Skriv et beløb, der er større end nul.")
    if amount_oere > balance_oere:
        raise NotPossible("Kunden har ikke så meget til gode. Skriv et mindre beløb.")
    if not reason.strip():
        raise NotPossible("Skriv kort, hvorfor pengene skal betales tilbage.")
