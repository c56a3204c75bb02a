"""A bank file for the demo: late payments, some of which nobody can place without looking.

It is written as a bank would write it, and read as any other file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings

from forsyn.domain.billing.models import Bill, BillState
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.payments import queries
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.fi.codec import SlipKind, build
from forsyn.kernel.money import kr_text
from forsyn.policy.purposes import P
from forsyn.workflows.demo_accounts import NotADemo
from forsyn.workflows.payments_in import import_payments

NAME = "demo-kontoudtog.xml"
LATE = 6
"""So many unpaid bills are paid by the file, each in another way."""
TOO_MUCH_OERE = 250_00


@dataclass(frozen=True, slots=True)
class _Paid:
    """One payment, as the bank tells it."""

    oere: int
    payer: str
    text: str = ""
    payment_id: str = ""


def make_demo_payments(*, folder: Path, today: date, now: datetime) -> int:
    """Make and read the file where none was read yet; return how many payments it has. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo payments are made by `forsyn demo` only.")
    with purpose(P.ACCOUNTING, actor=None):
        accounts = queries.own_accounts()
        if queries.files(count=1) or not accounts:
            return 0
        paid = list(_payments(today))
    if not paid:
        return 0
    path = folder / NAME
    path.write_text(_statement(accounts[0], paid, today), encoding="utf-8")
    return import_payments(path=path, now=now).intake.movements


def _payments(today: date) -> Iterator[_Paid]:
    """Bills that are unpaid, each paid in a way that a clerk meets; and two that are nobody's."""
    open_items = OpenItem.objects.filter(remaining_oere__gt=0, due_date__lt=today).values_list(
        "voucher_id", "remaining_oere"
    )
    left = dict(open_items)
    bills = list(Bill.objects.filter(voucher_id__in=left, state=BillState.RELEASED).order_by("number")[:LATE])
    people = introductions(customer_ids={bill.customer_id for bill in bills}, today=today)
    for number, bill in enumerate(bills):
        oere, name = left[bill.voucher_id], people[bill.customer_id].name
        payment_id = build(SlipKind.FI_71, number=bill.number, creditor_number="80000000").payment_id
        yield (
            _Paid(oere, name, payment_id=payment_id),
            _Paid(oere + TOO_MUCH_OERE, name, payment_id=payment_id),
            _Paid(oere, name, text=f"Regning {bill.number}"),
            _Paid(oere, name, text="Vand og varme"),
            _Paid(oere, name, text=f"Kunde {people[bill.customer_id].number}"),
            _Paid(oere, "Morfar Eksempelsen", text=f"for {name}"),
        )[number % LATE]
    if bills:
        yield _Paid(33_300, "Tom Tilfældig", text="Kontingent til skakklubben")
        yield _Paid(45_600, "Vera Vrøvl", payment_id="000000000000019")


def _statement(account: str, paid: Sequence[_Paid], today: date) -> str:
    """A camt.053.001.02 of one day."""
    total = sum(each.oere for each in paid)
    entries = "".join(_entry(number, each, today) for number, each in enumerate(paid, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>DEMO-{today}</MsgId><CreDtTm>{today}T02:00:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>DEMO-{today}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>{today}T02:00:00</CreDtTm>\n"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>DKK</Ccy></Acct>\n"
        f"{_balance('OPBD', 0, today)}{_balance('CLBD', total, today)}{entries}</Stmt>\n</BkToCstmrStmt></Document>\n"
    )


def _balance(code: str, oere: int, today: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="DKK">{kr_text(oere)}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{today}</Dt></Dt></Bal>\n"
    )


def _entry(number: int, paid: _Paid, today: date) -> str:
    text = f"<Ustrd>{escape(paid.text)}</Ustrd>" if paid.text else ""
    line = f"<Strd><CdtrRefInf><Ref>71/{paid.payment_id}</Ref></CdtrRefInf></Strd>" if paid.payment_id else ""
    return (
        f'<Ntry><Amt Ccy="DKK">{kr_text(paid.oere)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{today}</Dt></BookgDt><ValDt><Dt>{today}</Dt></ValDt><AcctSvcrRef>DEMO{number:04}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>VCOM</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><AcctSvcrRef>DEMO{number:04}</AcctSvcrRef></Refs>"
        f"<RltdPties><Dbtr><Nm>{escape(paid.payer)}</Nm></Dbtr></RltdPties><RmtInf>{text}{line}</RmtInf>"
        "</TxDtls></NtryDtls></Ntry>\n"
    )
