"""Marks, fates and suggestions, as pure values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import stdnum.luhn
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.payments.collect_rules import Collectable, bill_number_of, earliest_due, on_days_of_their_own
from forsyn.domain.payments.rules import (
    Aside,
    BillFacts,
    Earlier,
    Fate,
    Known,
    Movement,
    PayoutFacts,
    fate,
    fates,
    marks,
    sums,
)
from forsyn.domain.payments.suggestion_rules import (
    Because,
    Candidate,
    OpenBill,
    Unplaced,
    is_plain,
    near_numbers,
    numbers_in,
    suggest,
)
from forsyn.kernel.deadlines import is_working_day

DAY = date(2026, 11, 20)
PAID = Movement("p1", "00400440116243", DAY, 100_00, "B1", "E1", ("000000000000174",), (17,))
BILL = BillFacts(1, 17, 6, is_booked=True, voucher_id=9)

movements = st.builds(
    Movement,
    place=st.uuids().map(str),
    account=st.sampled_from(["a", "b"]),
    booked_date=st.dates(DAY, DAY + timedelta(days=2)),
    amount_oere=st.integers(-3, 3).filter(bool),
    bank_reference=st.sampled_from(["", "B1", "B2"]),
    references=st.sampled_from([(), ("1",), ("2",)]),
    part_of=st.sampled_from(["", "x", "y"]),
)


@given(st.lists(movements, max_size=12))
def test_every_movement_of_a_file_has_a_mark_of_its_own(told: list[Movement]) -> None:
    assert len(set(marks(told))) == len(told)


@given(st.lists(movements, max_size=8), st.randoms())
def test_the_marks_of_a_file_do_not_depend_on_its_order(told: list[Movement], random: object) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert set(marks(told)) == set(marks(shuffled))


@given(st.lists(movements, max_size=8))
def test_what_the_bank_names_has_the_same_mark_wherever_it_stands(told: list[Movement]) -> None:
    named = [each for each in told if each.bank_reference]
    elsewhere = [replace(each, place="elsewhere", text="other words") for each in named]
    assert list(marks(named)) == list(marks(elsewhere))


@given(st.lists(movements, max_size=8), movements)
def test_sums_are_of_what_belongs_together(told: list[Movement], one: Movement) -> None:
    for (day, oere), part_of in sums([*told, one]).items():
        members = [each for each in [*told, one] if each.part_of == part_of]
        assert {each.booked_date for each in members} == {day}
        assert sum(each.amount_oere for each in members) == oere


@pytest.mark.parametrize(
    ("movement", "known", "expected"),
    [
        (PAID, Known(bills={17: BILL}), Fate("matched", bills=(BILL,))),
        (PAID, Known(), Fate("suspense", Aside.UNKNOWN_BILL)),
        (PAID, Known(bills={17: replace(BILL, is_booked=False)}), Fate("suspense", Aside.UNDONE_BILL)),
        (replace(PAID, told_numbers=(17, 18)), Known(bills={17: BILL}), Fate("suspense", Aside.SEVERAL_BILLS)),
        (replace(PAID, told_numbers=()), Known(), Fate("suspense", Aside.WRONG_REFERENCE)),
        (replace(PAID, is_sum=True), Known(told_sums={(DAY, 100_00): "x"}), Fate("told", part_of="x")),
        (
            replace(PAID, references=(), told_numbers=()),
            Known(told_sums={(DAY, 100_00): "x"}),
            Fate("suspense", Aside.SUM_PERHAPS),
        ),
        (PAID, Known(alike={(DAY, 100_00): [Earlier(1, "B1", "", "")]}), Fate("doubtful", Aside.ALIKE)),
        (
            replace(PAID, amount_oere=-5_00),
            Known(payouts={"E1": PayoutFacts(3, 5_00, "sent")}),
            Fate("settled", payout=PayoutFacts(3, 5_00, "sent")),
        ),
        (
            replace(PAID, amount_oere=-5_01),
            Known(payouts={"E1": PayoutFacts(3, 5_00, "sent")}),
            Fate("suspense", Aside.OTHER_AMOUNT),
        ),
    ],
)
def test_what_becomes_of_a_movement(movement: Movement, known: Known, expected: Fate) -> None:
    assert fate(movement, known) == expected


def test_two_payments_of_other_references_are_not_alike() -> None:
    known = Known(bills={17: BILL}, alike={(DAY, 100_00): [Earlier(1, "B2", "000000000000174", "")]})
    assert fate(PAID, known).state == "matched"


def test_a_payment_is_taken_back_once() -> None:
    known = Known(paid={("000000000000174", 100_00): [Earlier(4, "B1", "000000000000174", "")]})
    back = replace(PAID, amount_oere=-100_00)
    first, second = fates([back, replace(back, place="p2")], known)
    assert (first.takes_back and first.takes_back.id, second) == (4, Fate("suspense", Aside.REVERSAL))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 10))
def test_between_today_and_the_first_due_day_lie_banking_days(today: date, count: int) -> None:
    due = earliest_due(today, count)
    days = [today + timedelta(days=number) for number in range(1, (due - today).days + 1)]
    assert sum(map(is_working_day, days)) == count
    assert is_working_day(due)


@given(st.lists(st.tuples(st.integers(1, 3), st.dates(DAY, DAY + timedelta(days=5))), max_size=12))
def test_collections_of_a_customer_have_days_of_their_own(asked: list[tuple[int, date]]) -> None:
    bills = [
        Collectable(n, n, customer, str(customer), 1, "000000001", day, 1) for n, (customer, day) in enumerate(asked)
    ]
    moved = on_days_of_their_own(bills)
    assert len({(bill.customer_id, bill.due_date) for bill in moved}) == len(bills)
    assert all(after.due_date >= before.due_date for before, after in zip(bills, moved, strict=True))


@pytest.mark.parametrize(
    ("text", "number"), [("17", 17), (" 0017 ", 17), ("REGNING 17", None), ("", None), ("١٧", None)]
)
def test_a_bills_number_is_read_from_a_reference(text: str, number: int | None) -> None:
    assert bill_number_of(text) == number


# -- suggestions -------------------------------------------------------------------------------------------------------

ANNA = Candidate(6, "1001", "Anna Prøvesen", 250_00, (OpenBill(1, 1017, 100_00), OpenBill(2, 1018, 150_00)))
BO = Candidate(7, "1002", "Bo Åkjær", 100_00, (OpenBill(3, 1019, 100_00),))


def unplaced(oere: int = 1_00, payer: str = "", text: str = "") -> Unplaced:
    return Unplaced(oere, payer, text, "")


@pytest.mark.parametrize(
    ("payment", "reasons"),
    [
        (unplaced(text="regning 1017"), (Because.BILL_NUMBER,)),
        (unplaced(text="kunde 1001"), (Because.CUSTOMER_NUMBER,)),
        (unplaced(100_00), (Because.AMOUNT,)),
        (unplaced(250_00), (Because.BALANCE,)),
        (unplaced(payer="PRØVESEN, ANNA"), (Because.NAME,)),
        (unplaced(text="for Anna"), (Because.NAME_WORDS,)),
        (unplaced(text="intet"), ()),
    ],
)
def test_why_a_customer_is_suggested(payment: Unplaced, reasons: tuple[Because, ...]) -> None:
    found = suggest(payment, [ANNA])
    assert [each.reasons for each in found] == ([reasons] if reasons else [])


def test_more_reasons_come_first_and_stand_out() -> None:
    found = suggest(unplaced(100_00, "Bo Åkjær", "regning 1019"), [ANNA, BO])
    assert [each.number for each in found] == ["1002", "1001"]
    assert (found[0].bill, is_plain(found)) == (BO.bills[0], True)


def test_an_amount_that_many_owe_says_nothing() -> None:
    many = [replace(BO, customer_id=number, number=str(number)) for number in range(20, 40)]
    assert suggest(unplaced(100_00), many) == []


def test_a_payment_id_counts_with_and_without_its_check_digit() -> None:
    assert numbers_in("000000000010173") == {10173, 1017}
    assert numbers_in("000000000010174") == {10174}  # it is none: the number in it is somebody's by chance


@given(st.integers(1, 10**13), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_in_a_payment_id_is_found_again(number: int, at: int, more: int) -> None:
    right = stdnum.luhn.calc_check_digit(str(number))
    digits = f"{number:014}{right}"
    typed = digits[:at] + str((int(digits[at]) + more) % 10) + digits[at + 1 :]
    assert number in near_numbers(f"betaling {typed}")
    assert near_numbers(digits) == set()
    assert len(near_numbers(typed)) <= 30


def test_a_slip_in_the_payment_id_suggests_whose_it_may_be() -> None:
    typed = Unplaced(100_00, "", "", "000000000010713")
    (found,) = suggest(typed, [ANNA])
    assert (found.number, found.reasons, found.bill) == (
        "1001", (Because.NEAR_NUMBER, Because.AMOUNT), ANNA.bills[0],
    )  # fmt: skip


def test_who_had_a_bill_that_was_undone_is_suggested() -> None:
    (found,) = suggest(Unplaced(1_00, "", "", "000000000010199"), [replace(ANNA, undone=frozenset({1019}))])
    assert found.reasons == (Because.UNDONE_BILL,)


@given(st.lists(movements, max_size=8))
def test_a_statement_that_is_told_twice_in_a_file_counts_once(told: list[Movement]) -> None:
    named = [replace(each, bank_reference=each.bank_reference or "B9", statement="1") for each in told]
    again = [replace(each, statement="2", place=f"{each.place}-2") for each in named]
    assert set(marks([*named, *again])) == set(marks(named))
