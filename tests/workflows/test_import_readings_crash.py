"""kill -9 in the middle of an import: what is there afterwards is all of the file or nothing of it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction

from forsyn.domain.metering import actions
from forsyn.domain.metering.importing import one_at_a_time
from forsyn.workflows.import_readings import import_readings
from forsyn.workflows.readings_meters import make_meters_for

pytestmark = pytest.mark.crash

NOW = datetime(2019, 6, 1, 6, tzinfo=UTC)
METERS, DAYS, TRIALS = 500, 40, 5
IMPORT = """
import sys, django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from forsyn.workflows.import_readings import import_readings
print("begun", flush=True)
import_readings(path=Path(sys.argv[1]), profile=None, now=datetime(2019, 6, 1, 6, tzinfo=UTC))
"""


def _write(path: Path, values: np.ndarray) -> int:
    """A Parquet delivery of hours from 2018-02-01; returns the sum in watt hours."""
    ends = np.datetime64("2018-02-01T00:00", "h") + np.arange(1, values.shape[1] + 1)
    table = pa.table(
        {
            "meter_id": np.repeat(np.arange(values.shape[0]), values.shape[1]),
            "timestamp": pa.array(np.tile(ends, values.shape[0]).astype("datetime64[s]"), pa.timestamp("s", tz="UTC")),
            "value": values.ravel().astype(np.float64),
        }
    )
    pq.write_table(table, path)
    return int(values.sum()) * 1000


def _state() -> tuple[int, int, int, int]:
    """Deliveries, sum of the stored days, day rows, superseded rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from metering_delivery), coalesce(sum(total), 0)::bigint, count(*),"
            "       (select count(*) from metering_day_superseded) from metering_day"
        )
        return tuple(cursor.fetchone())  # type: ignore[return-value]


def _run(path: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(path)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def _when_free(look: Callable[[], tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """Look when the killed import's connection has gone, and with it its lock."""
    for _ in range(200):
        try:
            with transaction.atomic():
                one_at_a_time()
                return look()
        except actions.NotPossible:
            time.sleep(0.05)
    raise AssertionError("the killed import still holds its lock")


@pytest.mark.parametrize("seed", [1])
def test_a_killed_import_leaves_all_or_nothing(own_database: dict[str, str], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    values = np.random.default_rng(seed).integers(0, 9, (METERS, DAYS * 24))
    corrected = values + (np.random.default_rng(seed + 1).random(values.shape) < 0.01)
    files = [tmp_path / "first.parquet", tmp_path / "corrected.parquet"]
    sums = [_write(path, part) for path, part in zip(files, (values, corrected), strict=True)]
    make_meters_for(paths=files[:1], profile=None, now=NOW, today=NOW.date())
    before = (0, 0, 0, 0)
    for number, (path, total) in enumerate(zip(files, sums, strict=True), start=1):
        began = time.monotonic()
        import_readings(path=path, profile=None, now=NOW, dry_run=True)
        seconds = time.monotonic() - began
        interrupted = 0
        for _ in range(TRIALS):
            with _run(path, own_database) as process:
                time.sleep(chance.uniform(0, 0.8 * seconds))
                process.kill()
            state = _when_free(_state)
            if state[0] == number:
                break
            assert state == before
            interrupted += 1
        assert interrupted
        import_readings(path=path, profile=None, now=NOW)
        assert import_readings(path=path, profile=None, now=NOW).already
        before = _state()
        assert before[:2] == (number, total)
    assert before[3] > 0


def test_a_second_import_is_told_to_wait(own_database: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "first.parquet"
    _write(path, np.ones((METERS, DAYS * 24)))
    make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
    with transaction.atomic():
        one_at_a_time()
        second = subprocess.run(
            [sys.executable, "-c", IMPORT, str(path)], env=own_database, capture_output=True, text=True, check=False
        )
    assert "Another delivery is being taken in right now. Wait until it is done, then try again." in second.stderr
    assert _state() == (0, 0, 0, 0)
