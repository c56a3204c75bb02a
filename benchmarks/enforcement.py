# ruff: noqa: E402
"""What row policies cost: the same reads as the tables' owner, without policies, and under a purpose, in turns.

    .venv/bin/python benchmarks/enforcement.py [--customers 100000] [--years 2000] [--rounds 3] [--explain]

100,000 customers, each with a meter and a month of days; some meters have a year. Measured with nobody hidden, and
with 10, 100 and 5,000 customers who are restricted and object. Times of a purpose include entering it (BEGIN, role,
COMMIT). Goal: at most 1.3 times. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date

os.environ.setdefault("FORSYN_INSTANCE", "enforcement_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

import office_search
from django.conf import settings
from django.db import connection, connections

from forsyn.config.machine import Machine
from forsyn.domain.customers import queries
from forsyn.domain.customers.search import search
from forsyn.domain.customers.search_terms import parse
from forsyn.domain.customers.staff_rows import customer_rows, supply_point_rows
from forsyn.domain.metering.inspection import mountings
from forsyn.domain.metering.operation_queries import leak_suspects
from forsyn.domain.metering.queries import all_meters_month_totals, day_totals, hourly_values
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.migrate import migrate

TODAY = date(2026, 11, 1)
YEAR = 2025
MONTH = date(YEAR, 1, 1)

REGISTERS = """
    insert into metering_register (meter_id, number, code, unit, values, resolution)
    select id, 1, 'energy', 'watt_hours', 'interval', 'hour' from metering_meter order by id
"""
WATER = """
    with water as (update metering_meter set commodity = 'water' where id % 2 = 0 returning id)
    update metering_register set code = 'volume', unit = 'litres' from water where meter_id = water.id
"""
# Each meter's days side by side, as in a month that has been put in order. The values are the day's and the meter's.
DAYS = """
    insert into metering_day (meter_id, day, delivery_id, register, version, total, values)
    select meter, day::date, 1, 1, 1, 24000,
           array(select 500 + (meter * 7 + hour * 131 + extract(doy from day)::int * 17) %% 1000
                   from generate_series(1, 24) as hour)
      from generate_series(1, %(meters)s) as meter,
           generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
     order by meter, day
"""
HIDDEN = """
    with chosen as (select id from customers_customer order by md5(id::text) limit %(count)s),
    restricted as (
        insert into safeguards_restriction (customer_id, ground, reason, began_at, recorded_by_id)
        select id, 'accuracy', 'benchmark', now(), (select min(id) from accounts_account) from chosen)
    insert into safeguards_objection (customer_id, purpose, reason, made_at, decision)
    select id, 'operation_optimisation', 'benchmark', now(), '' from chosen
"""


def owners(statement: str, **parameters: object) -> None:
    """Do something as the owner of the tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters or None)


def build(customers: int, years: int) -> None:
    """Customers as the search benchmark makes them, with registers and days."""
    office_search.build(customers)
    owners(REGISTERS)
    owners(WATER)
    for number in range(12):
        first = date(YEAR, number + 1, 1)
        last = date(YEAR, 12, 31) if number == 11 else date.fromordinal(date(YEAR, number + 2, 1).toordinal() - 1)
        owners("select metering_ensure_month(%(month)s)", month=first)
        owners(DAYS, meters=years if number else customers, first=first, last=last)
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")


def hide(count: int) -> None:
    """Exactly so many customers are restricted and object to having the operation optimised."""
    owners("truncate safeguards_restriction, safeguards_objection")
    owners(HIDDEN, count=count)
    owners("analyze safeguards_restriction")
    owners("analyze safeguards_objection")


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """The default connection signs in as the tables' owner, whom no row policy concerns."""
    connection.close()
    before, settings.DATABASES["default"]["USER"] = connection.settings_dict["USER"], settings.INSTANCE.owner_role
    connection.settings_dict["USER"] = settings.INSTANCE.owner_role
    yield
    connection.close()
    connection.settings_dict["USER"] = settings.DATABASES["default"]["USER"] = before


class Reads:
    """What is read: each takes a number and reads something else for each."""

    def __init__(self, customers: int, years: int) -> None:
        chance = random.Random(5)
        self.with_year = [chance.randrange(1, years, 2) for _ in range(500)]
        self.anybody = [chance.randint(1, customers) for _ in range(500)]
        self.texts = office_search.searches(300, customers)

    def year_of_hours(self, turn: int) -> None:
        hourly_values(
            installation_id=self.with_year[turn],
            register_code="energy",
            first_date=date(YEAR, 1, 1),
            last_date=date(YEAR, 12, 31),
        )

    def year_of_days(self, turn: int) -> None:
        day_totals(
            installation_id=self.with_year[turn],
            register_code="energy",
            first_date=date(YEAR, 1, 1),
            last_date=date(YEAR, 12, 31),
        )

    def month_of_all_meters(self, turn: int) -> None:
        all_meters_month_totals(MONTH)

    def customers_page(self, turn: int) -> None:
        customer = self.anybody[turn]
        customer_rows(ids=[customer], today=TODAY)
        queries.name_history(customer_id=customer)
        queries.contact_history(customer_id=customer)
        queries.agreements_of(customer_id=customer, today=TODAY)
        places = queries.installations_of(customer_id=customer)
        mountings(installation_ids=[place.id for place in places])

    def search_page(self, turn: int) -> None:
        found = search(terms=parse(self.texts[turn]), today=TODAY)
        customer_rows(ids=[hit.id for hit in found.customers.hits[:25]], today=TODAY)
        supply_point_rows(ids=[hit.id for hit in found.supply_points.hits[:25]], today=TODAY)
        queries.agreements_with_ids(ids=[hit.id for hit in found.agreements.hits[:25]], today=TODAY)

    def nothing(self, turn: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1")

    def leaks(self, turn: int) -> None:
        leak_suspects(last_date=date(YEAR, 1, 31), days=14)


KINDS = (
    ("nothing: entering a purpose and leaving it", "nothing", P.CUSTOMER_SERVICE, 200),
    ("a meter's year of hours", "year_of_hours", P.CUSTOMER_SERVICE, 60),
    ("a meter's year of day totals", "year_of_days", P.CUSTOMER_SERVICE, 60),
    ("all meters' totals of a month", "month_of_all_meters", P.SETTLEMENT, 3),
    ("a customer's file", "customers_page", P.CUSTOMER_SERVICE, 60),
    ("a search and its rows", "search_page", P.CUSTOMER_SERVICE, 100),
    ("leaks by pseudonyms, 14 days of all meters", "leaks", P.OPERATION_OPTIMISATION, 2),
)


def times(read: Callable[[int], None], work: P | None, turns: int) -> list[float]:
    """Milliseconds of each turn, after two that do not count."""
    taken = []
    for turn in [0, 1, *range(turns)]:
        begin = time.perf_counter()
        if work is None:
            read(turn)
        else:
            with purpose(work, actor=1):
                read(turn)
        taken.append((time.perf_counter() - begin) * 1000)
    return taken[2:]


def measure(reads: Reads, rounds: int, hidden: int) -> None:
    """Owner and purpose by turns, so that what else the machine does falls on both."""
    for name, method, work, turns in KINDS:
        read = getattr(reads, method)
        free: list[float] = []
        under: list[float] = []
        for _ in range(rounds):
            with as_owner():
                free += times(read, None, turns)
            under += times(read, work, turns)
        middle = [statistics.median(each) for each in (free, under)]
        late = [sorted(each)[int(len(each) * 0.95)] for each in (free, under)]
        print(
            f"{hidden:>6} hidden  {name:<44} p50 {middle[0]:8.1f} -> {middle[1]:8.1f} ms  x{middle[1] / middle[0]:.2f}"
            f"   p95 {late[0]:8.1f} -> {late[1]:8.1f} ms  x{late[1] / late[0]:.2f}",
            flush=True,
        )


def explain(reads: Reads) -> None:
    """Print the plan of every statement under its purpose."""

    def shown(execute, statement, parameters, many, context):  # type: ignore[no-untyped-def]
        with connection.connection.cursor() as cursor:
            text = statement if isinstance(statement, str) else statement.as_string(cursor)
            if text.lstrip().lower().startswith(("select", "with")) and "set_config" not in text:
                cursor.execute("explain (analyze, buffers) " + text, parameters)
                print("\n".join(line for (line,) in cursor.fetchall()), "\n")
        return execute(statement, parameters, many, context)

    for name, method, work, _ in KINDS:
        print(f"== {name}")
        with purpose(work, actor=1), connection.execute_wrapper(shown):
            getattr(reads, method)(0)


def main() -> None:
    """Build once, measure each time."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--years", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--hidden", type=int, nargs="*", default=[0, 10, 100, 5_000])
    options.add_argument("--explain", action="store_true")
    given = options.parse_args()
    with Machine().database():
        migrate()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from customers_customer")
            present = cursor.fetchone()[0]
        if not present:
            begin = time.perf_counter()
            build(given.customers, given.years)
            print(f"Made {given.customers:,} customers in {time.perf_counter() - begin:.1f} s.", flush=True)
        reads = Reads(given.customers, given.years)
        for count in given.hidden:
            hide(count)
            if given.explain:
                explain(reads)
            else:
                measure(reads, given.rounds, count)
        connections.close_all()


if __name__ == "__main__":
    main()
