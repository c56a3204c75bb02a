"""The import of readings as a whole: dry runs, files that fail, chunks, the number of statements, the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rich.console import Console
from typer.testing import CliRunner, Result

from forsyn.domain.metering import actions, actions_retry, intake, queries, spool
from forsyn.domain.metering.rules import Reason
from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.interfaces.cli.main import app
from forsyn.workflows.import_readings import import_readings
from forsyn.workflows.readings_meters import make_meters_for

pytestmark = pytest.mark.django_db
NOW = datetime(2019, 6, 1, 6, tzinfo=UTC)


def _csv(path: Path, meters: int, *, days: int = 3, register: int = 1_000) -> Path:
    """Counters of water meters in the DAIAD form, an hour apart, with a spike and a reading twice."""
    random = np.random.default_rng(meters)
    lines = ["user key;datetime;meter reading;diff"]
    for hour in range(24 * days):
        for meter in range(meters):
            value = register + 10 * hour + int(random.integers(0, 10))
            if hour == 30 and meter % 3 == 0:
                value = 5
            stamp = f"{1 + hour // 24:02}/03/2016 {hour % 24:02}:15:00"
            lines += [f"{meter:05};{stamp};{value};0"] * (2 if hour == 7 else 1)
    path.write_text("\n".join(lines) + "\n")
    return path


def _stored() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, day, version, opening, total, values, quality from metering_day"
            " join metering_meter on id = meter_id order by number, day"
        )
        return list(cursor.fetchall())


def _quarantined() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select meter_number, reason, day, lines, instants, values from metering_quarantine order by 1, 3, 2"
        )
        return list(cursor.fetchall())


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from metering_day")
        cursor.execute("delete from metering_quarantine")
        cursor.execute("delete from metering_delivery")


def test_a_dry_run_tells_everything_and_keeps_nothing(tmp_path: Path) -> None:
    path = _csv(tmp_path / "water.csv", 6)
    make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
    tried = import_readings(path=path, profile=None, now=NOW, dry_run=True)
    assert (_stored(), _quarantined(), queries.deliveries()) == ([], [], [])
    done = import_readings(path=path, profile=None, now=NOW)
    assert (tried.stored, tried.identical, tried.quarantined, tried.reasons) == (
        done.stored, done.identical, done.quarantined, done.reasons,
    )  # fmt: skip
    assert (done.stored, done.identical, done.quarantined) == (6 * 72 - 2, 6, 2)


def test_a_file_that_ends_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    path = _csv(tmp_path / "water.csv", 3)
    make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
    with path.open("a") as file:
        file.write("00000;01/03/2016 09:15:00;1;" + "0" * 3_000_000 + "\n")
    with pytest.raises(ReadingFileError):
        import_readings(path=path, profile=None, now=NOW)
    assert (_stored(), _quarantined(), queries.deliveries()) == ([], [], [])


def test_what_is_decided_does_not_depend_on_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _csv(tmp_path / "water.csv", 40)
    make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
    results = []
    for memory, chunk, slice_values in ((10**7, 10**7, 10**7), (500, 600, 100), (500, 10**7, 1)):
        monkeypatch.setattr(actions, "Spool", lambda m=memory, c=chunk: spool.Spool(memory_values=m, chunk_values=c))
        monkeypatch.setattr(intake, "SLICE_VALUES", slice_values)
        receipt = import_readings(path=path, profile=None, now=NOW)
        results.append((_stored(), _quarantined(), receipt.stored, receipt.identical, receipt.quarantined))
        _forget()
    assert results[0] == results[1] == results[2]


def test_more_meters_take_no_more_statements(tmp_path: Path) -> None:
    counts = []
    for number, meters in enumerate((3, 60)):
        path = _csv(tmp_path / f"water{number}.csv", meters)
        make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
        import_readings(path=path, profile=None, now=NOW)
        later = _csv(tmp_path / f"later{number}.csv", meters, register=1_001)
        with CaptureQueriesContext(connection) as statements:
            import_readings(path=later, profile=None, now=NOW)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_day_of_unknown_meters_is_one_item_a_meter(tmp_path: Path) -> None:
    receipt = import_readings(path=_csv(tmp_path / "water.csv", 20), profile=None, now=NOW)
    assert receipt.quarantined == receipt.delivered == 20 * 73
    items = queries.quarantine_items(delivery_id=receipt.delivery.pk, page_size=100)
    assert [item.value_count for item in items] == [73] * 20
    assert queries.quarantine_summary(receipt.delivery.pk) == [("meter_unknown", "open", 20, 20 * 73)]


def test_a_strange_meter_number_is_an_unknown_one(tmp_path: Path) -> None:
    numbers = ["0" * 200, "a\0b", "', '", "{}", "Ærø 7"]
    stamps = pa.array([1_514_764_800] * len(numbers), pa.timestamp("s", tz="UTC"))
    path = tmp_path / "strange.parquet"
    pq.write_table(pa.table({"meter_id": numbers, "timestamp": stamps, "value": [1.0] * len(numbers)}), path)
    receipt = import_readings(path=path, profile=None, now=NOW)
    assert receipt.reasons == {Reason.METER_UNKNOWN: len(numbers)}
    found = [item.meter_number for item in queries.quarantine_items(delivery_id=receipt.delivery.pk)]
    assert found == ["0" * 64, "a\N{SYMBOL FOR NULL}b", "', '", "{}", "Ærø 7"]


def test_an_installation_shows_what_its_meter_counted(tmp_path: Path) -> None:
    path = _csv(tmp_path / "water.csv", 2)
    make_meters_for(paths=[path], profile=None, now=NOW, today=NOW.date())
    import_readings(path=path, profile=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "select installation_id, meter_id from metering_mounting"
            " join metering_meter as meter on meter.id = meter_id where number = '00000'"
        )
        installation_id, meter_id = cursor.fetchone()
    span = {"register_code": "volume", "first_date": date(2016, 2, 28), "last_date": date(2016, 3, 4)}
    hours = queries.hourly_values(installation_id=installation_id, **span)
    days = queries.day_totals(installation_id=installation_id, **span)
    assert len(hours.starts_at) == 6 * 24
    assert hours.present.sum() == 71
    assert days.total.tolist() == hours.value.reshape(6, 24).sum(axis=1).tolist()
    assert days.complete.tolist() == [False, False, True, False, True, False]
    missing = queries.gaps(installation_id=installation_id, **span)
    assert [(gap.starts_at.isoformat(), gap.hours) for gap in missing] == [
        ("2016-03-02T05:00:00+00:00", 1), ("2016-03-03T23:00:00+00:00", 24),
    ]  # fmt: skip
    months = queries.month_totals(installation_id=installation_id, register_code="volume", years=[2016])
    assert months.total.tolist() == [0, 0, days.total.sum(), *[0] * 9]
    assert (months.days_present[2], months.days_complete[2]) == (3, 2)
    (march,) = (total for meter, total in zip(*_month(date(2016, 3, 9)), strict=True) if meter == meter_id)
    assert march == days.total.sum()


def _month(day: date) -> tuple[list[int], list[int]]:
    found = queries.all_meters_month_totals(day)
    return found.meter_id.tolist(), found.total.tolist()


# -- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def run() -> Callable[..., Result]:
    host = SimpleNamespace(database=nullcontext)

    def command(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["import", *map(str, arguments)], obj=host)

    return command


def test_the_command_goes_on_after_a_bad_file_and_says_so(run: Callable[..., Result], tmp_path: Path) -> None:
    good, bad = _csv(tmp_path / "good.csv", 2), tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 and no more")
    assert run("meters-for", good).exit_code == 0
    result = run("readings", bad, good)
    assert result.exit_code == 1
    assert "bad.parquet: it is not a whole Parquet file" in result.stderr.replace("\n", " ")
    assert "Nothing of this file was kept." in result.stderr.replace("\n", " ")
    assert "good.csv: 1 quarantined, backward_step" in result.stdout
    assert "Traceback" not in result.output
    assert [each.file_name for each in queries.deliveries()] == ["good.csv"]


def test_the_command_answers_programs_in_json(run: Callable[..., Result], tmp_path: Path) -> None:
    path = _csv(tmp_path / "water.csv", 2)
    assert json.loads(run("meters-for", path, "--json").stdout) == {
        "made": 2, "present": 0, "extended": 0, "passed_over": [], "errors": [],
    }  # fmt: skip
    (first,) = json.loads(run("readings", path, "--json").stdout)
    assert (first["delivered"], first["stored"], first["identical"], first["quarantined"]) == (146, 143, 2, 1)
    assert first["reasons"] == {"backward_step": 1}
    again, missing = json.loads(run("readings", path, tmp_path / "none.csv", "--json").stdout)
    assert (again["delivery"], again["identical"], again["stored"]) == (first["delivery"], 146, 0)
    assert again["already_delivered_at"] is not None
    assert "there is no such file" in missing["error"]


def test_a_file_named_twice_is_told_twice(run: Callable[..., Result], tmp_path: Path) -> None:
    path = _csv(tmp_path / "water.csv", 2)
    first, second = json.loads(run("readings", path, path, "--json").stdout)
    assert (first["delivered"], first["stored"] + first["quarantined"], first["already_delivered_at"]) == (
        146,
        146,
        None,
    )
    assert second["already_delivered_at"] is not None


def test_no_number_is_cut_off_in_a_narrow_window(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forsyn.interfaces.cli.readings.console", Console(width=40, highlight=False))
    told = run("readings", _csv(tmp_path / "water.csv", 2)).stdout
    assert "…" not in told
    assert "146" in told


def test_what_went_in_before_the_database_failed_is_still_told(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*, path: Path, **rest: Any) -> actions.Receipt:
        if path.name == "second.csv":
            raise OperationalError("server closed the connection unexpectedly")
        return import_readings(path=path, **rest)

    monkeypatch.setattr("forsyn.interfaces.cli.readings.import_readings", failing)
    result = run("readings", _csv(tmp_path / "first.csv", 2), _csv(tmp_path / "second.csv", 3), "--json")
    assert result.exit_code == 1
    first, second = json.loads(result.stdout)
    assert first["delivered"] == 146
    assert "second.csv: The database cannot be used: server closed the connection unexpectedly." in second["error"]


def _heat(path: Path, first: str, meters: tuple[int, ...] = (1, 2), hours: int = 24) -> Path:
    """Hours of heat meters in the Aalborg form, each with as many kWh as its number."""
    ends = (np.datetime64(first, "s") + np.arange(1, hours + 1) * np.timedelta64(3600, "s")).tolist()
    stamps = pa.array(ends * len(meters), pa.timestamp("s", tz="UTC"))
    values = np.repeat(np.array(meters, np.float64), hours)
    pq.write_table(pa.table({"meter_id": np.repeat(meters, hours), "timestamp": stamps, "value": values}), path)
    return path


def _buildings(path: Path) -> Path:
    columns = {"meter_id": [1], "unit_type": ["house"], "construction_year": [1970.0], "energy_label": ["C"]}
    pq.write_table(pa.table(columns), path)
    return path


def test_a_description_of_buildings_is_passed_over(run: Callable[..., Result], tmp_path: Path) -> None:
    files = (_buildings(tmp_path / "buildings.parquet"), _heat(tmp_path / "heat.parquet", "2018-01-01T00:00"))
    sentence = "buildings.parquet describes the buildings; it holds no readings and was passed over."
    made = run("meters-for", *files)
    assert (made.exit_code, made.stderr) == (0, "")
    assert "2 meters made" in made.stdout
    assert sentence in " ".join(made.stdout.split())
    taken = run("readings", *files)
    assert (taken.exit_code, taken.stderr.strip()) == (0, "")
    assert sentence in " ".join(taken.stdout.split())
    result = run("readings", *files, "--json")
    buildings, heat = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (buildings["outcome"], buildings["describes"]) == ("passed_over", "the buildings")
    assert (heat["outcome"], heat["identical"]) == ("already_delivered", 48)


def test_meters_are_made_although_another_file_is_unreadable(run: Callable[..., Result], tmp_path: Path) -> None:
    unknown = tmp_path / "unknown.parquet"
    pq.write_table(pa.table({"colour": ["red"]}), unknown)
    january = _heat(tmp_path / "january.parquet", "2018-01-01T00:00")
    february = _heat(tmp_path / "february.parquet", "2018-02-01T00:00", meters=(1, 2, 3))
    result = run("meters-for", unknown, january, february)
    assert result.exit_code == 1
    assert "unknown.parquet: no profile fits" in result.stderr
    assert "3 meters made, each at a fictional customer; 0 were there already." in result.stdout
    result = run("meters-for", january, february)
    assert result.exit_code == 0
    assert "0 meters made, each at a fictional customer; 3 were there already." in result.stdout
    assert run("readings", unknown).exit_code == 1


@pytest.mark.parametrize("year", [2017, 2019])
def test_meters_made_for_one_year_take_another(run: Callable[..., Result], tmp_path: Path, year: int) -> None:
    run("meters-for", _heat(tmp_path / "2018.parquet", "2018-03-10T00:00"))
    other = _heat(tmp_path / "other.parquet", f"{year}-03-10T23:00")
    assert json.loads(run("meters-for", other, "--json").stdout)["extended"] == (2 if year < 2018 else 0)
    assert json.loads(run("meters-for", other, "--json").stdout)["extended"] == 0
    (receipt,) = json.loads(run("readings", other, "--json").stdout)
    assert (receipt["stored"], receipt["quarantined"]) == (48, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from metering_day d join metering_mounting m on m.meter_id = d.meter_id"
            "  join customers_installation i on i.id = m.installation_id and i.period @> d.day"
            "  join customers_agreement a on a.supply_point_id = i.supply_point_id and a.period @> d.day"
            "  join customers_agreement_holder h on h.agreement_id = a.id"
            "  join customers_customer_name n on n.customer_id = h.customer_id and n.period @> d.day"
        )
        assert cursor.fetchone() == (2,)


def test_real_meters_are_never_mounted_earlier(run: Callable[..., Result], tmp_path: Path) -> None:
    run("meters-for", _heat(tmp_path / "2018.parquet", "2018-03-10T00:00"))
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_customer_name set name = 'Kunde Uden Nummer' where customer_id ="
            " (select id from customers_customer where number = 'FV1')"
        )
        assert cursor.rowcount == 1
    earlier = _heat(tmp_path / "2017.parquet", "2017-03-10T00:00")
    assert json.loads(run("meters-for", earlier, "--json").stdout)["extended"] == 1
    (receipt,) = json.loads(run("readings", earlier, "--json").stdout)
    assert (receipt["stored"], receipt["reasons"]) == (24, {"not_mounted": 24})


def test_values_that_came_before_their_meters_are_taken_in_by_retry(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _csv(tmp_path / "water.csv", 20)
    run("readings", path)
    assert json.loads(run("retry", "--json").stdout) == [
        {"file": "water.csv", "tried": 0, "stored": 0, "identical": 0, "set_aside": 0, "waiting": 1460}
        | {"delivery": queries.deliveries()[0].pk}
    ]
    run("meters-for", path)
    monkeypatch.setattr(actions_retry, "CHUNK_VALUES", 200)
    (tried,) = json.loads(run("retry", "--dry-run", "--json").stdout)
    assert (_stored(), queries.deliveries()[0].stored) == ([], 0)
    (done,) = json.loads(run("retry", "--json", "--delivery", queries.deliveries()[0].pk).stdout)
    assert done == tried
    assert (done["tried"], done["stored"], done["identical"], done["set_aside"]) == (1460, 20 * 72 - 7, 20, 7)
    (delivery,) = queries.deliveries()
    assert (delivery.stored, delivery.identical, delivery.quarantined) == (20 * 72 - 7, 20, 7)
    late = _stored()
    _forget()
    import_readings(path=path, profile=None, now=NOW)
    assert late == _stored()
    assert "Nothing waits" in run("retry").stdout


def test_retry_of_days_that_a_meter_hangs_on_by_now(run: Callable[..., Result], tmp_path: Path) -> None:
    path = _heat(tmp_path / "days.parquet", "2018-03-09T23:00", hours=72)
    run("meters-for", path)
    with connection.cursor() as cursor:
        cursor.execute("update metering_mounting set period = '[2018-03-12,)'")
    run("readings", path)
    with connection.cursor() as cursor:
        cursor.execute("update metering_mounting set period = '[2018-03-11,)'")
    (done,) = json.loads(run("retry", "--json").stdout)
    assert [done[name] for name in ("tried", "stored", "set_aside", "waiting")] == [96, 48, 48, 48]
    (again,) = json.loads(run("retry", "--json").stdout)
    assert [again[name] for name in ("tried", "stored", "set_aside", "waiting")] == [0, 0, 0, 48]


def test_retry_asks_for_a_profile_that_is_not_shipped(run: Callable[..., Result], tmp_path: Path) -> None:
    text = resources.files("forsyn.integrations.reading_files").joinpath("profiles/daiad_water.toml").read_text()
    own = tmp_path / "own.toml"
    own.write_text(text.replace('key = "daiad_water"', 'key = "own"'))
    path = _csv(tmp_path / "water.csv", 1)
    run("readings", path, "--profile", own)
    run("meters-for", path)
    refused = run("retry")
    assert refused.exit_code == 1
    assert "came with profile own, which is not a shipped one" in refused.stderr
    taken = run("retry", "--profile", own)
    assert (taken.exit_code, queries.deliveries()[0].stored) == (0, 71)
    missing = run("retry", "--delivery", 987_654)
    assert missing.exit_code == 1
    assert "There is no delivery 987654." in missing.stderr


def test_more_meters_take_no_more_statements_to_retry(run: Callable[..., Result], tmp_path: Path) -> None:
    counts = []
    for number, meters in enumerate((3, 60)):
        path = _csv(tmp_path / f"water{number}.csv", meters)
        run("readings", path)
        run("meters-for", path)
        with CaptureQueriesContext(connection) as statements:
            assert run("retry").exit_code == 0
        counts.append(len(statements))
        _forget()
        with connection.cursor() as cursor:
            cursor.execute("delete from metering_mounting")
            cursor.execute("delete from metering_register")
            cursor.execute("delete from metering_meter")
    assert counts[0] == counts[1]


def test_an_unknown_profile_is_told_with_the_known_ones(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("readings", _csv(tmp_path / "water.csv", 1), "--profile", "daiad")
    assert result.exit_code == 1
    assert "daiad_water" in result.stderr
