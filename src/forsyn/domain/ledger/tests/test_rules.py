"""What pays what, and running balances: true of any items and movements."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.ledger.chart import CHART
from forsyn.domain.ledger.models import VatCode
from forsyn.domain.ledger.rules import (
    AccountSums,
    Line,
    Movement,
    NewVoucher,
    NotPossible,
    Open,
    check,
    pair,
    statement,
    trial_balance,
)
from forsyn.kernel.money import Vat

DAY = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda number: DAY + timedelta(days=number))
oere = st.integers(-50_000_00, 50_000_00).filter(bool)


@st.composite
def open_items(draw: st.DrawFn) -> list[Open]:
    amounts = draw(st.lists(oere, max_size=12))
    return [
        Open(posting_id, amount, draw(days) if amount > 0 else None) for posting_id, amount in enumerate(amounts, 1)
    ]


@given(open_items())
def test_what_remains_is_the_balance_and_nothing_is_paid_beyond_what_it_is(items: list[Open]) -> None:
    remaining = {item.posting_id: item.remaining_oere for item in items}
    for each in pair(items):
        assert each.amount_oere > 0
        remaining[each.credit_id] += each.amount_oere
        remaining[each.debit_id] -= each.amount_oere
    assert sum(remaining.values()) == sum(item.remaining_oere for item in items)
    for item in items:
        left = remaining[item.posting_id]
        assert 0 <= left <= item.remaining_oere if item.remaining_oere > 0 else item.remaining_oere <= left <= 0
    assert not (any(left > 0 for left in remaining.values()) and any(left < 0 for left in remaining.values()))


@given(open_items())
def test_the_oldest_due_is_paid_first(items: list[Open]) -> None:
    paid = Counter[int]()
    for each in pair(items):
        paid[each.debit_id] += each.amount_oere
    debits = sorted((i for i in items if i.remaining_oere > 0), key=lambda i: (i.due_date, i.posting_id))
    shares = [paid[item.posting_id] / item.remaining_oere for item in debits]
    assert shares == sorted(shares, reverse=True)
    assert sum(0 < share < 1 for share in shares) <= 1


@given(open_items(), st.data())
def test_what_the_payer_names_is_paid_before_all_else(items: list[Open], data: st.DataObject) -> None:
    debits = [item for item in items if item.remaining_oere > 0]
    if not debits:
        return
    wished = data.draw(st.sampled_from(debits))
    paid = sum(
        each.amount_oere for each in pair(items, first=[wished.posting_id]) if each.debit_id == wished.posting_id
    )
    money = -sum(item.remaining_oere for item in items if item.remaining_oere < 0)
    assert paid == min(money, wished.remaining_oere)


@given(st.lists(st.tuples(days, oere), max_size=20), days, days)
def test_a_statement_ends_where_the_next_one_begins(moved: list[tuple[date, int]], one: date, other: date) -> None:
    first, until = sorted((one, other))
    movements = [_movement(number, day, amount) for number, (day, amount) in enumerate(sorted(moved))]
    balance = sum(amount for _, amount in moved)

    def over(from_date: date, until_date: date) -> list[Movement]:
        return [each for each in movements if from_date <= each.posting_date < until_date]

    def later(day: date) -> int:
        return sum(each.amount_oere for each in movements if each.posting_date >= day)

    before = statement(
        from_date=DAY, until_date=first, balance_oere=balance, later_oere=later(first), movements=over(DAY, first)
    )
    after = statement(
        from_date=first, until_date=until, balance_oere=balance, later_oere=later(until), movements=over(first, until)
    )
    assert before.opening_oere == 0
    assert before.closing_oere == after.opening_oere
    assert after.closing_oere == balance - later(until)


def _movement(number: int, day: date, amount: int) -> Movement:
    return Movement(number, number, "bill", day, None, "", amount)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=19, max_size=19))
def test_openings_and_closings_of_a_year_sum_to_zero(sums: list[tuple[int, int]]) -> None:
    rows = [
        AccountSums(number, key, da, en, kind, debit - credit, debit, credit)
        for (number, key, da, en, kind, _), (debit, credit) in zip(CHART, sums, strict=True)
    ]
    off = sum(row.earlier_oere for row in rows)
    *others, last = rows
    last = AccountSums(last.number, last.key, "", "", last.kind, last.earlier_oere - off, 0, 0)
    lines = trial_balance([*others, last], retained="retained_result")
    assert sum(line.opening_oere for line in lines) == 0
    assert all(line.opening_oere == 0 for line in lines if line.account.kind in ("income", "expense"))
    assert [line.account.number for line in lines] == sorted(line.account.number for line in lines)


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ((100,), "mindst to linjer"),
        ((100, 0, -100), "0 kr."),
        ((100_05, -100), "debet er 99,05 kr. større"),
        ((100, -150), "debet er 0,50 kr. mindre"),
    ],
)
def test_what_is_wrong_with_a_voucher_is_said_in_words(amounts: tuple[int, ...], said: str) -> None:
    lines = [Line("bank", amount) for amount in amounts]
    with pytest.raises(NotPossible, match=said):
        check(NewVoucher(kind="other", posting_date=DAY, text="Prøve", origin="x", lines=lines))


def test_the_books_know_the_kernels_codes_of_vat() -> None:
    assert set(Vat) <= set(VatCode.values)
