# ruff: noqa: E402
"""What a copy of a person's data costs (Art. 15): its data, the files, the whole package; beside plain statements.

    .venv/bin/python benchmarks/access.py [--customers 100000] [--turns 100] [--explain] [--profile]

The data are those of `erasure.py`: 100,000 customers, 2.4M rows about what was sent (standing in for bills, which are
not there yet), 14.5M hourly values; some customers have four years of hours, 35,064 of them. Goals: an ordinary
customer's data in 20 ms (p50); four years of hours in 300 ms with less than 100 MB. Figures: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("FORSYN_INSTANCE", "access_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

import erasure
from django.db import connection, connections, transaction

from forsyn.config.machine import Machine
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.access_data import reader
from forsyn.workflows.access_package import build_access_package
from forsyn.workflows.access_plan import gathered
from forsyn.workflows.migrate import migrate

TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
PLAIN = (
    "select * from customers_customer where id = %(id)s",
    "select * from customers_customer_name where customer_id = %(id)s",
    "select * from customers_contact_point where customer_id = %(id)s",
    "select * from correspondence_note where customer_id = %(id)s",
    "select d.* from safeguards_disclosure_person p join safeguards_disclosure d on d.id = p.disclosure_id"
    " where p.customer_id = %(id)s",
    "select a.* from customers_agreement a join customers_agreement_holder h on h.agreement_id = a.id"
    " where h.customer_id = %(id)s",
    "select * from safeguards_consent where customer_id = %(id)s",
    "select * from safeguards_access_log where customer_id = %(id)s",
    "select * from metering_day where meter_id = %(id)s order by register, day",
)
"""What somebody would write who knows where this customer's rows are; no plan, no other tables looked into."""


def data(customer_id: int) -> None:
    """Everything read, readings included, in no form yet."""
    with (
        purpose(P.PRIVACY_RIGHTS, actor=1),
        gathered(customer_ids=[customer_id], withheld={}, today=TODAY) as found,
    ):
        for series in found.series:
            for _ in series:
                pass


def package(customer_id: int, *, pdf: bool) -> int:
    """The bytes, thrown away; how many there were."""
    with purpose(P.PRIVACY_RIGHTS, actor=1):
        pieces = build_access_package(customer_ids=[customer_id], now=NOW, today=TODAY, pdf=pdf)
        return sum(map(len, pieces))


def by_hand(customer_id: int) -> None:
    """The plain statements as the tables' owner, in one transaction."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for statement in PLAIN:
            cursor.execute(statement, {"id": customer_id})
            cursor.fetchall()


def timed(work: Callable[[int], object], customers: list[int]) -> list[float]:
    """Milliseconds of each, after six that do not count: the first makes the plan that the connection keeps."""
    taken = []
    for key in [*customers[:6], *customers]:
        begin = time.perf_counter()
        work(key)
        taken.append((time.perf_counter() - begin) * 1000)
    return taken[6:]


WORKS: tuple[tuple[str, Callable[[int], object]], ...] = (
    ("data", data),
    ("files, without PDF", lambda key: package(key, pdf=False)),
    ("package with PDF", lambda key: package(key, pdf=True)),
    ("plain SQL", by_hand),
)


def measure(name: str, customers: list[int]) -> None:
    """Each work on each customer."""
    for what, work in WORKS:
        taken = timed(work, customers[:10] if "PDF" in what and "without" not in what else customers)
        late = sorted(taken)[int(len(taken) * 0.95)]
        print(f"{name:<24} {what:<20} p50 {statistics.median(taken):8.1f} ms   p95 {late:8.1f} ms", flush=True)


def peak(customer_id: int | None) -> float:
    """MB that a process of its own takes at most for one package with PDF; for None, that it takes without one."""
    answer = subprocess.run(
        [sys.executable, __file__, "--memory-of", str(customer_id or 0)], check=True, capture_output=True, text=True
    )
    return float(answer.stdout.split()[-1])


def memory(customer_id: int) -> None:
    """Make one package, and print the process's highest resident memory."""
    reader()
    if customer_id:
        package(customer_id, pdf=True)
    lines = Path("/proc/self/status").read_text().splitlines()
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)


def explain(customer_id: int) -> None:
    """Print the plan of the one statement."""
    with purpose(P.PRIVACY_RIGHTS, actor=1), connection.cursor() as cursor:
        text = reader().statement.replace("%(customers)s", f"'{{{customer_id}}}'").replace("%(accounts)s", "'{}'")
        cursor.execute(f"explain (analyze, buffers) {text}")
        print("\n".join(line for (line,) in cursor.fetchall()))


def main() -> None:
    """Build once, measure each time; nothing is changed by measuring."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--turns", type=int, default=100)
    options.add_argument("--explain", action="store_true")
    options.add_argument("--profile", action="store_true")
    options.add_argument("--memory-of", type=int)
    given = options.parse_args()
    with Machine().database() if given.memory_of is None else nullcontext():
        if given.memory_of is not None:
            memory(given.memory_of)
            return
        migrate()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from customers_customer")
            present = cursor.fetchone()[0]
        if not present:
            begin = time.perf_counter()
            erasure.build(given.customers)
            print(f"Made {given.customers:,} customers in {time.perf_counter() - begin:.1f} s.", flush=True)
        longs = [erasure.EVERY_TENTH * number for number in range(1, 1 + min(given.turns, erasure.LONG) // 4)]
        ordinary = [erasure.LONG * erasure.EVERY_TENTH + erasure.EVERY_TENTH * n for n in range(1, 1 + given.turns)]
        if given.explain:
            explain(ordinary[0])
        elif given.profile:
            for key, work in ((ordinary, data), (longs, WORKS[1][1])):
                timed(work, key[:5])
                with cProfile.Profile() as profile:
                    timed(work, key[:20])
                pstats.Stats(profile).sort_stats("tottime").print_stats(20)
        else:
            measure("an ordinary customer", ordinary)
            measure("four years of hours", longs)
            print(f"memory: {peak(longs[0]):.0f} MB with a package of 35,064 values, {peak(None):.0f} MB without one")
        connections.close_all()


if __name__ == "__main__":
    main()
