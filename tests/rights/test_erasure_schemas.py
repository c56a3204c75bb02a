"""Erasure on schemas that nobody wrote: tables, paths, foreign keys, rules and rows by chance, against a slow oracle.

The oracle follows the paths row by row in Python, and knows nothing of the SQL that erases. FORSYN_EXAMPLES: how many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forsyn.domain.retention import actions_erasing as erasing
from forsyn.domain.retention.queries import foreign_keys
from forsyn.policy.bindings import ITSELF, Bindings, Table, ToldBy, not_personal, path, personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.ends import cutoff
from forsyn.policy.erasure import RowClass, Situation, Verdict, row_classes, verdict
from forsyn.policy.periods import Period
from forsyn.policy.policy import Policy, Text
from forsyn.policy.reach import about
from forsyn.policy.vocabulary import Outcome, Source
from forsyn.workflows.declarations import current_policy

TODAY = date(2026, 11, 2)
EXAMPLES = int(os.environ.get("FORSYN_EXAMPLES", "30"))
CUSTOMERS = (9_000_001, 9_000_002, 9_000_003)
TO_CUSTOMER = "customer_id -> customers_customer.id"
ROOT = "customers_customer"
Key = tuple[str, Any]
"""A row: its table, and its id, or key and day."""


# -- a schema ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """How one category ends."""

    optional: bool
    demanded: bool
    by_row: bool
    """By the row's own event, else by one of the person."""


@dataclass(frozen=True)
class Shape:
    """One table: how it leads to persons, and what its columns hold."""

    kind: str
    parent: int
    first: int
    second: int
    told_apart: bool
    masked: bool
    refers: int | None


@dataclass(frozen=True)
class Row:
    """A row of a table; numbers are taken modulo what there is to point at."""

    table: int
    customer: int | None
    other: int | None
    points_at: int
    refers_to: int | None
    kind: str
    age_years: int
    day: int


@dataclass(frozen=True)
class Case:
    """All that is made up."""

    rules: tuple[Rule, ...]
    shapes: tuple[Shape, ...]
    rows: tuple[Row, ...]
    runs: bool
    ended_years_ago: int


RULES = st.builds(Rule, st.booleans(), st.booleans(), st.booleans())
SHAPES = st.builds(
    Shape,
    kind=st.sampled_from(["own", "pair", "shared", "child", "day"]),
    parent=st.integers(0, 9),
    first=st.integers(0, 3),
    second=st.integers(0, 3),
    told_apart=st.booleans(),
    masked=st.booleans(),
    refers=st.none() | st.integers(0, 9),
)
PERSON = st.none() | st.integers(0, 2)
ROWS = st.builds(
    Row,
    table=st.integers(0, 9),
    customer=PERSON,
    other=PERSON,
    points_at=st.integers(0, 9),
    refers_to=st.none() | st.integers(0, 9),
    kind=st.sampled_from("xy"),
    age_years=st.integers(0, 12),
    day=st.integers(0, 20),
)
CASES = st.builds(
    Case,
    rules=st.tuples(RULES, RULES, RULES, RULES),
    shapes=st.lists(SHAPES, min_size=1, max_size=5).map(tuple),
    rows=st.lists(ROWS, min_size=3, max_size=30).map(tuple),
    runs=st.booleans(),
    ended_years_ago=st.integers(0, 9),
)


def policy_of(rules: tuple[Rule, ...]) -> Policy:
    """This controller's policy with made-up categories and rules."""
    policy = current_policy()
    category = next(iter(policy.categories.values()))
    event = replace(policy.events["agreement_end"], year_end=False)
    rule = replace(policy.retention["contact_details"], purpose=None, then=Outcome.ERASE, period=Period(years=5))
    statute = Text("en lov", "a statute")
    return replace(
        policy,
        not_held=(),
        categories={f"c{n}": replace(category, key=f"c{n}", optional=one.optional) for n, one in enumerate(rules)},
        events={key: replace(event, key=key) for key in ("happened", "gone")},
        retention={
            f"r{n}": replace(
                rule,
                key=f"r{n}",
                categories=(f"c{n}",),
                event="happened" if one.by_row else "gone",
                demanded_by=statute if one.demanded else None,
            )
            for n, one in enumerate(rules)
        },
    )


@dataclass
class Schema:
    """Tables as they are bound, as the catalog has them, and as SQL; ``persons`` tells of a row whom it is about."""

    tables: list[Table] = field(default_factory=list)
    catalog: dict[str, CatalogTable] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    references: list[tuple[str, str, str]] = field(default_factory=list)
    """Table, column, target: foreign keys between rows with ids."""

    def add(self, name: str, types_of: dict[str, str], /, **bound: Any) -> None:
        """A table; ``types_of`` are SQL types, those of references as ``-> target``."""
        types = {}
        for column, kind in types_of.items():
            types[column] = kind
            if kind.startswith("-> "):
                types[column] = f"bigint references {kind[3:]} (id) deferrable initially deferred"
                self.references.append((name, column, kind[3:]))
        listed = ", ".join(f"{column} {kind}" for column, kind in types.items())
        self.statements.append(f"create table {name} ({listed})")
        plain = {column: CatalogColumn("bigint" if kind.startswith("big") else kind) for column, kind in types.items()}
        self.catalog[name] = CatalogTable(plain)
        self.tables.append(Table(name, **bound))

    def bindings(self) -> Bindings:
        return Bindings(tuple(self.tables), (), {(ROOT, "gone"): "select null::bigint as person, null::date as day"})


def schema_of(shapes: tuple[Shape, ...]) -> Schema:
    """Bring the shapes into an order in which each can be made."""
    schema = Schema()
    plain = not_personal("made up")
    root = {"id": personal("c0", source=Source.UTILITY), "birth_date": personal("c1", source=Source.UTILITY)}
    schema.tables.append(Table(ROOT, root, person=ITSELF, masked={"birth_date": "null"}))
    schema.catalog[ROOT] = CatalogTable({"id": CatalogColumn("bigint"), "birth_date": CatalogColumn("date")})
    for number, shape in enumerate(shapes):
        name = f"made_up_{number}"
        parents = [table for table in schema.tables[1:] if "id" in schema.catalog[table.name].columns]
        columns, persons = _ways(schema, name, shape, parents)
        columns |= {"kind": "text", "happened_on": "date", "a": "text", "b": "text"}
        if shape.refers is not None and parents and shape.kind != "day":
            columns["refers_id"] = f"-> {parents[shape.refers % len(parents)].name}"
        categories = tuple(dict.fromkeys((f"c{shape.first}", f"c{shape.second}")))
        a = personal(*(categories if shape.told_apart else categories[:1]), source=Source.UTILITY)
        b = a if shape.told_apart else personal(f"c{shape.second}", source=Source.UTILITY)
        told = {"x": f"c{shape.first}", "y": f"c{shape.second}"}
        schema.add(
            name,
            columns,
            columns=dict.fromkeys(columns, plain) | {"a": a, "b": b},
            person=persons,
            told_by=ToldBy("kind", told) if shape.told_apart else None,
            masked={"b": "''"} if shape.masked else {},
            events={"happened": "t0.happened_on"},
        )
        if shape.kind == "shared":
            schema.add(
                f"{name}_holder",
                {"id": "bigserial primary key", "row_id": f"-> {name}", "customer_id": "bigint"},
                columns={"id": plain, "row_id": personal(f"c{shape.first}", source=Source.UTILITY),
                         "customer_id": personal(f"c{shape.first}", source=Source.UTILITY)},
                person=path(TO_CUSTOMER),
            )  # fmt: skip
    return schema


def _ways(schema: Schema, name: str, shape: Shape, parents: list[Table]) -> tuple[dict[str, str], Any]:
    """The columns that lead to persons, and the path; what a shape needs beside is made first."""
    ident = {"id": "bigserial primary key"}
    if shape.kind == "pair":
        persons = (path(TO_CUSTOMER), path("other_id -> customers_customer.id"))
        return ident | {"customer_id": "bigint", "other_id": "bigint"}, persons
    if shape.kind == "shared":
        return ident, path(f"id -> {name}_holder.row_id", TO_CUSTOMER)
    if shape.kind == "child" and parents:
        parent = parents[shape.parent % len(parents)]
        ways = tuple(path(f"parent_id -> {parent.name}.id", *map(str, way.hops)) for way in parent.persons)
        return ident | {"parent_id": f"-> {parent.name}"}, ways if len(ways) > 1 else ways[0]
    if shape.kind == "day":
        held = personal(f"c{shape.first}", source=Source.UTILITY)
        columns = {"id": "bigserial primary key", "customer_id": "bigint", "key": "integer", "period": "daterange"}
        bound = dict.fromkeys(columns, not_personal("made up")) | {"period": held}
        schema.add(f"{name}_stay", columns, columns=bound, person=path(TO_CUSTOMER), events={})
        way = path(f"key -> {name}_stay.key during day in period", TO_CUSTOMER)
        return {"key": "integer", "day": "date"}, way
    return ident | {"customer_id": "bigint"}, path(TO_CUSTOMER)


# -- its rows ---------------------------------------------------------------------------------------------


@dataclass
class Town:
    """Rows by key, with all their values."""

    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def of(self, table: str) -> list[dict[str, Any]]:
        return [row for (name, _), row in self.rows.items() if name == table]


def fill(schema: Schema, case: Case) -> None:
    """Put the rows in, those that are pointed at first."""
    with connection.cursor() as cursor:
        for statement in schema.statements:
            cursor.execute(statement)
        for number, row in enumerate(sorted(case.rows, key=lambda row: row.table % len(case.shapes)), 1):
            shape = row.table % len(case.shapes)
            _insert(cursor, schema, f"made_up_{shape}", row, number)


def _insert(cursor: Any, schema: Schema, name: str, row: Row, number: int) -> None:
    columns = schema.catalog[name].columns
    customer = None if row.customer is None else CUSTOMERS[row.customer]
    other = None if row.other is None else CUSTOMERS[row.other]
    day = TODAY - timedelta(days=row.day)
    values: dict[str, Any] = {"kind": row.kind, "happened_on": TODAY.replace(year=TODAY.year - row.age_years)}
    values |= {"a": f"a{number}", "b": f"b{number}"}
    values |= {key: value for key, value in {"customer_id": customer, "other_id": other}.items() if key in columns}
    for column, wanted in (("parent_id", row.points_at), ("refers_id", row.refers_to)):
        if column in columns:
            target = next(t for table, key, t in schema.references if (table, key) == (name, column))
            cursor.execute(f"select id from {target} order by id")
            there = [key for (key,) in cursor.fetchall()]
            values[column] = there[wanted % len(there)] if there and wanted is not None else None
    if "day" in columns:
        values |= {"key": row.points_at % 2, "day": day}
        cursor.execute(
            f"insert into {name}_stay (customer_id, key, period) values (%s, %s, daterange(%s, %s))",
            [customer, row.points_at % 2, day - timedelta(days=3), day + timedelta(days=1 + row.age_years % 4)],
        )
        cursor.execute(f"select from {name} where key = %s and day = %s", [values["key"], day])
        if cursor.fetchone() is not None:
            return
    cursor.execute(
        f"insert into {name} ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})"
        + (" returning id" if "id" in columns else ""),
        list(values.values()),
    )
    if f"{name}_holder" in schema.catalog:
        (row_id,) = cursor.fetchone()
        for holder in {customer, other} - {None}:
            cursor.execute(f"insert into {name}_holder (row_id, customer_id) values (%s, %s)", [row_id, holder])


def look(schema: Schema) -> Town:
    """Every row of every table."""
    town = Town()
    with connection.cursor() as cursor:
        for table in schema.tables:
            where = f" where id = any(array{list(CUSTOMERS)})" if table.name == ROOT else ""
            columns = list(schema.catalog[table.name].columns)
            cursor.execute(f"select {', '.join(columns)}, md5(t::text) from {table.name} as t{where}")
            for *values, digest in cursor.fetchall():
                row = dict(zip(columns, values, strict=True)) | {"md5": digest}
                town.rows[table.name, row.get("id") or (row["key"], row["day"])] = row
    return town


# -- the oracle ---------------------------------------------------------------------------------------------


def persons_of(town: Town, table: Table, row: dict[str, Any]) -> set[int]:
    """Whom a row is about, by walking its paths."""
    return {person for way in table.persons for person in _walk(town, list(way.hops), row, row)}


def _walk(town: Town, hops: list[Any], row: dict[str, Any], first: dict[str, Any]) -> Iterator[int]:
    if not hops:
        yield row["id"]
        return
    hop, *rest = hops
    if not rest:  # the last one leads to the person
        if row[hop.local[0]] is not None:
            yield row[hop.local[0]]
        return
    for target in town.of(hop.table):
        joined = all(
            row[here] is not None and row[here] == target[there]
            for here, there in zip(hop.local, hop.columns, strict=True)
        )
        if joined and (hop.during is None or first[hop.during.column] in target[hop.during.period]):
            yield from _walk(town, rest, target, first)


def class_of(classes: list[tuple[RowClass, Verdict]], table: str, row: dict[str, Any]) -> Verdict | None:
    """The verdict over a row; None where no rule ends it."""
    return next(
        (
            found
            for rows, found in classes
            if rows.table.name == table and (rows.kinds is None or row.get("kind") in rows.kinds)
        ),
        None,
    )


def is_over(policy: Policy, classes: list[tuple[RowClass, Verdict]], table: str, row: dict[str, Any]) -> bool:
    """Whether the row's own event says that every rule which keeps it has passed, as the verdict's SQL puts it."""
    found = class_of(classes, table, row)
    if found is None or not found.over:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"select {found.over} from (select %s::date as happened_on) as t0", [row["happened_on"]])
        (over,) = cursor.fetchone()
    assert over == (row["happened_on"] < cutoff(policy, next(iter(policy.retention.values())), TODAY))
    return bool(over)


def expected_to_go(
    policy: Policy, schema: Schema, town: Town, classes: list[tuple[RowClass, Verdict]], subject: int
) -> set[Key]:
    """The rows about the subject alone that nothing keeps, and that nothing that stays refers to."""
    bound = {table.name: table for table in schema.tables}
    going = set()
    for (name, key), row in town.rows.items():
        found = class_of(classes, name, row)
        alone = persons_of(town, bound[name], row) == {subject}
        if alone and found is not None and (found.goes or is_over(policy, classes, name, row)):
            going.add((name, key))
    while True:
        needed = {
            (target, row[column])
            for table, column, target in schema.references
            for (name, key), row in town.rows.items()
            if name == table and (name, key) not in going and row[column] is not None
        }
        if not going & needed:
            return going
        going -= needed


# -- the property ---------------------------------------------------------------------------------------------


def check(case: Case) -> None:
    """Make it all, erase one person, and compare every row with what the oracle says."""
    policy, schema, subject = policy_of(case.rules), schema_of(case.shapes), CUSTOMERS[0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {ROOT} (id, number, kind, language, source, recorded_at, birth_date)"
            " select id, 'M' || id, 'person', 'da', 'person', now(), '1970-01-01' from unnest(%s::bigint[]) as id",
            [list(CUSTOMERS)],
        )
    fill(schema, case)
    before = look(schema)
    ended = None if case.runs else TODAY.replace(year=TODAY.year - case.ended_years_ago)
    situation = Situation(agreement_runs=case.runs, event_days={(ROOT, "gone"): ended})
    catalog = Catalog(schema.catalog)
    classes = [
        (rows, verdict(policy, rows, situation, TODAY)) for rows in row_classes(policy, schema.bindings(), catalog)
    ]
    going = expected_to_go(policy, schema, before, classes, subject)
    keys = [key for key in foreign_keys() if key.table in schema.catalog and key.target in schema.catalog]
    persons = {"customers": [subject], "accounts": []}
    _erase(classes, keys, persons)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    after = look(schema)
    assert set(before.rows) - set(after.rows) == going
    assert not set(after.rows) - set(before.rows)
    bound = {table.name: table for table in schema.tables}
    for (name, key), row in after.rows.items():
        was = before.rows[name, key]
        if persons_of(before, bound[name], was) != {subject}:
            assert row == was, f"a row that is not about the subject alone was changed: {name} {key}"
            continue
        found = class_of(classes, name, was)
        masked = () if found is None else tuple(bound[name].masked) if found.goes else found.masked
        for column, value in was.items():
            if column == "md5":
                continue
            wanted = {"''": "", "null": None}[bound[name].masked[column]] if column in masked else value
            assert row[column] == wanted, f"{name}.{column} of {key}"
    again = _erase(classes, keys, persons)
    assert not any(done.deleted or done.masked for done in again.values())
    assert look(schema) == after


def _erase(classes: Any, keys: Any, persons: Any) -> dict[str, erasing.Erased]:
    """Find, erase, and read back."""
    found = erasing.find(classes, persons)
    done = erasing.erase(classes, found, keys, persons)
    went = [(rows, seen) for rows, seen in classes if rows.name in done and seen.goes and found[rows.name].alone]
    for name, count in erasing.left(went, found, persons).items():
        assert count == done[name].referred
    return done


def _tried(case: Case) -> None:
    with transaction.atomic():
        check(case)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=CASES)
def test_whatever_the_schema_the_person_goes_and_nobody_else_loses_a_byte(case: Case) -> None:
    _tried(case)


FREE = Rule(optional=True, demanded=False, by_row=False)
KEPT = Rule(optional=False, demanded=True, by_row=False)


def _shape(kind: str, **more: Any) -> Shape:
    facts = {"parent": 0, "first": 0, "second": 0, "told_apart": False, "masked": True, "refers": None}
    return Shape(kind=kind, **(facts | more))


def _row(table: int, customer: int | None, other: int | None = None, **more: Any) -> Row:
    facts = {"points_at": 0, "refers_to": None, "kind": "x", "age_years": 0, "day": 0}
    return Row(table, customer, other, **(facts | more))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["pair", "shared", "child", "day"])
def test_the_property_notices_a_rule_that_forgets_the_others(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = (_shape("pair"), _shape(kind)) if kind == "child" else (_shape(kind),)
    rows = (_row(0, 0, 1), _row(0, 1, 0), _row(len(shapes) - 1, 0, 1), _row(len(shapes) - 1, 1, 1))
    case = Case((FREE,) * 4, shapes, rows, runs=False, ended_years_ago=1)
    _tried(case)
    monkeypatch.setattr("forsyn.policy.erasure.only_about", about)
    with pytest.raises(AssertionError), transaction.atomic():
        check(case)
