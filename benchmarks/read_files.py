"""Measures reading of deliveries, without the database: values a second and memory. Run by hand:

    .venv/bin/python benchmarks/read_files.py [folder with heat_*.parquet]

Each measurement runs in a process of its own on one core, so that its peak memory is its own. The CSV files are made
afresh: 5 million rows of 500 meters, with stamps in Danish local time and three decimals.
"""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from forsyn.integrations.reading_files.profile_file import parse_profile
from forsyn.integrations.reading_files.transport import open_delivery

METERS = 500
HOURS = 10_000
PROFILE = """
key = "benchmark"
title = "Benchmark"
file = { format = "csv", delimiter = ";" }
columns = { meter_number = "meter", stamp = "stamp" }
stamp = { time_zone = "Europe/Copenhagen", means = "instant" }
values = { are = "cumulative", resolution = "hour", decimal = "," }
[[value]]
column = "value"
register = "energy"
unit = "kWh"
"""
REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> None:
    """Start each measurement; or, with --one, be one."""
    if sys.argv[1:2] == ["--one"]:
        measure([Path(name) for name in sys.argv[2:]])
        return
    shared = os.environ.get("FORSYN_SHARED_DATA", REPOSITORY.parent / "shared" / "data")
    heat = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(shared) / "heat_hourly"
    parquet = sorted(heat.glob("heat_*.parquet"))
    if parquet:
        run(f"{len(parquet)} Parquet files", parquet)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "made.csv"
        make_csv(plain)
        run(f"CSV, {plain.stat().st_size / 2**20:.0f} MiB", [plain])
        packed = plain.with_suffix(".csv.gz")
        with plain.open("rb") as source, gzip.open(packed, "wb", 6) as target:
            shutil.copyfileobj(source, target, 2**20)
        run(f"CSV in gzip, {packed.stat().st_size / 2**20:.0f} MiB", [packed])


def run(title: str, paths: list[Path]) -> None:
    """One measurement in its own process, on one core."""
    print(f"{title:28}", end=" ", flush=True)
    subprocess.run([sys.executable, __file__, "--one", *map(str, paths)], check=True)


def measure(paths: list[Path]) -> None:
    """Read the files and tell the figures."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    profile = parse_profile(PROFILE, where="benchmark") if paths[0].name.startswith("made") else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    values = problems = 0
    for path in paths:
        with open_delivery(path, profile=profile) as delivery:
            for batch in delivery.batches():
                values += len(batch)
                problems += int(np.count_nonzero(batch.problem))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{values:>12,} values  {seconds:6.2f} s  {values / seconds / 1e6:6.2f} M/s  "
        f"peak {peak / 1024:4.0f} MiB (before reading {before / 1024:.0f})  {problems} problems"
    )


def make_csv(path: Path) -> None:
    """Whole series, one meter after the other, doubled hours included."""
    utc = pa.array(np.arange(HOURS) * 3_600 + 1_514_761_200, pa.int64()).cast(pa.timestamp("s", "UTC"))
    local = utc.cast(pa.timestamp("s", "Europe/Copenhagen"))
    stamps = pa.array([stamp.strftime("%Y-%m-%d %H:%M:%S") for stamp in local.to_pylist()])
    random = np.random.default_rng(1)
    options = csv.WriteOptions(include_header=False, delimiter=";", quoting_style="none")
    with path.open("wb") as file:
        file.write(b"meter;stamp;value\n")
        for number in range(METERS):
            watt_hours = np.cumsum(random.integers(0, 9_000, HOURS))
            values = [f"{value // 1000},{value % 1000:03}" for value in watt_hours.tolist()]
            meters = np.full(HOURS, f"{70_000_000 + number}")
            csv.write_csv(pa.table({"m": meters, "s": stamps, "v": values}), file, write_options=options)


if __name__ == "__main__":
    main()
