"""The night on a database of its own, which really commits: killed in the middle, two at once, and nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.domain.correspondence.models import Note
from forsyn.domain.customers.models import ContactPoint, Customer, CustomerName
from forsyn.domain.retention.models import Night, NightState, Step, StepState, Work
from forsyn.domain.retention.only_night import only_night
from forsyn.domain.safeguards.actions_holds import hold
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night import NightDone, Pace, run_night
from tests.world import World, build_world

TODAY = date(2032, 1, 1)
QUICK = Pace(rows_at_once=5, persons_at_once=3, pause_seconds=0, lock_seconds=0.2)
WORD = "Qvxzjandersen"
"""Of a name that nobody has."""

KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
import django; django.setup()
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night import Pace, run_night

left = int(sys.argv[1])
def die(_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
run_night(current_policy(), today=date(2032, 1, 1), clock=lambda: datetime(2032, 1, 1, 2, tzinfo=UTC), sleep=die,
          pace=Pace(rows_at_once=5, persons_at_once=3, pause_seconds=0))
"""


def run(pace: Pace = QUICK) -> NightDone:
    return run_night(
        current_policy(),
        today=TODAY,
        clock=lambda: datetime(2032, 1, 1, 3, tzinfo=UTC),
        sleep=lambda _: None,
        pace=pace,
    )


def run_and_close(pace: Pace) -> None:
    """In a thread, whose connections are its own."""
    try:
        run(pace)
    finally:
        connections.close_all()


def old_notes(world: World, number: int, *, customer_id: int | None = None, text: str = "Talte om regningen.") -> None:
    Note.objects.bulk_create(
        Note(customer_id=customer_id or world.anna.customer_id, account_id=world.clerk.pk, kind="phone", text=text,
             written_at=datetime.combine(date(2020, 1, 1) + timedelta(days=day), time(9), UTC), cpr_taken_out=0)
        for day in range(number)
    )  # fmt: skip


def test_a_night_that_is_killed_goes_on_and_comes_to_the_same(own_database: dict[str, str]) -> None:
    world = build_world()
    old_notes(world, 23)
    connections["default"].close()
    for chunks in (2, 12):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(chunks)], env=own_database, capture_output=True, text=True, check=False
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    night = Night.objects.get()
    assert night.state == NightState.RUNNING
    counted = sum(
        Step.objects.filter(work=Work.ROWS, table_name="correspondence_note").values_list("done_count", flat=True)
    )
    assert counted == 23 - Note.objects.count()  # what is gone is counted, and nothing else
    run(replace(QUICK, lock_seconds=10))  # PostgreSQL may take a moment to see that the killed one is gone
    night.refresh_from_db()
    assert night.state == NightState.FINISHED
    steps = list(night.steps.exclude(work__in=[Work.HOURS, Work.DAYS, Work.DEAD]))
    assert {step.state for step in steps} == {StepState.DONE}
    assert [step for step in steps if step.previewed != step.done_count] == []
    assert not Note.objects.exists()
    assert not Customer.objects.filter(pk=world.dorthe.customer_id).exists()


def test_of_two_nights_one_works(own_database: dict[str, str]) -> None:
    build_world()
    with only_night() as mine:
        assert mine
        assert run().night_id is None
    assert not Night.objects.exists()


def test_rows_that_others_have_locked_wait_for_the_next_night(own_database: dict[str, str]) -> None:
    world = build_world()
    old_notes(world, 3)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute("select from correspondence_note for update")
            run()
        assert Note.objects.count() == 3
        step = Step.objects.get(table_name="correspondence_note", work=Work.ROWS)
        assert (step.state, step.done_count) == (StepState.HELD_UP, 0)
        assert Night.objects.get().state == NightState.FINISHED
    finally:
        other.close()
    run()
    assert not Note.objects.exists()


def test_a_hold_that_is_being_set_is_waited_for(own_database: dict[str, str]) -> None:
    """Nobody else sees it before its commit; the night may not pass it by meanwhile."""
    world = build_world()
    old_notes(world, 3)
    with transaction.atomic(), ThreadPoolExecutor(1) as other:
        hold(policy=current_policy(), customer_id=world.anna.customer_id, categories=None, ground="Sag 12/2032",
             reason="Kunden har stævnet os.", owner_id=world.dpo.pk, end_date=date(2033, 1, 1),
             review_date=date(2032, 6, 1), today=TODAY, now=datetime(2032, 1, 1, 2, tzinfo=UTC))  # fmt: skip
        other.submit(run_and_close, replace(QUICK, lock_seconds=0.01, tries=1)).result()
        assert Note.objects.count() == 3
    run()
    assert Note.objects.count() == 3
    assert not Customer.objects.filter(pk=world.dorthe.customer_id).exists()  # whom nobody holds


def test_nothing_of_a_person_is_left(own_database: dict[str, str]) -> None:
    """A word that only one former customer has is looked for in every table, index, statistic and file."""
    world = build_world()
    dorthe = world.dorthe.customer_id
    CustomerName.objects.filter(customer_id=dorthe).update(
        name=f"Dorthe {WORD}", search_key=f"dorthe {WORD.lower()}", sort_key=f"{WORD.lower()} dorthe"
    )
    ContactPoint.objects.filter(customer_id=dorthe, kind="email").update(value=f"{WORD}@kunde.example")
    world.dorthe.account.email = f"{WORD.lower()}@kunde.example"
    world.dorthe.account.name = WORD
    world.dorthe.account.save()
    old_notes(world, 3, customer_id=dorthe, text=f"Hun hedder {WORD}.")
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    database = own_database["FORSYN_DATABASE"]
    held = {"customers_customer_name", "correspondence_note", "accounts_account", "pg_statistic"}
    assert tables_with(WORD, database) >= held
    run()
    assert tables_with(WORD, database) == set()
    assert files_with(WORD, Path(settings.INSTANCE.state)) == []


def tables_with(word: str, database: str) -> set[str]:
    """Every table of the database, PostgreSQL's own included, with the word in the text of some row."""
    found = set()
    with psycopg.connect(settings.INSTANCE.embedded.conninfo(database, SUPERUSER)) as administrator:
        names = administrator.execute(
            "select oid::regclass::text, relname from pg_class where relkind in ('r', 'm') order by 1"
        ).fetchall()
        for name, short in names:
            asked = sql.SQL("select exists (select from {} as t where t::text ilike {})").format(
                sql.SQL(name), sql.Literal(f"%{word}%")
            )
            if administrator.execute(asked).fetchone() == (True,):
                found.add(short)
    return found


def files_with(word: str, folder: Path) -> list[Path]:
    """Files beside the database's own; what those hold after VACUUM is told in docs/retention.md."""
    sought = word.lower().encode()
    beside = (path for path in folder.rglob("*") if path.is_file() and folder / "data" not in path.parents)
    return [path for path in beside if os.access(path, os.R_OK) and sought in path.read_bytes().lower()]
