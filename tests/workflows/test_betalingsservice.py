"""Betalingsservice: agreements in, collections out, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.payments.models import Collection, Mandate, Receipt, SentFile
from forsyn.domain.payments.rules import AlreadyRead, NotPossible
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.integrations.betalingsservice.codec import read_collections, write_agreements, write_payments
from forsyn.integrations.betalingsservice.errors import BetalingsserviceFileError
from forsyn.integrations.betalingsservice.values import (
    Agreement,
    AgreementEvent,
    Delivery,
    Outcome,
    Payment,
    Section,
    SectionKind,
)
from forsyn.workflows.payments_in import PaymentsRead, import_payments
from forsyn.workflows.payments_out import Collected, make_collections
from tests.books import books as books
from tests.paid_world import a_posted_bill, balance, our_accounts, owed, restrict
from tests.world import NOW, TODAY, Party, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]
DUE = date(2026, 12, 1)


def signs_up(
    party: Party, folder: Path, *, number: str = "000000001", delivery: int = 1, **told: object
) -> PaymentsRead:
    event = told.pop("event", AgreementEvent.SIGNED_UP)
    facts = {"from_date": date(2026, 1, 1)} | told
    entry = Agreement(event, party.number.zfill(15), number, **facts)  # type: ignore[arg-type]
    section = Section(SectionKind.CHANGED_AGREEMENTS, "01234567", "00001", (entry,))
    path = folder / f"0603-{delivery}.txt"
    path.write_bytes(b"".join(write_agreements(Delivery("12345674", "BS1", f"{delivery:010d}", TODAY, [section]))))
    return import_payments(path=path, now=NOW)


def answers(folder: Path, *payments: Payment, delivery: int = 1) -> PaymentsRead:
    section = Section(SectionKind.AUTOMATIC_PAYMENTS, "01234567", "00001", payments)
    path = folder / f"0602-{delivery}.txt"
    path.write_bytes(b"".join(write_payments(Delivery("12345674", "BS1", f"{delivery:010d}", DUE, [section]))))
    return import_payments(path=path, now=NOW)


def payment(party: Party, bill: int, oere: int, outcome: Outcome = Outcome.PAID, **told: object) -> Payment:
    facts = {"agreement_number": "000000001", "paid_date": DUE, "booked_date": DUE, "paid_oere": oere} | told
    if outcome in (Outcome.REJECTED, Outcome.CANCELLED):
        facts["paid_oere"] = 0
    if outcome is Outcome.CANCELLED:
        facts |= {"paid_date": None, "booked_date": None}
    return Payment(outcome, party.number, DUE, oere, str(bill), **facts)  # type: ignore[arg-type]


def collects(folder: Path, name: str = "0601.txt") -> Collected:
    return make_collections(path=folder / name, now=NOW, today=TODAY)


@pytest.fixture
def collected(world: World, books: Books, tmp_path: Path) -> Collected:
    """Anna pays by Betalingsservice, and her bill of 100 kr. was sent."""
    our_accounts()
    signs_up(world.anna, tmp_path)
    a_posted_bill(world.anna, 17, 100_00, due_date=DUE)
    a_posted_bill(world.bo, 18, 100_00, due_date=DUE)
    return collects(tmp_path)


def test_released_bills_of_those_who_signed_up_are_collected_once(
    world: World, collected: Collected, tmp_path: Path
) -> None:
    assert collected == Collected(1, 1, 100_00, DUE, DUE)
    written = (tmp_path / "0601.txt").read_bytes()
    delivery = read_collections([written], where="0601.txt")
    (entry,) = delivery.sections[0].entries
    assert (delivery.number, entry.customer_number, entry.amount_oere, entry.reference) == (
        "0000000001", world.anna.number, 100_00, "17",
    )  # fmt: skip
    assert (entry.due_date, entry.agreement_number, entry.postal_code) == (DUE, "000000001", "0000")
    assert Disclosure.objects.filter(recipient="bank").count() == 1
    with pytest.raises(NotPossible, match="no bill to collect"):
        collects(tmp_path, "igen.txt")
    assert not list(tmp_path.glob("igen*"))


def test_a_number_is_never_used_again(world: World, collected: Collected, tmp_path: Path) -> None:
    a_posted_bill(world.anna, 19, 100_00, due_date=date(2027, 1, 4))
    assert collects(tmp_path, "to.txt").number == 2
    assert list(SentFile.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_two_bills_of_a_day_are_collected_on_two_banking_days(world: World, books: Books, tmp_path: Path) -> None:
    our_accounts()
    signs_up(world.anna, tmp_path)
    friday = date(2026, 12, 4)
    for number in (17, 18):
        a_posted_bill(world.anna, number, 100_00, due_date=friday)
    collects(tmp_path)
    assert list(Collection.objects.order_by("reference").values_list("due_date", flat=True)) == [
        friday, date(2026, 12, 7),
    ]  # fmt: skip


def test_what_is_due_too_soon_or_of_somebody_restricted_is_left(world: World, books: Books, tmp_path: Path) -> None:
    our_accounts()
    signs_up(world.anna, tmp_path)
    signs_up(world.bo, tmp_path, delivery=2)
    a_posted_bill(world.anna, 17, 100_00, due_date=TODAY + timedelta(days=2))
    a_posted_bill(world.bo, 18, 100_00, due_date=DUE)
    restrict(world.bo, by=world.dpo.pk)
    with pytest.raises(NotPossible):
        collects(tmp_path)


def test_what_is_paid_is_booked(world: World, collected: Collected, tmp_path: Path) -> None:
    done = answers(tmp_path, payment(world.anna, 17, 100_00))
    assert (done.collections, done.unknown, done.intake.counts) == (1, (), {"matched": 1})
    row = Collection.objects.get()
    assert (row.state, row.receipt_id, owed(world.anna)) == ("paid", Receipt.objects.get().pk, 0)
    assert balance("bank") == 100_00


def test_a_delivery_is_read_once_even_if_its_bytes_differ(world: World, collected: Collected, tmp_path: Path) -> None:
    answers(tmp_path, payment(world.anna, 17, 100_00))
    with pytest.raises(AlreadyRead, match="delivery 12345674-BS1"):
        answers(tmp_path, payment(world.anna, 17, 100_00), payment(world.bo, 18, 50_00))


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.CANCELLED])
def test_what_is_not_paid_stays_owed(world: World, collected: Collected, tmp_path: Path, outcome: Outcome) -> None:
    answers(tmp_path, payment(world.anna, 17, 100_00, outcome))
    assert (Collection.objects.get().state, owed(world.anna)) == (outcome.value, 100_00)
    assert not Receipt.objects.exists()


def test_what_is_charged_back_is_owed_again(world: World, collected: Collected, tmp_path: Path) -> None:
    answers(tmp_path, payment(world.anna, 17, 100_00))
    answers(tmp_path, payment(world.anna, 17, 100_00, Outcome.CHARGED_BACK, booked_date=date(2026, 12, 10)), delivery=2)
    assert (Collection.objects.get().state, owed(world.anna), balance("bank")) == ("charged_back", 100_00, 0)


def test_a_reference_that_nobody_has_is_told_and_its_money_waits(
    world: World, collected: Collected, tmp_path: Path
) -> None:
    done = answers(tmp_path, payment(world.anna, 99, 100_00))
    assert (done.unknown, done.intake.counts) == (("99",), {"suspense": 1})


def test_half_a_delivery_is_not_used(world: World, collected: Collected, tmp_path: Path) -> None:
    section = Section(SectionKind.AUTOMATIC_PAYMENTS, "01234567", "00001", (payment(world.anna, 17, 100_00),))
    written = b"".join(write_payments(Delivery("12345674", "BS1", "0000000009", DUE, [section])))
    path = tmp_path / "halv.txt"
    path.write_bytes(written[:-140])
    with pytest.raises(BetalingsserviceFileError):
        import_payments(path=path, now=NOW)
    assert (Collection.objects.get().state, owed(world.anna)) == ("sent", 100_00)


def test_agreements_begin_are_replaced_and_end(world: World, books: Books, tmp_path: Path) -> None:
    assert signs_up(world.anna, tmp_path).mandates == 1
    signs_up(world.anna, tmp_path, delivery=2)
    assert Mandate.objects.count() == 1
    signs_up(world.anna, tmp_path, number="000000002", delivery=3, from_date=date(2026, 6, 1))
    signs_up(
        world.anna, tmp_path, number="000000002", delivery=4, event=AgreementEvent.CANCELLED_BY_BANK,
        until_date=date(2026, 10, 1),
    )  # fmt: skip
    assert list(Mandate.objects.order_by("id").values_list("agreement_number", "period", "ended_by")) == [
        ("000000001", DateRange(date(2026, 1, 1), date(2026, 6, 1)), "replaced"),
        ("000000002", DateRange(date(2026, 6, 1), date(2026, 10, 1)), "bank"),
    ]


def test_an_agreement_of_nobody_here_is_told(world: World, books: Books, tmp_path: Path) -> None:
    section = Section(
        SectionKind.CHANGED_AGREEMENTS, "01234567", "00001",
        (Agreement(AgreementEvent.SIGNED_UP, "000000000077777", "000000001", TODAY),),
    )  # fmt: skip
    path = tmp_path / "0603.txt"
    path.write_bytes(b"".join(write_agreements(Delivery("12345674", "BS1", "0000000001", TODAY, [section]))))
    done = import_payments(path=path, now=NOW)
    assert (done.mandates, done.unknown) == (0, ("77777",))
