"""What staff decide about payments that nobody could place, and what they take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from forsyn.domain.payments import actions, queries
from forsyn.domain.payments.models import Receipt
from forsyn.domain.payments.rules import AlreadyRead, NotPossible
from forsyn.domain.payments.suggestion_queries import suggestions
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.iso20022.values import Message
from forsyn.policy.purposes import P
from forsyn.workflows.payments_in import import_payments
from tests.books import books as books
from tests.paid_world import a_posted_bill, balance, bank_file, other, owed, paid, statement
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]
LATER = NOW.replace(hour=15)


class Accountant:
    """Who decides: each action of the area, under its purpose, now if nothing else is said."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id

    def __getattr__(self, action: str) -> Callable[..., object]:
        def decide(**asked: object) -> object:
            told = {"now": NOW, "today": TODAY, "account_id": self.account_id} | asked
            with purpose(P.ACCOUNTING, actor=self.account_id):
                return getattr(actions, action)(**told)

        return decide


@pytest.fixture
def accountant(world: World, books: Books) -> Accountant:
    """The one who bills."""
    return Accountant(world.billing.pk)


def waits(folder: Path, oere: int = 100_00, **facts: object) -> Receipt:
    import_payments(path=bank_file(folder, other(oere, **facts)), now=NOW)
    found: Receipt = Receipt.objects.get()
    return found


def test_a_payment_is_placed_on_a_customer(world: World, books: Books, accountant: Accountant, tmp_path: Path) -> None:
    a_posted_bill(world.anna, 16, 100_00, due_date=date(2026, 11, 1))
    bill = a_posted_bill(world.anna, 17, 100_00)
    receipt = waits(tmp_path)
    accountant.place(receipt_id=receipt.pk, customer_id=world.anna.customer_id, bill_id=bill.pk)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.customer_id, receipt.bill_id, receipt.handled_by_id) == (
        "matched", world.anna.customer_id, bill.pk, accountant.account_id,
    )  # fmt: skip
    assert (owed(world.anna), balance("suspense"), balance("bank")) == (100_00, 0, 100_00)
    with pytest.raises(NotPossible, match="i mellemtiden"):
        accountant.place(receipt_id=receipt.pk, customer_id=world.bo.customer_id, bill_id=None, now=LATER)


def test_anothers_bill_is_not_paid(world: World, books: Books, accountant: Accountant, tmp_path: Path) -> None:
    bill = a_posted_bill(world.bo, 17, 100_00)
    receipt = waits(tmp_path)
    with pytest.raises(NotPossible, match="ikke kundens"):
        accountant.place(receipt_id=receipt.pk, customer_id=world.anna.customer_id, bill_id=bill.pk)


def test_what_was_placed_wrongly_waits_again_and_can_be_placed_anew(
    world: World, books: Books, accountant: Accountant, tmp_path: Path
) -> None:
    a_posted_bill(world.anna, 17, 100_00)
    receipt = waits(tmp_path)
    for number, party in enumerate((world.bo, world.anna, world.bo)):
        when = NOW.replace(minute=number)
        accountant.place(receipt_id=receipt.pk, customer_id=party.customer_id, bill_id=None, now=when)
        assert balance("suspense") == 0
        accountant.take_back(receipt_id=receipt.pk, reason="Forkert kunde", now=when)
        assert (balance("suspense"), owed(world.anna), owed(world.bo)) == (-100_00, 100_00, 0)


def test_what_the_file_placed_is_taken_back_too(
    world: World, books: Books, accountant: Accountant, tmp_path: Path
) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    import_payments(path=bank_file(tmp_path, paid(bill)), now=NOW)
    receipt = Receipt.objects.get()
    accountant.take_back(receipt_id=receipt.pk, reason="Forkert")
    receipt.refresh_from_db()
    assert (receipt.state, receipt.customer_id, owed(world.anna)) == ("suspense", None, 100_00)
    assert (balance("suspense"), balance("bank")) == (-100_00, 100_00)


def test_a_payment_at_the_counter_is_written_in_once_and_undone(
    world: World, books: Books, accountant: Accountant
) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    asked = {
        "customer_id": world.anna.customer_id, "bill_id": bill.pk, "amount_oere": 60_00, "on": TODAY,
        "reason": "Betalt på kontoret", "key": "a form",
    }  # fmt: skip
    receipt_id = accountant.write_in(**asked)  # type: ignore[arg-type]
    assert owed(world.anna) == 40_00
    with pytest.raises(AlreadyRead):
        accountant.write_in(**asked)  # type: ignore[arg-type]
    accountant.take_back(receipt_id=receipt_id, reason="Tastet forkert")
    assert (owed(world.anna), balance("bank"), Receipt.objects.get().state) == (100_00, 0, "undone")


@pytest.mark.parametrize(
    ("change", "said"),
    [({"amount_oere": 0}, "større end nul"), ({"on": date(2026, 12, 24)}, "fremtiden"), ({"reason": " "}, "hvorfor")],
)
def test_a_payment_is_not_written_in_so(
    world: World, books: Books, accountant: Accountant, change: dict[str, object], said: str
) -> None:
    asked = {
        "customer_id": world.anna.customer_id, "bill_id": None, "amount_oere": 60_00, "on": TODAY, "reason": "Betalt",
        "key": "a form",
    }  # fmt: skip
    with pytest.raises(NotPossible, match=said):
        accountant.write_in(**asked | change)  # type: ignore[arg-type]


def test_what_has_nothing_to_do_with_customers_is_put_elsewhere(
    world: World, books: Books, accountant: Accountant, tmp_path: Path
) -> None:
    receipt = waits(tmp_path, -250_00)
    accountant.put_elsewhere(receipt_id=receipt.pk, reason="Bankens gebyr")
    assert (Receipt.objects.get().state, balance("suspense"), balance("bank")) == ("elsewhere", 0, 0)


def test_a_sum_that_a_person_recognises(world: World, books: Books, accountant: Accountant, tmp_path: Path) -> None:
    parts = [paid(a_posted_bill(world.anna, 17, 100_00)), paid(a_posted_bill(world.bo, 18, 250_00))]
    import_payments(path=bank_file(tmp_path, parts, identity=statement(2, Message.NOTICE), name="dele.xml"), now=NOW)
    total = other(350_00, text="Betalingsservice")
    import_payments(path=bank_file(tmp_path, total, identity=statement(1), name="sum.xml"), now=NOW)
    receipt = Receipt.objects.get(state="suspense")
    assert (receipt.reason, balance("bank")) == ("sum_perhaps", 700_00)
    accountant.settle_sum(receipt_id=receipt.pk)
    assert (balance("bank"), balance("suspense")) == (350_00, 0)


def test_no_sum_without_its_payments(world: World, books: Books, accountant: Accountant, tmp_path: Path) -> None:
    receipt = waits(tmp_path)
    with pytest.raises(NotPossible, match="Ingen betalinger"):
        accountant.settle_sum(receipt_id=receipt.pk)


@pytest.mark.parametrize("is_same", [True, False])
def test_a_doubt_is_settled(world: World, books: Books, accountant: Accountant, tmp_path: Path, is_same: bool) -> None:
    bill = a_posted_bill(world.anna, 17, 100_00)
    import_payments(path=bank_file(tmp_path, paid(bill, end_to_end_id="")), now=NOW)
    again = paid(bill, references=(), text="en anden gang")
    again_file = bank_file(tmp_path, again, identity=statement(2), name="to.xml")
    import_payments(path=again_file, now=NOW)
    doubtful = Receipt.objects.get(state="doubtful")
    assert [row.state for row in queries.alike(of=doubtful)] == ["matched"]
    accountant.settle_doubt(receipt_id=doubtful.pk, is_same=is_same)
    doubtful.refresh_from_db()
    assert (doubtful.state, balance("bank")) == (("same", 100_00) if is_same else ("suspense", 200_00))


def test_suggestions_say_why(
    world: World, books: Books, accountant: Accountant, tmp_path: Path, django_assert_num_queries: object
) -> None:
    bill = a_posted_bill(world.anna, 1017, 100_00)
    a_posted_bill(world.bo, 1018, 100_00)
    a_posted_bill(world.gorm, 1019, 75_00)
    import_payments(
        path=bank_file(
            tmp_path, paid(bill, 10_00, debtor_name="Morfar Prøvesen"),
            other(100_00, text="regning 1018"), other(33_00, debtor_name="Gorm Grænseløs"),
            other(90_00, debtor_name="Morfar Prøvesen"), other(1_00, debtor_name="Helt Ukendt"),
            other(2_00, debtor_name="Morfar", text="vand for Freja Frøprøve, tak"),
        ),
        now=NOW,
    )  # fmt: skip
    with purpose(P.ACCOUNTING, actor=accountant.account_id):
        waiting = queries.waiting_receipts()
        with django_assert_num_queries(11):  # type: ignore[operator]
            found = suggestions(receipts=waiting)
    told = {
        row.amount_oere: [(each.number, each.reasons[0], each.bill and each.bill.number) for each in found[row.pk]][:1]
        for row in waiting
    }
    assert told == {
        100_00: [("1002", "bill_number", 1018)],
        33_00: [("1010", "name", None)],
        90_00: [("1001", "paid_before", 1017)],
        1_00: [],
        2_00: [("1007", "name_words", None)],
    }
