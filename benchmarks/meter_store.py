"""Measures the meter store on a database of its own, against a table with a row for each value.

    .venv/bin/python benchmarks/meter_store.py day     # one day of 100,000 meters x 2 registers x 24 hours
    .venv/bin/python benchmarks/meter_store.py year    # the 26 million values of ../shared/data/heat_hourly
    .venv/bin/python benchmarks/meter_store.py daily   # its first quarter a file a day, before and after `forsyn tidy`;
                                                       # with UTC, files of UTC days, which each touch two local days
    FORSYN_STATE_DIR=... keeps the database elsewhere than in a temporary folder

Prints a line a measurement; docs/benchmarks.md keeps the figures.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

WORK = Path(os.environ.setdefault("FORSYN_STATE_DIR", tempfile.mkdtemp(prefix="forsyn-benchmark-")))
WORK.mkdir(mode=0o755, exist_ok=True)
WORK.chmod(0o755)
os.environ |= {"FORSYN_INSTANCE": "benchmark", "DJANGO_SETTINGS_MODULE": "forsyn.config.settings"}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from forsyn.domain.metering import actions, queries  # noqa: E402
from forsyn.domain.safeguards.purposes import purpose  # noqa: E402
from forsyn.integrations.reading_files.profile_file import parse_profile  # noqa: E402
from forsyn.policy.purposes import P  # noqa: E402
from forsyn.workflows.import_readings import import_readings  # noqa: E402
from forsyn.workflows.migrate import migrate  # noqa: E402
from forsyn.workflows.readings_meters import make_meters_for  # noqa: E402
from forsyn.workflows.tidy_months import tidy_months  # noqa: E402

METERS, HOURS = int(os.environ.get("METERS", "100000")), 24
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHARED = Path(os.environ.get("FORSYN_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
PROFILE = """
key = "benchmark_{kind}_{format}"
title = "Benchmark"
[file]
format = "{format}"
[columns]
meter_number = "meter"
register = "register"
stamp = "stamp"
[stamp]
time_zone = "UTC"
carries_zone = true
means = "{means}"
[values]
are = "{kind}"
resolution = "hour"
[[value]]
column = "value"
register = "energy"
unit = "Wh"
[[value]]
column = "value"
register = "volume"
unit = "l"
"""


@contextmanager
def measured(what: str, values: int) -> Iterator[None]:
    """Wall time, and processor time of this process and of PostgreSQL: the latter holds on a busy machine too."""
    began, ours, theirs = time.perf_counter(), time.process_time(), _server_seconds()
    yield
    seconds = time.perf_counter() - began
    ours, theirs = time.process_time() - ours, _server_seconds() - theirs
    rate = values / seconds / 1e6
    print(f"{what:<46} {seconds:6.2f} s {rate:6.2f} M values/s   processor: {ours:5.2f} s + PostgreSQL {theirs:5.2f} s")


def _server_seconds() -> float:
    """Processor time of this instance's PostgreSQL. A backend that has ended is counted by its parent."""
    pid = int((settings.INSTANCE.embedded.files.data / "postmaster.pid").read_text().split()[0])
    server = psutil.Process(pid)
    found = 0.0
    for process in (server, *server.children()):
        times = process.cpu_times()
        found += times.user + times.system + (times.children_user + times.children_system if process == server else 0)
    return found


def _profile(kind: str, file_format: str) -> object:
    means = "interval_end" if kind == "interval" else "instant"
    return parse_profile(PROFILE.format(kind=kind, format=file_format, means=means), where="benchmark")


def _meters(kind: str) -> None:
    registers = (
        actions.NewRegister("energy", "watt_hours", kind, max_per_hour=1_000_000),
        actions.NewRegister("volume", "litres", kind, max_per_hour=1_000_000),
    )
    prefix = kind[0]
    meters = [actions.NewMeter(f"{prefix}{n:07}", "heat", registers) for n in range(METERS)]
    with purpose(P.METERING, actor=None):
        actions.register_meters(meters=meters)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into metering_mounting (meter_id, installation_id, period)"
            " select meter.id, (select min(id) from customers_installation), daterange('2020-01-01', null)"
            "   from metering_meter as meter where left(number, 1) = %s",
            [prefix],
        )


def _one_installation() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "with address as (insert into customers_address (street, house_number, floor, door, postal_code, city,"
            "   municipality_code, sort_key, search_key)"
            "   values ('Prøvevej', '1', '', '', '9999', 'Eksempelby', '', '', '')"
            "   returning id), point as (insert into customers_supply_point (number, address_id, housing_kind,"
            "   property_number) select 'S1', id, 'house', '' from address returning id)"
            " insert into customers_installation (number, supply_point_id, commodity, period)"
            " select 'I1', id, 'heat', daterange('2020-01-01', null) from point"
        )


def _day(kind: str, day: date, *, corrected: bool = False) -> tuple[pa.Table, np.ndarray]:
    """A day in order of time, as a head-end system delivers it; and the values."""
    random = np.random.default_rng(day.toordinal())
    steps = random.integers(0, 5_000, (HOURS, 2, METERS))
    if corrected:
        steps = steps + (np.random.default_rng(1).random(steps.shape) < 0.01)
    values = steps
    if kind == "cumulative":
        values = np.cumsum(steps, axis=0) + 1_000_000_000 + (day - date(2025, 3, 3)).days * 24 * 5_000
    begin = np.datetime64(day, "s") - np.timedelta64(3600, "s")
    stamps = np.repeat(begin + (np.arange(HOURS) + 1) * np.timedelta64(3600, "s"), 2 * METERS)
    numbers = pa.array([f"{kind[0]}{n:07}" for n in range(METERS)])
    meter = pa.DictionaryArray.from_arrays(np.tile(np.arange(METERS, dtype=np.int32), 2 * HOURS), numbers)
    register = pa.DictionaryArray.from_arrays(
        np.tile(np.repeat(np.array([0, 1], np.int8), METERS), HOURS), pa.array(["energy", "volume"])
    )
    return pa.table(
        {
            "meter": meter,
            "register": register,
            "stamp": pa.array(stamps, pa.timestamp("s", tz="UTC")),
            "value": values.ravel(),
        }
    ), values


def _write(table: pa.Table, name: str, *, compression: str = "zstd") -> Path:
    path = WORK / name
    if name.endswith(".parquet"):
        pq.write_table(table, path, compression=compression)
    else:
        texts = table.set_column(2, "stamp", table["stamp"].cast(pa.timestamp("s")).cast(pa.string()))
        texts = texts.set_column(2, "stamp", pa.compute.binary_join_element_wise(texts["stamp"], "Z", ""))
        pa_csv.write_csv(texts, path, pa_csv.WriteOptions(delimiter=";", quoting_style="none"))
    return path


def _plain_copy(table: pa.Table, what: str) -> None:
    """The yardstick: a row for each value, by plain COPY from text, in a table with a primary key."""
    count = table.num_rows
    meter = np.tile(np.arange(METERS), 2 * HOURS)
    register = np.tile(np.repeat([1, 2], METERS), HOURS)
    flat = pa.table({"m": meter, "r": register, "s": table["stamp"], "v": table["value"]})
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(flat, sink, pa_csv.WriteOptions(include_header=False, quoting_style="none"))
    text = memoryview(sink.getvalue())
    with measured(f"{what}: row per value, plain COPY", count), connections["owner"].cursor() as cursor:
        cursor.execute(
            "create table if not exists row_per_value (meter_id int, register smallint, at timestamptz, value bigint,"
            " delivery_id int default 1, primary key (meter_id, register, at))"
        )
        with cursor.copy("copy row_per_value (meter_id, register, at, value) from stdin (format csv)") as copy:
            for begin in range(0, len(text), 2**20):
                copy.write(text[begin : begin + 2**20])


def _import(path: Path, profile: object, what: str, count: int) -> None:
    with measured(what, count):
        receipt = import_readings(path=path, profile=profile, now=NOW)  # type: ignore[arg-type]
    print(f"    {receipt.stored:,} stored, {receipt.identical:,} identical, {receipt.quarantined:,} quarantined")


def day() -> None:
    """One day of 100,000 meters, in each way."""
    count = METERS * 2 * HOURS
    _one_installation()
    for kind in ("interval", "cumulative"):
        _meters(kind)
        parquet, csv = _profile(kind, "parquet"), _profile(kind, "csv")
        for number in range(2):
            table, _ = _day(kind, date(2025, 3, 3) + timedelta(days=number))
            _import(_write(table, f"{kind}-{number}.parquet"), parquet, f"{kind}: day {number + 1}, Parquet", count)
            if number == 1 and kind == "interval":
                _plain_copy(table, kind)
        same = _write(table, f"{kind}-again.parquet", compression="snappy")
        _import(same, parquet, f"{kind}: day 2 again, another file", count)
        corrected, _ = _day(kind, date(2025, 3, 4), corrected=True)
        _import(_write(corrected, f"{kind}-fix.parquet"), parquet, f"{kind}: day 2 with 1 % corrected", count)
        table, _ = _day(kind, date(2025, 3, 5))
        _import(_write(table, f"{kind}-2.csv"), csv, f"{kind}: day 3, CSV", count)
    unknown = _write(
        table.set_column(0, "meter", pa.compute.binary_join_element_wise("u", table["meter"].cast(pa.string()), "")),
        "unknown.parquet",
    )
    _import(unknown, parquet, "a day of unknown meters only", count)
    _sizes("metering_day")


def _sizes(table: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select sum(pg_relation_size(relid)), sum(pg_indexes_size(relid)) from pg_partition_tree(%s)", [table]
        )
        heap, indexes = cursor.fetchone()
        cursor.execute("select sum(cardinality(values)) from metering_day")
        (values,) = cursor.fetchone()
        cursor.execute("select to_regclass('row_per_value') is not null")
        (there,) = cursor.fetchone()
        print(f"bytes a value: heap {heap / values:.2f} + indexes {indexes / values:.2f}")
        if there:
            cursor.execute(
                "select pg_relation_size('row_per_value')::float / count(*), pg_indexes_size('row_per_value')::float"
                " / count(*) from row_per_value"
            )
            print("bytes a value, row per value: heap {:.2f} + index {:.2f}".format(*cursor.fetchone()))


def year() -> None:
    """The heat year: in, sizes, one meter's year, all meters' months."""
    files = sorted((SHARED / "heat_hourly").glob("heat_2018-*.parquet"))
    count = sum(pq.ParquetFile(path).metadata.num_rows for path in files)
    make_meters_for(paths=files, profile=None, now=NOW, today=NOW.date())
    _in_a_process_of_its_own("year: 12 Parquet files", files, count)
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate metering_day, metering_delivery cascade")
    one = WORK / "year.parquet"
    pq.write_table(pa.concat_tables(map(pq.read_table, files)), one)
    _in_a_process_of_its_own("year: the same as one file", [one], count)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select sum(total), (select sum(stored) from metering_delivery) from metering_day")
        print("    {:,} watt hours in all, {:,} values".format(*cursor.fetchone()))
    _sizes("metering_day")
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")
    _points()
    _months()


def daily(zone: str = "Europe/Copenhagen") -> None:
    """The heat year's first quarter, a file a day of some time zone; then its months are put in order."""
    with settings.INSTANCE.running_database():
        migrate()
        make_meters_for(
            paths=[SHARED / "heat_hourly" / "heat_2018-01.parquet"], profile=None, now=NOW, today=NOW.date()
        )
        days = _by_day([SHARED / "heat_hourly" / f"heat_2018-0{month}.parquet" for month in (1, 2, 3)], zone)
        count = sum(pq.ParquetFile(path).metadata.num_rows for path in days)
        _in_a_process_of_its_own(f"{len(days)} files of a day each", days, count)
        _sizes("metering_day")
        connections.close_all()
    _cold("day by day")
    with settings.INSTANCE.running_database():
        with measured("three months put in order", count):
            months = list(tidy_months(today=NOW.date(), lock_timeout_ms=2000))
        for month in months:
            print(
                f"    {month.table.month}: {month.outcome}, {month.table.bytes / 1e6:.1f} MB, needed"
                f" {month.table.needed_bytes / 1e6:.1f} MB, now {month.bytes_after / 1e6:.1f} MB"
            )
        _sizes("metering_day")
        connections.close_all()
    _cold("in order")


def _by_day(paths: list[Path], zone: str) -> list[Path]:
    found = []
    for path in paths:
        table = pq.read_table(path)
        local = pa.compute.cast(table["timestamp"], pa.timestamp("us", zone))
        day = pa.compute.floor_temporal(pa.compute.subtract(local, pa.scalar(timedelta(seconds=1))), unit="day")
        for number, value in enumerate(pa.compute.unique(day)):
            found.append(WORK / f"{path.stem}-{number:02}.parquet")
            pq.write_table(table.filter(pa.compute.equal(day, value)), found[-1])
    return found


def _cold(what: str) -> None:
    """One installation's quarter by a server just started, its files out of the system's memory."""
    times = []
    with settings.INSTANCE.running_database():
        installations = np.random.default_rng(1).choice(_installations(), 12).tolist()
        connections.close_all()
    for installation in installations:
        connections.close_all()
        for file in (settings.INSTANCE.embedded.files.data / "base").rglob("*"):
            if file.is_file():
                with file.open("rb") as open_file:
                    os.posix_fadvise(open_file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with settings.INSTANCE.running_database():
            with connections["owner"].cursor() as cursor:
                cursor.execute("select count(*) from metering_register join metering_mounting using (meter_id)")
            began = time.perf_counter()
            with purpose(P.CUSTOMER_SERVICE, actor=None):
                queries.hourly_values(
                    installation_id=installation, register_code="energy", first_date=date(2018, 1, 1),
                    last_date=date(2018, 3, 31),
                )  # fmt: skip
            times.append((time.perf_counter() - began) * 1000)
            with connections["owner"].cursor() as cursor:
                cursor.execute(
                    "explain (analyze, buffers, format json) select * from metering_day where meter_id ="
                    " (select meter_id from metering_mounting where installation_id = %s) and register = 1"
                    " and day between '2018-01-01' and '2018-03-31'",
                    [installation],
                )
                plan = cursor.fetchone()[0][0]["Plan"]
            connections.close_all()
    pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    print(f"{what}: one installation's quarter, cold: p50 {np.median(times):.1f} ms; {pages} pages")


def _in_a_process_of_its_own(what: str, files: list[Path], count: int) -> None:
    with measured(what, count):
        subprocess.run([sys.executable, __file__, "import", *map(str, files)], check=True)


def _import_files(paths: list[str]) -> None:
    for path in paths:
        import_readings(path=Path(path), profile=None, now=NOW)
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime
    print(f"    importer: peak memory {used.ru_maxrss / 1024:.0f} MB, {seconds:.1f} s of processor time", flush=True)


def _installations() -> list[int]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select installation_id from metering_mounting order by id")
        return [number for (number,) in cursor.fetchall()]


def _times(arguments: tuple[int, int]) -> list[float]:
    seed, count = arguments
    connections.close_all()
    random = np.random.default_rng(seed)
    installations = _installations()
    found = []
    for installation in random.choice(installations, count).tolist():
        began = time.perf_counter()
        with purpose(P.CUSTOMER_SERVICE, actor=None):
            queries.hourly_values(
                installation_id=installation,
                register_code="energy",
                first_date=date(2018, 1, 3),
                last_date=date(2018, 12, 31),
            )
        found.append((time.perf_counter() - began) * 1000)
    return found[10:]


def _points() -> None:
    connections.close_all()
    for clients in (1, 8):
        with get_context("spawn").Pool(clients) as pool:
            times = np.concatenate(pool.map(_times, [(seed, 210) for seed in range(clients)]))
        p50, p99 = np.percentile(times, [50, 99])
        print(
            f"one year of hours of one installation, {clients} client(s): p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            flush=True,
        )


def _months() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "create table row_per_value as select d.meter_id, d.register, timestamptz '2018-02-01'"
            "   + (d.day - date '2018-02-01') * interval '1 day' + hour * interval '1 hour' as at,"
            "   value::bigint, 1 as delivery_id"
            "  from metering_day as d, unnest(values) with ordinality as v (value, hour)"
            " where day between '2018-02-01' and '2018-02-28'"
        )
        cursor.execute("alter table row_per_value add primary key (meter_id, register, at)")
        cursor.execute("vacuum analyze row_per_value")
    day_rows = _best(_month_of_day_rows)
    rows = _best(_month_of_rows)
    print(f"all meters' totals of a month: {day_rows:.0f} ms; row per value {rows:.0f} ms")


def _month_of_day_rows() -> int:
    with purpose(P.SETTLEMENT, actor=None):
        return len(queries.all_meters_month_totals(date(2018, 2, 1)).total)


def _month_of_rows() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select meter_id, register, sum(value)::bigint from row_per_value group by 1, 2")
        return len(cursor.fetchall())


def _best(what: Callable[[], int]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        what()
        times.append((time.perf_counter() - began) * 1000)
    return float(np.median(times))


def main() -> None:
    command, *rest = sys.argv[1:] or ["day"]
    if command == "daily":
        daily(*rest)
        return
    with settings.INSTANCE.running_database():
        if command == "import":
            _import_files(rest)
            return
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {METERS:,} meters, work in {WORK}")
        migrate()
        {"day": day, "year": year}[command]()


if __name__ == "__main__":
    main()
