"""`forsyn up` keeps the runner of jobs beside the web server, and stops both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from forsyn.config import machine
from forsyn.config.machine import KeptRunning
from forsyn.domain.accounts.models import Session
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, AccessSeal, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.access_seals import noted, notes_file
from forsyn.policy.purposes import P

RUN = "from forsyn.config.command import run; run()"


def children(pid: int) -> dict[int, str]:
    """Process id -> command line of those that a process has started."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (OSError, ValueError):  # it has ended meanwhile
            continue
    return found


def runner_of(pid: int) -> int | None:
    return next((child for child, command in children(pid).items() if " jobs run" in command), None)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def swept() -> bool:
    """Whether a session that is over has gone: the runner has done its first round."""
    gone = not Session.objects.exists()
    connection.close()
    return gone


def leave_a_session() -> None:
    Session.objects.create(session_key="over", session_data="", expire_date=datetime(2020, 1, 1, tzinfo=UTC))
    connection.close()


@pytest.mark.crash
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_up_runs_the_jobs_and_stops_them(own_database: dict[str, str]) -> None:
    leave_a_session()
    up = subprocess.Popen(
        [sys.executable, "-c", RUN, "up", "--port", "8711"],
        env=own_database, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        until(swept)
        first = runner_of(up.pid)
        assert first is not None
        leave_a_session()
        os.kill(first, signal.SIGKILL)
        until(swept)
        second = runner_of(up.pid)
        assert second not in {None, first}
        with purpose(P.CUSTOMER_SERVICE, actor=41):
            record(kind=AccessKind.LOOK, aspect=Aspect.CONSUMPTION, customer_ids=[1001])
        connection.close()
    finally:
        up.terminate()
        said, _ = up.communicate(timeout=30)
    assert up.returncode == 0, said
    assert "The runner of jobs ended (status -9); it starts again in 1 s." in said
    assert "Traceback" not in said
    assert not Path(f"/proc/{second}").exists()
    assert AccessSeal.objects.count() == 1, "what was looked at last is sealed at the end"
    connection.close()
    notes = notes_file(settings.INSTANCE.state, settings.INSTANCE.name)
    assert [note.number for note in noted(notes)] == [1]
    notes.unlink()  # other tests' databases have no such seal


class Process:
    """A child as far as it is looked at."""

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode


def test_what_does_not_stay_is_started_again_ever_more_slowly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[Process] = []
    monkeypatch.setattr(machine, "_child", lambda command: started.append(Process()) or started[-1])
    kept, times, now = KeptRunning(["command"]), [], 0.0
    while len(times) < 9:
        kept.look(now)
        if len(started) > len(times):
            times.append(now)
            started[-1].returncode = 1
        now += 1
    assert [later - earlier for earlier, later in pairwise(times)] == [2, 3, 5, 9, 17, 33, 61, 61]
    started[-1].returncode = None
    kept.look(now + 300)
    assert len(started) == 9, "it lives"
    started[-1].returncode = 1
    kept.look(now + 301)
    kept.look(now + 302)
    assert len(started) == 10, "it had stayed, so the pause is short again"
    assert capsys.readouterr().err.splitlines()[0].endswith("(status 1); it starts again in 1 s.")
