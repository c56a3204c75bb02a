"""Every purpose tries everything on every table and column; what the database lets through is the printed matrix."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from forsyn.domain.safeguards.queries import live_catalog
from forsyn.policy.bindings import Table
from forsyn.policy.matrix import rows
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.enforcement import matrix
from tests.purposes.attack import REFUSED, as_login, become, may

COMPUTED = "select attrelid::regclass::text, attname::text from pg_attribute where attgenerated <> ''"
"""Columns that PostgreSQL itself fills; nobody is let through to these."""
Login = psycopg.Connection[tuple[object, ...]]
PURPOSES = list(current_policy().purposes)


@pytest.fixture
def login(db: None) -> Iterator[Login]:
    with as_login() as connection:
        yield connection


def printed(purpose: str) -> dict[str, dict[str, object]]:
    """What `forsyn policy show --matrix` prints of a purpose, by table."""
    return {row["table"]: row for row in rows(matrix(), purpose)}


def listed(table: Table, columns: object) -> set[str]:
    return set(table.columns) if columns == ["all"] else set(columns)  # type: ignore[call-overload]


def attempt(verb: str, table: str, column: str) -> sql.Composed:
    """A statement that needs one right on one column, and touches no row."""
    template = {
        "select": "select {column} from {table} limit 0",
        "insert": "insert into {table} ({column}) select null where false",
        "update": "update {table} set {column} = default where false",
        "copy": "copy (select {column} from {table} limit 0) to stdout",
    }[verb]
    return sql.SQL(template).format(table=sql.Identifier(table), column=sql.Identifier(column))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_each_purpose_gets_exactly_what_the_matrix_prints(login: Login, purpose: str) -> None:
    views = {name for name, table in live_catalog().tables.items() if table.is_view}
    computed = set(login.execute(COMPUTED).fetchall())
    allowed = printed(purpose)
    become(login, purpose)
    wrong = []
    for table in all_bindings().tables:
        row = allowed.get(table.name, {"reads": [], "inserts": [], "updates": [], "deletes": False})
        for verb, words in (("select", "reads"), ("copy", "reads"), ("insert", "inserts"), ("update", "updates")):
            if verb in {"insert", "update"} and table.name in views:
                continue
            promised = listed(table, row[words])
            wrong += [
                f"{verb} {table.name}.{column}"
                for column in table.columns
                if (table.name, column) not in computed
                and may(login, attempt(verb, table.name, column)) != (column in promised)
            ]
        if table.name not in views:
            delete = sql.SQL("delete from {} where false").format(sql.Identifier(table.name))
            wrong += [f"delete {table.name}"] if may(login, delete) != row["deletes"] else []
    assert wrong == []


def test_without_a_purpose_only_open_tables_are_read(login: Login) -> None:
    live = live_catalog().tables
    open_tables = {table.name for table in all_bindings().tables if table.open}
    for table in all_bindings().tables:
        if live[table.name].is_view:
            continue
        column = next(iter(table.columns))
        assert may(login, attempt("select", table.name, column)) == (table.name in open_tables), table.name
        assert not may(login, attempt("insert", table.name, column)), table.name
        assert not may(login, sql.SQL("delete from {} where false").format(sql.Identifier(table.name))), table.name


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_partition_is_a_way_around_its_table(login: Login, purpose: str) -> None:
    login.execute("reset role")
    partitions = login.execute("select relname from pg_class where relispartition and relkind in ('r', 'p')").fetchall()
    become(login, purpose)
    for (name,) in partitions:
        assert not may(login, sql.SQL("select from {} limit 0").format(sql.Identifier(str(name)))), name
        assert not may(login, sql.SQL("delete from {} where false").format(sql.Identifier(str(name)))), name


STATEMENTS = [
    "create table smuggled (id int)",
    "create view smuggled as select 1",
    "create function smuggled() returns int language sql as 'select 1'",
    "create schema smuggled",
    "create extension dblink",
    "alter table customers_customer disable row level security",
    "alter table customers_customer no force row level security",
    "drop policy settlement on customers_customer",
    "grant select on customers_customer to public",
    "truncate customers_customer",
    "copy customers_customer to '/tmp/customers'",
    "copy customers_customer to program 'cat'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "alter role current_user superuser",
    "set session_replication_role = replica",
    "create trigger smuggled before update on customers_customer execute function suppress_redundant_updates_trigger()",
]


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("purpose", [None, "settlement", "privacy_rights"])
def test_nobody_changes_the_rules(login: Login, purpose: str | None, statement: str) -> None:
    if purpose:
        become(login, purpose)
    with pytest.raises(REFUSED):
        login.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "set role forsyn_test_owner",
        "set session authorization forsyn_test_owner",
        "set role postgres",
        "set session authorization postgres",
        'set role "forsyn_other:settlement"',
    ],
)
def test_the_login_becomes_nobody_else(login: Login, statement: str) -> None:
    with pytest.raises((REFUSED, psycopg.errors.InvalidParameterValue)):
        login.execute(statement)


def test_resetting_the_role_leads_back_to_nothing(login: Login) -> None:
    become(login, "privacy_rights")
    login.execute("select number from customers_customer limit 0")
    login.execute("reset role")
    assert not may(login, attempt("select", "customers_customer", "number"))
