"""Every column of the live database is declared; what is not stops the start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
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
from forsyn.workflows.enforcement import drift
from tests.databases import clone, drop

SUPPLIER = Path(settings.PROJECT_ROOT) / "policies" / "supplier.toml"


def _as_superuser(environment: dict[str, str], statement: str) -> tuple[object, ...] | None:
    server = settings.INSTANCE.embedded
    with psycopg.connect(server.conninfo(environment["FORSYN_DATABASE"], SUPERUSER), autocommit=True) as administrator:
        done = administrator.execute(statement)  # type: ignore[arg-type]
        return done.fetchone() if done.description else None


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


@pytest.fixture(scope="module")
def suppliers_server(django_db_setup: None, worker_id: str) -> Iterator[dict[str, str]]:
    """The supplier's roles beside the utility's, and a database to copy; answers its processes' environment."""
    name = f"supplier_{worker_id}"
    environment = os.environ | {
        "FORSYN_INSTANCE": name,
        "FORSYN_POLICY": str(SUPPLIER),
        "FORSYN_DATABASE": f"forsyn_{name}_kept",
        "DJANGO_SETTINGS_MODULE": "forsyn.config.settings",
    }
    _run(environment, "migrate")
    yield environment | {"FORSYN_DATABASE": f"forsyn_{name}"}
    drop(f"forsyn_{name}_kept")


@pytest.fixture
def suppliers_instance(suppliers_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """An instance of the supplier's, on the same server as the utility's, for one test."""
    database = suppliers_server["FORSYN_DATABASE"]
    clone(database, template=f"{database}_kept", owner=f"forsyn_{suppliers_server['FORSYN_INSTANCE']}_owner")
    yield suppliers_server
    drop(database)


def _run(environment: dict[str, str], *command: str) -> str:
    program = [str(Path(sys.executable).with_name("forsyn")), *command]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def _problems(environment: dict[str, str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(_run(environment, "policy", "check", "--json"))["problems"]
    return found


def _import_web_server(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import forsyn.config.wsgi"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_same_program_runs_with_the_suppliers_policy(suppliers_instance: dict[str, str]) -> None:
    assert _problems(suppliers_instance) == []
    done = _import_web_server(suppliers_instance)
    assert (done.returncode, done.stderr) == (0, "")
    comment = _as_superuser(
        suppliers_instance,
        "select col_description('customers_customer'::regclass, attnum) from pg_attribute"
        " where attrelid = 'customers_customer'::regclass and attname = 'birth_date'",
    )
    assert comment == ("forsyn: personal date_of_birth (not held here); given by the person",)
    _touches_no_other_instance(suppliers_instance)


def test_a_value_that_the_supplier_does_not_hold_stops_the_start(suppliers_instance: dict[str, str]) -> None:
    _as_superuser(
        suppliers_instance,
        "insert into customers_customer (number, kind, birth_date, language, source, recorded_at)"
        " select number::text, 'person', case when number = 3 then date '1980-01-01' end, 'da', 'employer', now()"
        " from generate_series(1, 5) as number;"
        " insert into customers_address (street, house_number, floor, door, postal_code, city, municipality_code,"
        " sort_key, search_key) values ('Bitvej', '1', '', '', '9999', 'Nordby', '', '', '')",
    )
    (problem,) = _problems(suppliers_instance)
    assert problem["where"] == "customers_customer.birth_date"
    assert problem["what"].startswith("1 row has a value here")
    assert "policies/supplier.toml:" in problem["what"]
    done = _import_web_server(suppliers_instance)
    assert done.returncode == 1
    assert "customers_customer.birth_date" in done.stderr
    assert "Traceback" not in done.stderr


def _touches_no_other_instance(suppliers_instance: dict[str, str]) -> None:
    """Roles belong to the whole server: the supplier's login enters the supplier's purposes and database alone."""
    server = settings.INSTANCE.embedded
    role = f"forsyn_{suppliers_instance['FORSYN_INSTANCE']}_app"
    with psycopg.connect(server.conninfo(suppliers_instance["FORSYN_DATABASE"], role), autocommit=True) as login:
        login.execute(f'set role "forsyn_{suppliers_instance["FORSYN_INSTANCE"]}:delivery"')  # type: ignore[arg-type]
        login.execute("reset role")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            login.execute('set role "forsyn_test:settlement"')
    with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
        psycopg.connect(server.conninfo(str(connection.settings_dict["NAME"]), role))
    assert drift() == []


def test_what_somebody_grants_by_hand_is_found_and_taken_back(suppliers_instance: dict[str, str]) -> None:
    instance = suppliers_instance["FORSYN_INSTANCE"]
    changes = (
        (f'grant select on customers_customer to "forsyn_{instance}:sign_in"', "select customers_customer"),
        ("grant select on customers_customer_name to public", "take from public: select customers"),
        ("drop policy accounting on customers_customer", "let accounting see of customers_customer"),
        ("alter table customers_customer disable row level security", "guard the rows of customers_customer"),
        ("alter policy delivery on customers_customer using (true)", "row policy of delivery on customers"),
        (f'alter role "forsyn_{instance}:delivery" login', "one that nobody signs in as"),
        (f'revoke "forsyn_{instance}:newsletter" from forsyn_{instance}_app granted by forsyn_{instance}_owner',
         f"enter forsyn_{instance}:newsletter"),
        ("create or replace function enforcement.hidden_customers() returns setof bigint language plpgsql stable"
         " security definer set search_path = pg_catalog, pg_temp as 'begin return; end'", "function enforcement"),
    )  # fmt: skip
    by_hand = (
        ("create or replace function safeguards_record_access(text, text, bigint[], bigint, text, text, uuid)"
         " returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as 'begin end'",
         "function safeguards_record_access"),
        ("create rule forgetful as on insert to safeguards_access_log do instead nothing", "rule forgetful on"),
    )  # fmt: skip
    for change, _ in (*changes, *by_hand):
        _as_superuser(suppliers_instance, change)
    found = [problem["what"] for problem in _problems(suppliers_instance)]
    missed = [change for change, complaint in (*changes, *by_hand) if not any(complaint in what for what in found)]
    assert missed == []
    _run(suppliers_instance, "policy", "apply")
    left = [problem["what"] for problem in _problems(suppliers_instance)]
    assert len(left) == len(by_hand), "what the owner made is not made anew by the policy"
    _as_superuser(suppliers_instance, f"grant pg_read_all_data to forsyn_{instance}_app")
    told = _run(suppliers_instance, "policy", "apply", "--json")
    assert "Let the server's administrator run: revoke" in told
    _as_superuser(suppliers_instance, f"revoke pg_read_all_data from forsyn_{instance}_app")


@pytest.mark.django_db
def test_what_is_not_held_costs_one_query_and_nothing_where_all_is_held(django_assert_num_queries: object) -> None:
    holding = current_policy()
    sparing: Policy = replace(holding, not_held=load_policy(SUPPLIER).not_held)
    with django_assert_num_queries(1):  # type: ignore[operator]
        check_declarations(holding)
    with django_assert_num_queries(2):  # type: ignore[operator]
        check_declarations(sparing)


def test_another_instances_name_takes_no_database_over(suppliers_instance: dict[str, str]) -> None:
    server, mine = settings.INSTANCE.embedded, suppliers_instance["FORSYN_INSTANCE"]
    urls = {
        name: server.conninfo(suppliers_instance["FORSYN_DATABASE"], f"forsyn_{mine}_{role}")
        for name, role in (("DATABASE_URL", "app"), ("OWNER_DATABASE_URL", "owner"))
    }
    mistaken = suppliers_instance | urls | {"FORSYN_INSTANCE": "mistaken"}
    told = _run(mistaken, "policy", "apply", "--json")
    assert f"This database belongs to the instance '{mine}', and FORSYN_INSTANCE is 'mistaken'" in told
    assert _problems(suppliers_instance) == []
