"""Bank files into the books: each payment once, on the right customer, or set aside with a reason."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from django.db import connections

from forsyn.domain.ledger.models import Voucher
from forsyn.domain.payments.models import Receipt, ReceivedFile
from forsyn.domain.payments.rules import AlreadyRead, NotPossible
from forsyn.integrations.iso20022.problems import UnusableBankFile
from forsyn.integrations.iso20022.values import Direction, Message, StructuredReference
from forsyn.workflows.payments_in import PaymentsRead, import_payments
from tests.books import books as books
from tests.paid_world import (
    a_posted_bill,
    balance,
    bank_file,
    other,
    our_accounts,
    owed,
    paid,
    payment_id,
    restrict,
    statement,
)
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]


def read(path: Path) -> PaymentsRead:
    return import_payments(path=path, now=NOW)


def test_a_payment_with_a_payment_line_pays_its_bill(world: World, books: Books, tmp_path: Path) -> None:
    older = a_posted_bill(world.anna, 16, 500_00, due_date=date(2026, 11, 1))
    bill = a_posted_bill(world.anna, 17, 1_250_00)
    done = read(bank_file(tmp_path, paid(bill)))
    assert (done.kind, done.intake.counts) == ("camt053", {"matched": 1})
    receipt = Receipt.objects.get()
    assert (receipt.customer_id, receipt.bill_id, receipt.told_number) == (world.anna.customer_id, bill.pk, 17)
    assert (owed(world.anna), balance("bank"), balance("suspense")) == (500_00, 1_250_00, 0)
    voucher = Voucher.objects.get(pk=receipt.voucher_id)
    assert (voucher.posting_date, voucher.text) == (date(2026, 11, 20), "Indbetaling til regning 17")
    assert older.voucher_id != bill.voucher_id  # the one that was named is paid, though the other is older


def test_what_is_paid_too_much_pays_the_oldest_and_the_rest_stays(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.anna, 17, 1_000_00)
    a_posted_bill(world.anna, 18, 300_00, due_date=date(2026, 10, 1))
    read(bank_file(tmp_path, paid(bill, 1_500_00)))
    assert owed(world.anna) == -200_00


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (other(100_00), "no_reference"),
        (other(100_00, references=(StructuredReference("71", payment_id(17)[:-1] + "x"),)), "wrong_reference"),
        (other(100_00, references=(StructuredReference("71", payment_id(99)),)), "unknown_bill"),
        (other(-100_00), "debit"),
        (other(-100_00, reversal=True), "reversal"),
    ],
)
def test_what_nobody_can_place_is_set_aside(
    world: World, books: Books, tmp_path: Path, entry: object, reason: str
) -> None:
    a_posted_bill(world.anna, 17, 100_00)
    done = read(bank_file(tmp_path, entry))  # type: ignore[arg-type]
    assert done.intake.counts == {"suspense": 1}
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.reason, receipt.customer_id) == ("suspense", reason, None)
    assert balance("suspense") == -receipt.amount_oere == -balance("bank")
    assert owed(world.anna) == 100_00


def test_a_payment_line_that_the_payer_wrote_counts_too(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    read(bank_file(tmp_path, other(100_00, text=f"Betaling +71<{payment_id(17)}+81234567<")))
    assert Receipt.objects.get().bill_id == bill.pk


def test_the_same_file_is_read_once(world: World, books: Books, tmp_path: Path) -> None:
    path = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)))
    read(path)
    with pytest.raises(AlreadyRead, match=r"was read on 2026-11-02, as konto\.xml"):
        read(path)
    assert (Receipt.objects.count(), ReceivedFile.objects.count(), balance("bank")) == (1, 1, 100_00)


def test_statement_and_notice_of_the_same_money_count_once(world: World, books: Books, tmp_path: Path) -> None:
    entries = [paid(a_posted_bill(world.anna, 17, 100_00)), other(50_00), other(50_00)]
    assert read(bank_file(tmp_path, *entries, identity=statement(1))).intake.known == 0
    notice = bank_file(tmp_path, *entries, identity=statement(9, Message.NOTICE), name="notits.xml")
    done = read(notice)
    assert (done.intake.known, done.intake.counts) == (3, {})
    assert (Receipt.objects.count(), balance("bank")) == (3, 200_00)


@pytest.mark.parametrize("sum_first", [True, False])
def test_a_sum_and_its_payments_count_once(world: World, books: Books, tmp_path: Path, sum_first: bool) -> None:
    parts = [paid(a_posted_bill(world.anna, 17, 100_00)), paid(a_posted_bill(world.bo, 18, 250_00))]
    lump = bank_file(tmp_path, other(350_00, bank_reference="SUM-1"), identity=statement(1), name="sum.xml")
    lump.write_bytes(_told_elsewhere(lump.read_bytes(), 2))
    told = bank_file(tmp_path, parts, identity=statement(2, Message.NOTICE), name="dele.xml")
    first, second = (lump, told) if sum_first else (told, lump)
    read(first)
    assert balance("bank") == (0 if sum_first else 350_00)
    read(second)
    assert sorted(Receipt.objects.values_list("state", flat=True)) == ["matched", "matched", "told"]
    assert (balance("bank"), balance("suspense"), owed(world.anna), owed(world.bo)) == (350_00, 0, 0, 0)


def _told_elsewhere(written: bytes, count: int) -> bytes:
    """The bank's entry without its transactions, and how many they are."""
    begin, end = written.index(b"<TxDtls>"), written.index(b"</TxDtls>") + len(b"</TxDtls>")
    return written[:begin] + b"<Btch><NbOfTxs>%d</NbOfTxs></Btch>" % count + written[end:]


def test_the_same_day_and_amount_without_a_reference_is_doubtful(world: World, books: Books, tmp_path: Path) -> None:
    read(_unnamed(bank_file(tmp_path, other(80_00), identity=statement(1))))
    again = _unnamed(bank_file(tmp_path, other(80_00), identity=statement(2), name="to.xml"))
    assert read(again).intake.counts == {"doubtful": 1}
    assert balance("bank") == 80_00


def _unnamed(path: Path) -> Path:
    """The bank gives its entries no reference."""
    path.write_bytes(re.sub(rb"<AcctSvcrRef>.*?</AcctSvcrRef>", b"", path.read_bytes()))
    return path


def test_two_payments_alike_in_one_file_are_two(world: World, books: Books, tmp_path: Path) -> None:
    done = read(bank_file(tmp_path, other(80_00), other(80_00)))
    assert (done.intake.counts, balance("bank")) == ({"suspense": 2}, 160_00)


def test_what_the_bank_takes_back_is_owed_again(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    read(bank_file(tmp_path, paid(bill), identity=statement(1)))
    back = paid(bill, direction=Direction.DEBIT, reversal=True, bank_reference="B-back")
    done = read(bank_file(tmp_path, back, identity=statement(2), name="to.xml"))
    assert done.intake.counts == {"matched": 1}
    assert (owed(world.anna), balance("bank")) == (100_00, 0)
    assert list(Receipt.objects.order_by("id").values_list("state", "customer_id")) == [
        ("undone", world.anna.customer_id), ("matched", world.anna.customer_id),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "spoil",
    [
        lambda written: written[: len(written) // 2],
        lambda written: written.replace(b'<Amt Ccy="DKK">100.00</Amt>', b'<Amt Ccy="DKK">100.01</Amt>', 1),
        lambda written: written.replace(b'<Amt Ccy="DKK">100.00</Amt>', b'<Amt Ccy="EUR">100.00</Amt>', 1),
    ],
    ids=["half a file", "a wrong sum", "another currency"],
)
def test_a_file_that_does_not_add_up_is_not_used(world: World, books: Books, tmp_path: Path, spoil: object) -> None:
    path = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)), opening_oere=0)
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(UnusableBankFile):
        read(path)
    assert (Receipt.objects.count(), ReceivedFile.objects.count(), balance("bank")) == (0, 0, 0)


def test_a_day_without_an_accounting_year_keeps_the_whole_file_out(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    early = other(50_00, booking_date=date(1999, 1, 1))
    with pytest.raises(NotPossible, match="intet regnskabsår"):
        read(bank_file(tmp_path, paid(bill), early))
    assert (Receipt.objects.count(), owed(world.anna)) == (0, 100_00)


def test_a_file_of_another_account_is_refused(world: World, books: Books, tmp_path: Path) -> None:
    our_accounts()
    read(bank_file(tmp_path, other(50_00)))
    strange = bank_file(tmp_path, other(50_00), name="fremmed.xml")
    strange.write_bytes(strange.read_bytes().replace(b"DK5000400440116243", b"DK9520000123456789"))
    with pytest.raises(NotPossible, match="DK9520000123456789"):
        read(strange)


def test_a_restricted_persons_payment_is_booked(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    restrict(world.anna, by=world.dpo.pk)
    read(bank_file(tmp_path, paid(bill)))
    assert (Receipt.objects.get().customer_id, owed(world.anna)) == (world.anna.customer_id, 0)


def test_a_payment_of_a_bill_that_was_undone_waits(world: World, books: Books, tmp_path: Path) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00, state="undone")
    read(bank_file(tmp_path, paid(bill)))
    assert Receipt.objects.get().reason == "undone_bill"


def test_a_big_file_asks_no_more_than_a_small_one(
    world: World, books: Books, tmp_path: Path, django_assert_max_num_queries: object
) -> None:
    entries = [paid(a_posted_bill(world.anna, number, 100_00)) for number in range(1, 40)]
    entries += [other(50_00, bank_reference=f"B-{number}") for number in range(100, 130)]
    path = bank_file(tmp_path, *entries)
    with django_assert_max_num_queries(35):  # type: ignore[operator]
        read(path)
    assert (owed(world.anna), balance("suspense")) == (0, -1_500_00)


@pytest.mark.django_db(transaction=True)
def test_two_who_read_the_same_file_at_once_read_it_once(world: World, books: Books, tmp_path: Path) -> None:
    path = bank_file(tmp_path, paid(a_posted_bill(world.anna, 17, 100_00)))
    said: list[object] = []

    def one() -> None:
        try:
            said.append(read(path).intake.counts)
        except AlreadyRead as error:
            said.append(type(error))
        finally:
            connections["default"].close()

    readers = [threading.Thread(target=one) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(map(str, said)) == ["<class 'forsyn.domain.payments.rules.AlreadyRead'>", "{'matched': 1}"]
    assert (Receipt.objects.count(), balance("bank"), owed(world.anna)) == (1, 100_00, 0)
