"""The demo's bank: a notice of the payments of the newest due day, and a statement with some that need a look.

Both are written as a bank would write them, and read as any other file; so are the agreements of Betalingsservice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Max

from forsyn.domain.billing.models import Bill, BillState
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.payments import queries
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.betalingsservice.codec import write_agreements
from forsyn.integrations.betalingsservice.values import Agreement, AgreementEvent, Delivery, Section, SectionKind
from forsyn.integrations.fi.codec import SlipKind, build
from forsyn.kernel.money import kr_text
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.demo_accounts import NotADemo
from forsyn.workflows.payments_in import import_payments

NOTICE, STATEMENT, AGREEMENTS = "demo-indbetalinger.xml", "demo-kontoudtog.xml", "demo-betalingsservice.txt"
LATE = 7
"""So many unpaid bills are paid by the statement, each in another way."""
TOO_MUCH_OERE = 250_00
UNPAID_PERCENT = 4
PBS_NUMBER = "09999999"
SIGNED_UP = ("100004", "100011", "100017", "100023", "100029", "100035")
"""Customers who pay by Betalingsservice."""


@dataclass(frozen=True, slots=True)
class _Paid:
    """One payment, as the bank tells it."""

    oere: int
    payer: str
    text: str = ""
    payment_id: str = ""


def make_demo_payments(*, folder: Path, today: date, now: datetime) -> int:
    """Make and read the files where none was read yet; return how many payments they have. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo payments are made by `forsyn demo` only.")
    with purpose(P.ACCOUNTING, actor=None):
        accounts, day = queries.own_accounts(), day_told_by_file(today)
        if not accounts or day is None:
            return 0
        on_time = _on_time(day)
    told = 0
    if on_time:
        told += _read(folder / NOTICE, _notice(accounts[0], on_time, day), now)
    with purpose(P.ACCOUNTING, actor=None):
        late = list(_late(today))
    if late:
        together = _sum_of(on_time, day) if on_time else ""
        told += _read(folder / STATEMENT, _statement(accounts[0], late, together, on_time, today), now)
    (folder / AGREEMENTS).write_bytes(_agreements(today))
    import_payments(path=folder / AGREEMENTS, now=now)
    return told


def day_told_by_file(today: date) -> date | None:
    """The due day whose payments the bank's files tell, while none was read; those of other days are booked as told.

    The caller has entered accounting.
    """
    if queries.files(count=1):
        return None
    due = Bill.objects.filter(state=BillState.RELEASED, to_pay_oere__gt=0, due_date__lt=today)
    newest: date | None = due.aggregate(newest=Max("due_date"))["newest"]
    return newest


def is_paid_on_time(number: int) -> bool:
    """Whether the customer of the bill pays; the same every time."""
    return random.Random(number).randrange(100) >= UNPAID_PERCENT  # noqa: S311 - no secret


def _read(path: Path, written: str, now: datetime) -> int:
    path.write_text(written, encoding="utf-8")
    return import_payments(path=path, now=now).intake.movements


# -- who has paid ------------------------------------------------------------------------------------------------------


def _on_time(day: date) -> list[_Paid]:
    """The payments of the bills due on a day, by their payment ids."""
    bills = Bill.objects.filter(state=BillState.RELEASED, to_pay_oere__gt=0, due_date=day).order_by("number")
    left = dict(OpenItem.objects.filter(due_date=day, remaining_oere__gt=0).values_list("voucher_id", "remaining_oere"))
    return [
        _Paid(left[voucher_id], "", payment_id=_payment_id(number))
        for number, voucher_id in bills.values_list("number", "voucher_id")
        if voucher_id in left and is_paid_on_time(number)
    ]


def _payment_id(number: int) -> str:
    return build(SlipKind.FI_71, number=number, creditor_number="80000000").payment_id


def _mistyped(payment_id: str) -> str:
    return f"{payment_id[:-2]}{(int(payment_id[-2]) + 1) % 10}{payment_id[-1]}"


def _late(today: date) -> Iterator[_Paid]:
    """Bills that are unpaid, each paid in a way that a clerk meets; and two that are nobody's."""
    open_items = OpenItem.objects.filter(remaining_oere__gt=0, due_date__lt=today).values_list(
        "voucher_id", "remaining_oere"
    )
    left = dict(open_items)
    bills = list(Bill.objects.filter(voucher_id__in=left, state=BillState.RELEASED).order_by("number")[:LATE])
    people = introductions(customer_ids={bill.customer_id for bill in bills}, today=today)
    for number, bill in enumerate(bills):
        oere, name = left[bill.voucher_id], people[bill.customer_id].name
        payment_id = _payment_id(bill.number)
        yield (
            _Paid(oere, name, payment_id=payment_id),
            _Paid(oere + TOO_MUCH_OERE, name, payment_id=payment_id),
            _Paid(oere, name, text=f"Regning {bill.number}"),
            _Paid(oere, name, text="Vand og varme"),
            _Paid(oere, name, text=f"Kunde {people[bill.customer_id].number}"),
            _Paid(oere, "Morfar Eksempelsen", text=f"for {name}"),
            _Paid(oere, name, payment_id=_mistyped(payment_id)),
        )[number % LATE]
    if bills:
        yield _Paid(33_300, "Tom Tilfældig", text="Kontingent til skakklubben")
        yield _Paid(45_600, "Vera Vrøvl", payment_id="000000000000019")


# -- as the bank writes it ---------------------------------------------------------------------------------------------


def _notice(account: str, paid: Sequence[_Paid], day: date) -> str:
    """A camt.054.001.02 that tells one by one what the bank booked as one sum."""
    told = "".join(_transaction(number, each) for number, each in enumerate(paid, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>\n'
        f"{_begins('Ntfctn', account, f'FI-{day}', day)}"
        f"{_entry(_sum(paid), day, 'DEMOSUM', len(paid), told)}</Ntfctn>\n</BkToCstmrDbtCdtNtfctn></Document>\n"
    )


def _statement(account: str, paid: Sequence[_Paid], together: str, on_time: Sequence[_Paid], today: date) -> str:
    """A camt.053.001.02: the sum of the notice, and payments of their own."""
    entries = "".join(
        _entry(each.oere, today, f"DEMO{number:04}", 0, _transaction(number, each))
        for number, each in enumerate(paid, 1)
    )
    total = _sum(paid) + _sum(on_time)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n'
        f"{_begins('Stmt', account, f'DEMO-{today}', today)}"
        f"{_balance('OPBD', 0, today)}{_balance('CLBD', total, today)}{together}{entries}</Stmt>\n"
        "</BkToCstmrStmt></Document>\n"
    )


def _begins(kind: str, account: str, name: str, day: date) -> str:
    return (
        f"<GrpHdr><MsgId>{name}</MsgId><CreDtTm>{day}T02:00:00</CreDtTm></GrpHdr>\n"
        f"<{kind}><Id>{name}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>{day}T02:00:00</CreDtTm>\n"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>DKK</Ccy></Acct>\n"
    )


def _balance(code: str, oere: int, today: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="DKK">{kr_text(oere)}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{today}</Dt></Dt></Bal>\n"
    )


def _sum(paid: Sequence[_Paid]) -> int:
    return sum(each.oere for each in paid)


def _sum_of(paid: Sequence[_Paid], day: date) -> str:
    """What the statement has of the notice: how much, and how many."""
    return _entry(_sum(paid), day, "DEMOSUM", len(paid), "")


def _entry(oere: int, day: date, reference: str, several: int, transactions: str) -> str:
    batch = f"<Btch><NbOfTxs>{several}</NbOfTxs></Btch>" if several else ""
    return (
        f'<Ntry><Amt Ccy="DKK">{kr_text(oere)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>VCOM</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{batch}{transactions}</NtryDtls></Ntry>\n"
    )


def _transaction(number: int, paid: _Paid) -> str:
    text = f"<Ustrd>{escape(paid.text)}</Ustrd>" if paid.text else ""
    line = f"<Strd><CdtrRefInf><Ref>71/{paid.payment_id}</Ref></CdtrRefInf></Strd>" if paid.payment_id else ""
    payer = f"<RltdPties><Dbtr><Nm>{escape(paid.payer)}</Nm></Dbtr></RltdPties>" if paid.payer else ""
    return (
        f"<TxDtls><Refs><AcctSvcrRef>DEMO{number:04}</AcctSvcrRef></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="DKK">{kr_text(paid.oere)}</Amt></TxAmt></AmtDtls>'
        f"{payer}<RmtInf>{text}{line}</RmtInf></TxDtls>\n"
    )


def _agreements(today: date) -> bytes:
    """A delivery 0603: some have signed up for Betalingsservice."""
    entries = [
        Agreement(AgreementEvent.SIGNED_UP, number.zfill(15), f"{place:09}", date(today.year, 1, 1))
        for place, number in enumerate(SIGNED_UP, 1)
    ]
    section = Section(SectionKind.CHANGED_AGREEMENTS, PBS_NUMBER, "00001", entries)
    delivery = Delivery(current_policy().controller.cvr, "BS1", "0000000001", today, [section])
    return b"".join(write_agreements(delivery))
