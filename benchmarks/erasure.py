# ruff: noqa: E402
"""What an erasure costs: plan and deed with holds, log and read-back, beside the plain statements that only delete.

    .venv/bin/python benchmarks/erasure.py [--customers 100000] [--turns 60] [--profile]

Everybody has names, contact points, an agreement, two notes, twenty-four rows about what was sent, and a month of days;
those who are erased have moved out. Every second of them is held for something. Some have four years of hours: 35,064
values. Goals: an ordinary customer 20 ms, four years of hours 100 ms. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("FORSYN_INSTANCE", "erasure_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

import office_search
from django.conf import settings
from django.db import connection, connections, transaction

from forsyn.config.machine import Machine
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure
from forsyn.workflows.erasure_plan import ErasurePlan
from forsyn.workflows.migrate import migrate

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
MOVED = date(2026, 9, 1)
LONG = 200
"""So many have four years of hours."""
EVERY_TENTH = 10
"""Has moved out."""

ROWS = """
    insert into metering_register (meter_id, number, code, unit, values, resolution)
    select id, 1, 'energy', 'watt_hours', 'interval', 'hour' from metering_meter order by id;
    update customers_agreement set period = daterange('2020-01-01', '2026-09-01') where id % 10 = 0;
    insert into correspondence_note (customer_id, account_id, kind, written_at, text, cpr_denied, cpr_taken_out)
    select id, (select min(id) from accounts_account), 'phone', '2026-03-01', 'Spurgte til regningen.', 0, 0
      from customers_customer cross join generate_series(1, 2);
    insert into safeguards_disclosure (at, purpose, recipient, role, categories, countries, ground, statute, channel,
           to_person, person_count, payload_sha256, payload_bytes, state, settled_at)
    select timestamptz '2024-10-01' + make_interval(months => month), 'settlement', 'electricity_board', 'controller',
           '{name,email}', '{DK}', '', '', 'email', true, 1, decode(repeat('00', 32), 'hex'), 100, 'delivered', now()
      from generate_series(1, 24) as month;
    insert into safeguards_disclosure_person (disclosure_id, part, customer_id)
    select disclosure.id, 'about', customer.id
      from safeguards_disclosure as disclosure cross join customers_customer as customer order by customer.id;
    insert into safeguards_hold (customer_id, categories, ground, reason, owner_id, began_at, end_date, review_date)
    select id, '{complaints}', 'retskrav', 'sag', (select min(id) from accounts_account), now(), '2027-06-01',
           '2027-01-01' from customers_customer where id % 20 = 0;
"""
DAYS = """
    insert into metering_day (meter_id, day, delivery_id, register, version, total, values)
    select meter, day::date, 1, 1, 1, 24000,
           array(select 500 + (meter * 7 + hour * 131 + extract(doy from day)::int * 17) %% 1000
                   from generate_series(1, 24) as hour)
      from generate_series(10, %(last_meter)s, 10) as meter,
           generate_series(%(first)s::date, %(last)s::date, interval '1 day') as day
     order by meter, day
"""
PLAIN = (
    "delete from customers_contact_point where customer_id = any(%s)",
    "delete from correspondence_note where customer_id = any(%s)",
    "delete from customers_portal_access where customer_id = any(%s)",
    "update customers_customer set language = 'da' where id = any(%s)",
    "delete from metering_day where meter_id = any(%s)",
)
"""What somebody would write by hand who knows the tables: no plan, no grounds, nobody else's rows looked at."""


def owners(statement: str, **parameters: object) -> None:
    """Do something as the owner of the tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters or None)


def build(customers: int) -> None:
    """Customers as the search benchmark makes them, with what an erasure meets."""
    office_search.build(customers)
    owners(ROWS)
    for month in (date(2022 + number // 12, number % 12 + 1, 1) for number in range(8, 56)):
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        owners("select metering_ensure_month(%(month)s)", month=month)
        last_meter = customers if month == date(2026, 8, 1) else LONG * EVERY_TENTH
        owners(DAYS, last_meter=last_meter, first=month, last=date.fromordinal(following.toordinal() - 1))
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")


def planned(customer_id: int) -> ErasurePlan:
    """Lay the plan, as the request's page does."""
    with purpose(P.PRIVACY_RIGHTS, actor=1):
        return plan_erasure(customer_ids=[customer_id], today=TODAY, now=NOW, actor=1)


def carried_out(customer_id: int, plan: ErasurePlan) -> None:
    """Erase: the plan again under a lock, the deed, the read-back, the log on the disk, the commit."""
    with purpose(P.PRIVACY_RIGHTS, actor=1):
        carry_out_erasure(customer_ids=[customer_id], fingerprint=plan.fingerprint, today=TODAY, now=NOW, actor=1)


def by_hand(customer_id: int) -> None:
    """The statements alone, as the owner, in one transaction."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for statement in PLAIN:
            cursor.execute(statement, [[customer_id]])


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


class Statements:
    """How often and how long each statement ran."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.count: Counter[str] = Counter()

    def __call__(self, execute, statement, parameters, many, context):  # type: ignore[no-untyped-def]
        begin = time.perf_counter()
        try:
            return execute(statement, parameters, many, context)
        finally:
            short = " ".join(str(statement).split())[:110]
            self.taken[short] += (time.perf_counter() - begin) * 1000
            self.count[short] += 1

    def tell(self, turns: int) -> None:
        for statement, milliseconds in self.taken.most_common(25):
            print(f"    {milliseconds / turns:7.2f} ms  {self.count[statement] / turns:5.1f} x  {statement}")
        print(f"    {sum(self.taken.values()) / turns:7.2f} ms  {sum(self.count.values()) / turns:5.1f} x  in all")


def measure(name: str, chosen: list[int], *, profile: bool) -> None:
    """Plan and erase each of them; then the same by hand on as many others."""
    half = len(chosen) // 2
    planned(chosen[0])
    plans: list[float] = []
    deeds: list[float] = []
    statements = Statements()
    for customer_id in chosen[:half]:
        found: list[ErasurePlan] = []
        plans.append(timed(lambda key=customer_id, found=found: found.append(planned(key))))
        with connection.execute_wrapper(statements) if profile else nullcontext():
            deeds.append(timed(lambda key=customer_id, found=found: carried_out(key, found[0])))
    hands = [timed(lambda key=customer_id: by_hand(key)) for customer_id in chosen[half:]]
    for what, taken in (("plan", plans), ("carry out", deeds), ("by hand", hands)):
        late = sorted(taken)[int(len(taken) * 0.95)]
        print(f"{name:<34} {what:<10} p50 {statistics.median(taken):8.1f} ms   p95 {late:8.1f} ms", flush=True)
    if profile:
        statements.tell(half)


def main() -> None:
    """Build once, measure each time on customers who are still there."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--turns", type=int, default=60)
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    with Machine().database(), tempfile.TemporaryDirectory() as folder:
        settings.ERASURE_LOG = ErasureLog(Path(folder) / "erasures.log")
        migrate()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from customers_customer")
            present = cursor.fetchone()[0]
        if not present:
            begin = time.perf_counter()
            build(given.customers)
            print(f"Made {given.customers:,} customers in {time.perf_counter() - begin:.1f} s.", flush=True)
        untouched = """
            select customer.id from customers_customer as customer
             where customer.id %% 10 = 0 and (customer.id > %(long)s) = %(ordinary)s
               and exists (select from customers_contact_point as point where point.customer_id = customer.id)
             order by customer.id limit %(turns)s
        """
        for name, ordinary in (("an ordinary customer", True), ("four years of hours", False)):
            with connections["owner"].cursor() as cursor:
                cursor.execute(untouched, {"long": LONG * EVERY_TENTH, "ordinary": ordinary, "turns": given.turns * 2})
                chosen = [key for (key,) in cursor.fetchall()]
            if len(chosen) < 4:
                print(f"{name}: all of them have been erased. Remove the instance's state to build anew.")
            else:
                measure(name, chosen, profile=given.profile)
        connections.close_all()


if __name__ == "__main__":
    main()
