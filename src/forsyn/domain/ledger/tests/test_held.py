"""What the database refuses to whoever may write to the books, however they write."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from forsyn.domain.ledger import queries
from forsyn.domain.ledger.actions import ensure_accounts, open_year
from forsyn.domain.ledger.actions_allocations import allocate, allocate_credit
from forsyn.domain.ledger.models import AccountingYear, Allocation, Posting, Voucher
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from tests.books import bill, pay
from tests.world import NOW, TODAY, World, build_world

Books = Mapping[int, int]
WRITERS = (P.SETTLEMENT, P.ACCOUNTING)
VOUCHER = """
    insert into ledger_voucher (year_id, number, customer_id, posting_date, line_count, kind, recorded_at, reverses_id,
                                origin, text)
    values (%(year)s, %(number)s, %(customer)s, %(day)s, %(line_count)s, 'other', now(), %(reverses)s, %(origin)s,
            'Prøve')
    returning id
"""
POSTING = """
    insert into ledger_posting (voucher_id, amount_oere, due_date, line, account_id, year_id, vat_code, text)
    select %s, %s, %s, %s, id, %s, '', '' from ledger_account where key = %s
"""
LINES = (("bank", 100), ("suspense", -100))


def _write(books: Books, lines: Sequence[tuple[str, int]] = LINES, **other: object) -> int:
    """A voucher by bare SQL, looked at as when the transaction ends; return its id."""
    given = {
        "year": books[2026], "number": 1, "customer": None, "day": TODAY, "line_count": len(lines),
        "reverses": None, "origin": "x", "due": None,
    } | other  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(VOUCHER, given)
        (voucher_id,) = cursor.fetchone()
        for line, (account, amount) in enumerate(lines, 1):
            due = given["due"] if amount > 0 else None
            cursor.execute(POSTING, [voucher_id, amount, due, line, given["year"], account])
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
    return int(voucher_id)


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def _refused(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        yield
    assert found.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


@pytest.mark.parametrize("work", WRITERS)
def test_a_voucher_balances_or_is_not_there(world: World, books: Books, work: P) -> None:
    with purpose(work, actor=world.billing.pk):
        with _refused("ledger_voucher_balance"):
            _write(books, (("bank", 100), ("suspense", -99)))
        with _refused("ledger_voucher_lines"):
            _write(books, LINES, line_count=3)
        with _refused("ledger_voucher_line_count"):
            _write(books, (("bank", 100),))
        with _refused("ledger_voucher_lines"):
            _write(books, (), line_count=2)
        with _refused("ledger_posting_amount"):
            _write(books, (("bank", 0), ("suspense", 0)))
        assert _write(books)


@pytest.mark.parametrize("work", WRITERS)
def test_nothing_is_added_to_a_voucher_edited_or_deleted(world: World, books: Books, work: P) -> None:
    voucher_id = _write(books)
    with purpose(work, actor=world.billing.pk):
        for line in (2, 3):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(POSTING, [voucher_id, 100, None, line, books[2026], "bank"])
        for attempt in (
            "delete from ledger_voucher",
            "delete from ledger_posting",
            "delete from ledger_open_item",
            "delete from ledger_allocation",
            "delete from ledger_accounting_year",
            "update ledger_voucher set text = 'Noget andet'",
            "update ledger_posting set amount_oere = 7",
            "update ledger_open_item set remaining_oere = 1",
            "update ledger_allocation set amount_oere = 1",
            "update ledger_accounting_year set last_number = 7",
            "insert into ledger_year_total (year_id, account_id, posting_count, debit_oere, credit_oere)"
            " values (1, 1, 1, 1, 1)",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                _do(attempt)
    with _refused("ledger_nothing_is_edited"):
        Posting.objects.update(amount_oere=7)  # not even the tables' owner
    with _refused("ledger_nothing_is_edited"):
        Voucher.objects.update(text="Noget andet")


def test_numbers_have_no_gaps_and_dates_lie_in_their_year(world: World, books: Books) -> None:
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        for number in (0, 2, 17):
            with pytest.raises(IntegrityError), transaction.atomic():
                _write(books, number=number)
        with _refused("ledger_year_outside"):
            _write(books, day=date(2027, 1, 1))
        with _refused("ledger_voucher_lines"):
            _a_posting_of_another_year(books)
        _write(books)
        for number in (1, 3):
            with pytest.raises(IntegrityError), transaction.atomic():
                _write(books, number=number, origin="y")
        _write(books, number=2, origin="y")


def _a_posting_of_another_year(books: Books) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            VOUCHER,
            {"year": books[2026], "number": 1, "customer": None, "day": TODAY, "line_count": 2,
             "reverses": None, "origin": "x"},
        )  # fmt: skip
        cursor.execute(POSTING, [cursor.fetchone()[0], 100, None, 1, books[2025], "bank"])


def test_a_closed_year_takes_nothing_and_stays_closed(world: World, books: Books) -> None:
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        with _refused("ledger_year_earlier_open"):
            AccountingYear.objects.filter(pk=books[2026]).update(closed_at=NOW)
        AccountingYear.objects.filter(pk=books[2019]).update(closed_at=NOW)
        with _refused("ledger_year_closed"):
            _write(books, year=books[2019], day=date(2019, 5, 1))
        with _refused("ledger_year_closed"):
            AccountingYear.objects.filter(pk=books[2019]).update(closed_at=None)
    with _refused("ledger_year_stands"), connection.cursor() as cursor:
        cursor.execute("update ledger_accounting_year set period = '[2026-01-01,2026-07-01)' where id = %s",
                       [books[2026]])  # fmt: skip


def test_what_is_owed_is_owed_by_somebody_and_has_a_day(world: World, books: Books) -> None:
    owed = (("receivables", 100), ("fees_without_vat", -100))
    anna = world.anna.customer_id
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        with _refused("ledger_posting_customer"):
            _write(books, owed, due=TODAY)
        with _refused("ledger_posting_due"):
            _write(books, owed, customer=anna)
        with _refused("ledger_posting_due"):
            _write(books, LINES, due=TODAY)
        _write(books, owed, customer=anna, due=TODAY)
        assert [item.remaining_oere for item in queries.open_items(customer_id=anna)] == [100]


def test_a_reversal_is_the_reversed_with_the_signs_turned_and_once(world: World, books: Books) -> None:
    turned = tuple((account, -amount) for account, amount in LINES)
    with purpose(P.ACCOUNTING, actor=world.billing.pk):
        wrong = _write(books)
        for lines in (LINES, tuple(reversed(turned)), (("bank", -99), ("suspense", 99)), (*turned, ("bank", 1))):
            with pytest.raises(IntegrityError), transaction.atomic():
                _write(books, lines, number=2, origin="y", reverses=wrong)
        with _refused("ledger_voucher_reversal"):
            _write(books, turned, number=2, origin="y", reverses=wrong, customer=world.anna.customer_id)
        back = _write(books, turned, number=2, origin="y", reverses=wrong)
        with _refused("ledger_voucher_reverses_id_key"):
            _write(books, turned, number=3, origin="z", reverses=wrong)
        with _refused("ledger_voucher_reversal"):
            _write(books, LINES, number=3, origin="z", reverses=back)


@pytest.mark.parametrize("work", WRITERS)
def test_an_allocation_never_exceeds_what_is_left(world: World, books: Books, work: P) -> None:
    anna, bo = world.anna.customer_id, world.bo.customer_id
    bill(anna, 100_00, "bill:1")
    bill(bo, 100_00, "bill:2")
    pay(anna, 60_00, "payment:1")
    annas, bos = (queries.open_items(customer_id=one) for one in (anna, bo))
    credit, debit = (item.posting_id for item in annas)
    pairs = (
        (anna, credit, debit, 60_01, "ledger_open_item_remaining"),
        (anna, debit, credit, 10_00, "ledger_allocation_fits"),
        (anna, credit, bos[0].posting_id, 10_00, "ledger_allocation_fits"),
        (bo, credit, debit, 10_00, "ledger_allocation_fits"),
        (anna, credit, debit, -5, "ledger_allocation_amount"),
    )
    with purpose(work, actor=world.billing.pk):
        for customer, first, second, oere, constraint in pairs:
            with _refused(constraint):
                _pair(books, customer, first, second, oere)
        _pair(books, anna, credit, debit, 60_00)
        with _refused("ledger_allocation_fits"):
            _pair(books, anna, credit, debit, 1)
        with _refused("ledger_allocation_undone_once"):
            Allocation.objects.update(undone_at=None)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Allocation.objects.update(amount_oere=1)
        Allocation.objects.update(undone_at=NOW)
        with _refused("ledger_allocation_undone_once"):
            Allocation.objects.update(undone_at=None)
        assert [item.remaining_oere for item in queries.open_items(customer_id=anna)] == [-60_00, 100_00]


def _pair(books: Books, customer: int, credit: int, debit: int, oere: int) -> None:
    Allocation.objects.create(
        customer_id=customer, credit_id=credit, debit_id=debit, amount_oere=oere, made_at=NOW, year_id=books[2026]
    )


# -- two at once ------------------------------------------------------------------------------------------------------


def _meanwhile(work: object) -> list[BaseException]:
    """Do something on another connection; return what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return raised


def test_two_who_post_at_once_get_numbers_without_gaps(own_database: dict[str, str]) -> None:
    world = build_world()
    open_year(first_date=date(2026, 1, 1), until_date=date(2027, 1, 1))
    waits = threading.Event()

    def post_and_hold() -> None:
        with transaction.atomic():
            bill(world.anna.customer_id, 100, "bill:1")
            waits.set()
            raise RuntimeError("broken off")

    def post_after() -> None:
        waits.wait(20)
        bill(world.bo.customer_id, 100, "bill:2")

    threads = [threading.Thread(target=_meanwhile, args=[each]) for each in (post_and_hold, post_after)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    assert list(Voucher.objects.values_list("origin", "number")) == [("bill:2", 1)]


def test_of_two_who_spend_the_same_money_one_does(own_database: dict[str, str]) -> None:
    world = build_world()
    assert ensure_accounts() > 0
    open_year(first_date=date(2026, 1, 1), until_date=date(2027, 1, 1))
    anna = world.anna.customer_id
    bill(anna, 100_00, "bill:1")
    bill(anna, 100_00, "bill:2")
    pay(anna, 100_00, "payment:1")
    credit, first, second = (item.posting_id for item in queries.open_items(customer_id=anna))
    with transaction.atomic():
        allocate_credit(credit_id=credit, amounts_oere={first: 100_00}, now=NOW)
        beside = threading.Thread(target=lambda: raised.extend(_meanwhile(spend)))
        raised: list[BaseException] = []

        def spend() -> None:
            allocate_credit(credit_id=credit, amounts_oere={second: 100_00}, now=NOW)

        beside.start()
        _until_somebody_waits()
    beside.join(20)
    (refused,) = raised
    assert isinstance(refused, NotPossible)
    assert [item.posting_id for item in queries.open_items(customer_id=anna)] == [second]
    assert allocate(customer_id=anna, now=NOW) == []


def _until_somebody_waits() -> None:
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("select exists (select from pg_locks where not granted), pg_sleep(0.005)")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the money")
