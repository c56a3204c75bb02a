"""Bank files of every kind that should not pass, and those that tell the same money twice: the books stay right."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forsyn.domain.ledger.actions import close_year
from forsyn.domain.ledger.models import Posting, Voucher
from forsyn.domain.payments.models import Receipt, ReceivedFile
from forsyn.domain.payments.rules import NotPossible
from forsyn.domain.payments.suggestion_queries import suggestions
from forsyn.domain.payments.suggestion_rules import Because
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.iso20022.values import Direction, Entry, Message, StructuredReference
from forsyn.kernel.unusable_file import UnusableFile
from forsyn.policy.purposes import P
from forsyn.workflows.payments_in import PaymentsRead, import_payments
from tests.books import books as books
from tests.paid_world import a_posted_bill, balance, bank_file, other, owed, paid, payment_id, statement
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]
_STATEMENT = re.compile(rb"<Stmt>.*</Stmt>\n", re.DOTALL)


def read(path: Path) -> PaymentsRead:
    return import_payments(path=path, now=NOW)


def in_one_file(folder: Path, *paths: Path, name: str = "samlet.xml") -> Path:
    """The statements of several files as one."""
    first, *others = (path.read_bytes() for path in paths)
    told = b"".join(found[0] for written in others if (found := _STATEMENT.search(written)))
    path = folder / name
    path.write_bytes(first.replace(b"</BkToCstmrStmt>", told + b"</BkToCstmrStmt>"))
    return path


def without_reference_of_entries(path: Path) -> Path:
    """Some banks name the transactions alone."""
    path.write_bytes(path.read_bytes().replace(b"<AcctSvcrRef>ENTRY</AcctSvcrRef>", b""))
    return path


def booked() -> tuple[int, int, int]:
    """What the bank's account, the suspense account and all receipts come to; the first and the last agree."""
    told = Receipt.objects.exclude(state__in=["doubtful", "announced", "told", "same", "undone"])
    return balance("bank"), balance("suspense"), sum(told.values_list("amount_oere", flat=True))


# -- what is refused ---------------------------------------------------------------------------------------------------

BOMB = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "half a file": lambda written: written[: len(written) // 2],
    "all but the last tag": lambda written: written[: -len("</Document>\n")],
    "another closing balance": lambda written: written.replace(b"1100.00", b"1100.01"),
    "another count": lambda written: written.replace(b"<NbOfNtries>1<", b"<NbOfNtries>2<"),
    "another control sum": lambda written: written.replace(b"<Sum>100.00<", b"<Sum>100.01<"),
    "another currency": lambda written: written.replace(b"<Ccy>DKK", b"<Ccy>EUR"),
    "an amount in another currency": lambda written: written.replace(b'Ccy="DKK">100.00', b'Ccy="SEK">100.00'),
    "two bytes a letter": lambda written: written.decode().encode("utf-16"),
    "Danish letters of another encoding": lambda written: written.replace(b"Kunde", b"K\xf8ber"),
    "an XML bomb": lambda written: written.replace(b"<Document", BOMB + b"<Document").replace(b"Kunde", b"&b;"),
    "a file from outside": lambda written: written.replace(
        b"<Document", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Document'
    ),
    "nothing": lambda written: b"",
    "no statement": lambda written: _STATEMENT.sub(b"", written),
    "the same statement twice": lambda written: _STATEMENT.sub(lambda found: found[0] * 2, written),
    "a year without accounting year": lambda written: written.replace(b"2026-11-20", b"1999-11-20"),
    "a table": lambda written: b"Dato;Tekst;Beloeb\r\n20.11.2026;Indbetaling;100,00\r\n",
    "a program": lambda written: b"\x7fELF\x02\x01\x01" + bytes(4096),
    "half a delivery of Betalingsservice": lambda written: (
        b"BS00212345674BS1060200000000010000000000000000000020112026\r\n"
    ),
    "a delivery of another kind": lambda written: b"BS00212345674BS106990000000001" + b" " * 98 + b"\r\n",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_is_not_right_is_refused_in_words_and_nothing_is_booked(
    world: World, books: Books, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)))
    right = path.read_bytes()
    path.write_bytes(spoil(right))
    assert path.read_bytes() != right
    vouchers, postings = Voucher.objects.count(), Posting.objects.count()
    with pytest.raises((UnusableFile, NotPossible)) as refused:
        read(path)
    assert len(str(refused.value)) > 20
    assert "Traceback" not in str(refused.value)
    assert (Voucher.objects.count(), Posting.objects.count()) == (vouchers, postings)
    assert (Receipt.objects.count(), ReceivedFile.objects.count(), owed(world.anna)) == (0, 0, 100_00)


def test_a_file_is_not_used_where_its_second_statement_is_wrong(world: World, books: Books, tmp_path: Path) -> None:
    right = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)), identity=statement(1), name="1.xml")
    wrong = bank_file(tmp_path, other(50_00), identity=statement(2), name="2.xml", closing_oere=1)
    with pytest.raises(UnusableFile):
        read(in_one_file(tmp_path, right, wrong))
    assert booked() == (0, 0, 0)


# -- what tells little -------------------------------------------------------------------------------------------------


def test_a_day_without_movements_is_read(world: World, books: Books, tmp_path: Path) -> None:
    done = read(bank_file(tmp_path))
    assert (done.intake.movements, done.intake.counts, booked()) == (0, {}, (0, 0, 0))
    assert ReceivedFile.objects.get().entry_count == 0


def test_only_reversals_wait_where_nobody_knows_what_of(world: World, books: Books, tmp_path: Path) -> None:
    a_posted_bill(world.anna, 17, 100_00)
    unknown = (StructuredReference("71", payment_id(17)),)
    done = read(
        bank_file(
            tmp_path,
            other(-100_00, references=unknown, reversal=True),
            other(-30_00, return_reason="AC04", bank_reference="B-2"),
            other(40_00, reversal=True, bank_reference="B-3"),
        )
    )
    assert done.intake.counts == {"suspense": 3}
    assert set(Receipt.objects.values_list("reason", flat=True)) == {"reversal", "no_reference"}
    assert (booked(), owed(world.anna)) == ((-90_00, 90_00, -90_00), 100_00)


def test_a_payment_and_its_reversal_in_one_file_leave_nothing_in_the_bank(
    world: World, books: Books, tmp_path: Path
) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    back = paid(bill, direction=Direction.DEBIT, reversal=True, bank_reference="B-back", end_to_end_id="")
    read(bank_file(tmp_path, paid(bill), back))
    assert (balance("bank"), set(Receipt.objects.values_list("state", flat=True))) == (0, {"matched", "suspense"})


def test_a_file_may_be_called_anything(world: World, books: Books, tmp_path: Path) -> None:
    read(bank_file(tmp_path, other(50_00), name=os.fsdecode(b"konto\xe6 <b>.xml")))
    assert ReceivedFile.objects.get().name == "konto? <b>.xml"


# -- the same money, told twice ----------------------------------------------------------------------------------------


def test_two_statements_in_one_file_are_both_booked(world: World, books: Books, tmp_path: Path) -> None:
    first = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)), identity=statement(1), name="1.xml")
    second = bank_file(tmp_path, paid(a_posted_bill(world.bo, 18, 60_00)), identity=statement(2), name="2.xml")
    done = read(in_one_file(tmp_path, first, second))
    assert (done.intake.counts, booked()) == ({"matched": 2}, (160_00, 0, 160_00))


@pytest.mark.parametrize("together", [True, False], ids=["in one file", "in two files"])
def test_statements_that_overlap_count_each_movement_once(
    world: World, books: Books, tmp_path: Path, together: bool
) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    named, nameless = paid(bill), other(50_00, bank_reference="", debtor_name="Ukendt", text="tak")
    first = without_reference_of_entries(bank_file(tmp_path, named, nameless, identity=statement(1), name="1.xml"))
    later = other(70_00, bank_reference="B-late", booking_date=date(2026, 11, 21))
    second = without_reference_of_entries(
        bank_file(tmp_path, named, nameless, later, identity=statement(2), name="2.xml")
    )
    if together:
        done = read(in_one_file(tmp_path, first, second))
        assert (done.intake.movements, done.intake.known) == (5, 1)
    else:
        read(first)
        assert read(second).intake.known == 1
    assert (owed(world.anna), booked()) == (0, (220_00, -120_00, 220_00))
    assert Receipt.objects.get(state="doubtful").amount_oere == 50_00  # nothing names it: somebody looks


@pytest.mark.parametrize("notice_first", [True, False])
@pytest.mark.parametrize(
    "in_statement",
    [{}, {"bank_reference": "S-17"}, {"references": (), "end_to_end_id": "", "debtor_name": ""},
     {"bank_reference": "S-17", "references": (), "end_to_end_id": "", "debtor_name": ""},
     {"bank_reference": "", "references": (), "end_to_end_id": "", "debtor_name": ""}],
    ids=["told alike", "named in another way", "told shorter", "shorter and named in another way", "without a name"],
)  # fmt: skip
def test_a_statement_and_a_notice_of_the_same_money_are_booked_once(
    world: World, books: Books, tmp_path: Path, in_statement: Mapping[str, object], notice_first: bool
) -> None:
    told = paid(a_posted_bill(world.anna, 17, 100_00))
    files = [
        bank_file(tmp_path, told, identity=statement(1, Message.NOTICE), name="054.xml"),
        bank_file(tmp_path, replace(told, **in_statement), identity=statement(2), name="053.xml"),  # type: ignore[arg-type]
    ]
    for path in files if notice_first else reversed(files):
        read(without_reference_of_entries(path))
    assert (balance("bank"), booked()[2]) == (100_00, 100_00)
    assert Receipt.objects.exclude(state="doubtful").count() == 1


def test_a_notice_and_a_statement_of_other_payers_are_other_money(world: World, books: Books, tmp_path: Path) -> None:
    read(bank_file(tmp_path, other(100_00, debtor_name="Anna A"), identity=statement(1, Message.NOTICE), name="1.xml"))
    read(bank_file(tmp_path, other(100_00, debtor_name="Bo B", bank_reference="S-2"), identity=statement(2)))
    assert booked() == (200_00, -200_00, 200_00)


def test_what_the_statement_tells_again_is_not_taken_for_something_else(
    world: World, books: Books, tmp_path: Path
) -> None:
    told = paid(a_posted_bill(world.anna, 17, 100_00), debtor_name="")
    direct = other(100_00, debtor_name="Bo Betaler", bank_reference="S-9", text="varme")
    read(bank_file(tmp_path, told, identity=statement(1, Message.NOTICE), name="054.xml"))
    done = read(bank_file(tmp_path, told, direct, identity=statement(2)))
    assert (done.intake.known, done.intake.counts, balance("bank")) == (1, {"suspense": 1}, 200_00)


# -- which bill is meant -----------------------------------------------------------------------------------------------


def with_ids(bills: list[int], oere: int, **facts: object) -> Entry:
    return other(oere, references=tuple(StructuredReference("71", payment_id(number)) for number in bills), **facts)


def test_one_payment_pays_all_bills_of_a_customer_that_it_names(world: World, books: Books, tmp_path: Path) -> None:
    oldest = a_posted_bill(world.anna, 16, 500_00, due_date=date(2026, 10, 1))
    for number in (17, 18):
        a_posted_bill(world.anna, number, 100_00)
    done = read(bank_file(tmp_path, with_ids([18, 17], 200_00)))
    assert (done.intake.counts, owed(world.anna)) == ({"matched": 1}, 500_00)
    receipt = Receipt.objects.get()
    assert receipt.customer_id == world.anna.customer_id
    assert Voucher.objects.get(pk=receipt.voucher_id).text == "Indbetaling til regning 18, 17"
    assert oldest.voucher_id  # it was not named, so it stays open though it is older


def test_the_ids_may_stand_in_what_the_payer_wrote(world: World, books: Books, tmp_path: Path) -> None:
    for number in (17, 18):
        a_posted_bill(world.anna, number, 100_00)
    text = f"varme +71<{payment_id(17)}+81234567<\nog +71<{payment_id(18)}+81234567<"
    read(bank_file(tmp_path, other(200_00, text=text)))
    assert (owed(world.anna), balance("suspense")) == (0, 0)


def test_one_payment_for_several_bills_is_taken_back_whole(world: World, books: Books, tmp_path: Path) -> None:
    for number in (17, 18):
        a_posted_bill(world.anna, number, 100_00)
    read(bank_file(tmp_path, with_ids([17, 18], 200_00), identity=statement(1), name="1.xml"))
    back = with_ids([17, 18], -200_00, reversal=True, bank_reference="B-back")
    read(bank_file(tmp_path, back, identity=statement(2)))
    assert (owed(world.anna), balance("bank")) == (200_00, 0)


@pytest.mark.parametrize("bills", [[17, 19], [17, 404]], ids=["of two customers", "one of nobody"])
def test_bills_of_two_customers_wait_for_a_person(world: World, books: Books, tmp_path: Path, bills: list[int]) -> None:
    a_posted_bill(world.anna, 17, 100_00)
    a_posted_bill(world.bo, 19, 100_00)
    read(bank_file(tmp_path, with_ids(bills, 200_00)))
    assert (Receipt.objects.get().reason, owed(world.anna)) == ("several_bills", 100_00)


def test_a_final_bill_is_paid_by_who_has_moved(world: World, books: Books, tmp_path: Path) -> None:
    final = a_posted_bill(world.dorthe, 17, 100_00, due_date=date(2026, 11, 30))
    read(bank_file(tmp_path, paid(final)))
    assert (owed(world.dorthe), Receipt.objects.get().customer_id) == (0, world.dorthe.customer_id)


def test_both_parts_of_a_bill_that_was_sent_as_two_e_invoices_pay_it(
    world: World, books: Books, tmp_path: Path
) -> None:
    bill = a_posted_bill(world.aeblegaarden, 17, 1_250_00)
    whole = [paid(bill, 1_000_00, bank_reference="B-1"), paid(bill, 250_00, bank_reference="B-2")]
    read(bank_file(tmp_path, *whole))
    assert (owed(world.aeblegaarden), Receipt.objects.filter(bill=bill, state="matched").count()) == (0, 2)


def test_both_parts_of_a_bill_may_be_the_same_amount(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.aeblegaarden, 17, 200_00)
    read(bank_file(tmp_path, paid(bill, 100_00, bank_reference="B-1"), identity=statement(1), name="1.xml"))
    read(bank_file(tmp_path, paid(bill, 100_00, bank_reference="B-2"), identity=statement(2), name="2.xml"))
    assert owed(world.aeblegaarden) == 0


def test_a_slip_in_the_id_and_an_undone_bill_suggest_whose_it_is(world: World, books: Books, tmp_path: Path) -> None:
    a_posted_bill(world.anna, 1017, 100_00)
    a_posted_bill(world.bo, 1018, 90_00, state="undone")
    right = payment_id(1017)
    typed = (StructuredReference("71", right[:-2] + right[:-3:-1]),)
    undone = (StructuredReference("71", payment_id(1018)),)
    read(
        bank_file(
            tmp_path,
            other(100_00, references=typed, bank_reference="B-1", debtor_name=""),
            other(91_00, references=undone, bank_reference="B-2", debtor_name=""),
        )
    )
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        waiting = list(Receipt.objects.order_by("id"))
        found = suggestions(receipts=waiting)
    assert [row.reason for row in waiting] == ["wrong_reference", "undone_bill"]
    assert [[(each.number, each.reasons) for each in found[row.pk]] for row in waiting] == [
        [(world.anna.number, (Because.NEAR_NUMBER, Because.AMOUNT))],
        [(world.bo.number, (Because.UNDONE_BILL,))],
    ]


# -- years -------------------------------------------------------------------------------------------------------------


def test_what_moved_in_a_closed_year_is_booked_on_the_first_open_day(
    world: World, books: Books, tmp_path: Path
) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00, due_date=date(2026, 12, 1))
    for year in range(2019, 2026):
        close_year(year_id=books[year], account_id=world.billing.pk, now=NOW)
    told = paid(bill, booking_date=date(2025, 12, 30))
    done = read(bank_file(tmp_path, told, other(-5_00, booking_date=date(2025, 12, 31)), other(7_00)))
    assert (done.intake.late, owed(world.anna)) == (2, 0)
    days = Voucher.objects.filter(origin__startswith="receipt:").order_by("posting_date")
    assert list(days.values_list("posting_date", flat=True)) == [date(2026, 1, 1), date(2026, 1, 1), date(2026, 11, 20)]
    assert Receipt.objects.get(bill=bill).booked_date == date(2025, 12, 30)
