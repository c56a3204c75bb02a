"""Every column of the live database is declared; what is not stops the start."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.policy.bindings import Personal
from forsyn.workflows.declarations import all_bindings, check_declarations, current_policy


def _as_superuser(environment: dict[str, str], statement: str) -> None:
    server = settings.INSTANCE.embedded
    with psycopg.connect(server.conninfo(environment["FORSYN_DATABASE"], SUPERUSER), autocommit=True) as administrator:
        administrator.execute(statement)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_every_column_of_the_live_database_is_declared() -> None:
    assert check_declarations() == []


@pytest.mark.django_db
def test_any_sql_tool_shows_what_a_column_holds() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select col_description('customers_contact_point'::regclass, attnum) from pg_attribute"
            " where attrelid = 'customers_contact_point'::regclass and attname = 'value'"
        )
        (comment,) = cursor.fetchone()
    assert comment == "forsyn: personal email, mobile, landline, work_phone; given by the person"


def test_personal_columns_name_categories_of_the_policy() -> None:
    used = {
        category
        for bound in all_bindings().columns()
        if isinstance(bound.binding, Personal)
        for category in bound.binding.categories
    }
    assert used <= set(current_policy().categories)
    assert {"name", "address", "email", "consumption", "meter_number"} <= used


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("alter table customers_customer add column shoe_size int", "customers_customer.shoe_size"),
        ("create table smuggled (secret text)", "smuggled"),
        ("create view peek as select name from customers_customer_name", "peek"),
        ("comment on column customers_customer.cvr is 'nothing'", "customers_customer.cvr"),
        ("drop table customers_portal_access", "customers_portal_access"),
    ],
)
def test_what_nobody_declared_is_found(own_database: dict[str, str], change: str, complaint: str) -> None:
    _as_superuser(own_database, change)
    problems = check_declarations()
    assert complaint in {problem.where for problem in problems}
    assert all(problem.mend.endswith((".", "?")) for problem in problems)


def test_the_web_server_does_not_start_with_an_undeclared_column(own_database: dict[str, str]) -> None:
    _as_superuser(own_database, "alter table customers_customer add column shoe_size int")
    done = subprocess.run(
        [sys.executable, "-c", "import forsyn.config.wsgi"],
        env=own_database,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "customers_customer.shoe_size" in done.stderr
    assert "Traceback" not in done.stderr
