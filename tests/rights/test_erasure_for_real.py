"""Erasure on a database of its own, which really commits: killed at each step, a backup put back, two at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from psycopg import sql

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.domain.customers.models import ContactPoint, CustomerName
from forsyn.domain.retention.models import Erasure, Night, NightState
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import ErasureRefused, carry_out_erasure, plan_erasure
from forsyn.workflows.erasure_plan import ErasurePlan
from forsyn.workflows.erasure_replay import Replayed, entries_not_carried_out, replay
from forsyn.workflows.night import Pace, run_night
from tests.world import NOW, TODAY, World, build_world

KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
import django; django.setup()
from django.conf import settings
from django.db import connection
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure

where, customer, actor = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
append, left = ErasureLog.append, -1
def append_and_die(log, entries):
    if where == "after the log":
        append(log, entries)
    elif where == "a line cut off":
        with log.file.open("a") as file:
            file.write('{"at": "2026-')
    die()
if where.isdigit():
    left = int(where)
else:
    ErasureLog.append = append_and_die
def count(execute, statement, parameters, many, context):
    global left
    left -= 1
    if left == 0:
        die()
    return execute(statement, parameters, many, context)
given = {"customer_ids": [customer], "today": date(2026, 11, 2), "now": datetime(2026, 11, 2, 9, tzinfo=UTC)}
with purpose(P.PRIVACY_RIGHTS, actor=actor):
    plan = plan_erasure(**given, actor=actor)
    with connection.execute_wrapper(count):
        carry_out_erasure(**given, actor=actor, fingerprint=plan.fingerprint)
"""
POINTS = ("6", "20", "30", "before the log", "a line cut off", "after the log")


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> ErasureLog:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


def _planned(world: World) -> ErasurePlan:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        return plan_erasure(customer_ids=[world.dorthe.customer_id], today=TODAY, now=NOW, actor=world.dpo.id)


def _carry_out(world: World, plan: ErasurePlan) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        carry_out_erasure(
            customer_ids=[world.dorthe.customer_id],
            fingerprint=plan.fingerprint,
            today=TODAY,
            now=NOW,
            actor=world.dpo.id,
        )


def _is_there(world: World) -> bool:
    """Wholly: what an erasure takes is there, and nothing of what it leaves behind."""
    contacts = ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).count()
    signs = Restriction.objects.count() + Erasure.objects.count()
    assert (contacts, signs) in ((2, 0), (0, 2))
    return contacts == 2


def _everybody_else() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select md5(point::text) from customers_contact_point as point"
            "  join customers_customer as customer on customer.id = customer_id"
            " where customer.number <> '1005' order by 1"
        )
        return [row for (row,) in cursor.fetchall()]


@pytest.mark.crash
def test_killed_at_any_step_it_is_done_wholly_or_not_at_all(own_database: dict[str, str], log: ErasureLog) -> None:
    world = build_world()
    others = _everybody_else()
    arguments = [str(world.dorthe.customer_id), str(world.dpo.id)]
    for point in POINTS:
        connections["default"].close()
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, point, *arguments],
            env=own_database | {"FORSYN_ERASURE_LOG": str(log.file)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert _is_there(world), point
        assert len(log.entries()) == (1 if point == "after the log" else 0)
    assert len(entries_not_carried_out()) == 1  # the doctor says so
    assert replay(actor=None, today=TODAY, now=NOW) == Replayed(entries=1, found=1, erased=1)
    assert not _is_there(world)
    assert entries_not_carried_out() == []
    assert _everybody_else() == others


@contextmanager
def _copy(database: str, name: str) -> Iterator[str]:
    """A backup: the database as it is now, under another name."""
    conninfo = django_settings.INSTANCE.embedded.conninfo("postgres", SUPERUSER)
    names = {"copy": sql.Identifier(name), "database": sql.Identifier(database)}
    names["owner"] = sql.Identifier(django_settings.INSTANCE.owner_role)
    connections["default"].close()
    with psycopg.connect(conninfo, autocommit=True) as administrator:
        administrator.execute(sql.SQL("create database {copy} template {database} owner {owner}").format(**names))
        yield name
        connections["default"].close()
        administrator.execute(sql.SQL("drop database {copy} with (force)").format(**names))


def _point_at(database: str) -> None:
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = database


def test_nobody_comes_back_with_a_backup(own_database: dict[str, str]) -> None:
    world = build_world()
    name = own_database["FORSYN_DATABASE"]
    others = _everybody_else()
    with _copy(name, f"{name}_backup") as backup:
        _carry_out(world, _planned(world))
        _point_at(backup)
        assert _is_there(world)
        assert len(entries_not_carried_out()) == 1
        assert replay(actor=None, today=TODAY, now=NOW + timedelta(days=1)).erased == 1
        assert not _is_there(world)
        assert _everybody_else() == others
        assert replay(actor=None, today=TODAY, now=NOW + timedelta(days=1)).erased == 0
        with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.id):
            assert not CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
    _point_at(name)


def test_of_two_clerks_at_once_one_erases(own_database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.erasure.LOCK_SECONDS", 0.2)
    world = build_world()
    plan = _planned(world)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute("select from customers_customer where id = %s for update", [world.dorthe.customer_id])
        with pytest.raises(ErasureRefused, match="i brug lige nu"):
            _carry_out(world, plan)
    finally:
        other.close()
    _carry_out(world, plan)
    with pytest.raises(ErasureRefused, match="Noget er ændret"):
        _carry_out(world, plan)
    assert Erasure.objects.count() == 1


def test_while_it_erases_nobody_writes_of_the_person(own_database: dict[str, str]) -> None:
    """What is written of the person at the same time waits, and is never lost between plan and deed."""
    world = build_world()
    beside = connections.create_connection("default")
    try:
        with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
            plan = plan_erasure(customer_ids=[world.dorthe.customer_id], today=TODAY, now=NOW, actor=world.dpo.id)
            carry_out_erasure(
                customer_ids=[world.dorthe.customer_id],
                fingerprint=plan.fingerprint,
                today=TODAY,
                now=NOW,
                actor=world.dpo.id,
            )
            with beside.cursor() as cursor:
                cursor.execute("set lock_timeout = '100ms'")
                with pytest.raises(Exception, match="lock timeout"):
                    cursor.execute(
                        "insert into customers_contact_point (customer_id, kind, value, period, source, recorded_at)"
                        " values (%s, 'email', 'dorthe@kunde.example', '[2026-01-01,)', 'person', now())",
                        [world.dorthe.customer_id],
                    )
    finally:
        beside.close()
    assert not _is_there(world)


def test_an_erasure_in_the_middle_of_a_night(own_database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))
    world = build_world()
    plan, erased = _planned(world), []

    def between_chunks(_: float) -> None:
        if not erased:
            erased.append(plan)
            _carry_out(world, plan)

    night = datetime(2026, 11, 2, 3, tzinfo=UTC)
    run_night(
        current_policy(),
        today=date(2026, 11, 2),
        clock=lambda: night,
        sleep=between_chunks,
        pace=Pace(rows_at_once=2, persons_at_once=1, pause_seconds=0),
    )
    assert erased
    assert Night.objects.get().state == NightState.FINISHED
    assert not _is_there(world)
    assert CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
