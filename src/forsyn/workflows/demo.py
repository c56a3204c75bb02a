"""Sets the demo up, and brings it up to date: customers and readings by the same imports as anybody's.

The first start's day is the town's anchor; it is read back from when the first customer was recorded.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from forsyn.domain.customers.queries import recorded_at_of
from forsyn.domain.metering.delivery_queries import delivered_file_names
from forsyn.domain.safeguards.actions import drop_everything
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.customer_files.profile import shipped_profiles
from forsyn.kernel.local_days import local_day
from forsyn.policy.purposes import P
from forsyn.workflows.demo_accounts import NotADemo, make_demo_staff
from forsyn.workflows.demo_bills import make_demo_bills
from forsyn.workflows.demo_breaches import make_demo_breaches
from forsyn.workflows.demo_choices import make_demo_choices
from forsyn.workflows.demo_deliveries import PROFILES, DemoFile, later_files, regular_file
from forsyn.workflows.demo_history import make_history
from forsyn.workflows.demo_notes import make_demo_notes
from forsyn.workflows.demo_payments import make_demo_payments
from forsyn.workflows.demo_processors import make_demo_agreements
from forsyn.workflows.demo_requests import make_demo_requests
from forsyn.workflows.demo_sensitive import make_demo_sensitive
from forsyn.workflows.demo_tariffs import make_demo_tariffs, preview_demo_drafts
from forsyn.workflows.demo_town import Town, build_town, customer_rows
from forsyn.workflows.demo_windows import delivered_until, windows
from forsyn.workflows.import_customers import OnProblem, import_customers
from forsyn.workflows.import_readings import import_readings

COMMODITIES = ("heat", "water")
FIRST_CUSTOMER = "100001"

Tell = Callable[[str, int, int], None]
"""Told what is going on: a sentence, how much is done, of how much."""


@dataclass(frozen=True)
class DemoReady:
    """What a start of the demo brought in."""

    anchor: date
    new_customers: int
    deliveries: int
    values: int
    quarantined: int


def prepare_demo(*, folder: Path, today: date, now: datetime, tell: Tell = lambda *_: None) -> DemoReady:
    """Make what is missing; values end yesterday. Files are written to ``folder``. Raises NotADemo.

    May be stopped at any time and started again: each customer file and delivery is taken in whole or not at all.
    """
    if not settings.DEMO:
        raise NotADemo("The demo's customers are made by `forsyn demo` only.")
    folder.mkdir(parents=True, exist_ok=True)
    with purpose(P.SETTLEMENT, actor=None):
        recorded_at = recorded_at_of(number=FIRST_CUSTOMER)
    anchor = local_day(recorded_at) if recorded_at else today
    town = build_town(anchor)
    customers = 0 if recorded_at else _bring_in_customers(town, folder, today=today, now=now, tell=tell)
    make_demo_staff(today=today, now=now)
    make_demo_tariffs(today=today, now=now)
    make_demo_agreements(today=today, now=now)
    make_demo_choices(now=now)
    make_demo_sensitive(now=now)
    make_demo_notes(now=now)
    make_demo_breaches(now=now)
    make_demo_requests(now=now)
    receipts = [
        import_readings(path=file.write(folder), profile=PROFILES[file.commodity], now=min(file.arrives_at, now))
        for file in _missing_files(town, today, tell)
    ]
    tell("Bills", 0, 1)
    make_demo_bills(today=today, now=now)
    preview_demo_drafts(today=today)
    make_demo_payments(folder=folder, today=today, now=now)
    return DemoReady(
        anchor,
        customers,
        len(receipts),
        sum(receipt.delivered for receipt in receipts),
        sum(receipt.quarantined for receipt in receipts),
    )


def empty_demo() -> None:
    """Drop everything in the demo's database; `migrate` makes it anew. Raises NotADemo."""
    if not settings.DEMO or settings.INSTANCE.name != "demo":
        raise NotADemo("Only the demo's own database is emptied.")
    drop_everything()


def _bring_in_customers(town: Town, folder: Path, *, today: date, now: datetime, tell: Tell) -> int:
    tell("Customers, addresses, meters", 0, 1)
    generic = next(profile for profile in shipped_profiles() if profile.key == "generic")
    path = folder / "kunder.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, generic.wanted_columns(), delimiter=generic.delimiter)
        writer.writeheader()
        writer.writerows(customer_rows(town))
    with purpose(P.SETTLEMENT, actor=None):
        done = import_customers(
            path=path,
            profile=replace(generic, meters={"heat": "interval", "water": "cumulative"}),
            on_problem=OnProblem.STOP,
            dry_run=False,
            today=today,
            now=now,
        )
        if done.problems:
            raise RuntimeError(f"The demo's own customer file is refused: {done.problems[0]}")
        make_history(anchor=town.anchor, email="frida.tobolig@kunde.example", name="Frida Tobolig", now=now)
    return done.counts.get("customers", 0)


def _missing_files(town: Town, today: date, tell: Tell) -> Iterator[DemoFile]:
    with purpose(P.METERING, actor=None):
        names = delivered_file_names()
    for place, commodity in enumerate(COMMODITIES):
        kind = {"heat": "varme-", "water": "vand-"}[commodity]
        begin = delivered_until((name for name in names if name.startswith(kind)), town.first_day)
        days = max((today - begin).days, 1)
        for window in windows(begin, town.anchor, today):
            sentence = f"{'Heat' if commodity == 'heat' else 'Water'} until {window.end - timedelta(days=1)}"
            tell(sentence, place * days + (window.first - begin).days, days * len(COMMODITIES))
            yield regular_file(town, commodity, window)
    for file in later_files(town):
        if file.name not in names:
            yield file
