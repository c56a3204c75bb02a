"""Money back: prepared by one, approved by another, in a file that the bank gets, and booked as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from pytest_django import Settings

from forsyn.config.keys import KeyStore
from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.billing.models import BillState
from forsyn.domain.customers.models import Agreement, CustomerName
from forsyn.domain.ledger.actions_allocations import allocate
from forsyn.domain.payments import actions_payouts
from forsyn.domain.payments.actions_payouts import BankAccount
from forsyn.domain.payments.models import Payout, Receipt, SentFile
from forsyn.domain.payments.queries import credit_of, credits_to_pay_out
from forsyn.domain.payments.rules import NotPossible
from forsyn.domain.safeguards.actions_choices import give_consent
from forsyn.domain.safeguards.choices_models import Channel, Restriction
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.actions import keep_cpr
from forsyn.integrations.iso20022.values import Direction
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Source
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.payments_in import import_payments
from forsyn.workflows.payments_out import PaidOut, make_payouts
from tests.books import books as books
from tests.paid_world import a_posted_bill, balance, bank_file, other, our_accounts, owed, paid, restrict, statement
from tests.world import BEGINNING, CVR, NOW, TODAY, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]
BIC = "DABADKKK"
ACCOUNT = BankAccount("9570", "0001234567")


@dataclass
class Ground:
    """The world, and a second one who bills."""

    world: World
    other_id: int


@pytest.fixture
def ground(world: World, books: Books, tmp_path: Path) -> Ground:
    """Anna has paid 100 kr. too much."""
    our_accounts()
    read(tmp_path, paid(a_posted_bill(world.anna, 17, 200_00), 300_00), number=1)
    other_id = create_staff(
        email="anden@nordby.example", name="Anden Afregning", roles=[Role.BILLING], first_date=BEGINNING,
        until_date=date(2099, 1, 1), now=NOW,
    )  # fmt: skip
    return Ground(world, other_id)


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> KeyStore:
    """The instance's key ring, new for the test."""
    store = KeyStore(tmp_path / "keys.json")
    store.make(today=TODAY)
    settings.KEY_STORE = store
    return store


def read(folder: Path, *entries: object, number: int) -> None:
    path = bank_file(folder, *entries, identity=statement(number), name=f"{number}.xml")  # type: ignore[arg-type]
    import_payments(path=path, now=NOW)


def prepared(ground: Ground, oere: int = 100_00, account: BankAccount | None = ACCOUNT) -> int:
    with purpose(P.ACCOUNTING, actor=ground.world.billing.pk):
        return actions_payouts.prepare(
            customer_id=ground.world.anna.customer_id, amount_oere=oere, reason="Betalt for meget", account=account,
            payee_name="Anna Prøvesen", now=NOW, account_id=ground.world.billing.pk,
        )  # fmt: skip


def approved(ground: Ground, payout_id: int) -> int:
    with purpose(P.ACCOUNTING, actor=ground.other_id):
        actions_payouts.approve(payout_id=payout_id, now=NOW, account_id=ground.other_id)
    return payout_id


def sent(folder: Path, name: str = "udbetalinger.xml") -> PaidOut:
    return make_payouts(path=folder / name, bic=BIC, now=NOW, today=TODAY)


def test_nobody_approves_what_they_prepared(ground: Ground) -> None:
    payout_id = prepared(ground)
    billing = ground.world.billing.pk
    with purpose(P.ACCOUNTING, actor=billing), pytest.raises(NotPossible, match="En anden skal godkende"):
        actions_payouts.approve(payout_id=payout_id, now=NOW, account_id=billing)


def test_the_database_holds_the_four_eyes(ground: Ground) -> None:
    payout_id = prepared(ground)
    with pytest.raises(IntegrityError, match="payments_payout_four_eyes"):
        Payout.objects.filter(pk=payout_id).update(
            state="approved", approved_by=ground.world.billing.pk, approved_at=NOW
        )


def test_what_was_approved_does_not_change(ground: Ground) -> None:
    payout_id = approved(ground, prepared(ground))
    with pytest.raises(IntegrityError, match="what was prepared and approved does not change"):
        Payout.objects.filter(pk=payout_id).update(amount_oere=1)


def test_nobody_gets_more_than_they_have(ground: Ground) -> None:
    with pytest.raises(NotPossible, match="ikke så meget til gode"):
        prepared(ground, 100_01)


def test_a_payout_goes_to_the_bank_and_is_booked_as_it_goes(ground: Ground, tmp_path: Path) -> None:
    payout_id = approved(ground, prepared(ground))
    done = sent(tmp_path)
    assert (done.number, done.payouts, done.sum_oere, done.left_out, done.changed) == (1, 1, 100_00, (), ())
    assert b"95700001234567" in (tmp_path / "udbetalinger.xml").read_bytes()
    assert (owed(ground.world.anna), balance("payouts_in_transit")) == (0, -100_00)
    row = Payout.objects.get(pk=payout_id)
    out = other(-100_00, end_to_end_id=row.end_to_end_id, bank_reference="OUT-1")
    read(tmp_path, out, number=2)
    row.refresh_from_db()
    assert (row.state, balance("payouts_in_transit"), balance("bank")) == ("paid", 0, 200_00)
    assert list(Disclosure.objects.values_list("recipient", flat=True)) == ["bank"]


def test_what_comes_back_is_the_customers_again(ground: Ground, tmp_path: Path) -> None:
    row = Payout.objects.get(pk=approved(ground, prepared(ground)))
    sent(tmp_path)
    there = other(-100_00, end_to_end_id=row.end_to_end_id, bank_reference="OUT-1")
    back = other(100_00, end_to_end_id=row.end_to_end_id, bank_reference="BACK-1", return_reason="AC04")
    read(tmp_path, there, back, number=2)
    row.refresh_from_db()
    assert (row.state, owed(ground.world.anna), balance("payouts_in_transit")) == ("failed", -100_00, 0)
    assert balance("bank") == 300_00


def test_another_balance_gives_the_payout_up(ground: Ground, tmp_path: Path) -> None:
    payout_id = approved(ground, prepared(ground))
    a_posted_bill(ground.world.anna, 18, 40_00)
    with pytest.raises(NotPossible, match="no approved payout"):
        sent(tmp_path)
    assert Payout.objects.get(pk=payout_id).state == "withdrawn"
    assert not (tmp_path / "udbetalinger.xml").exists()
    assert balance("payouts_in_transit") == 0


def test_what_an_unreleased_bill_gives_back_is_not_paid_out(ground: Ground) -> None:
    credit = a_posted_bill(ground.world.anna, 18, -40_00, state=BillState.POSTED)
    with pytest.raises(NotPossible, match="ikke så meget"):
        prepared(ground, 100_01)
    credit.state, credit.released_at = BillState.RELEASED, NOW
    credit.save()
    assert prepared(ground, 140_00)


def test_what_an_unreleased_bill_asks_for_is_not_paid_out(ground: Ground) -> None:
    a_posted_bill(ground.world.anna, 18, 40_00, state=BillState.POSTED)
    with pytest.raises(NotPossible, match="ikke så meget"):
        prepared(ground, 60_01)
    assert prepared(ground, 60_00)


def test_what_an_unreleased_bill_paid_is_not_paid_out_beside_it(ground: Ground) -> None:
    """Were the run undone, the bill that its credit paid would be open again, and the payment gone."""
    customer_id = ground.world.anna.customer_id
    a_posted_bill(ground.world.anna, 18, -40_00, state=BillState.POSTED)
    a_posted_bill(ground.world.anna, 19, 90_00)
    allocate(customer_id=customer_id, now=NOW)
    with purpose(P.ACCOUNTING, actor=None):
        assert credit_of(customer_ids=[customer_id]) == {customer_id: 10_00}
        assert [(each.customer_id, each.oere) for each in credits_to_pay_out()] == [(customer_id, 10_00)]


def test_a_file_is_made_once(ground: Ground, tmp_path: Path) -> None:
    approved(ground, prepared(ground))
    sent(tmp_path)
    written = (tmp_path / "udbetalinger.xml").read_bytes()
    with pytest.raises(NotPossible, match="no approved payout"):
        sent(tmp_path, "igen.xml")
    with pytest.raises(FileExistsError):
        sent(tmp_path)
    assert [path.name for path in tmp_path.glob("*udb*")] == ["udbetalinger.xml"]
    assert (tmp_path / "udbetalinger.xml").read_bytes() == written
    assert (SentFile.objects.count(), balance("payouts_in_transit")) == (1, -100_00)


def test_what_fails_after_the_booking_leaves_no_file_and_no_booking(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout_id = approved(ground, prepared(ground))

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("forsyn.workflows.payments_out._Part.write", full)
    with pytest.raises(OSError, match="No space"):
        sent(tmp_path)
    assert not list(tmp_path.glob("udbetalinger*"))
    assert (Payout.objects.get(pk=payout_id).state, balance("payouts_in_transit")) == ("approved", 0)
    assert not SentFile.objects.exists()


def test_who_is_restricted_after_the_approval_is_paid_when_that_has_ended(ground: Ground, tmp_path: Path) -> None:
    payout_id = approved(ground, prepared(ground))
    restrict(ground.world.anna, by=ground.world.dpo.pk)
    with pytest.raises(NotPossible, match="no approved payout"):
        sent(tmp_path)
    assert (Payout.objects.get(pk=payout_id).state, balance("payouts_in_transit")) == ("approved", 0)
    Restriction.objects.update(ended_at=NOW, ended_by_id=ground.world.dpo.pk)
    assert sent(tmp_path).payouts == 1


@pytest.mark.parametrize("ground_of_it", ["claim", "kept"], ids=["restricted", "erased but for the books"])
def test_a_restricted_payee_is_left_out_and_the_others_are_paid(
    ground: Ground, tmp_path: Path, ground_of_it: str
) -> None:
    payout_id = approved(ground, prepared(ground))
    read(tmp_path, other(40_00, bank_reference="B-fremmed"), number=2)
    with purpose(P.ACCOUNTING, actor=ground.world.billing.pk):
        returned = actions_payouts.return_to_sender(
            receipt_id=Receipt.objects.get(state="suspense").pk, reason="Ikke vores", payee_name="Fremmed Firma",
            account=ACCOUNT, now=NOW, account_id=ground.world.billing.pk,
        )  # fmt: skip
    approved(ground, returned)
    Restriction.objects.create(
        customer_id=ground.world.anna.customer_id, ground=ground_of_it, reason="Gemmes kun.", began_at=NOW,
        recorded_by_id=ground.world.dpo.pk,
    )  # fmt: skip
    done = sent(tmp_path)
    assert (done.payouts, done.sum_oere, done.left_out) == (1, 40_00, (payout_id,))
    assert "Anna" not in (tmp_path / "udbetalinger.xml").read_text()


def test_who_has_moved_is_paid_what_was_approved(ground: Ground, tmp_path: Path) -> None:
    payout_id = approved(ground, prepared(ground))
    Agreement.objects.filter(pk__in=ground.world.anna.agreements.values()).update(
        period=DateRange(BEGINNING, TODAY - timedelta(days=1))
    )
    CustomerName.objects.filter(customer_id=ground.world.anna.customer_id).update(name="Anna Omdøbt")
    assert sent(tmp_path).payouts == 1
    assert Payout.objects.get(pk=payout_id).payee_name == "Anna Prøvesen"


def test_nemkonto_needs_a_consent(ground: Ground, tmp_path: Path) -> None:
    payout_id = approved(ground, prepared(ground, account=None))
    with pytest.raises(NotPossible):
        sent(tmp_path)
    assert Payout.objects.get(pk=payout_id).state == "approved"


@pytest.mark.parametrize(("number", "is_sent"), [("0101010101", True), ("6101010101", False)])
def test_a_yes_lets_the_cpr_number_into_the_file_alone(
    ground: Ground, keys: KeyStore, tmp_path: Path, number: str, is_sent: bool
) -> None:
    anna = ground.world.anna.customer_id
    give_consent(
        policy=current_policy(), customer_id=anna, consent="cpr_nemkonto", text_version=current_policy().version,
        language=Language.DANISH, channel=Channel.LETTER, now=NOW, proof=None,
    )  # fmt: skip
    with purpose(P.PAYOUT_BY_NEMKONTO, actor=None):
        keep_cpr(
            policy=current_policy(), customer_id=anna, number=number, source=Source.PERSON, now=NOW,
            recorded_by_id=None,
        )  # fmt: skip
    payout_id = approved(ground, prepared(ground, account=None))
    if not is_sent:  # a replacement number has no NemKonto
        with pytest.raises(NotPossible):
            sent(tmp_path)
        return
    assert sent(tmp_path).left_out == ()
    assert number.encode() in (tmp_path / "udbetalinger.xml").read_bytes()
    assert sorted(Disclosure.objects.values_list("recipient", "purpose")) == [
        ("bank", "accounting"), ("nemkonto", "payout_by_nemkonto"),
    ]  # fmt: skip
    assert AccessEntry.objects.filter(kind="export", aspect="sensitive_cpr", customer_id=anna).count() == 1
    assert Payout.objects.get(pk=payout_id).state == "sent"


def test_a_company_is_found_by_its_cvr_number(ground: Ground, tmp_path: Path) -> None:
    company = ground.world.aeblegaarden
    read(tmp_path, paid(a_posted_bill(company, 18, 100_00), 150_00), number=2)
    billing = ground.world.billing.pk
    with purpose(P.ACCOUNTING, actor=billing):
        payout_id = actions_payouts.prepare(
            customer_id=company.customer_id, amount_oere=50_00, reason="Betalt for meget", account=None,
            payee_name=company.name, now=NOW, account_id=billing,
        )  # fmt: skip
    approved(ground, payout_id)
    sent(tmp_path)
    assert CVR.encode() in (tmp_path / "udbetalinger.xml").read_bytes()
    assert sorted(Disclosure.objects.values_list("recipient", flat=True)) == ["bank", "nemkonto"]


def test_what_is_none_of_ours_goes_back_to_its_sender(ground: Ground, tmp_path: Path) -> None:
    read(tmp_path, other(75_00, debtor_name="Fru Forkert"), number=2)
    receipt = Receipt.objects.get(state="suspense")
    billing = ground.world.billing.pk
    with purpose(P.ACCOUNTING, actor=billing):
        payout_id = actions_payouts.return_to_sender(
            receipt_id=receipt.pk, reason="Betalt til os ved en fejl", payee_name="Fru Forkert", account=ACCOUNT,
            now=NOW, account_id=billing,
        )  # fmt: skip
    approved(ground, payout_id)
    sent(tmp_path)
    row = Payout.objects.get(pk=payout_id)
    read(
        tmp_path,
        other(-75_00, end_to_end_id=row.end_to_end_id, direction=Direction.DEBIT, bank_reference="OUT-2"),
        number=3,
    )
    receipt.refresh_from_db()
    assert (receipt.state, balance("suspense"), balance("payouts_in_transit")) == ("settled", 0, 0)
