# ruff: noqa: E402
"""What a billing run takes, from the preview of the year's bills to the ledger.

    .venv/bin/python benchmarks/billing_run.py real                      # a town's heat: ../shared/data/heat_hourly
    .venv/bin/python benchmarks/billing_run.py made [--customers 100000] # day rows made by SQL
    FORSYN_STATE_DIR=... keeps the database elsewhere than in the operator's folder

``made`` has a day row a meter and day, without hours. Before the run, some hundred agreements are billed in the plain
way: one agreement read, one bill kept, one voucher posted a transaction. ``--profile`` prints where this process's time
went. Goals: the real year in 10 s; 100,000 in 3 minutes on two cores, below 2 GB. Figures and machine:
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("FORSYN_INSTANCE", f"billing_benchmark_{'real' if 'real' in sys.argv else 'made'}")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

import office_search
import psutil
from django.conf import settings
from django.db import connections

from forsyn.config.machine import Machine
from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.billing import run_queries
from forsyn.domain.billing.actions_runs import approve_run, make_run
from forsyn.domain.billing.models import BillKind, Run
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.canonical import sha256, tariff_bytes
from forsyn.kernel.charges.components import ConsumptionUnit, Factor, FixedCharge, Price, VariableCharge
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.policy.purposes import P
from forsyn.workflows import billing_runs
from forsyn.workflows.import_readings import import_readings
from forsyn.workflows.migrate import migrate
from forsyn.workflows.readings_meters import make_meters_for

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
SHARED = Path(os.environ.get("FORSYN_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
LONG_AGO = date(2000, 1, 1)
FIRST_MADE, FIRST_REAL = date(2025, 1, 1), date(2018, 1, 3)
"""The files begin in the middle of 2 January 2018."""
DAYS = """
    insert into metering_day (meter_id, day, delivery_id, register, version, total, values)
    select meter.id, day::date, 1, 1, 1, 20000 + (meter.id * 37 + extract(doy from day)::int * 131) % 40000, '{{}}'
      from metering_meter as meter,
           generate_series(date '{first}', date '{until}' - 1, interval '1 day') as day
     order by meter.id, day
"""
TERMS = """
    insert into billing_terms (agreement_id, tariff_id, period, instalments, is_single_pipe, recorded_at)
    select id, %(tariff)s, daterange(lower(period), null), 0, false, %(now)s from customers_agreement;
    insert into billing_factor (agreement_id, factor, period, value, recorded_at)
    select id, 'square_metres', daterange(lower(period), null), 60 + id %% 140, %(now)s from customers_agreement;
    insert into ledger_accounting_year (period, last_number)
    select daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1)), 0 from generate_series(2019, 2026) as year;
"""


def owners(statement: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Do something as the owner of the tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def heat_tariff() -> Tariff:
    """As a district heating company has it: by m², by agreement, by MWh with a price that changes in July."""
    fixed = {
        key: FixedCharge(key=key, text_key=key, account="sales_heat_fixed", factor=factor,
                         prices=(Price(LONG_AGO, None, Decimal(kr)),))
        for key, factor, kr in (("standing", Factor.AGREEMENT, "600"), ("area", Factor.SQUARE_METRES, "22.5"))
    }  # fmt: skip
    prices = tuple(
        Price(date(year, 7, 1), date(year + 1, 7, 1), Decimal(440 + 10 * (year - 2000))) for year in range(2000, 2040)
    )
    energy = VariableCharge(
        key="energy", text_key="energy", account="sales_heat_variable", unit=ConsumptionUnit.MWH, prices=prices
    )
    return Tariff(tariff_id="heat", version=1, commodity=Commodity.HEAT, components=(*fixed.values(), energy))


def on_terms() -> None:
    """Everybody pays by one tariff, and the books are open."""
    document = tariff_bytes(heat_tariff())
    ((tariff,),) = owners(
        "insert into billing_tariff (key, commodity, name_da, name_en)"
        " values ('heat', 'heat', 'Varme', 'Heat') returning id"
    )
    owners(
        "insert into billing_tariff_version (tariff_id, number, document, sha256, note, state, drafted_at)"
        " values (%(tariff)s, 1, %(document)s, %(sha256)s, '', 'draft', %(now)s)",
        tariff=tariff, document=document.decode(), sha256=sha256(document), now=NOW,
    )  # fmt: skip
    owners("update billing_tariff_version set state = 'approved', approved_at = drafted_at, preview = '{}'")
    owners(TERMS, tariff=tariff, now=NOW - timedelta(days=30))
    owners("vacuum analyze")


def measured(title: str, count: int, work: Callable[[], Any], profile: bool = False) -> Any:
    """Print how long something takes, and the processor time in it, which tells more on a busy machine."""
    profiler = cProfile.Profile() if profile else nullcontext()
    begin, own, theirs = time.perf_counter(), time.process_time(), server_seconds()
    with profiler:
        result = work()
    seconds, own, theirs = time.perf_counter() - begin, time.process_time() - own, server_seconds() - theirs
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    rate = count / seconds
    print(
        f"{title:<34} {seconds:7.1f} s; processor: {own:6.1f} s + PostgreSQL {theirs:6.1f} s; {rate:7,.0f} bills/s; "
        f"most memory so far {peak:,.0f} MB; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    if isinstance(profiler, cProfile.Profile):
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(35)
    return result


def server_seconds() -> float:
    """Processor time of this instance's PostgreSQL. A backend that has ended is counted by its parent."""
    pid = int((settings.INSTANCE.embedded.files.data / "postmaster.pid").read_text().split()[0])
    server = psutil.Process(pid)
    found = 0.0
    for process in (server, *server.children()):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # ended meanwhile
            continue
        found += times.user + times.system + (times.children_user + times.children_system if process == server else 0)
    return found


def bill_year(first: date, count: int, *, profile: bool, title: str = "") -> None:
    """One run up to the end of the year: preview, approval, execution."""
    year = first.year
    with purpose(P.SETTLEMENT, actor=None):
        run_id = make_run(
            kind=BillKind.ANNUAL, commodity=Commodity.HEAT, from_date=first, until_date=date(year + 1, 1, 1),
            issue_date=date(year + 1, 1, 20), due_date=date(year + 1, 2, 10), made_by_id=None, now=NOW,
        )  # fmt: skip
    begin = time.perf_counter()
    totals = measured(
        f"{title}preview", count, lambda: billing_runs.preview_run(run_id=run_id, clock=lambda: NOW), profile
    )
    ((approver,),) = owners("select min(id) from accounts_account")
    with purpose(P.SETTLEMENT, actor=approver):
        found = Run.objects.get(pk=run_id).sha256
        measured(f"{title}approval", count,
                 lambda: approve_run(run_id=run_id, sha256=found, approved_by_id=approver, now=NOW))  # fmt: skip
    measured(f"{title}execution", count, lambda: billing_runs.execute_run(run_id=run_id, clock=lambda: NOW), profile)
    seconds = time.perf_counter() - begin
    print(f"{title}whole run: {seconds:.1f} s, {totals.bills:,} bills, {totals.stopped:,} stopped {totals.reasons}")


def plainly(first: date, count: int) -> None:
    """The same for some agreements, one a transaction, and what that would be for all of them."""
    whole = run_queries.agreements_to_bill
    with (
        patch.object(run_queries, "agreements_to_bill", lambda **asked: whole(**asked)[:count]),
        patch.object(billing_runs, "AGREEMENTS_AT_ONCE", 1),
        patch.object(billing_runs, "BILLS_AT_ONCE", 1),
    ):
        bill_year(first, count, profile=False, title=f"one a transaction, {count}: ")


def made(customers: int, sample: int, *, profile: bool) -> None:
    """Customers as the search benchmark makes them, each with a year of days."""
    ((present,),) = owners("select count(*) from customers_customer")
    if not present:
        office_search.build(customers)
        owners(
            "insert into metering_register (meter_id, number, code, unit, values, resolution)"
            " select id, 1, 'energy', 'watt_hours', 'interval', 'day' from metering_meter order by id"
        )
        for month in range(12):
            first, until = date(2025, month + 1, 1), date(2025 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
            owners("select metering_ensure_month(%(month)s)", month=first)
            owners(DAYS.format(first=first, until=until))
        on_terms()
        print(f"Made {customers:,} customers with 365 days each; the database has {size()}.", flush=True)
    if sample:
        plainly(FIRST_MADE, sample)
    bill_year(FIRST_MADE, customers - sample, profile=profile)
    print(f"The database has {size()}; bills {size_of('billing_bill')}, postings {size_of('ledger_posting')}.")


def real(*, profile: bool) -> None:
    """A Danish town's heat meters of 2018."""
    files = sorted((SHARED / "heat_hourly").glob("heat_2018-*.parquet"))
    ((present,),) = owners("select count(*) from metering_meter")
    if not present:
        make_meters_for(paths=files, profile=None, now=NOW, today=NOW.date())
        for file in files:
            import_readings(path=file, profile=None, now=NOW)
        with purpose(P.STAFF_ADMINISTRATION, actor=None):
            create_staff(email="karen@nordby.example", name="Karen Kontor", roles=["billing"], first_date=NOW.date(),
                         now=NOW)  # fmt: skip
        on_terms()
    ((agreements,),) = owners("select count(*) from customers_agreement")
    bill_year(FIRST_REAL, agreements, profile=profile)
    for code, count in owners(
        "select reason ->> 'code', count(*) from billing_bill, jsonb_array_elements(reasons) as reason"
        " where state = 'stopped' group by 1"
    ):
        print(f"    stopped for {code}: {count:,} times")


def size() -> str:
    """Of the database."""
    ((found,),) = owners("select pg_size_pretty(pg_database_size(current_database()))")
    return str(found)


def size_of(table: str) -> str:
    """Of a table with its indexes and long values."""
    ((found,),) = owners("select pg_size_pretty(pg_total_relation_size(%(table)s::regclass))", table=table)
    return str(found)


def main() -> None:
    """One of the two."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("which", choices=["real", "made"])
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--sample", type=int, default=300)
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    with Machine().database():
        migrate()
        if given.which == "real":
            real(profile=given.profile)
        else:
            made(given.customers, given.sample, profile=given.profile)


if __name__ == "__main__":
    main()
