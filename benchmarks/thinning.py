# ruff: noqa: E402
"""What it takes to put hours together to days, and days to months, and what somebody who reads beside it notices.

    .venv/bin/python benchmarks/thinning.py [--meters 100000] [--registers 3] [--spared 1000]
    FORSYN_STATE_DIR=... keeps the database elsewhere than in the operator's folder

A month of hours of each meter. First one day of it becomes too old, as on any night; then the rest of the month; then
the whole month becomes months. Some customers' data are held. Beside it somebody reads meters' months of days, one
after the other. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from datetime import date

os.environ.setdefault("FORSYN_INSTANCE", "thinning_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

import office_search
from django.db import connection, connections

from forsyn.config.machine import Machine
from forsyn.domain.metering.actions_thinning import NOTHING, Thinned, thin_to_days, thin_to_months
from forsyn.domain.metering.models import Level
from forsyn.domain.metering.queries import day_totals
from forsyn.domain.metering.thinning_queries import count_to_thin
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.migrate import migrate

MONTH, NEXT = date(2023, 1, 1), date(2023, 2, 1)
REGISTERS = """
    insert into metering_register (meter_id, number, code, unit, values, resolution)
    select id, place, 'register_' || place, 'watt_hours', 'interval', 'hour'
      from metering_meter, generate_series(1, %(registers)s) as place order by id, place
"""
DAYS = """
    insert into metering_day (meter_id, day, delivery_id, register, version, total, values)
    select id, day::date, 1, place, 1, 24000,
           array(select 500 + (id * 7 + hour * 131 + extract(day from day)::int * 17) %% 1000
                   from generate_series(1, 24) as hour)
      from metering_meter, generate_series(1, %(registers)s) as place,
           generate_series(%(first)s::date, %(until)s::date - 1, interval '1 day') as day
     order by id, place, day
"""


def owners(statement: str, **parameters: object) -> list[tuple[object, ...]]:
    """Do something as the owner of the tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def build(meters: int, registers: int) -> None:
    """Customers as the search benchmark makes them, a meter each, with a month of hours."""
    office_search.build(meters)
    owners(REGISTERS, registers=registers)
    owners("select metering_ensure_month(%(month)s)", month=MONTH)
    owners(DAYS, registers=registers, first=MONTH, until=NEXT)
    owners("vacuum analyze")


class Reader(threading.Thread):
    """Reads one meter's month of days after the other, as a page would, and keeps how long each took."""

    def __init__(self, meters: int) -> None:
        super().__init__(daemon=True)
        self.meters, self.ended, self.seconds = meters, threading.Event(), []  # type: ignore[var-annotated]

    def run(self) -> None:
        turn = 0
        while not self.ended.wait(0.02):
            turn += 1
            begin = time.perf_counter()
            with purpose(P.CUSTOMER_SERVICE, actor=None):
                day_totals(
                    installation_id=1 + turn * 7919 % self.meters,
                    register_code="register_1",
                    first_date=MONTH,
                    last_date=NEXT,
                )
            self.seconds.append(time.perf_counter() - begin)
        connection.close()

    def __str__(self) -> str:
        if len(self.seconds) < 2:
            return "too short for reads beside it"
        p50, p95 = (1000 * statistics.quantiles(self.seconds, n=100)[at - 1] for at in (50, 95))
        return f"reads beside it: p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {1000 * max(self.seconds):.0f} ms"


def measured(title: str, work: Callable[[], object], meters: int) -> None:
    """Print how long something takes."""
    reader = Reader(meters)
    reader.start()
    begin = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - begin
    reader.ended.set()
    reader.join()
    print(f"{title}: {seconds:.1f} s, {result}; {reader}; load {os.getloadavg()[0]:.1f}", flush=True)


def night(thin: Callable[..., Thinned], before: date, spared: list[int]) -> str:
    """All chunks, each a transaction."""
    total, slowest = NOTHING, 0.0
    while total.more:
        begin = time.perf_counter()
        with purpose(P.RETENTION, actor=None):
            total += thin(before=before, spared=spared)
        slowest = max(slowest, time.perf_counter() - begin)
    return f"{total.days:,} days, {total.months:,} months, slowest chunk {slowest:.1f} s"


def preview(level: Level, before: date, spared: list[int]) -> str:
    """What would go."""
    with purpose(P.RETENTION, actor=None):
        return f"{count_to_thin(level=level, before=before, spared=spared).days:,} days"


def megabytes() -> str:
    ((size,),) = owners("select pg_total_relation_size('metering_day_2023_01') / 1e6")
    ((months,),) = owners("select pg_total_relation_size('metering_month') / 1e6")
    return f"the month's table {size:,.0f} MB, metering_month {months:,.0f} MB"


def main() -> None:
    """Build, then thin step by step."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--meters", type=int, default=100_000)
    options.add_argument("--registers", type=int, default=3)
    options.add_argument("--spared", type=int, default=1_000)
    given = options.parse_args()
    with Machine().database():
        migrate()
        begin = time.perf_counter()
        build(given.meters, given.registers)
        print(f"Made {given.meters:,} meters in {time.perf_counter() - begin:.0f} s; {megabytes()}", flush=True)
        held = owners("select id from customers_customer order by id limit %(count)s", count=given.spared)
        spared = [row[0] for row in held]
        measured("nothing", lambda: time.sleep(5), given.meters)
        first = date(2023, 1, 2)
        measured("preview of a day", lambda: preview(Level.HOURS, first, spared), given.meters)
        measured("hours of a day", lambda: night(thin_to_days, first, spared), given.meters)
        measured("hours of the month's rest", lambda: night(thin_to_days, NEXT, spared), given.meters)
        owners("vacuum analyze metering_day_2023_01")
        print(megabytes(), flush=True)
        measured("days of the month", lambda: night(thin_to_months, NEXT, spared), given.meters)
        measured("what was spared: hours", lambda: night(thin_to_days, NEXT, []), given.meters)
        measured("what was spared: days", lambda: night(thin_to_months, NEXT, []), given.meters)
        print(megabytes(), flush=True)
        connections.close_all()


if __name__ == "__main__":
    main()
