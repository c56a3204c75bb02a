# ruff: noqa: E402
"""How quick the portal's pages are: on the demo's customers, and for one meter's year among 26 million values.

    .venv/bin/python benchmarks/portal_pages.py            the demo, in a database of its own
    .venv/bin/python benchmarks/portal_pages.py year       the real year of ../shared/data/heat_hourly

Each kind of page is asked for by many customers in turn, first inside this process (Django's test client: the whole
middleware, view and template), then over HTTP from the web server that `forsyn up` starts. Milliseconds until the whole
answer is there ("first": 95 % have its first piece); CPU is what this process itself spent on it, whoever else uses the
machine. Goal: 95 % of first answers under 50 ms. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

YEAR = sys.argv[1:] == ["year"]
REPOSITORY = Path(__file__).resolve().parents[1]
os.environ["FORSYN_INSTANCE"] = "portal_year_demo" if YEAR else "portal_demo"
os.environ["FORSYN_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from django.test import Client
from django.utils import timezone

from forsyn.config.machine import Machine
from forsyn.domain.accounts.actions import create_customer_account
from forsyn.domain.accounts.models import Account
from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.customers.actions import grant_portal_access
from forsyn.domain.customers.models import Customer
from forsyn.domain.customers.queries import installations_of
from forsyn.domain.safeguards.actions import refresh_statistics
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.web_assets import build_web_assets
from forsyn.policy.purposes import P
from forsyn.workflows.demo import prepare_demo
from forsyn.workflows.migrate import migrate

CUSTOMERS = 60
ROUNDS = 3
FORSYN = REPOSITORY / ".venv/bin/forsyn"
Ask = Callable[[str, str], tuple[int, float]]
"""(session, address) -> bytes of the whole answer, and when its first piece was there."""


def prepare(machine: Machine) -> None:
    """Fill the database once."""
    migrate()
    build_web_assets()
    if not YEAR:
        folder = machine.state / "portal-benchmark-files"
        prepare_demo(folder=folder, today=timezone.localdate(), now=timezone.now())
        refresh_statistics()
    elif not filled():
        data = Path(os.environ.get("FORSYN_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
        files = [str(file) for file in sorted((data / "heat_hourly").glob("heat_2018-*.parquet"))]
        for command in ("meters-for", "readings"):
            subprocess.run([FORSYN, "import", command, *files], check=True, stdout=subprocess.DEVNULL)


def filled() -> bool:
    """Whether there are customers already."""
    with purpose(P.SETTLEMENT, actor=None):
        return bool(Customer.objects.exists())


def with_heat(since: date) -> list[tuple[int, str, int]]:
    """Customers all over the register with the id of an installation that has heated their home since a day."""
    found = []
    with purpose(P.SETTLEMENT, actor=None):
        step = max(Customer.objects.count() // (CUSTOMERS * 2), 1)
        for customer in Customer.objects.order_by("pk")[::step]:
            heat = [one for one in installations_of(customer_id=customer.pk) if one.commodity == "heat"][:1]
            if any(since in period and period.until is None for one in heat for period in one.agreement_periods):
                found.append((customer.pk, customer.number, heat[0].id))
    return found


def sessions() -> Iterator[tuple[str, int]]:
    """A signed-in session and a heat installation with values, for each of some customers."""
    now, since = timezone.now(), date(2018, 2, 1) if YEAR else date(timezone.localdate().year - 1, 1, 1)
    given = 0
    for customer_id, number, installation_id in with_heat(since):
        if given == CUSTOMERS:
            break
        with purpose(P.SIGN_IN, actor=None):
            email = f"{number}@benchmark.example".lower()
            found = account_with_email(email=email)
            account_id = found.pk if found else create_customer_account(email=email, name="Benchmark", now=now)
            grant_portal_access(account_id=account_id, customer_id=customer_id, first_date=date(2020, 1, 1))
            client = Client()
            client.force_login(Account.objects.get(pk=account_id))
        given += 1
        yield client.cookies["sessionid"].value, installation_id
    assert given, f"no customer has had heat since {since}"


def pages(installation: int) -> dict[str, str]:
    """Kinds of pages, with the address for an installation."""
    year = 2018 if YEAR else timezone.localdate().year
    month = 3 if YEAR else timezone.localdate().month - 1 or 1
    place = f"/forbrug/{installation}/"
    return {
        "front page": "/",
        "all years": place,
        "a year": f"{place}{year}/",
        "a month": f"{place}{year}/{month}/",
        "a day": f"{place}{year}/{month}/14/",
        "all hours of a year, CSV": f"{place}{year if YEAR else year - 1}/timer/csv/",
        "agreements": "/aftaler/",
        "particulars": "/oplysninger/",
    }


def measure(name: str, ask: Ask, visits: list[tuple[str, int]]) -> None:
    """Print one line a kind of page."""
    print(f"\n{name}\n{'':<28}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}{'first':>8}{'CPU':>8}{'KB':>8}")
    for kind in pages(0):
        times, firsts, size = [], [], 0
        for session, installation in visits:
            ask(session, pages(installation)[kind])
        spent = time.process_time()
        for session, installation in visits * ROUNDS:
            begun = time.perf_counter()
            size, first = ask(session, pages(installation)[kind])
            times.append((time.perf_counter() - begun) * 1000)
            firsts.append((first - begun) * 1000)
        spent = (time.process_time() - spent) / len(times) * 1000
        cuts = statistics.quantiles(times, n=100)
        first = statistics.quantiles(firsts, n=100)[94]
        figures = (cuts[49], cuts[94], cuts[98], max(times), first, spent)
        print(f"{kind:<28}" + "".join(f"{figure:>8.1f}" for figure in figures) + f"{size / 1024:>8.0f}")


BROWSER = Client(SERVER_NAME="127.0.0.1")


def in_process(session: str, address: str) -> tuple[int, float]:
    """Through the whole of Django, without a server."""
    BROWSER.cookies["sessionid"] = session
    answer = BROWSER.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    if not answer.streaming:
        return len(answer.content), time.perf_counter()
    pieces = iter(answer)
    size, first = len(next(pieces)) + len(next(pieces)), time.perf_counter()  # the byte order mark, then rows
    return size + sum(map(len, pieces)), first


@contextmanager
def web_server() -> Iterator[Ask]:
    """`forsyn up` beside us."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([FORSYN, "up", "--port", str(port)], stdout=subprocess.DEVNULL)
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(session: str, address: str) -> tuple[int, float]:
        connection.request("GET", address, headers={"Cookie": f"sessionid={session}"})
        answer = connection.getresponse()
        start = answer.read(1000)
        first = time.perf_counter()
        text = answer.read()
        assert answer.status == 200, (address, answer.status)
        return len(start) + len(text), first

    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield ask
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


if __name__ == "__main__":
    machine = Machine()
    with machine.database():
        prepare(machine)
        visits = list(sessions())
        measure(f"in process, {len(visits)} customers", in_process, visits)
        with web_server() as over_http:
            measure(f"over HTTP, {len(visits)} customers", over_http, visits)
