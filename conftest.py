"""Tests' database: migrated once a run as a template; each parallel worker works on a clone of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test.client import ClientHandler
from django.utils import translation
from psycopg import sql
from typer.testing import CliRunner

from forsyn.domain.ledger.chart import CHART
from forsyn.interfaces.translations import compile_translations
from forsyn.workflows.migrate import migrate
from tests.counting import django_assert_max_num_queries as django_assert_max_num_queries
from tests.counting import django_assert_num_queries as django_assert_num_queries
from tests.databases import administrator, clone, drop

REPOSITORY = Path(__file__).parent
pytest_plugins = [
    "tests.after_commit",
    "tests.world",
    "tests.metered_world",
    "tests.signing_in",
    "tests.books",
    "tests.billed_world",
]


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run compiles the translations. No example fails for being slow on a busy machine."""
    hypothesis.settings.register_profile("forsyn", deadline=None, derandomize=bool(os.environ.get("CI")))
    hypothesis.settings.load_profile("forsyn")
    if not hasattr(config, "workerinput"):
        compile_translations()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process of a run clears away what the run shared."""
    if not hasattr(config, "workerinput") and (state := os.environ.get("FORSYN_TEST_STATE")):
        shutil.rmtree(state, ignore_errors=True)


def _point_at(database: str) -> None:
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


def _clone(database: str) -> None:
    """A copy of the template, which this process's connections use from here."""
    clone(database, template=settings.INSTANCE.database, owner=settings.INSTANCE.owner_role)
    _point_at(database)


MIGRATED_ROWS = """
insert into public.metering_thinning (level) values ('hours'), ('days');
insert into public.billing_vat_rate (period, percent) values ('[1992-01-01,)', 25.00);
insert into public.billing_number_series (last_number) values (0);
"""
"""What migrations put there, and a TRUNCATE takes from the tests that come after."""
CHART_ROWS = "".join(
    "insert into public.ledger_account (number, key, name_da, name_en, kind, is_receivable)"
    f" values ({number}, '{key}', '{da}', '{en}', '{kind}', {is_receivable});"
    for number, key, da, en, kind, is_receivable in CHART
)


def _flush_with_cascade() -> None:
    """Tests that really commit end with TRUNCATE; some tables that Django does not know refer to those it does."""
    operations = type(connections["default"].ops)
    flush = operations.sql_flush

    def cascading(*args: object, **kwargs: object) -> list[str]:
        return [*flush(*args, **kwargs | {"allow_cascade": True}), MIGRATED_ROWS, CHART_ROWS]

    operations.sql_flush = cascading


def _make_tester() -> None:
    """The role of the tests' own connection: the login role, which may also become the owner."""
    login, owner, tester = (
        sql.Identifier(role) for role in (settings.LOGIN_ROLE, settings.INSTANCE.owner_role, settings.TESTER_ROLE)
    )
    with administrator() as session:
        session.execute(sql.SQL("create role {} login noinherit password 'tester'").format(tester))
        settings.INSTANCE.embedded.add_password(settings.TESTER_ROLE, "tester")
        session.execute(sql.SQL("grant {} to {} with inherit true, set true").format(login, tester))
        session.execute(sql.SQL("grant {} to {} with inherit false, set true").format(owner, tester))


def _make_template() -> None:
    """Migrate once, as the roles that an operator has."""
    ready = Path(settings.INSTANCE.state) / "template-ready"
    with (Path(settings.INSTANCE.state) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if ready.exists():
            return
        _make_tester()
        settings.KEY_STORE.make(today=date(2026, 11, 2))  # rows undone by a test still count as sealed
        migrate()
        for alias in connections:
            connections[alias].close()
        ready.touch()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object, worker_id: str) -> Iterator[None]:
    """Instead of pytest-django's: a clone of the template for this worker."""
    database = f"forsyn_test_{worker_id}"
    with settings.INSTANCE.running_database(), django_db_blocker.unblock():  # type: ignore[attr-defined]
        _make_template()
        _flush_with_cascade()
        _clone(database)
        yield
        for alias in connections:
            connections[alias].close()
        drop(database)


@contextlib.contextmanager
def _as_login() -> Iterator[None]:
    """What a request or a command does, it does as the login role, which may read nothing without a purpose."""
    connection = connections["default"]
    local = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("select set_config('role', %s, %s)", [settings.LOGIN_ROLE, local])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("select set_config('role', %s, %s)", [settings.INSTANCE.owner_role, local])


@pytest.fixture(autouse=True)
def requests_and_commands_are_the_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own body is the owner of the tables; see forsyn.config.testing."""
    for kind, name in ((ClientHandler, "__call__"), (CliRunner, "invoke")):
        original = getattr(kind, name)

        def call(*args: object, _original: Callable[..., object] = original, **kwargs: object) -> object:
            if connections["default"].connection is None:
                return _original(*args, **kwargs)
            with _as_login():
                return _original(*args, **kwargs)

        monkeypatch.setattr(kind, name, call)
    translation.activate(settings.LANGUAGE_CODE)  # whatever the test before has read


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: object, worker_id: str) -> Iterator[dict[str, str]]:
    """A fresh database for one test that really commits; yields the environment under which subprocesses see it."""
    database, workers = f"forsyn_test_{worker_id}_own", f"forsyn_test_{worker_id}"
    with contextlib.suppress(psycopg.errors.InvalidCatalogName):
        drop(database)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _clone(database)
        yield os.environ | {"FORSYN_DATABASE": database, "DJANGO_SETTINGS_MODULE": "forsyn.config.settings"}
        _point_at(workers)
    drop(database)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real meter data, where it is; else the test is skipped with the reason."""
    folder = Path(os.environ.get("FORSYN_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real meter data is not at {folder}; set FORSYN_SHARED_DATA to its folder to run this test")
    return folder
