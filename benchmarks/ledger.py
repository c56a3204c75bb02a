# ruff: noqa: E402
"""What the books cost: bills posted by a query, payments that pay them, reversals, and what is read of them.

    .venv/bin/python benchmarks/ledger.py [--customers 100000] [--chunk 5000]

Each customer has a bill of five lines and a payment; everything is posted under the purposes that do it. The goal is
5,000 bills a second. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

os.environ.setdefault("FORSYN_INSTANCE", "ledger_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from django.db import connections

from forsyn.config.machine import Machine
from forsyn.domain.ledger import queries
from forsyn.domain.ledger.actions import open_year
from forsyn.domain.ledger.actions_allocations import allocate_oldest
from forsyn.domain.ledger.actions_bulk import post_from_query, reverse_many
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.migrate import migrate

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
YEAR = 2026
BILLS = """
    select n as place, 'bill:' || n as origin, 'bill' as kind, %(first)s + n as customer_id,
           date '2026-07-01' as due_date, 'Årsopgørelse' as text,
           array['receivables', 'sales_water_fixed', 'sales_water_variable', 'water_tax_payable', 'vat_payable']
               as accounts,
           array[500 + n, -100, -200 - n, -100, -100]::bigint[] as amounts_oere,
           array['outside', 'standard', 'standard', 'standard', 'standard'] as vat_codes
      from generate_series(%(from)s::int, %(to)s::int) as n
"""
PAYMENTS = """
    select n as place, 'payment:' || n as origin, 'payment' as kind, %(first)s + n as customer_id,
           null::date as due_date, 'Betaling' as text, array['bank', 'receivables'] as accounts,
           array[500 + n, -500 - n]::bigint[] as amounts_oere, array['', ''] as vat_codes
      from generate_series(%(from)s::int, %(to)s::int) as n
"""


@contextmanager
def told(what: str, count: int | None = None) -> Iterator[None]:
    """Print how long something took, and how many a second that is."""
    begin = time.perf_counter()
    yield
    seconds = time.perf_counter() - begin
    rate = f", {count / seconds:,.0f} a second" if count else ""
    print(f"{what}: {seconds:.2f} s{rate}", flush=True)


def build(customers: int) -> tuple[int, int]:
    """Customers and a year; return the id before the first customer's, and the year's."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("select exists (select from customers_customer)")
        if cursor.fetchone()[0]:
            raise SystemExit("The instance has been measured. Remove its state to build anew.")
        cursor.execute(
            "insert into customers_customer (number, kind, language, source, recorded_at)"
            " select n::text, 'person', 'da', 'utility', now() from generate_series(1, %s) as n",
            [customers],
        )
        cursor.execute("select min(id) - 1 from customers_customer")
        first: int = cursor.fetchone()[0]
    with purpose(P.ACCOUNTING, actor=None):
        return first, open_year(first_date=date(YEAR, 1, 1), until_date=date(YEAR + 1, 1, 1))


def post(query: str, work: P, day: date, first: int, customers: int, chunk: int, *, paying: bool = False) -> None:
    """A voucher for each customer, in chunks of one transaction each."""
    for begin in range(1, customers + 1, chunk):
        end = min(begin + chunk - 1, customers)
        with purpose(work, actor=None):
            given = {"first": first, "from": begin, "to": end}
            post_from_query(query=query, given=given, posting_date=day, now=NOW)
            if paying:
                allocate_oldest(customer_ids=range(first + begin, first + end + 1), now=NOW)


def read(what: str, work: P, deed: Callable[[], object]) -> None:
    """The second of two reads."""
    with purpose(work, actor=None):
        deed()
        with told(what):
            deed()


def main() -> None:
    """Build anew, post, pay, read, reverse."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--chunk", type=int, default=5_000)
    given = options.parse_args()
    with Machine().database():
        migrate()
        customers = given.customers
        first, year_id = build(customers)
        with told(f"{customers:,} bills of 5 lines posted", customers):
            post(BILLS, P.SETTLEMENT, date(YEAR, 6, 1), first, customers, given.chunk)
        with told(f"{customers:,} payments posted and allocated", customers):
            post(PAYMENTS, P.ACCOUNTING, date(YEAR, 6, 20), first, customers, given.chunk, paying=True)
        until = date(YEAR + 1, 1, 1)
        one = first + customers // 2
        read("A year's trial balance", P.ACCOUNTING, lambda: queries.trial_balance_of(year_id=year_id))
        read(
            "A customer's statement",
            P.CUSTOMER_SERVICE,
            lambda: queries.statement_of(customer_id=one, from_date=date(YEAR, 1, 1), until_date=until),
        )
        read("The year's export", P.ACCOUNTING, lambda: sum(1 for _ in queries.export_rows(year_id=year_id)))
        origins = [f"bill:{n}" for n in range(1, given.chunk + 1)]
        with purpose(P.ACCOUNTING, actor=None), told(f"{len(origins):,} bills reversed, their payments freed"):
            wrong = queries.voucher_ids(origins=origins).values()
            reverse_many(voucher_ids=wrong, posting_date=date(YEAR, 7, 1), text="Kørsel fortrudt", now=NOW)


if __name__ == "__main__":
    main()
