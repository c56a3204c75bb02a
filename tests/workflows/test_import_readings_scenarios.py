"""Deliveries of readings, told as folders that a utility's staff can read: given, when, then.

given/meters.csv      the meters, their registers, and where they hang (from, up to but not including until)
given/agreements.csv  who had an agreement at an installation, and when; parts of a month are theirs
when/1-interval.csv   a file to import; its name tells the profile: interval (consumption in an hour), counter (what
                      the counter shows) or daily (one value a day), all in Danish local time
when/2-release.csv    a decision about the quarantine, or reject
when/3-meters.csv     meters registered meanwhile
when/4-readings.csv   what fitters wrote when they put meters up
when/6-thin.csv       a night: hours of days before the one date become days, days of months before the other months
when/5-retry.csv      what waits for meters is tried again; its line tells what came of it
then/deliveries.csv   what each file came to, by step
then/days.csv         every stored day, with the values of its hours: "." is missing, 5*3 is 5 5 5; a letter after a
                      value says that it is a first reading (f), carries a gap's consumption (g), was released (r);
                      no values: the hours have become their day
then/months.csv       every month, or part of one, that days have become
then/quarantine.csv, then/superseded.csv: all of it; without the file there must be none
then/installations.csv: what the customer sees of some days
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from psycopg import sql

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers import actions as customers
from forsyn.domain.metering import actions, queries
from forsyn.domain.metering.actions_thinning import thin_to_days, thin_to_months
from forsyn.domain.metering.day_rows import COLUMNS
from forsyn.domain.metering.rules import Quality
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.reading_files.profile_file import parse_profile
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.import_readings import import_readings
from forsyn.workflows.retry_readings import retry_readings

pytestmark = pytest.mark.django_db

SCENARIOS = Path(__file__).parent / "scenarios"
NAMES = sorted(path.name for path in SCENARIOS.iterdir() if (path / "given").is_dir())
START = datetime(2019, 1, 1, 6, tzinfo=UTC)
Row = dict[str, str]
RETRIED = ("tried", "stored", "identical", "set_aside", "waiting")


@dataclass
class World:
    """A scenario under way."""

    account_id: int
    installations: dict[str, int] = field(default_factory=dict)
    deliveries: list[Row] = field(default_factory=list)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("name", NAMES)
def test_scenario(name: str) -> None:
    folder = SCENARIOS / name
    account = Account.objects.create(
        email="sagsbehandler@example.invalid", name="Opdigtet Sagsbehandler", kind="staff", created_at=START
    )
    world = World(account.pk)
    _register_meters(_rows(folder / "given" / "meters.csv"), world)
    if (folder / "given" / "agreements.csv").exists():
        _conclude_agreements(_rows(folder / "given" / "agreements.csv"))
    for number, step in enumerate(sorted((folder / "when").iterdir())):
        _carry_out(step, world, START + timedelta(hours=number))
    _compare(folder / "then", world)


def _register_meters(rows: list[Row], world: World) -> None:
    for row in rows:
        if row["installation"] and row["installation"] not in world.installations:
            world.installations[row["installation"]] = _installation(row["installation"])
    first_rows = {row["meter"]: row for row in reversed(rows)}
    for meter, row in reversed(first_rows.items()):
        registers = {each["register"]: _register(each) for each in rows if each["meter"] == meter}
        actions.register_meters(
            meters=[
                actions.NewMeter(
                    meter,
                    "heat",
                    tuple(registers.values()),
                    row["installation"] or None,
                    date.fromisoformat(row["from"]) if row["from"] else None,
                    date.fromisoformat(row["until"]) if row["until"] else None,
                )
            ]
        )


def _register(row: Row) -> actions.NewRegister:
    optional = {key: int(row[key]) for key in ("rollover", "max_per_hour") if row.get(key)}
    return actions.NewRegister(row["register"], row["unit"], row["values"], row["resolution"], **optional)


def _installation(number: str) -> int:
    address = customers.register_address(street="Prøvevej", house_number=number, postal_code="9999", city="Eksempelby")
    point = customers.register_supply_point(number=f"S{number}", address_id=address, housing_kind="house")
    return customers.register_installation(
        number=number, supply_point_id=point, commodity="heat", first_date=date(2010, 1, 1)
    )


def _conclude_agreements(rows: list[Row]) -> None:
    for number, row in enumerate(rows):
        first = date.fromisoformat(row["from"])
        customer = customers.register_customer(
            number=f"K{number}", kind="person", name=row["customer"], cvr=None, birth_date=None, contacts={},
            since=first, source=Source.PERSON, today=START.date(), now=START,
        )  # fmt: skip
        ((point,),) = _select(
            "select supply_point_id from customers_installation where number = %s", [row["installation"]]
        )
        customers.conclude_agreement(
            number=f"A{number}", supply_point_id=point, commodity="heat", relation="tenant", customer_ids=[customer],
            first_date=first, until_date=date.fromisoformat(row["until"]) if row["until"] else None,
            source=Source.PERSON, now=START,
        )  # fmt: skip


def _carry_out(step: Path, world: World, now: datetime) -> None:
    number, kind = step.stem.split("-")
    if kind == "meters":
        _register_meters(_rows(step), world)
    elif kind == "readings":
        actions.record_mounting_readings(readings=[_fitters_reading(row) for row in _rows(step)], now=now)
    elif kind == "thin":
        for row in _rows(step):
            _thin(row)
    elif kind == "retry":
        assert _retried(now) == _rows(step)
    elif kind in {"release", "reject"}:
        decide = getattr(actions, kind)
        for row in _rows(step):
            decide(account_id=world.account_id, now=now, note=row["note"], reason=row["reason"])
    else:
        profile = parse_profile((SCENARIOS / f"{kind}.toml").read_text("utf-8"), where=kind)
        receipt = import_readings(path=step, profile=profile, now=now)
        counts = {name: str(getattr(receipt, name)) for name in ("delivered", "stored", "identical", "quarantined")}
        world.deliveries.append({"step": number, **counts, "already": "yes" if receipt.already else "no"})


def _thin(row: Row) -> None:
    for column, thin in (("hours_before", thin_to_days), ("days_before", thin_to_months)):
        more = bool(row[column])
        while more:
            with purpose(P.RETENTION, actor=None):
                more = thin(before=date.fromisoformat(row[column]), meters=1).more


def _fitters_reading(row: Row) -> actions.FittersReading:
    ((mounting_id, register),) = _select(
        "select mounting.id, register.number from metering_mounting as mounting"
        "  join metering_register as register on register.meter_id = mounting.meter_id and register.code = %s"
        "  join metering_meter as meter on meter.id = mounting.meter_id and meter.number = %s",
        [row["register"], row["meter"]],
    )
    return actions.FittersReading(mounting_id, register, int(row["opening"]))


def _retried(now: datetime) -> list[Row]:
    profiles = [parse_profile(path.read_text("utf-8"), where=path.name) for path in SCENARIOS.glob("*.toml")]
    found = []
    for each in retry_readings(profiles=profiles, now=now):
        assert each.retried is not None
        found.append({name: str(getattr(each.retried, name)) for name in RETRIED})
    return found


def _compare(then: Path, world: World) -> None:
    assert world.deliveries == _rows(then / "deliveries.csv")
    assert _days() == [row | {"values": _spelled_out(row["values"])} for row in _rows(then / "days.csv")]
    found: dict[str, list[Row]] = {"quarantine": _quarantine(), "superseded": _superseded(), "months": _months()}
    for name, rows in found.items():
        expected = _rows(then / f"{name}.csv") if (then / f"{name}.csv").exists() else []
        assert rows == expected, name
    if (then / "installations.csv").exists():
        expected = _rows(then / "installations.csv")
        assert [_installation_day(row, world) for row in expected] == expected
    for delivery in queries.deliveries():
        assert delivery.delivered == delivery.stored + delivery.identical + delivery.quarantined
        open_or_rejected = sum(
            each.values for each in queries.quarantine_summary(delivery.pk) if each.state != "released"
        )
        assert delivery.quarantined == open_or_rejected


def _spelled_out(values: str) -> str:
    return re.sub(r"(\S+?)\*(\d+)", lambda match: " ".join([match[1]] * int(match[2])), values)


MARKS = {0: "", Quality.FIRST_READING: "f", Quality.AFTER_GAP: "g", Quality.RELEASED: "r"}


def _days() -> list[Row]:
    numbers = dict(_select("select id, number from metering_meter"))
    codes = {
        (meter, number): code for meter, number, code in _select("select meter_id, number, code from metering_register")
    }
    rows = queries.read_rows(
        sql.SQL(f"select {', '.join(COLUMNS)} from metering_day order by meter_id, register, day").format()
    )
    found = []
    for i in range(len(rows)):
        cells = [
            f"{rows.values[i, slot]}{_marks(int(rows.quality[i, slot]))}" if rows.present[i, slot] else "."
            for slot in range(rows.slots[i])
        ]
        found.append(
            {
                "meter": numbers[int(rows.meter_id[i])],
                "register": codes[int(rows.meter_id[i]), int(rows.register[i])],
                "day": str(np.datetime64(int(rows.day[i]), "D")),
                "version": str(rows.version[i]),
                "opening": str(rows.opening[i]) if rows.has_opening[i] else "",
                "total": str(rows.total[i]),
                "values": " ".join(cells),
            }
        )
    return found


def _marks(quality: int) -> str:
    return "".join(MARKS[flag] for flag in Quality if quality & flag)


def _quarantine() -> list[Row]:
    statement = (
        "select meter_number as meter, register_code as register, reason, coalesce(day::text, '') as day,"
        "       array_to_string(values, ' ', '?') as values, state"
        "  from metering_quarantine order by id"
    )
    return _select_rows(statement)


def _superseded() -> list[Row]:
    return _select_rows(
        "select meter.number as meter, day::text as day, version::text as version, total::text as total"
        "  from metering_day_superseded join metering_meter as meter on meter.id = meter_id"
        " order by meter_id, register, day, version"
    )


def _months() -> list[Row]:
    return _select_rows(
        "select meter.number as meter, first_day::text as from, until_day::text as until, total::text, days::text,"
        "       complete_days::text, coalesce(opening::text, '') as opening, coalesce(closing::text, '') as closing,"
        "       coalesce(carried::text, '') as carried"
        "  from metering_month join metering_meter as meter on meter.id = meter_id"
        " order by meter_id, register, first_day"
    )


def _installation_day(row: Row, world: World) -> Row:
    day = date.fromisoformat(row["day"])
    totals = queries.day_totals(
        installation_id=world.installations[row["installation"]],
        register_code=row["register"],
        first_date=day,
        last_date=day,
    )
    return row | {"total": str(totals.total[0]), "complete": "yes" if totals.complete[0] else "no"}


def _select(statement: str, parameters: list[str] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _select_rows(statement: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
