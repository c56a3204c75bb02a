"""Numbers for customers and agreements that come without one."""

from __future__ import annotations

from django.db import connection

FIRST = 100_001
CANDIDATES = 200
_LOCK = "select pg_advisory_xact_lock(hashtext('forsyn.customers.number'))"
# Ten digits are left out: they might be read as a CPR number. The latest hundred suffice, since numbers rise.
_LATEST = """
    select number from (select number from customers_customer order by id desc limit 100) as latest
     where number ~ '^[0-9]{1,9}$' order by number::bigint desc limit 1"""
_FREE = """
    select wanted.number from unnest(%(numbers)s::text[]) with ordinality as wanted (number, place)
     where not exists (select from customers_customer as c where c.number = wanted.number)
       and wanted.number not in (select hidden.number from customers_hidden_numbers(%(numbers)s) as hidden (number))
     order by wanted.place limit 1"""


class NoNumberLeft(RuntimeError):
    """So many numbers in a row are taken that the register's numbers are not what they were thought to be."""


def next_customer_number() -> str:
    """A customer number that nobody has, above the latest ones; held until the transaction ends. 3 queries."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_LATEST)
        latest = (cursor.fetchone() or [str(FIRST - 1)])[0]
        numbers = [str(int(latest) + step).zfill(len(latest)) for step in range(1, CANDIDATES + 1)]
        cursor.execute(_FREE, {"numbers": numbers})
        free = cursor.fetchone()
    if free is None:
        raise NoNumberLeft(f"{CANDIDATES} customer numbers after {latest} are taken. Give the next customer a number.")
    return str(free[0])


def next_agreement_numbers(count: int) -> list[str]:
    """Numbers for agreements, as imports give them. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select 'A' || lpad(customers_next_agreement_id()::text, 7, '0') from generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]
