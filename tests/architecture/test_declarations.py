"""Every column of the live database is declared; what is not stops the start."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.policy.bindings import Personal
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.workflows.declarations import all_bindings, check_declarations, current_policy
from forsyn.workflows.migrate import migrate

SUPPLIER = Path(settings.PROJECT_ROOT) / "policies" / "supplier.toml"


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


@pytest.fixture
def suppliers_instance(own_database: dict[str, str], settings: object) -> dict[str, str]:
    """This program with the supplier's policy file; answers the environment of its processes."""
    settings.POLICY_FILE = SUPPLIER  # type: ignore[attr-defined]
    migrate()
    return own_database | {"FORSYN_POLICY": str(SUPPLIER)}


def _import_web_server(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import forsyn.config.wsgi"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_same_program_runs_with_the_suppliers_policy(suppliers_instance: dict[str, str]) -> None:
    assert check_declarations() == []
    done = _import_web_server(suppliers_instance)
    assert (done.returncode, done.stderr) == (0, "")
    with connection.cursor() as cursor:
        cursor.execute(
            "select col_description('customers_customer'::regclass, attnum) from pg_attribute"
            " where attrelid = 'customers_customer'::regclass and attname = 'birth_date'"
        )
        assert cursor.fetchone() == ("forsyn: personal date_of_birth (not held here); given by the person",)


def test_a_value_that_the_supplier_does_not_hold_stops_the_start(suppliers_instance: dict[str, str]) -> None:
    _as_superuser(
        suppliers_instance,
        "insert into customers_customer (number, kind, birth_date, language, source, recorded_at)"
        " select number::text, 'person', case when number = 3 then date '1980-01-01' end, 'da', 'employer', now()"
        " from generate_series(1, 5) as number;"
        " insert into customers_address (street, house_number, floor, door, postal_code, city, municipality_code,"
        " sort_key, search_key) values ('Bitvej', '1', '', '', '9999', 'Nordby', '', '', '')",
    )
    (problem,) = check_declarations()
    assert problem.where == "customers_customer.birth_date"
    assert problem.what.startswith("1 row has a value here")
    assert "policies/supplier.toml:" in problem.what
    done = _import_web_server(suppliers_instance)
    assert done.returncode == 1
    assert "customers_customer.birth_date" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_what_is_not_held_costs_one_query_and_nothing_where_all_is_held(django_assert_num_queries: object) -> None:
    holding = current_policy()
    sparing: Policy = replace(holding, not_held=load_policy(SUPPLIER).not_held)
    with django_assert_num_queries(1):  # type: ignore[operator]
        check_declarations(holding)
    with django_assert_num_queries(2):  # type: ignore[operator]
        check_declarations(sparing)
