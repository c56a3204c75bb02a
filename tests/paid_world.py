"""Bills that stand in the books, and bank files that pay them, for tests of payments.

def test_anna_pays(world, books, tmp_path):
    bill = a_posted_bill(world.anna, 17, 1_250_00)
    read = import_payments(path=bank_file(tmp_path, paid(bill)), now=NOW)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Bill, BillKind, BillState, Creditor, Run
from forsyn.domain.ledger.models import LedgerAccount, OpenItem, Posting
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.integrations.fi.codec import SlipKind, build
from forsyn.integrations.iso20022.tests.writing import IDENTITY, Bank, entry
from forsyn.integrations.iso20022.values import Direction, Entry, Identity, Message, StructuredReference
from tests.books import bill as post_bill
from tests.world import NOW, TODAY, Party

DUE = date(2026, 12, 1)
PAID_ON = date(2026, 11, 20)
CREDITOR = "81234567"


def our_accounts() -> Creditor:
    """Where customers pay: the account of the sample files, with a number at Betalingsservice."""
    return Creditor.objects.create(
        period=DateRange(date(2020, 1, 1), None), fi_creditor=CREDITOR, bank_registration="0040",
        bank_account="0440116243", betalingsservice_creditor="01234567", debtor_group="00001",
    )  # fmt: skip


def a_posted_bill(
    party: Party, number: int, oere: int, *, due_date: date = DUE, state: str = BillState.RELEASED
) -> Bill:
    """A bill on account for heat, in the books."""
    commodity, agreement_id = next(iter(party.agreements.items()))
    run = Run.objects.create(
        kind=BillKind.ON_ACCOUNT, commodity=commodity, period=DateRange(date(2026, 10, 1), date(2027, 1, 1)),
        issue_date=min(TODAY, due_date), due_date=due_date, state="draft", made_at=NOW,
    )  # fmt: skip
    net = oere * 4 // 5
    bill = Bill.objects.create(
        run=run, agreement_id=agreement_id, customer_id=party.customer_id, kind=BillKind.ON_ACCOUNT,
        state=BillState.PREVIEWED, period=DateRange(date(2026, 10, 1), date(2027, 1, 1)),
        issue_date=min(TODAY, due_date), due_date=due_date, vat_percent=25, net_oere=net, vat_oere=oere - net,
        on_account_net_oere=0, on_account_vat_oere=0, to_pay_oere=oere, posting_accounts=[], posting_oere=[],
        posting_vat=[],
    )  # fmt: skip
    posted = post_bill(party.customer_id, oere, f"bill:{number}", due_date=due_date)
    bill.state, bill.number, bill.voucher_id = BillState.POSTED, number, posted.voucher_id
    bill.save()
    if state != BillState.POSTED:
        bill.state = state
        bill.released_at = NOW if state == BillState.RELEASED else None
        bill.save()
    return bill


def payment_id(number: int) -> str:
    """The payment id of a bill's number, on a slip of kind 71."""
    return build(SlipKind.FI_71, number=number, creditor_number=CREDITOR).payment_id


def paid(bill: Bill, oere: int | None = None, **facts: object) -> Entry:
    """A payment of a bill by its payment line, by default of all of it."""
    told: dict[str, object] = {
        "amount_oere": bill.to_pay_oere if oere is None else oere,
        "references": (StructuredReference("71", payment_id(bill.number)),),
        "bank_reference": f"B-{bill.number}",
        "end_to_end_id": f"E-{bill.number}",
        "booking_date": PAID_ON,
    }
    return entry(**told | facts)


def other(oere: int, **facts: object) -> Entry:
    """Money that came without a payment line; below 0 it left."""
    told: dict[str, object] = {
        "amount_oere": abs(oere), "direction": Direction.CREDIT if oere > 0 else Direction.DEBIT, "references": (),
        "bank_reference": "B-other", "end_to_end_id": "", "booking_date": PAID_ON,
    }  # fmt: skip
    return entry(**told | facts)


def statement(number: int = 1, message: Message = Message.STATEMENT) -> Identity:
    """The identity of a statement or notice of our account."""
    return Identity(message, f"MSG-{number}", f"STMT-{number}", IDENTITY.account, number)


def bank_file(
    folder: Path, *entries: Entry | Sequence[Entry], identity: Identity = IDENTITY, name: str = "konto.xml",
    **more: object,
) -> Path:  # fmt: skip
    """A bank file with these entries; a sequence of some is one entry of the bank, split."""
    batches = [[each] if isinstance(each, Entry) else list(each) for each in entries]
    path = folder / name
    path.write_bytes(Bank(batches, identity=identity, **more).written())  # type: ignore[arg-type]
    return path


def owed(party: Party) -> int:
    """What a customer owes, in øre; below 0 it is the customer's."""
    return sum(OpenItem.objects.filter(customer_id=party.customer_id).values_list("remaining_oere", flat=True))


def balance(key: str) -> int:
    """What stands on an account of the ledger, debit above 0."""
    account = LedgerAccount.objects.get(key=key)
    return sum(Posting.objects.filter(account=account).values_list("amount_oere", flat=True))


def restrict(party: Party, by: int) -> None:
    """Somebody's data are only stored for now (Art. 18)."""
    Restriction.objects.create(
        customer_id=party.customer_id, ground="accuracy", reason="Vi ser efter.", began_at=NOW, recorded_by_id=by
    )
