"""Whatever bills, payments, returns and payouts come in whatever order: statement, open items and books agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forsyn.domain.ledger import queries
from forsyn.domain.ledger.actions_allocations import allocate
from forsyn.domain.ledger.models import LedgerAccount, OpenItem, Posting
from forsyn.domain.payments import actions, actions_intake, actions_payouts
from forsyn.domain.payments.actions_intake import NewFile
from forsyn.domain.payments.actions_payouts import BankAccount
from forsyn.domain.payments.models import Payout, PayoutState, Receipt, Way
from forsyn.domain.payments.rules import Movement, NotPossible, digest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.office.tests.billing import a_second_billing_clerk
from forsyn.policy.purposes import P
from tests.books import bill as post_bill
from tests.books import books as books
from tests.paid_world import a_posted_bill, balance
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
Books = Mapping[int, int]
FIRST, LAST = date(2019, 1, 1), date(2028, 1, 1)
BILLS = {17: 100_00, 18: 250_00, 19: 100_00}
"""Two are Anna's, one is Bo's."""

oere = st.sampled_from([5, 40_00, 100_00, 250_00, 400_00])
days = st.dates(date(2025, 12, 29), date(2026, 11, 2))
bills = st.sampled_from([*BILLS, 404])
steps = st.one_of(
    st.tuples(st.just("bill"), st.booleans(), oere, days),
    st.tuples(st.just("credit_note"), st.booleans(), oere, days),
    st.tuples(st.just("paid"), bills, oere, days),
    st.tuples(st.just("took_back"), bills, oere, days),
    st.tuples(st.just("nameless"), oere, days),
    st.tuples(st.just("place"), st.booleans()),
    st.tuples(st.just("undo")),
    st.tuples(st.just("elsewhere")),
    st.tuples(st.just("allocate"), st.booleans()),
    st.tuples(st.just("pay_out"), st.booleans()),
    st.tuples(st.just("returned")),
    st.tuples(st.just("left")),
    st.tuples(st.just("came_back")),
)


@dataclass
class Town:
    """Two customers, and two clerks who do one thing after another."""

    world: World
    other_id: int
    numbers: Any = field(default_factory=lambda: count(1))

    def customer(self, is_anna: bool) -> int:
        return self.world.anna.customer_id if is_anna else self.world.bo.customer_id

    @property
    def who(self) -> dict[str, Any]:
        return {"now": NOW, "today": TODAY, "account_id": self.world.billing.pk}

    def does(self, step: tuple[Any, ...]) -> None:
        """One thing; what is refused is refused whole."""
        try:
            with transaction.atomic():
                getattr(self, step[0])(*step[1:])
        except NotPossible:
            pass

    # -- what can happen -----------------------------------------------------------------------------------------------

    def bill(self, is_anna: bool, amount: int, day: date) -> None:
        post_bill(self.customer(is_anna), amount, f"bill:x{next(self.numbers)}", day=day)

    def credit_note(self, is_anna: bool, amount: int, day: date) -> None:
        post_bill(self.customer(is_anna), -2 * amount, f"bill:x{next(self.numbers)}", day=day)

    def told(self, *movements: Movement) -> None:
        number = next(self.numbers)
        file = NewFile("camt053", f"{number}.xml", digest("file", number), len(movements), 0, 0)
        actions_intake.take_in(file=file, movements=movements, way=Way.BANK, now=NOW)

    def movement(self, amount: int, day: date, bill: int | None = None, **facts: Any) -> Movement:
        number = next(self.numbers)
        named = {"references": (f"{bill:014}0",), "told_numbers": (bill,)} if bill else {}
        return Movement(f"p{number}", "00400440116243", day, amount, f"B{number}", **named, **facts)

    def paid(self, bill: int, amount: int, day: date) -> None:
        self.told(self.movement(amount, day, bill))

    def took_back(self, bill: int, amount: int, day: date) -> None:
        self.told(self.movement(-amount, day, bill, takes_back=True))

    def nameless(self, amount: int, day: date) -> None:
        self.told(self.movement(amount, day))

    def place(self, is_anna: bool) -> None:
        row = Receipt.objects.filter(state="suspense").order_by("id").first()
        if row is not None:
            actions.place(receipt_id=row.pk, customer_id=self.customer(is_anna), bill_id=None, **self.who)

    def undo(self) -> None:
        row = Receipt.objects.filter(state="matched", amount_oere__gt=0).order_by("-id").first()
        if row is not None:
            actions.take_back(receipt_id=row.pk, reason="Forkert kunde", **self.who)

    def elsewhere(self) -> None:
        row = Receipt.objects.filter(state="suspense").order_by("-id").first()
        if row is not None:
            actions.put_elsewhere(receipt_id=row.pk, reason="Gebyr", **self.who)

    def allocate(self, is_anna: bool) -> None:
        allocate(customer_id=self.customer(is_anna), now=NOW)

    def pay_out(self, is_anna: bool) -> None:
        customer_id = self.customer(is_anna)
        credit = -(OpenItem.objects.filter(customer_id=customer_id).aggregate(sum=Sum("remaining_oere"))["sum"] or 0)
        made = actions_payouts.prepare(customer_id=customer_id, amount_oere=credit, **self.to_an_account)
        self.sends(made)

    def returned(self) -> None:
        row = Receipt.objects.filter(state="suspense", amount_oere__gt=0).order_by("id").first()
        if row is not None:
            self.sends(actions_payouts.return_to_sender(receipt_id=row.pk, **self.to_an_account))

    @property
    def to_an_account(self) -> dict[str, Any]:
        return {
            "reason": "For meget", "payee_name": "Prøve", "account": BankAccount("9570", "0001234567"),
            "now": NOW + timedelta(seconds=next(self.numbers)),
            "account_id": self.world.billing.pk,
        }  # fmt: skip

    def sends(self, payout_id: int) -> None:
        actions_payouts.approve(payout_id=payout_id, now=NOW, account_id=self.other_id)
        number = next(self.numbers)
        actions_payouts.send(
            rows=actions_payouts.due().ready, number=number, sha256=digest("sent", number), now=NOW, today=TODAY,
            account_id=self.other_id,
        )  # fmt: skip

    def left(self) -> None:
        row = Payout.objects.filter(state=PayoutState.SENT).order_by("id").first()
        if row is not None:
            self.told(self.movement(-row.amount_oere, TODAY, end_to_end_id=row.end_to_end_id))

    def came_back(self) -> None:
        row = Payout.objects.filter(state__in=[PayoutState.SENT, PayoutState.PAID]).order_by("id").first()
        if row is not None:
            self.told(self.movement(row.amount_oere, TODAY, end_to_end_id=row.end_to_end_id))

    # -- what holds ----------------------------------------------------------------------------------------------------

    def adds_up(self, split: date) -> None:
        for customer_id in (self.customer(True), self.customer(False)):
            items = OpenItem.objects.filter(customer_id=customer_id)
            owed = sum(item.remaining_oere for item in items)
            whole = queries.statement_of(customer_id=customer_id, from_date=FIRST, until_date=LAST)
            before = queries.statement_of(customer_id=customer_id, from_date=FIRST, until_date=split)
            after = queries.statement_of(customer_id=customer_id, from_date=split, until_date=LAST)
            assert (whole.opening_oere, whole.closing_oere) == (0, owed)
            assert (before.closing_oere, after.closing_oere) == (after.opening_oere, owed)
            assert len(before.lines) + len(after.lines) == len(whole.lines)
            told = queries.balance(customer_id=customer_id, today=TODAY)
            debits = sum(item.remaining_oere for item in items if item.remaining_oere > 0)
            assert (told.owed_oere, told.owed_oere + told.paid_unused_oere) == (owed, debits)
        booked = Receipt.objects.exclude(state__in=["doubtful", "announced", "told", "same", "elsewhere", "undone"])
        took_back = Receipt.objects.filter(state="matched", amount_oere__lt=0, suspense_voucher=None)
        moved = booked.exclude(pk__in=took_back).aggregate(sum=Sum("amount_oere"))["sum"] or 0
        assert balance("bank") == moved
        waits = Receipt.objects.filter(state="suspense").aggregate(sum=Sum("amount_oere"))["sum"] or 0
        assert balance("suspense") == -waits
        assert balance("receivables") == (OpenItem.objects.aggregate(sum=Sum("remaining_oere"))["sum"] or 0)
        self.is_exported_whole()

    @staticmethod
    def is_exported_whole() -> None:
        exported: dict[int, int] = {}
        for year in queries.years():
            for row in queries.export_rows(year_id=year.pk):
                exported[row.account] = exported.get(row.account, 0) + row.debit_oere - row.credit_oere
        held = Posting.objects.values_list("account__number").annotate(sum=Sum("amount_oere"))
        assert sum(exported.values()) == 0
        assert {number: total for number, total in exported.items() if total} == {
            number: int(total) for number, total in held if total
        }


@pytest.fixture
def town(world: World, books: Books) -> Town:
    for number, amount in BILLS.items():
        a_posted_bill(world.bo if number == 19 else world.anna, number, amount)
    return Town(world, a_second_billing_clerk().pk)


class _Undone(Exception):
    """Every example begins with the same town."""


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=4, max_size=12), st.dates(date(2025, 12, 30), TODAY + timedelta(days=2)))
def test_statement_open_items_and_books_agree(town: Town, told: list[tuple[Any, ...]], split: date) -> None:
    try:
        with transaction.atomic():
            with purpose(P.ACCOUNTING, actor=town.world.billing.pk):
                for step in told:
                    town.does(step)
            town.adds_up(split)
            raise _Undone
    except _Undone:
        assert LedgerAccount.objects.exists()
