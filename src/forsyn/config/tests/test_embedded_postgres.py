"""The embedded server: made once, shared, survives a kill, refuses another major version."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from forsyn.config.embedded_postgres import SUPERUSER, EmbeddedPostgresError, EmbeddedServer
from forsyn.config.instance import Instance, InstanceError, _from_url
from forsyn.config.postgres_programs import _copied, cached_programs, server_account


@pytest.fixture(scope="module", autouse=True)
def programs() -> Iterator[None]:
    """Root's servers run copied programs: one copy does for all tests here."""
    with tempfile.TemporaryDirectory(prefix="forsyn-programs-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        patch.setenv("PG_BIN", str(cached_programs(Path(folder), server_account())()))
        yield


@pytest.fixture
def state() -> Iterator[Path]:
    """A short path that any user may enter; pytest's own are root's alone."""
    with tempfile.TemporaryDirectory(prefix="forsyn-server-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _ask(server: EmbeddedServer, statement: str) -> object:
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None


def _nothing() -> None:
    """No preparation."""


def test_the_last_command_out_stops_the_server(state: Path) -> None:
    first, second = EmbeddedServer(state, durable=False), EmbeddedServer(state, durable=False)
    with first.running(_nothing):
        with second.running(_nothing):
            assert _ask(second, "select 1") == 1
        assert _ask(first, "select 1") == 1
    with pytest.raises(psycopg.OperationalError):
        _ask(first, "select 1")


def test_after_a_kill_the_committed_rows_are_there(state: Path) -> None:
    server = EmbeddedServer(state)
    with server.running(_nothing):
        with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as connection:
            connection.execute("create table kept as select 42 as value")
        pid = int((state / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        while not server.restart_if_dead():
            time.sleep(0.05)
        assert _ask(server, "select value from kept") == 42


def test_only_the_password_opens_it(state: Path) -> None:
    server = EmbeddedServer(state, durable=False)
    with server.running(_nothing), pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(server.files.socket_directory), dbname="postgres", user=SUPERUSER, password="guess")


def test_passwords_are_for_the_owner_only(state: Path) -> None:
    server = EmbeddedServer(state)
    server.add_password("someone", "secret")
    assert server.files.password_file.stat().st_mode & 0o077 == 0


def test_data_of_another_major_version_is_refused(state: Path) -> None:
    server = EmbeddedServer(state, durable=False)
    with server.running(_nothing):
        pass
    (state / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 14"), server.running(_nothing):
        pass


def test_a_start_that_fails_leaves_no_server_behind(state: Path) -> None:
    def broken() -> None:
        raise RuntimeError("no roles today")

    server = EmbeddedServer(state, durable=False)
    with pytest.raises(RuntimeError, match="no roles today"), server.running(broken):
        pass
    assert not (state / "data" / "postmaster.pid").exists()


@pytest.mark.parametrize("name", ["Nordby", "9to5", "a-b", "x" * 40, ""])
def test_an_instance_name_that_is_no_role_name_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORSYN_INSTANCE", name)
    with pytest.raises(InstanceError, match="FORSYN_INSTANCE"):
        Instance.from_environment()


@pytest.mark.parametrize("url", ["http://example.org", "postgresql://user@host", "rubbish"])
def test_an_unreadable_database_url_is_explained(url: str) -> None:
    with pytest.raises(InstanceError, match="Write postgresql://"):
        _from_url(url)


def test_a_database_url_becomes_settings() -> None:
    settings = _from_url("postgresql://anna:hemmelig@db.example:5433/forsyn?sslmode=require")
    assert settings == {
        "NAME": "forsyn", "USER": "anna", "PASSWORD": "hemmelig", "HOST": "db.example", "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip


def test_a_failed_start_says_why_and_leaves_no_password(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedServer(state, durable=False)
    told = (
        "creating files\ninitdb: error: could not create directory: No space left on device\ninitdb: removing contents"
    )
    monkeypatch.setattr(server, "_run", lambda *_: subprocess.CompletedProcess([], 1, "", told))
    with pytest.raises(EmbeddedPostgresError, match=f"in {state}: initdb: error: could not create directory"):
        server.running(_nothing).__enter__()
    assert not (state / "superuser-password").exists()
    monkeypatch.setattr(server, "_run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        server.running(_nothing).__enter__()
    assert not (state / "superuser-password").exists()


def test_programs_that_cannot_be_copied_are_told_in_one_sentence(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise shutil.Error([("a", "b", "No space left on device")] * 1000)

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(EmbeddedPostgresError, match="could not be copied") as refused:
        _copied(Path(pytest.__file__).parent, state / "programs")
    assert len(str(refused.value)) < 400
