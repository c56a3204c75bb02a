"""Files of the bank and of Betalingsservice into the books: read -> decide -> write, one transaction a file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from forsyn.domain.payments import actions_collections, actions_intake
from forsyn.domain.payments.actions_collections import NewMandate, Told
from forsyn.domain.payments.actions_intake import Intake, NewFile
from forsyn.domain.payments.collect_rules import bill_number_of
from forsyn.domain.payments.models import CollectionState, FileKind, MandateEnd, Way
from forsyn.domain.payments.queries import own_accounts
from forsyn.domain.payments.rules import Movement, NotPossible, digest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.betalingsservice import codec as betalingsservice
from forsyn.integrations.betalingsservice.values import Agreement, AgreementEvent, Delivery, Outcome, Payment
from forsyn.integrations.fi.codec import check_digit
from forsyn.integrations.iso20022.accounts import same_account
from forsyn.integrations.iso20022.transport import BankFile, open_bank_file
from forsyn.integrations.iso20022.values import Entry, Message
from forsyn.policy.purposes import P

_CHUNK_BYTES = 65_536
_BETALINGSSERVICE = re.compile(rb"BS002.{11}(?P<type>[0-9]{4})", re.DOTALL)
_KINDS = {Message.STATEMENT: FileKind.STATEMENT, Message.NOTICE: FileKind.NOTICE}
_PAYMENT_ID = re.compile(r"[0-9]{15,16}", re.ASCII)
_LINE_IN_TEXT = re.compile(r"(?:\+?7[15]\s*<\s*|\b7[15]/)([0-9]{15,16})\b", re.ASCII)

Progress = Callable[[int], None]
"""Told how many movements were read so far."""


@dataclass(frozen=True, slots=True)
class PaymentsRead:
    """What a file did. ``collections`` and ``mandates`` count what Betalingsservice told; ``unknown`` whom it named."""

    kind: FileKind
    intake: Intake
    collections: int = 0
    mandates: int = 0
    unknown: tuple[str, ...] = ()
    """References or customer numbers that nobody here has."""


def import_payments(
    *, path: Path, now: datetime, account_id: int | None = None, progress: Progress = lambda count: None
) -> PaymentsRead:
    """Take in a camt.053, camt.054, 0602 or 0603. All of the file goes in, or nothing.

    Raises UnusableFile for a file that is none or does not add up, AlreadyRead for one that was read before, and
    NotPossible where it cannot be booked.
    """
    with path.open("rb") as file:
        begin = _BETALINGSSERVICE.match(file.read(20))
    if begin is None:
        return _import_bank_file(open_bank_file(path), now, account_id, progress)
    if begin["type"] == b"0603":
        return _import_agreements(path, now, account_id)
    return _import_collected(path, now, account_id)


# -- the bank ----------------------------------------------------------------------------------------------------------


def _import_bank_file(file: BankFile, now: datetime, account_id: int | None, progress: Progress) -> PaymentsRead:
    with purpose(P.ACCOUNTING, actor=account_id):
        _refuse_other_accounts(file)
        movements = []
        for number, entry in enumerate(file.entries(), 1):
            if entry.amount_oere:
                movements.append(movement_of(entry))
            if number % 1000 == 0:
                progress(number)
        intake = actions_intake.take_in(
            file=_bank_file(file), movements=movements, way=Way.BANK, now=now, account_id=account_id
        )
    progress(len(movements))
    return PaymentsRead(_KINDS[file.message], intake)


def _bank_file(file: BankFile) -> NewFile:
    return NewFile(
        kind=_KINDS[file.message],
        name=_shown_name(file.path),
        sha256=file.digest,
        entry_count=sum(each.entry_count for each in file.statements),
        credit_oere=sum(each.credit_oere for each in file.statements),
        debit_oere=sum(each.debit_oere for each in file.statements),
    )


def _refuse_other_accounts(file: BankFile) -> None:
    ours = own_accounts()
    for statement in file.statements:
        account = statement.identity.account
        if ours and not any(same_account(account, each) for each in ours):
            raise NotPossible(
                f"{file.path.name}: the account {account} is none that customers pay into. Take the right file, or put "
                "the account in beside the creditor number (billing_creditor)."
            )


def movement_of(entry: Entry) -> Movement:
    """An entry of the bank as the area knows it."""
    identity = entry.statement
    account = identity.account[4:] if re.fullmatch(r"DK[0-9]{16}", identity.account) else identity.account
    statement = (identity.message, identity.statement_id, account, identity.sequence_number, identity.page)
    references = _references(entry)
    return Movement(
        place=digest(*statement, entry.entry_number, entry.transaction_number),
        account=account,
        booked_date=entry.booking_date,
        amount_oere=entry.signed_oere,
        bank_reference=entry.bank_reference,
        end_to_end_id=entry.end_to_end_id,
        references=references,
        told_numbers=tuple(dict.fromkeys(_numbers(references))),
        payer_name=entry.debtor_name,
        text=entry.text,
        part_of=digest(*statement, entry.entry_number) if entry.transaction_number else "",
        is_sum=entry.batch_count > 1,
        takes_back=entry.reversal or bool(entry.return_reason),
        statement=digest(*statement),
        told_by=_KINDS[identity.message],
    )


def _references(entry: Entry) -> tuple[str, ...]:
    """What the bank gives as payment lines, else a whole payment line in what the payer wrote."""
    told = [reference.number for reference in entry.references]
    return tuple(dict.fromkeys(told or _LINE_IN_TEXT.findall(entry.text)))


def _numbers(references: Iterable[str]) -> Iterator[int]:
    """The numbers in payment ids of which the check digit is right."""
    for reference in references:
        if _PAYMENT_ID.fullmatch(reference) and check_digit(reference[:-1]) == int(reference[-1]):
            yield int(reference[:-1])


# -- Betalingsservice --------------------------------------------------------------------------------------------------

_STATES = {
    Outcome.PAID: CollectionState.PAID,
    Outcome.REJECTED: CollectionState.REJECTED,
    Outcome.CANCELLED: CollectionState.CANCELLED,
    Outcome.CHARGED_BACK: CollectionState.CHARGED_BACK,
}
_ENDS = {
    AgreementEvent.CANCELLED_BY_BANK: MandateEnd.BANK,
    AgreementEvent.CANCELLED_BY_CREDITOR: MandateEnd.CREDITOR,
    AgreementEvent.CANCELLED_BY_BETALINGSSERVICE: MandateEnd.BETALINGSSERVICE,
}


def _import_collected(path: Path, now: datetime, account_id: int | None) -> PaymentsRead:
    delivery = betalingsservice.read_payments(_pieces(path), where=path.name)
    told = list(_payments(delivery, now))
    movements = [movement for _, movement in told if movement is not None]
    file = NewFile(
        kind=FileKind.COLLECTED,
        name=_shown_name(path),
        sha256=_sha256(path),
        delivery=_number(delivery),
        entry_count=len(told),
        credit_oere=sum(each.amount_oere for each in movements if each.amount_oere > 0),
        debit_oere=-sum(each.amount_oere for each in movements if each.amount_oere < 0),
    )
    with purpose(P.ACCOUNTING, actor=account_id):
        intake = actions_intake.take_in(
            file=file, movements=movements, way=Way.BETALINGSSERVICE, now=now, account_id=account_id
        )
        outcomes = [
            Told(
                reference=payment.reference.strip(),
                state=_STATES[payment.outcome],
                told_date=payment.paid_date or payment.due_date,
                receipt_id=intake.receipts.get(movement.place) if movement is not None else None,
            )
            for payment, movement in told
        ]
        unknown = actions_collections.tell(outcomes=outcomes, file_id=intake.file_id)
    return PaymentsRead(FileKind.COLLECTED, intake, collections=len(told) - len(unknown), unknown=unknown)


def _payments(delivery: Delivery[Payment], now: datetime) -> Iterator[tuple[Payment, Movement | None]]:
    """Each payment, with the money that it moved, if any."""
    for number, section in enumerate(delivery.sections):
        for place, payment in enumerate(section.entries):
            moved = payment.outcome in (Outcome.PAID, Outcome.CHARGED_BACK) and payment.paid_oere
            yield payment, _collected(delivery, number, place, payment, now) if moved else None


def _collected(delivery: Delivery[Payment], section: int, place: int, payment: Payment, now: datetime) -> Movement:
    back = payment.outcome is Outcome.CHARGED_BACK
    number = bill_number_of(payment.reference)
    booked = payment.booked_date or payment.paid_date or payment.due_date or delivery.created_date or now.date()
    return Movement(
        place=digest(_number(delivery), section, place),
        account=delivery.sections[section].pbs_number,
        booked_date=booked,
        amount_oere=-payment.paid_oere if back else payment.paid_oere,
        references=(payment.reference.strip(),) if payment.reference.strip() else (),
        told_numbers=(number,) if number is not None else (),
        text="Betalingsservice",
        part_of=digest(_number(delivery), section, "back" if back else "paid", booked),
        takes_back=back,
    )


def _import_agreements(path: Path, now: datetime, account_id: int | None) -> PaymentsRead:
    delivery = betalingsservice.read_agreements(_pieces(path), where=path.name)
    entries = [entry for section in delivery.sections for entry in section.entries]
    file = NewFile(
        kind=FileKind.AGREEMENTS, name=_shown_name(path), sha256=_sha256(path), delivery=_number(delivery),
        entry_count=len(entries), credit_oere=0, debit_oere=0,
    )  # fmt: skip
    with purpose(P.ACCOUNTING, actor=account_id):
        intake = actions_intake.take_in(
            file=file, movements=[], way=Way.BETALINGSSERVICE, now=now, account_id=account_id
        )
        unknown = actions_collections.keep_mandates(
            mandates=[_mandate(entry, delivery, now) for entry in entries], file_id=intake.file_id, now=now
        )
    return PaymentsRead(FileKind.AGREEMENTS, intake, mandates=len(entries) - len(unknown), unknown=unknown)


def _mandate(agreement: Agreement, delivery: Delivery[Agreement], now: datetime) -> NewMandate:
    told_date = delivery.created_date or now.date()
    ended_by = _ENDS.get(agreement.event)
    return NewMandate(
        customer_number=agreement.customer_number,
        agreement_number=agreement.agreement_number,
        from_date=agreement.from_date or told_date,
        until_date=agreement.until_date or (told_date if ended_by else None),
        ended_by=ended_by or MandateEnd.NONE,
    )


def _number(delivery: Delivery[Payment] | Delivery[Agreement]) -> str:
    return f"{delivery.supplier_number}-{delivery.subsystem.strip()}-{delivery.number}"


def _shown_name(path: Path) -> str:
    """A file's name as it can be kept: bytes that are no letters are shown as question marks."""
    return path.name.encode(errors="replace").decode()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            yield piece


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
