"""Files that ask for money or send it: collections to Betalingsservice, payouts to the bank. Through the door.

A file stands whole on the disk before the database says that it was made, and gets its name after that: a program that
is killed in between leaves `NAME.part` and no collection, or both.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from forsyn.domain.billing.creditor_queries import creditor_on
from forsyn.domain.customers.models import Customer
from forsyn.domain.payments import actions_collections, actions_payouts, collect_queries
from forsyn.domain.payments.collect_rules import Collectable, earliest_due, on_days_of_their_own
from forsyn.domain.payments.models import Payout, Route, SentKind
from forsyn.domain.payments.rules import NotPossible
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.queries import reveal_cprs
from forsyn.integrations.betalingsservice.codec import write_collections
from forsyn.integrations.betalingsservice.values import Collection, Delivery, Section, SectionKind
from forsyn.integrations.iso20022.accounts import DanishAccount
from forsyn.integrations.iso20022.codec import CreditTransfer, NemKonto, PayeeNumber, Payer, write_credit_transfers
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel
from forsyn.workflows.declarations import current_policy

SUBSYSTEM = "BS1"
WITHOUT_ADDRESS = "0000"
"""Betalingsservice knows where its debtors live; the policy tells it nobody's address."""
LONGEST_NAME_LINE = 35
LAST_DAY = 31
"""Of a CPR number; replacement numbers (erstatnings-CPR) begin with 61 and on."""
AGREED, OWED = "6(1)(b)", "6(1)(c)"
"""GDPR Art. 6: who pays by Betalingsservice has agreed on it with us; what is not ours we have to pay back."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A delivery of collections that was made."""

    number: int
    bills: int
    sum_oere: int
    first_due: date
    last_due: date


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A file of payouts that was made. ``changed`` are prepared anew.

    ``left_out`` wait: for a consent or a number, or for a restriction of the payee's data to end.
    """

    number: int
    payouts: int
    sum_oere: int
    left_out: tuple[int, ...]
    changed: tuple[int, ...]


# -- Betalingsservice --------------------------------------------------------------------------------------------------


def make_collections(*, path: Path, now: datetime, today: date, account_id: int | None = None) -> Collected:
    """Write a delivery 0601 with the released bills that are due late enough; nobody restricted is collected from.

    Raises NotPossible where there is nothing to collect or no creditor number, DisclosureRefused, FileExistsError.
    """
    with _new_file(path) as part, purpose(P.SETTLEMENT, actor=account_id):
        from_date = earliest_due(today)
        number = actions_collections.next_number(kind=SentKind.COLLECTIONS)
        found = collect_queries.to_collect(from_date=from_date)
        customer_ids = sorted({bill.customer_id for bill in found})
        taken = collect_queries.taken_days(customer_ids=customer_ids, from_date=from_date)
        bills = on_days_of_their_own(found, taken)
        if not bills:
            raise NotPossible("There is no bill to collect: none is released, due late enough and not sent yet.")
        names = collect_queries.names(customer_ids=customer_ids)
        written = b"".join(write_collections(_delivery(number, bills, names, today)))
        actions_collections.collect(bills=bills, number=number, sha256=_sha256(written), now=now, account_id=account_id)
        made = _disclosed(
            written,
            "bank",
            ("name", "customer_number", "bank_account", "payments"),
            customer_ids,
            now,
            today,
            ground=AGREED,
        )
        part.write(written)
    _handed_over({P.SETTLEMENT: made}, now)
    days = [bill.due_date for bill in bills]
    return Collected(number, len(bills), sum(bill.amount_oere for bill in bills), min(days), max(days))


def _delivery(number: int, bills: Sequence[Collectable], names: dict[int, str], today: date) -> Delivery[Collection]:
    creditor = creditor_on(today)
    if creditor is None or not creditor.betalingsservice_creditor:
        raise NotPossible("There is no PBS number for today. Put it in beside the creditor number (billing_creditor).")
    section = Section(
        kind=SectionKind.COLLECTIONS,
        pbs_number=creditor.betalingsservice_creditor,
        debtor_group=creditor.debtor_group.zfill(5),
        entries=[_collection(bill, names.get(bill.customer_id, bill.customer_number)) for bill in bills],
        created_date=today,
        registration_number=creditor.bank_registration,
        account_number=creditor.bank_account.zfill(10),
    )
    return Delivery(current_policy().controller.cvr, SUBSYSTEM, f"{number:010d}", today, [section])


def _collection(bill: Collectable, name: str) -> Collection:
    return Collection(
        customer_number=bill.customer_number,
        due_date=bill.due_date,
        amount_oere=bill.amount_oere,
        name_lines=(name[:LONGEST_NAME_LINE],),
        postal_code=WITHOUT_ADDRESS,
        agreement_number=bill.agreement_number,
        reference=str(bill.number),
        text_lines=(f"Regning {bill.number}",),
    )


# -- the bank ----------------------------------------------------------------------------------------------------------


def make_payouts(*, path: Path, bic: str, now: datetime, today: date, account_id: int | None = None) -> PaidOut:
    """Write the approved payouts as pain.001. CPR numbers are in the file alone, of those who said yes to it.

    Payouts whose payee has another balance now are given up; those to customers whose data are only stored (Art. 18)
    wait, since what was approved of them may be what is in doubt. Raises NotPossible where nothing is left to pay out,
    UnpayableOrder, VaultClosed, DisclosureRefused, FileExistsError.
    """
    with purpose(P.ACCOUNTING, actor=account_id):
        changed = actions_payouts.due().changed
        actions_payouts.give_up_changed(changed=changed, now=now)
    with _new_file(path) as part, purpose(P.ACCOUNTING, actor=account_id):
        ready = actions_payouts.due().ready
        free = _to_work_with(ready, account_id)
        numbers = _payee_numbers(free, account_id)
        rows = [row for row in free if row.route == Route.ACCOUNT or row.customer_id in numbers]
        if not rows:
            raise NotPossible(
                "There is no approved payout that can be sent: see them in the office, under Udbetalinger."
            )
        number = actions_collections.next_number(kind=SentKind.PAYOUTS)
        written = write_credit_transfers(
            message_id=f"FORSYN-{number}", created_at=now, execution_date=today, payer=_payer(bic, today),
            transfers=[_transfer(row, numbers) for row in rows], today=today,
        )  # fmt: skip
        actions_payouts.send(
            rows=rows, number=number, sha256=_sha256(written), now=now, today=today, account_id=account_id
        )
        disclosures = _let_out(written, rows, numbers, account_id, now, today)
        part.write(written)
    _handed_over(disclosures, now)
    sent = {row.pk for row in rows}
    return PaidOut(
        number, len(rows), sum(row.amount_oere for row in rows),
        tuple(row.pk for row in ready if row.pk not in sent), tuple(row.pk for row in changed),
    )  # fmt: skip


def _to_work_with(rows: Sequence[Payout], account_id: int | None) -> list[Payout]:
    """Without those to customers who are restricted: settlement does not see them, though accounting does."""
    wanted = [row.customer_id for row in rows if row.customer_id]
    with purpose(P.SETTLEMENT, actor=account_id):
        seen = set(Customer.objects.filter(pk__in=wanted).values_list("id", flat=True))
    return [row for row in rows if row.customer_id is None or row.customer_id in seen]


def _payee_numbers(rows: Sequence[Payout], account_id: int | None) -> dict[int, NemKonto]:
    """By which number each customer's NemKonto is found: a company's CVR, a person's CPR with a live consent."""
    wanted = [row.customer_id for row in rows if row.route == Route.NEMKONTO and row.customer_id]
    companies = Customer.objects.filter(pk__in=wanted, kind="company", cvr__isnull=False).values_list("id", "cvr")
    found = {key: NemKonto(PayeeNumber.CVR, cvr) for key, cvr in companies}
    persons = [key for key in wanted if key not in found]
    if persons:
        with purpose(P.PAYOUT_BY_NEMKONTO, actor=account_id):
            opened = reveal_cprs(customer_ids=persons)
            record(kind=AccessKind.EXPORT, aspect=Aspect.SENSITIVE_CPR, customer_ids=list(opened))
        found |= {
            key: NemKonto(PayeeNumber.CPR, cpr.text)
            for key, cpr in opened.items()
            if int(cpr.text[:2]) <= LAST_DAY  # a replacement number has no NemKonto
        }
    return found


def _payer(bic: str, today: date) -> Payer:
    creditor = creditor_on(today)
    if creditor is None:
        raise NotPossible(
            "There is no bank account for today. Put it in beside the creditor number (billing_creditor)."
        )
    account = DanishAccount.of(creditor.bank_registration, creditor.bank_account)
    return Payer(current_policy().controller.contact.name.da, account, bic)


def _transfer(row: Payout, numbers: dict[int, NemKonto]) -> CreditTransfer:
    account = DanishAccount(row.registration_number, row.account_number)
    return CreditTransfer(
        end_to_end_id=row.end_to_end_id,
        amount_oere=row.amount_oere,
        payee_name=row.payee_name,
        to=numbers[row.customer_id] if row.route == Route.NEMKONTO and row.customer_id else account,
        text=f"Penge tilbage fra {current_policy().controller.contact.name.da}"[:140],
    )


def _let_out(
    written: bytes, rows: Sequence[Payout], numbers: dict[int, NemKonto], account_id: int | None, now: datetime,
    today: date,
) -> dict[P, list[int]]:  # fmt: skip
    """On record at the door: the bank gets names and amounts, NemKonto the numbers that it finds the accounts by."""
    customers = [row.customer_id for row in rows if row.customer_id]
    categories = ["name", "payments"] + ["bank_account"] * any(row.route == Route.ACCOUNT for row in rows)
    found = {P.ACCOUNTING: _disclosed(written, "bank", tuple(categories), customers, now, today, ground=OWED)}
    by_kind = {kind: [key for key in customers if key in numbers and numbers[key].kind is kind] for kind in PayeeNumber}
    if companies := by_kind[PayeeNumber.CVR]:
        found[P.ACCOUNTING] += _disclosed(written, "nemkonto", ("cvr", "payments"), companies, now, today)
    if persons := by_kind[PayeeNumber.CPR]:
        with purpose(P.PAYOUT_BY_NEMKONTO, actor=account_id):
            found[P.PAYOUT_BY_NEMKONTO] = _disclosed(written, "nemkonto", ("cpr", "payments"), persons, now, today)
    return found


# -- files and the door ------------------------------------------------------------------------------------------------


def _disclosed(
    written: bytes, recipient: str, categories: Sequence[str], customer_ids: Sequence[int], now: datetime, today: date,
    *, ground: str = "",
) -> list[int]:  # fmt: skip
    receiver = current_policy().recipients[recipient]
    made = door.disclose(
        ground=ground, statute=receiver.statute.da if receiver.statute else "",
        categories=categories, recipient=recipient, customer_ids=customer_ids, payload=written, channel=Channel.FILE,
        keep=False, now=now, today=today,
    )  # fmt: skip
    return [made.id]


def _handed_over(disclosures: dict[P, list[int]], now: datetime) -> None:
    for work, ids in disclosures.items():
        with purpose(work, actor=None):
            for disclosure_id in ids:
                door.handed_over(disclosure_id=disclosure_id, delivered=True, now=now)


def _sha256(written: bytes) -> str:
    return hashlib.sha256(written).hexdigest()


class _Part:
    """A file under another name, until all is done."""

    def __init__(self, path: Path) -> None:
        self.path, self.part = path, path.with_name(path.name + ".part")

    def write(self, written: bytes) -> None:
        """All of it, on the disk, for the owner's eyes."""
        handle = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _new_file(path: Path) -> Iterator[_Part]:
    """A file that gets its name when the block has ended well. Raises FileExistsError."""
    if path.exists():
        raise FileExistsError(f"{path} is there already. Choose another name.")
    part = _Part(path)
    try:
        yield part
    except BaseException:
        part.part.unlink(missing_ok=True)
        raise
    part.part.replace(path)
