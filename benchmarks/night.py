# ruff: noqa: E402
"""What a retention night costs, and what it costs the pages beside it.

    .venv/bin/python benchmarks/night.py [--customers 100000] [--plain]

Everybody has a name, contact points, an agreement, and 24 notes of talks, one in eight of which is over: 300,000 of 2.4
million (notes stand in for invoice lines, which do not exist yet). One customer in a hundred moved out so long ago that
all of them goes. What a customer's page reads is read by another
process, alone and beside the night. ``--plain`` also
deletes as many notes in one plain statement. Goals: 60 s, and reads at most twice as slow. Figures and machine:
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import UTC, date, datetime

os.environ.setdefault("FORSYN_INSTANCE", "night_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

import office_search
from django.db import connections

from forsyn.config.machine import Machine
from forsyn.domain.retention.queries import steps_of
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.migrate import migrate
from forsyn.workflows.night import run_night
from forsyn.workflows.night_steps import preview_night

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
ROWS = """
    update customers_agreement set period = daterange('2015-01-01', '2019-01-01') where id % 100 = 0;
    insert into correspondence_note (customer_id, account_id, kind, written_at, text, cpr_denied, cpr_taken_out)
    select customer.id, (select min(id) from accounts_account), 'phone',
           case when turn <= 3 then timestamptz '2022-03-01' else timestamptz '2024-06-01' end
             + make_interval(days => turn * 11), 'Spurgte til regningen og fik svar.', 0, 0
      from generate_series(1, 24) as turn cross join customers_customer as customer;
"""
PLAIN = "delete from correspondence_note where id in (select id from correspondence_note order by id limit 300000)"


def build(customers: int) -> None:
    """Customers as the search benchmark makes them, with notes."""
    office_search.build(customers)
    with connections["owner"].cursor() as cursor:
        cursor.execute(ROWS)
        cursor.execute("vacuum analyze")


class Reads:
    """Reads of one customer's page under customer service, in a process of their own, until told to end."""

    def __init__(self, seconds: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--reads", str(seconds)], stdout=subprocess.PIPE, text=True
        )

    def told(self) -> str:
        """Median and 95th percentile."""
        out, _ = self.process.communicate()
        taken = sorted(json.loads(out.strip().splitlines()[-1]))
        late = taken[int(len(taken) * 0.95)]
        return f"{len(taken):6} reads, p50 {statistics.median(taken):6.1f} ms, p95 {late:6.1f} ms"


def reads(seconds: float) -> None:
    """What a customer's page reads, under its purpose, again and again."""
    from forsyn.domain.correspondence.queries import notes_of  # noqa: PLC0415 - of this process alone
    from forsyn.domain.customers.introductions import introductions  # noqa: PLC0415

    taken: list[float] = []
    with Machine().database():
        end, turn = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            customer = 1 + turn * 379 % 90_000
            begin = time.perf_counter()
            with purpose(P.CUSTOMER_SERVICE, actor=1):
                introductions(customer_ids=[customer], today=TODAY)
                notes_of(customer_id=customer, count=20)
            taken.append((time.perf_counter() - begin) * 1000)
            turn += 1
            time.sleep(0.01)
    print(json.dumps(taken[5:]))


def main() -> None:
    """Build once; preview; pages alone; the night with pages beside it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--plain", action="store_true")
    options.add_argument("--reads", type=float)
    given = options.parse_args()
    if given.reads:
        reads(given.reads)
        return
    with Machine().database():
        migrate()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select exists (select from customers_customer)")
            (present,) = cursor.fetchone()
        if present:
            raise SystemExit("The database of this instance has customers already; remove it first.")
        build(given.customers)
        print(f"Made {given.customers:,} customers.", flush=True)
        Reads(15).told()
        print("reads alone:          ", Reads(15).told(), flush=True)
        begin = time.perf_counter()
        previewed = preview_night(current_policy(), today=TODAY, now=NOW)
        expected = sum(step.previewed or 0 for step in previewed)
        print(f"preview:               {time.perf_counter() - begin:6.1f} s, {expected:,} rows", flush=True)
        beside = Reads(14)
        time.sleep(2)
        begin = time.perf_counter()
        slowest = 0.0
        last = begin

        def pause(seconds: float) -> None:
            nonlocal slowest, last
            slowest = max(slowest, time.perf_counter() - last)
            time.sleep(seconds)
            last = time.perf_counter()

        done = run_night(current_policy(), today=TODAY, clock=lambda: datetime.now(UTC), sleep=pause)
        taken = time.perf_counter() - begin
        told = f"{done.deleted:,} rows, {done.chunks} chunks, slowest {slowest:.2f} s"
        print(f"the night:             {taken:6.1f} s, {told}", flush=True)
        with purpose(P.RETENTION, actor=None):
            for step in steps_of(done.night_id or 0):
                if step.done_count:
                    print(f"    {step.work:<10} {step.table_name:<34} {step.previewed} -> {step.done_count}")
        print("reads beside it:      ", beside.told(), flush=True)
        if given.plain:
            with connections["owner"].cursor() as cursor:
                begin = time.perf_counter()
                cursor.execute(PLAIN)
                print(f"plain, as many notes:  {time.perf_counter() - begin:6.1f} s, {cursor.rowcount:,} rows")
        connections.close_all()


if __name__ == "__main__":
    main()
