# ruff: noqa: E402
"""How quick a bill is explained on the screen, beside reckoning it anew from its basis and setting it as PDF.

    .venv/bin/python benchmarks/bill_page.py

One customer with a settled year of heat, its instalments, and two years of hours in the meter store, in a database of
its own; the same pages again and again, all of them taking turns, inside this process (Django's test
client: the whole middleware, view and template). Milliseconds; CPU is what this process itself spent, "DB CPU" what
PostgreSQL did, whoever else uses the machine. Goal: 95 % of pages under 50 ms. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
os.environ["FORSYN_INSTANCE"] = "bill_page_demo"
os.environ["FORSYN_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from forsyn.config.machine import Machine
from forsyn.domain.accounts.models import Account
from forsyn.domain.billing.models import Bill
from forsyn.domain.ledger.actions import ensure_accounts, open_year
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.web_assets import build_web_assets
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import basis_from, bill_from
from forsyn.kernel.deadlines import months_after
from forsyn.policy.purposes import P
from forsyn.workflows.migrate import migrate
from tests.bill_samples import instalments
from tests.meter_values import MeterStore
from tests.own_bills import Ground, creditor, heat_basis
from tests.world import TODAY, World, build_world

ROUNDS, AT_ONCE = 60, 10
WARM_UP = 5
FIRST = date(2024, 11, 1)
BACKENDS = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@contextmanager
def as_owner() -> Iterator[None]:
    """Arrange as the owner of the tables."""
    own = connections["default"]
    connections["default"] = connections["owner"]
    try:
        with transaction.atomic():
            yield
    finally:
        connections["default"] = own


def prepare() -> None:
    """Fill the database once."""
    migrate()
    build_web_assets()
    with connections["owner"].cursor() as cursor:
        cursor.execute("select exists (select from billing_bill)")
        if cursor.fetchone() == (True,):
            return
    with as_owner():
        fill(build_world())


def fill(world: World) -> None:
    """A settled year with four instalments, and what the meter read in two years."""
    ensure_accounts()
    for year in (2024, 2025, 2026):
        open_year(first_date=date(year, 1, 1), until_date=date(year + 1, 1, 1))
    creditor()
    store = MeterStore()
    meter = store.meter(world.anna.installations["heat"], "heat", date(2020, 1, 1))
    store.fill(meter, date(2024, 10, 1), TODAY, lambda day, _: 2600 - 300 * abs(7 - day.month))
    ground = Ground()
    paid = instalments(4, 400_000)
    for place in range(4):
        first, until = months_after(FIRST, 3 * place), months_after(FIRST, 3 * place + 3)
        ground.on_account(world.anna, first, until, 400_000)
    basis = heat_basis(9_850_000, first=FIRST, until=months_after(FIRST, 12), paid=paid)
    ground.settled(world.anna, basis, issued=date(2025, 11, 20), due=date(2025, 12, 15))


def ways() -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    with purpose(P.SETTLEMENT, actor=None):
        bill = Bill.objects.get(kind="annual")
    client = Client(SERVER_NAME="127.0.0.1")
    with purpose(P.SIGN_IN, actor=None):
        client.force_login(Account.objects.get(email="1001@kunde.example"))
    basis, calculation = (bill.basis or "").encode(), (bill.calculation or "").encode()

    def asked(name: str, *args: object) -> Callable[[], object]:
        def ask() -> object:
            answer = client.get(reverse(f"portal:{name}", args=args))
            assert answer.status_code == 200, answer.status_code
            return answer

        return ask

    return {
        "Regninger": asked("bills"),
        "a bill explained": asked("bill", bill.number),
        "a bill as PDF": asked("bill_pdf", bill.number),
        "the account of a year": asked("statement"),
        "of it: both documents read": lambda: (basis_from(basis), bill_from(calculation)),
        "instead: reckoned from its basis": lambda: calculate(basis_from(basis)),
    }


def database_ms() -> float:
    """Milliseconds of processor time of PostgreSQL's own processes that serve this program."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        pids = [row[0] for row in cursor.fetchall()]
    spent = (Path(f"/proc/{pid}/schedstat") for pid in pids)
    return sum(int(file.read_text().split()[0]) for file in spent if file.exists()) / 1_000_000


def measure(timed: dict[str, Callable[[], object]]) -> None:
    """Print one line for each; they take turns, in rounds of some each, so that load strikes all alike."""
    times: dict[str, list[float]] = {name: [] for name in timed}
    own, database = dict.fromkeys(timed, 0.0), dict.fromkeys(timed, 0.0)
    for run in timed.values():
        for _ in range(WARM_UP):
            run()
    for _ in range(ROUNDS // AT_ONCE):
        for name, run in timed.items():
            theirs = database_ms()
            cpu = time.process_time()
            for _ in range(AT_ONCE):
                begun = time.perf_counter()
                run()
                times[name].append((time.perf_counter() - begun) * 1000)
            own[name] += (time.process_time() - cpu) * 1000
            database[name] += database_ms() - theirs
    print(f"{'':<36}{'p50':>8}{'p95':>8}{'least':>8}{'CPU':>8}{'DB CPU':>8}")
    for name, found in times.items():
        cuts = statistics.quantiles(found, n=100)
        figures = (cuts[49], cuts[94], min(found), own[name] / len(found), database[name] / len(found))
        print(f"{name:<36}" + "".join(f"{figure:>8.1f}" for figure in figures))


if __name__ == "__main__":
    machine = Machine()
    with machine.database():
        prepare()
        measure(ways())
        connections.close_all()
