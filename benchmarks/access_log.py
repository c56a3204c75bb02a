# ruff: noqa: E402
"""What the access log costs: a page with and without its record, and sealing and verifying a million rows.

    .venv/bin/python benchmarks/access_log.py              a million rows
    .venv/bin/python benchmarks/access_log.py pages        the demo's pages, with and without the record

Verifying is measured both ways that were thought of: hashed by PostgreSQL where the rows are, and sent to Python as
binary COPY and hashed there. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from datetime import UTC, datetime
from hashlib import sha256
from unittest.mock import patch

os.environ["FORSYN_INSTANCE"] = "access_log_demo"
os.environ["FORSYN_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import connections
from django.test import Client
from django.utils import timezone

from forsyn.config.machine import Machine
from forsyn.domain.accounts.models import Account
from forsyn.domain.customers.models import Customer, SupplyPoint
from forsyn.domain.safeguards.actions_log import seal
from forsyn.domain.safeguards.log_verification import verify
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.web_assets import build_web_assets
from forsyn.policy.purposes import P
from forsyn.workflows.demo import prepare_demo
from forsyn.workflows.demo_accounts import STAFF
from forsyn.workflows.migrate import migrate

ROWS = 1_000_000
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FILL = """
    insert into safeguards_access_log
           (at, actor_id, customer_id, kind, aspect, purpose, search, reason, request_id)
    select now() - interval '1 minute' + n * interval '1 microsecond', 40 + n %% 30,
           case when n %% 10 > 0 then n %% 100000 end,
           case when n %% 10 > 0 then 'look' else 'search' end, 'customer_file', 'customer_service',
           case when n %% 10 = 0 then 'prøvesen ærøvej' end, null, gen_random_uuid()
      from generate_series(1, %s) as n"""
COPY = """
    copy (select record_send(row(id, at, actor_id, customer_id, kind, aspect, subject_id, purpose, search, reason,
                                 request_id))
            from safeguards_access_log order by id) to stdout (format binary)"""


def timed(name: str, seconds: float, rows: int) -> None:
    print(f"{name:<58} {seconds:7.2f} s  {rows / seconds / 1e6:5.2f}M rows/s", flush=True)


def million() -> None:
    """Fill, seal and verify; then the same hashing in Python."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate safeguards_access_log, safeguards_access_seal")
        begun = time.perf_counter()
        cursor.execute(FILL, [ROWS])
        timed("written by SQL", time.perf_counter() - begun, ROWS)
        cursor.execute("analyze safeguards_access_log")
        cursor.execute(
            "select sum(pg_total_relation_size(relid)) from pg_partition_tree('safeguards_access_log') where isleaf"
        )
        print(f"{cursor.fetchone()[0] / ROWS:.0f} bytes a row, heap and four indexes")
    begun = time.perf_counter()
    with purpose(P.SECURITY, actor=None):
        done = seal(now=timezone.now())
    timed(f"sealed in {done.batches} batches, hashed by PostgreSQL", time.perf_counter() - begun, done.rows)
    for _ in range(3):
        begun = time.perf_counter()
        with purpose(P.SECURITY, actor=None):
            found = verify(known=[done.newest] if done.newest else [], retired_before=LONG_AGO)
        timed(f"verified by PostgreSQL, {len(found.findings)} findings", time.perf_counter() - begun, found.rows)
    in_python()
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def in_python() -> None:
    """The hashing alone, of rows sent as binary COPY."""
    begun = time.perf_counter()
    whole, rows, waiting, header = sha256(), 0, b"", 19
    with connections["owner"].cursor() as cursor, cursor.copy(COPY) as copy:
        for block in copy:
            waiting += bytes(block)
            position = header if len(waiting) > header else 0
            while position + 6 < len(waiting):
                length = int.from_bytes(waiting[position + 2 : position + 6], "big")
                if position + 6 + length > len(waiting):
                    break
                whole.update(sha256(waiting[position + 6 : position + 6 + length]).digest())
                position += 6 + length
                rows += 1
            header = 0 if position else header
            waiting = waiting[position:]
    timed("sent by binary COPY and hashed in Python (no comparison)", time.perf_counter() - begun, rows)


ROUNDS = 300
SITES = ("customer_views.record", "search_views.record", "place_views.record_meters")


def pages(machine: Machine) -> None:
    """The office's pages with and without the record, in turns, so that whoever else uses the machine slows both."""
    build_web_assets()
    prepare_demo(
        folder=machine.state / "demo-files", today=timezone.localdate(), now=timezone.now(), tell=lambda *_: None
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    client = _clerk()
    with purpose(P.CUSTOMER_SERVICE, actor=None):
        customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:50])
        points = list(SupplyPoint.objects.order_by("pk").values_list("pk", flat=True)[:20])
    for name, addresses in (
        ("customer page", [f"/kontor/kunder/{key}/" for key in customers]),
        ("search, 25 customers shown", [f"/kontor/?q=nordby&vis=kunder&side={page}" for page in range(1, 9)]),
        ("supply point", [f"/kontor/forsyningssteder/{key}/" for key in points]),
    ):
        times: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(ROUNDS):
            address = addresses[(turn // 2) % len(addresses)]
            logged = turn % 2 == (turn // 2) % 2
            times[logged].append(_once(client, address, logged=logged))
        with_it, without = (statistics.median(times[logged][10:]) for logged in (True, False))
        print(
            f"{name:<30} without {without:6.2f} ms, with {with_it:6.2f} ms: {100 * (with_it / without - 1):+.1f} %",
            flush=True,
        )


def _once(client: Client, address: str, *, logged: bool) -> float:
    patches = [] if logged else [patch(f"forsyn.interfaces.office.{site}", lambda **_: None) for site in SITES]
    for one in patches:
        one.start()
    begun = time.perf_counter()
    answer = client.get(address)
    taken = time.perf_counter() - begun
    for one in patches:
        one.stop()
    assert answer.status_code == 200, (address, answer.status_code)
    return taken * 1000


def _clerk() -> Client:
    with purpose(P.SIGN_IN, actor=None):
        email = next(email for email, _, role in STAFF if role == "clerk")
        account = Account.objects.get(email=email)
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(account)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": 0}]
        session.save()
    return client


if __name__ == "__main__":
    with Machine().database():
        migrate()
        pages(Machine()) if sys.argv[1:] == ["pages"] else million()
