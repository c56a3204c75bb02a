"""Posting, reversing, allocating and reading, as the purposes do it."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from forsyn.domain.ledger import queries
from forsyn.domain.ledger.actions import close_year, open_year, post, reverse
from forsyn.domain.ledger.actions_allocations import allocate, allocate_credit, allocate_oldest, undo_allocation
from forsyn.domain.ledger.actions_bulk import post_from_query, post_many, reverse_many
from forsyn.domain.ledger.models import AccountingYear, Allocation, OpenItem, Posting, Voucher
from forsyn.domain.ledger.rules import AlreadyPosted, Line, NewVoucher, NotPossible
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from tests.books import a_bill, a_payment, bill, pay
from tests.world import NOW, TODAY, World

Books = Mapping[int, int]


def _open(customer_id: int) -> list[int]:
    return [item.remaining_oere for item in queries.open_items(customer_id=customer_id)]


def test_a_bill_is_posted_under_settlement_and_paid_under_accounting(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        posted = post(voucher=a_bill(anna, 1000_00, "bill:1"), now=NOW, account_id=world.billing.pk)
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        post(voucher=a_payment(anna, 400_00, "payment:1"), now=NOW)
        allocate(customer_id=anna, now=NOW)
        assert _open(anna) == [600_00]
        (left,) = queries.open_items(customer_id=anna)
    assert (left.remaining_oere, left.voucher_id, posted.number) == (600_00, posted.voucher_id, 1)
    assert Voucher.objects.get(pk=posted.voucher_id).recorded_by_id == world.billing.pk


def test_numbers_follow_each_other_within_each_year_in_the_order_given(world: World, books: Books) -> None:
    days = [date(2026, 3, 1), date(2025, 12, 31), date(2026, 1, 1), date(2025, 1, 1)]
    vouchers = [a_bill(world.anna.customer_id, 100, f"bill:{n}", day=day) for n, day in enumerate(days)]
    posted = post_many(vouchers=vouchers, now=NOW)
    assert [(one.origin, one.number) for one in posted] == [("bill:0", 1), ("bill:1", 1), ("bill:2", 2), ("bill:3", 2)]
    assert bill(world.anna.customer_id, 100, "bill:4").number == 3


def test_a_refused_voucher_leaves_no_gap_and_takes_the_others_with_it(world: World, books: Books) -> None:
    bill(world.anna.customer_id, 100, "bill:1")
    with pytest.raises(AlreadyPosted, match="bill:1"):
        post_many(vouchers=[a_bill(world.anna.customer_id, 100, origin) for origin in ("bill:2", "bill:1")], now=NOW)
    with pytest.raises(NotPossible, match="har en kunde"):
        post(voucher=a_bill(None, 100, "bill:3"), now=NOW)
    unknown = NewVoucher(
        kind="other", posting_date=TODAY, text="Prøve", origin="x", lines=[Line("bank", 1), Line("moon", -1)]
    )
    with pytest.raises(NotPossible, match="kontoplanen"):
        post(voucher=unknown, now=NOW)
    with pytest.raises(NotPossible, match="intet regnskabsår"):
        bill(world.anna.customer_id, 100, "bill:4", day=date(2040, 1, 1))
    assert queries.voucher_ids(origins=["bill:2", "bill:3", "bill:4"]) == {}
    assert bill(world.anna.customer_id, 100, "bill:5").number == 2


def test_a_reversal_settles_what_it_reverses_and_frees_what_had_paid_it(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    wrong = bill(anna, 1000_00, "bill:1", day=TODAY - timedelta(days=20))
    pay(anna, 1000_00, "payment:1")
    allocate(customer_id=anna, now=NOW)
    assert _open(anna) == []
    back = reverse(voucher_id=wrong.voucher_id, posting_date=TODAY, text="Forkert måler", now=NOW)
    assert back.origin == f"reversal:{wrong.voucher_id}"
    assert _open(anna) == [-1000_00]
    line = Posting.objects.get(voucher_id=back.voucher_id, line=1)
    assert (line.amount_oere, line.due_date) == (-1000_00, None)
    with pytest.raises(NotPossible, match="allerede tilbageført"):
        reverse(voucher_id=wrong.voucher_id, posting_date=TODAY, text="Igen", now=NOW)
    with pytest.raises(NotPossible, match="kan ikke tilbageføres"):
        reverse(voucher_id=back.voucher_id, posting_date=TODAY, text="Frem igen", now=NOW)
    assert _open(anna) == [-1000_00]


def test_a_payment_that_is_returned_leaves_the_bill_to_be_paid(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    bill(anna, 1000_00, "bill:1", due_date=date(2026, 10, 20))
    paid = pay(anna, 1000_00, "payment:1")
    allocate(customer_id=anna, now=NOW)
    reverse(voucher_id=paid.voucher_id, posting_date=TODAY, text="Betalingen kom tilbage", now=NOW, kind="return")
    found = queries.balance(customer_id=anna, today=TODAY)
    assert (found.owed_oere, found.overdue_oere, found.overdue_since_date) == (1000_00, 1000_00, date(2026, 10, 20))


def test_a_run_is_undone_as_a_whole_or_not_at_all(world: World, books: Books) -> None:
    people = (world.anna, world.bo, world.gorm)
    posted = [bill(one.customer_id, 500_00, f"bill:{one.number}", day=date(2026, 12, 1)) for one in people]
    ids = [one.voucher_id for one in posted]
    restrict(
        customer_id=world.gorm.customer_id, ground=RestrictionGround.ACCURACY, reason="Prøve",
        recorded_by_id=world.dpo.pk, now=NOW,
    )  # fmt: skip
    with purpose(P.SETTLEMENT, actor=world.billing.pk), pytest.raises(NotPossible, match="1 af 3"):
        reverse_many(voucher_ids=ids, posting_date=TODAY, text="Kørslen er fortrudt", now=NOW)
    assert OpenItem.objects.filter(remaining_oere=500_00).count() == 3
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        reversals = reverse_many(voucher_ids=ids, posting_date=TODAY, text="Kørslen er fortrudt", now=NOW)
    assert [one.number for one in reversals] == [4, 5, 6]
    assert not OpenItem.objects.exists()
    days = Voucher.objects.filter(pk__in=[one.voucher_id for one in reversals]).values_list("posting_date", flat=True)
    assert set(days) == {date(2026, 12, 1)}  # no reversal lies before what it reverses


def test_a_payer_says_what_is_paid_and_changes_it(world: World, books: Books) -> None:
    anna = world.anna.customer_id
    old = bill(anna, 300_00, "bill:1", due_date=date(2026, 5, 1))
    new = bill(anna, 200_00, "bill:2", due_date=date(2026, 9, 1))
    owed = {item.voucher_id: item for item in queries.open_items(customer_id=anna)}
    pay(anna, 200_00, "payment:1")
    (paired,) = allocate(customer_id=anna, first=[owed[new.voucher_id].posting_id], now=NOW)
    assert paired.debit_id == owed[new.voucher_id].posting_id
    (found,) = queries.allocations_of(customer_id=anna)
    undo_allocation(allocation_id=found.id, now=NOW, account_id=world.billing.pk)
    assert queries.allocations_of(customer_id=anna) == []
    with pytest.raises(NotPossible, match="allerede taget tilbage"):
        undo_allocation(allocation_id=found.id, now=NOW)
    debit = owed[old.voucher_id].posting_id
    allocate_credit(credit_id=paired.credit_id, amounts_oere={debit: 150_00}, now=NOW)
    assert sorted(_open(anna)) == [-50_00, 150_00, 200_00]
    with pytest.raises(NotPossible, match="ikke så meget tilbage"):
        allocate_credit(credit_id=paired.credit_id, amounts_oere={debit: 50_01}, now=NOW)
    with pytest.raises(NotPossible, match="valgte regninger"):
        allocate(customer_id=world.bo.customer_id, first=[debit], now=NOW)


def test_many_customers_payments_are_allocated_at_once(
    world: World, books: Books, django_assert_max_num_queries: Any
) -> None:
    people = [world.anna.customer_id, world.bo.customer_id, world.gorm.customer_id]
    post_many(vouchers=[a_bill(one, 100_00, f"bill:{one}") for one in people], now=NOW)
    post_many(vouchers=[a_payment(one, 60_00, f"payment:{one}") for one in people], now=NOW)
    with django_assert_max_num_queries(2):
        assert allocate_oldest(customer_ids=people, now=NOW) == 3
    assert [_open(one) for one in people] == [[40_00]] * 3
    assert allocate_oldest(customer_ids=people, now=NOW) == 0


def test_bills_are_posted_by_a_query_of_their_own_area(
    world: World, books: Books, django_assert_max_num_queries: Any
) -> None:
    query = """
        select 100 - id as place, 'bill:' || id as origin, 'bill' as kind, id as customer_id,
               date '2026-12-01' as due_date, 'Årsopgørelse' as text,
               array['receivables', 'sales_water_fixed', 'vat_payable'] as accounts,
               array[125, -100, -25]::bigint[] as amounts_oere, array['outside', 'standard', 'standard'] as vat_codes
          from customers_customer where id = any(%(customers)s)
    """
    two = sorted([world.anna.customer_id, world.bo.customer_id])
    with purpose(P.SETTLEMENT, actor=None), django_assert_max_num_queries(4):
        assert post_from_query(query=query, given={"customers": two}, posting_date=TODAY, now=NOW) == 2
    rows = Voucher.objects.order_by("number").values_list("origin", "customer_id", "number", "recorded_at")
    assert list(rows) == [(f"bill:{two[1]}", two[1], 1, NOW), (f"bill:{two[0]}", two[0], 2, NOW)]
    assert {item.due_date for item in queries.open_items(customer_id=two[0])} == {date(2026, 12, 1)}
    assert Posting.objects.filter(account__key="vat_payable", vat_code="standard", amount_oere=-25).count() == 2


def test_ten_thousand_vouchers_go_in_by_one_statement(world: World, books: Books) -> None:
    query = """
        select n as place, 'bill:' || n as origin, 'bill' as kind, %(customer)s::bigint as customer_id,
               null::date as due_date, 'Årsopgørelse' as text,
               array['receivables', 'sales_water_fixed', 'sales_water_variable', 'water_tax_payable', 'vat_payable']
                   as accounts,
               array[500 + n, -100, -200 - n, -100, -100]::bigint[] as amounts_oere,
               array['outside', 'standard', 'standard', 'standard', 'standard'] as vat_codes
          from generate_series(1, %(count)s) as n
    """
    began = time.monotonic()
    with purpose(P.SETTLEMENT, actor=None):
        given = {"customer": world.anna.customer_id, "count": 10_000}
        assert post_from_query(query=query, given=given, posting_date=TODAY, now=NOW) == 10_000
    assert time.monotonic() - began < 10  # some 2 s on two busy cores
    assert AccountingYear.objects.get(pk=books[2026]).last_number == 10_000


def test_an_account_over_time(world: World, books: Books, django_assert_num_queries: Any) -> None:
    anna = world.anna.customer_id
    bill(anna, 1000_00, "bill:1", day=date(2025, 12, 20))
    pay(anna, 1000_00, "payment:1", day=date(2026, 1, 10))
    bill(anna, 300_00, "bill:2", day=date(2026, 2, 1))
    bill(world.bo.customer_id, 77_00, "bill:3", day=date(2026, 2, 1))
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk), django_assert_num_queries(3):
        found = queries.statement_of(customer_id=anna, from_date=date(2026, 1, 1), until_date=date(2026, 2, 1))
    assert (found.opening_oere, found.closing_oere) == (1000_00, 0)
    assert [(line.movement.kind, line.balance_oere) for line in found.lines] == [("payment", 0)]
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk), django_assert_num_queries(1):
        assert queries.balance(customer_id=anna, today=TODAY).owed_oere == 300_00
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        assert queries.open_items(customer_id=world.bo.customer_id) == []
        assert not Posting.objects.filter(voucher__customer_id=world.bo.customer_id).exists()


def test_a_years_balance_and_its_export(world: World, books: Books, django_assert_num_queries: Any) -> None:
    anna = world.anna.customer_id
    bill(anna, 1000_00, "bill:1", day=date(2025, 6, 1))
    pay(anna, 1000_00, "payment:1", day=date(2026, 6, 1))
    bill(anna, 500_00, "bill:2", day=date(2026, 7, 1))
    with purpose(P.ACCOUNTING, actor=world.billing.pk), django_assert_num_queries(1):
        lines = {line.account.key: line for line in queries.trial_balance_of(year_id=books[2026])}
    told = {key: (line.opening_oere, line.closing_oere) for key, line in lines.items() if line.closing_oere}
    assert told == {
        "receivables": (1000_00, 500_00),
        "bank": (0, 1000_00),
        "retained_result": (-800_00, -800_00),
        "sales_heat_variable": (0, -400_00),
        "vat_payable": (-200_00, -300_00),
    }
    with purpose(P.ACCOUNTING, actor=world.billing.pk), django_assert_num_queries(1):
        rows = list(queries.export_rows(year_id=books[2026]))
    assert [(row.number, row.account, row.debit_oere, row.credit_oere, row.vat_code) for row in rows] == [
        (1, 5810, 1000_00, 0, ""),
        (1, 5610, 0, 1000_00, ""),
        (2, 5610, 500_00, 0, ""),
        (2, 1120, 0, 400_00, "standard"),
        (2, 6610, 0, 100_00, "standard"),
    ]
    assert {row.customer_number for row in rows} == {world.anna.number}
    some = queries.export_rows(year_id=books[2026], from_date=date(2026, 6, 2), until_date=date(2026, 7, 2))
    assert {row.number for row in some} == {2}


def test_a_closed_year_is_closed(world: World, books: Books) -> None:
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        with pytest.raises(NotPossible, match="tidligere regnskabsår"):
            close_year(year_id=books[2020], account_id=world.billing.pk, now=NOW)
        close_year(year_id=books[2019], account_id=world.billing.pk, now=NOW)
        with pytest.raises(NotPossible, match="allerede afsluttet"):
            close_year(year_id=books[2019], account_id=world.billing.pk, now=NOW)
        with pytest.raises(NotPossible, match="er afsluttet"):
            bill(world.anna.customer_id, 100, "bill:1", day=date(2019, 5, 1))
        with pytest.raises(NotPossible, match="ikke slut endnu"):
            close_year(year_id=books[2026], account_id=world.billing.pk, now=NOW)
        with pytest.raises(NotPossible, match="overlapper"):
            open_year(first_date=date(2027, 6, 1), until_date=date(2028, 1, 1))
        with pytest.raises(NotPossible, match="Vælg datoerne om"):
            open_year(first_date=date(2030, 1, 1), until_date=date(2030, 1, 1))
        with pytest.raises(NotPossible, match="højst 18"):
            open_year(first_date=date(2030, 1, 1), until_date=date(2031, 7, 2))
        open_year(first_date=date(2030, 1, 1), until_date=date(2031, 7, 1))


def test_who_sees_the_books_and_who_may_write_them(world: World, books: Books) -> None:
    bill(world.anna.customer_id, 100_00, "bill:1")
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        assert _open(world.anna.customer_id) == [100_00]
    for work in (P.CUSTOMER_SERVICE, P.COLLECTION):
        with purpose(work, actor=world.clerk.pk), pytest.raises(Exception, match="permission denied"):
            bill(world.anna.customer_id, 100, "bill:2")


def test_the_text_of_a_line_is_its_own_or_the_vouchers(world: World, books: Books) -> None:
    voucher = a_payment(world.anna.customer_id, 100, "payment:1")
    first, second = voucher.lines
    post(voucher=replace(voucher, lines=[replace(first, text="Kontoudtog 17"), second]), now=NOW)
    assert [row.text for row in queries.export_rows(year_id=books[2026])] == ["Kontoudtog 17", "Betaling payment:1"]
    assert Allocation.objects.count() == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_the_books_agree_with_themselves(world: World, books: Books, seed: int) -> None:
    chance = random.Random(seed)
    people = [world.anna.customer_id, world.bo.customer_id]
    vouchers: list[int] = []
    for number in range(30):
        one, oere = chance.choice(people), chance.randrange(1, 500_00)
        day = date(chance.choice((2025, 2026)), chance.randrange(1, 13), 5)
        deed = chance.choice(("bill", "pay", "pay", "allocate", "undo", "reverse"))
        if deed in ("bill", "pay"):
            vouchers.append({"bill": bill, "pay": pay}[deed](one, oere, f"{deed}:{number}", day=day).voucher_id)
        elif deed == "allocate":
            allocate(customer_id=one, now=NOW)
        elif deed == "undo" and (found := queries.allocations_of(customer_id=one)):
            _or_refused(undo_allocation, allocation_id=chance.choice(found).id, now=NOW)
        elif deed == "reverse" and vouchers:
            _or_refused(reverse, voucher_id=vouchers.pop(), posting_date=date(2026, 12, 31), text="Fortrudt", now=NOW)
    for one in people:
        booked = Posting.objects.filter(voucher__customer_id=one, account__is_receivable=True)
        assert sum(_open(one)) == sum(booked.values_list("amount_oere", flat=True))
    for year in (2025, 2026):
        lines = queries.trial_balance_of(year_id=books[year])
        assert sum(line.closing_oere for line in lines) == 0
        posted = Posting.objects.filter(year_id=books[year], amount_oere__gt=0).values_list("amount_oere", flat=True)
        assert sum(line.account.debit_oere for line in lines) == sum(posted)
        numbers = Voucher.objects.filter(year_id=books[year]).order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, len(numbers) + 1))


def _or_refused(deed: Callable[..., object], **given: object) -> None:
    with contextlib.suppress(NotPossible):
        deed(**given)
