"""Closed months are put in order: smaller, the same values, once; and not while others read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from django.db import connection, connections, transaction
from typer.testing import CliRunner, Result

from forsyn.domain.metering.actions_thinning import thin_to_months
from forsyn.domain.metering.day_rows import COLUMNS, COPY_HEADER, COPY_TRAILER, DayRows, to_copy
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.main import app
from forsyn.policy.purposes import P
from forsyn.workflows.tidy_months import Outcome, tidy_months

pytestmark = pytest.mark.crash
TODAY = date(2018, 4, 15)
METERS = 300


def _fill_day_by_day(month: date, days: int) -> None:
    """Day by day, as suppliers deliver; meters in no order."""
    random = np.random.default_rng(1)
    first = (month - date(1970, 1, 1)).days
    with connection.cursor() as cursor:
        cursor.execute("select metering_ensure_month(%s)", [month])
        for day in range(first, first + days):
            rows = DayRows.blank(METERS)
            rows.meter_id[:], rows.register[:], rows.version[:], rows.day[:] = random.permutation(METERS), 1, 1, day
            rows.slots[:], rows.present[:, :24] = 24, True
            rows.values[:, :24] = random.integers(0, 9_000, (METERS, 24))
            rows.total[:] = rows.values.sum(axis=1)
            with cursor.copy(f"copy metering_day ({', '.join(COLUMNS)}) from stdin (format binary)") as copy:
                copy.write(COPY_HEADER + b"".join(to_copy(rows)) + COPY_TRAILER)


def _everything() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("select * from metering_day order by meter_id, register, day")
        return list(cursor.fetchall())


@contextmanager
def _somebody_reading(day: date) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select count(*) from metering_day where day = %s", [day])
        yield


def _outcomes(*, dry_run: bool = False) -> dict[str, Outcome]:
    months = tidy_months(today=TODAY, lock_timeout_ms=200, dry_run=dry_run)
    return {f"{month.table.month:%Y-%m}": month.outcome for month in months}


def test_closed_months_are_put_in_order_once(own_database: dict[str, str]) -> None:
    for month, days in ((date(2018, 2, 1), 28), (date(2018, 3, 1), 31), (date(2018, 4, 1), 14)):
        _fill_day_by_day(month, days)
    before = _everything()
    estimates = list(tidy_months(today=TODAY, lock_timeout_ms=200, dry_run=True))
    assert {month.outcome for month in estimates} == {Outcome.TO_DO}
    with _somebody_reading(date(2018, 2, 3)):
        assert _outcomes() == {"2018-02": Outcome.IN_USE, "2018-03": Outcome.DONE}
    done, _ = tidy_months(today=TODAY, lock_timeout_ms=200)
    assert (done.outcome, done.table.scattered) == (Outcome.DONE, True)
    assert done.bytes_after < done.table.bytes
    assert done.bytes_after == pytest.approx(estimates[0].bytes_after, rel=0.05)
    assert _outcomes() == {"2018-02": Outcome.IN_ORDER, "2018-03": Outcome.IN_ORDER}
    assert _everything() == before
    with connections["owner"].cursor() as cursor:
        cursor.execute("update metering_day_2018_02 set version = version + 1 where meter_id % 3 = 0")
    assert _outcomes() == {"2018-02": Outcome.DONE, "2018-03": Outcome.IN_ORDER}


@pytest.fixture
def run() -> Callable[..., Result]:
    host = SimpleNamespace(database=nullcontext)
    return lambda *arguments: CliRunner().invoke(app, ["tidy", *arguments], obj=host)


def test_the_command_tells_what_it_would_do_and_does_it(
    own_database: dict[str, str], run: Callable[..., Result]
) -> None:
    _fill_day_by_day(date(2018, 2, 1), 28)
    tried = run("--dry-run")
    assert tried.exit_code == 0
    assert "would be put in order, a meter's days lay apart" in " ".join(tried.stdout.split())
    with _somebody_reading(date(2018, 2, 3)):
        (month,) = json.loads((refused := run("--json", "--wait", "0.2")).stdout)
    assert (refused.exit_code, month["outcome"]) == (1, "in_use")
    (month,) = json.loads(run("--json").stdout)
    assert (month["month"], month["outcome"], month["rows"]) == ("2018-02", "done", 28 * METERS)
    assert "1 of 1 closed months were in order already." in run().stdout


def test_a_month_whose_days_have_become_months_goes(own_database: dict[str, str]) -> None:
    for month, days in ((date(2018, 2, 1), 28), (date(2018, 3, 1), 31)):
        _fill_day_by_day(month, days)
    more = True
    while more:
        with purpose(P.RETENTION, actor=None):
            more = thin_to_months(before=date(2018, 3, 1)).more
    assert _outcomes(dry_run=True)["2018-02"] == Outcome.EMPTIED
    with _somebody_reading(date(2018, 3, 3)):
        assert _outcomes()["2018-02"] == Outcome.IN_USE
    assert _outcomes()["2018-02"] == Outcome.EMPTIED
    assert list(_outcomes()) == ["2018-03"]
