# ruff: noqa: E402
"""The customer import with 100,000 rows: first time, again unchanged, with every fifth e-mail changed, all bad.

Each row is a customer with three contact points, address, supply point, installation, agreement and meter.

    .venv/bin/python benchmarks/import_customers.py [--rows 100000]

Goal: well under a minute for the first, in memory that does not grow with the file. Makes a database of its own.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("FORSYN_INSTANCE", "import_benchmark")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from django.db import connections

from forsyn.config.machine import Machine
from forsyn.integrations.customer_files.profile import shipped_profiles
from forsyn.workflows.import_customers import OnProblem, import_customers
from forsyn.workflows.migrate import migrate

GENERIC = next(profile for profile in shipped_profiles() if profile.key == "generic")
TODAY, LATER = date(2026, 11, 1), date(2026, 11, 2)


def write_file(path: Path, rows: int, *, changed: bool = False, bad: bool = False) -> None:
    """A file for the profile `generic`, one customer a row."""
    columns = GENERIC.wanted_columns()
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, delimiter=";", restval="")
        writer.writeheader()
        for number in range(rows):
            mailbox = "ny" if changed and number % 5 == 0 else "k"
            writer.writerow(
                {
                    "customer_number": f"K{number:06}", "name": f"Fornavn{number % 997} Efternavn{number % 8861}",
                    "email": "x" if bad else f"{mailbox}{number}@kunde.example", "mobile": f"2{number:07}",
                    "landline": f"98{number:06}", "supply_point_number": f"F{number:06}",
                    "street": f"Vej {number // 60}", "house_number": number % 60 + 1,
                    "postal_code": "9999", "city": "Nordby",
                    "installation_number": f"I{number:06}", "commodity": "heat", "installed_from": "2015-01-01",
                    "agreement_number": f"A{number:06}", "agreement_from": f"20{10 + number % 15}-0{1 + number % 9}-11",
                    "meter_number": f"{number:08}",
                }
            )  # fmt: skip


def measure(what: str, path: Path, today: date) -> None:
    """Import and print the time, what changed and this process's peak memory so far."""
    begun = time.perf_counter()
    done = import_customers(
        path=path, profile=GENERIC, on_problem=OnProblem.QUARANTINE, dry_run=False, today=today,
        now=datetime(today.year, today.month, today.day, 9, tzinfo=UTC),
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    peak_megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    changes = sum(done.counts.values())
    print(f"{what:<28} {seconds:6.1f} s  {done.rows / seconds:8,.0f} rows/s  {changes:9,} rows changed,"
          f" {done.rejected_rows:,} rejected, peak {peak_megabytes:.0f} MB")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with Machine().database(), tempfile.TemporaryDirectory() as folder:
        migrate()
        with connections["owner"].cursor() as cursor:
            cursor.execute("truncate customers_customer, customers_address, metering_meter cascade")
        path = Path(folder) / "customers.csv"
        write_file(path, rows)
        measure("first time", path, TODAY)
        measure("again, unchanged", path, LATER)
        write_file(path, rows, changed=True)
        measure("a fifth of the e-mails new", path, LATER)
        write_file(path, rows, bad=True)
        measure("every row bad", path, LATER)


if __name__ == "__main__":
    main()
