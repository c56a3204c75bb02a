"""Jobs: what each enters, what is left behind, and what happens when one fails, meets another or is killed."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.domain.accounts.models import Session
from forsyn.domain.safeguards import purposes
from forsyn.interfaces.jobs import schedule
from forsyn.interfaces.jobs.runner import Outcome, run_all_once, run_job, run_once, run_until_stopped
from forsyn.interfaces.jobs.schedule import JOBS, Job, Lane
from forsyn.interfaces.jobs.stopping import Stopping
from forsyn.policy.purposes import P

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
RUN = "from forsyn.config.command import run; run()"
HALF_DONE = """
import django, time
django.setup()
from datetime import UTC, datetime, timedelta
from forsyn.domain.accounts.actions import clear_expired
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.jobs.runner import run_all_once
from forsyn.interfaces.jobs.schedule import Job
from forsyn.policy.purposes import P

def work(now):
    with purpose(P.RETENTION, actor=None):
        print(clear_expired(now=now), flush=True)
        time.sleep(60)

run_all_once([Job("clear", timedelta(minutes=1), (P.RETENTION,), work, "Clears, slowly.")])
"""


def job(work: object, name: str = "tried", every: float = 3600, *, last: bool = False, lane: Lane = Lane.SHORT) -> Job:
    return Job(name, timedelta(seconds=every), (P.RETENTION,), work, "Is tried.", last, lane)  # type: ignore[arg-type]


def now_and_then(now: datetime) -> str:
    return "Done."


def expired(key: str) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=NOW - timedelta(hours=1))


@pytest.fixture
def base(own_database: dict[str, str]) -> Iterator[dict[str, str]]:
    yield own_database
    connection.close()


@pytest.fixture
def stopping() -> Iterator[Stopping]:
    one = Stopping()
    yield one
    one.close()


@pytest.mark.parametrize("one", JOBS, ids=lambda one: one.name)
def test_a_job_enters_what_it_declares(base: dict[str, str], one: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[P] = []
    become = purposes._declared
    monkeypatch.setattr(purposes, "_declared", lambda work: entered.append(work) or become(work))
    assert run_job(one, now=NOW)[0] is Outcome.DONE
    assert entered
    assert set(entered) <= set(one.purposes)


def test_no_job_leaves_a_role_or_an_actor_behind(base: dict[str, str]) -> None:
    def visit(one: Job) -> tuple[str, str]:
        try:
            run_job(one, now=NOW)
            with connection.cursor() as cursor:
                cursor.execute("select current_user, coalesce(current_setting('forsyn.actor', true), '')")
                assert purposes.current() is None
                return cursor.fetchone()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(visit, JOBS * 3)) == {(settings.INSTANCE.owner_role, "")}


def test_what_a_job_does_to_its_connection_ends_with_it(base: dict[str, str]) -> None:
    def careless(now: datetime) -> str:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('forsyn.actor', '7', false), set_config('role', %s, false)",
                           [settings.LOGIN_ROLE])  # fmt: skip
        return "Forgotten."

    assert run_job(job(careless), now=NOW)[0] is Outcome.DONE
    with connection.cursor() as cursor:
        cursor.execute("select current_user, coalesce(current_setting('forsyn.actor', true), '')")
        assert cursor.fetchone() == (settings.INSTANCE.owner_role, "")


def test_a_job_that_fails_does_not_stop_the_others(base: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    def breaks(now: datetime) -> str:
        raise ValueError("Anna Andersen, anna@example.dk")

    def refused(now: datetime) -> str:
        with purposes.purpose(P.RETENTION, actor=None), connection.cursor() as cursor:
            cursor.execute("create schema mine")
        return "Made."

    with caplog.at_level(logging.ERROR):
        done = run_once([job(breaks, "breaks"), job(refused, "refused"), job(now_and_then, "later")])
    assert [outcome for _, outcome, _ in done] == [Outcome.FAILED, Outcome.FAILED, Outcome.DONE]
    first, second = caplog.messages
    assert first.startswith("The job breaks failed: ValueError in ")
    assert second.startswith("The job refused failed: The purpose 'retention' may not do that")
    assert "Anna" not in caplog.text
    assert all("\n" not in message for message in caplog.messages)


def test_of_two_runners_at_once_one_does_the_jobs(base: dict[str, str]) -> None:
    done: list[int] = []
    stops = [Stopping(), Stopping()]
    begun = threading.Barrier(2)

    def counted(now: datetime) -> str:
        done.append(threading.get_ident())
        time.sleep(0.3)
        return "Counted."

    def runner(stop: Stopping) -> None:
        begun.wait()
        run_until_stopped([job(counted, "a"), job(counted, "b")], stopping=stop)

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(runner, stop) for stop in stops]
        end = time.monotonic() + 10
        while len(done) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        assert run_all_once([job(counted, "c")]) is None
        for stop in stops:
            stop.ask()
        for one in both:
            one.result(timeout=10)
    assert len(done) == 2
    assert len(set(done)) == 1
    for stop in stops:
        stop.close()


def test_a_long_job_does_not_delay_the_short_ones(base: dict[str, str], stopping: Stopping) -> None:
    begun, short = threading.Event(), threading.Event()
    told: list[str] = []

    def minutes(now: datetime) -> str:
        begun.set()
        told.append("mailed meanwhile" if short.wait(10) else "the mail waited")
        stopping.ask()
        return "Reckoned."

    def mail(now: datetime) -> str:
        if begun.is_set():
            short.set()
        return "Mailed."

    run_until_stopped([job(minutes, "preview", lane=Lane.LONG), job(mail, "deliver", every=0.01)], stopping=stopping)
    assert told == ["mailed meanwhile"]


def test_a_runner_at_work_in_one_lane_does_them_all(base: dict[str, str], stopping: Stopping) -> None:
    def tried(now: datetime) -> str:
        assert run_all_once([job(now_and_then, "another")]) is None
        stopping.ask()
        return "Tried."

    run_until_stopped([job(tried, lane=Lane.LONG)], stopping=stopping)
    assert [outcome for _, outcome, _ in run_all_once([job(now_and_then, lane=Lane.LONG)]) or []] == [Outcome.DONE]


def test_a_lane_that_breaks_ends_the_other(
    base: dict[str, str], stopping: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(job: Job, *, now: datetime) -> None:
        if job.lane is Lane.LONG:
            raise MemoryError("no room")

    monkeypatch.setattr("forsyn.interfaces.jobs.runner.run_job", breaks)
    with pytest.raises(MemoryError):
        run_until_stopped([job(now_and_then), job(now_and_then, "long", lane=Lane.LONG)], stopping=stopping)


def test_mails_are_in_another_lane_than_what_takes_minutes() -> None:
    lanes = {one.name: one.lane for one in JOBS}
    assert {lanes[name] for name in ("deliver", "fetch", "tell", "seal")} == {Lane.SHORT}
    assert {lanes[name] for name in ("preview", "bills", "send", "night")} == {Lane.LONG}


def test_a_job_that_is_being_done_is_left_to_whoever_does_it(base: dict[str, str]) -> None:
    begun, end = threading.Event(), threading.Event()

    def waits(now: datetime) -> str:
        begun.set()
        end.wait(10)
        return "Waited."

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(run_job, job(waits), now=NOW)
        begun.wait(10)
        assert run_job(job(now_and_then), now=NOW)[0] is Outcome.BUSY
        assert run_job(job(now_and_then, "another"), now=NOW)[0] is Outcome.DONE
        end.set()
        assert slow.result(timeout=10) == (Outcome.DONE, "Waited.")
    assert run_job(job(now_and_then), now=NOW)[0] is Outcome.DONE


def test_jobs_are_done_again_when_due_and_some_at_the_end(base: dict[str, str], stopping: Stopping) -> None:
    done: list[str] = []

    def often(now: datetime) -> str:
        done.append("often")
        if done.count("often") == 3:
            stopping.ask()
        return "Done."

    def last(now: datetime) -> str:
        done.append("last")
        return "Done."

    run_until_stopped([job(often, "often", every=0.01), job(last, "last", last=True)], stopping=stopping)
    assert done == ["often", "last", "often", "often", "last"]


def test_a_runner_whose_connection_is_cut_begins_anew(
    base: dict[str, str], stopping: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    monkeypatch.setattr("forsyn.interfaces.jobs.runner.LOOK_AGAIN_SECONDS", 0.05)

    def cut(now: datetime) -> str:
        with psycopg.connect(settings.INSTANCE.embedded.conninfo(base["FORSYN_DATABASE"], SUPERUSER)) as administrator:
            found = administrator.execute(
                "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and granted"
                " and classid = 1181705076 and objid = 0"
                " and database = (select oid from pg_database where datname = current_database())"
            ).fetchone()
        done.append(found[0])
        if len(done) >= 3:
            stopping.ask()
        return "Cut."

    run_until_stopped([job(cut, "cut", every=0.01)], stopping=stopping)
    assert done == [1, 1, 1], "it holds the lock whenever it does a job"


@pytest.mark.crash
def test_killed_in_the_middle_leaves_nothing_half_done(base: dict[str, str]) -> None:
    expired("a"), expired("b")
    connection.close()
    child = subprocess.Popen([sys.executable, "-c", HALF_DONE], env=base, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "2"
    assert run_all_once(JOBS) is None
    child.kill()
    child.wait()
    child.stdout.close()
    assert Session.objects.count() == 2
    while run_all_once([one for one in JOBS if one.name == "clear"]) is None:
        time.sleep(0.02)  # until the server has noticed
    assert Session.objects.count() == 0


def test_all_jobs_are_done_by_the_login_itself(base: dict[str, str]) -> None:
    expired("a")
    connection.close()
    done = subprocess.run(
        [sys.executable, "-c", RUN, "jobs", "run", "--once"],
        env=base | {"FORSYN_SERVING": "1"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [f"done {one.name}" for one in JOBS]
    assert "clear: 1 sessions" in done.stdout
    assert done.stderr == ""


def test_the_log_of_looks_has_its_months_ahead(base: dict[str, str]) -> None:
    run_job(next(one for one in JOBS if one.name == "seal"), now=datetime(2031, 5, 31, 23, tzinfo=UTC))
    with psycopg.connect(settings.INSTANCE.embedded.conninfo(base["FORSYN_DATABASE"], settings.LOGIN_ROLE)) as reader:
        found = reader.execute("select to_regclass('safeguards_access_log_2031_07') is not null").fetchone()
    assert found == (True,)


def test_names_are_told_apart() -> None:
    assert len({one.name for one in schedule.JOBS}) == len(schedule.JOBS)
