"""Erases rows of persons, set by set: finds them once, deletes children first, overwrites what must stay.

Works inside the caller's transaction, under retention. Nothing is committed here. A person's rows are few, so they are
found once and from then on named by their ids, or, of days without an id, by the spans in which they are the person's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from graphlib import TopologicalSorter
from typing import Any

from django.db import connection

from forsyn.domain.retention.models import Erasure
from forsyn.domain.safeguards.kept_plans import rows_by_kept_plan
from forsyn.policy.bindings import Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.erasure import RowClass, Verdict
from forsyn.policy.night import ForeignKey, of_kinds
from forsyn.policy.reach import Rows, about, only_about, own_column

Persons = Mapping[str, list[int]]
"""``customers`` and ``accounts``: ids."""
Judged = Sequence[tuple[RowClass, Verdict]]
Span = tuple[int, date, date]
"""A key (of a meter) and days, half-open."""
LISTED = "array_agg(t0.id::text){}"


@dataclass(slots=True)
class Found:
    """Rows of a class: how many are about the persons at all, and those about them and nobody else.

    ``ids`` are kept as text, of classes that something may happen to; ``alone`` counts them in any case.
    """

    about: int = 0
    alone: int = 0
    ids: list[str] = field(default_factory=list)
    spans: tuple[Span, ...] = ()
    between: tuple[date, date] | None = None
    """Of days: around all that are alone, half-open."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a class's rows. ``kept`` stay, ``masked`` of them without some columns; ``referred``: they should
    have gone, but something that stays refers to them."""

    deleted: int
    kept: int
    masked: int
    referred: int


def begin_erasing(*, lock_seconds: float, statement_seconds: float) -> None:
    """Until the transaction ends, wait no longer for what others have locked, and keep plans. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
            " set_config('plan_cache_mode', 'force_generic_plan', true)",
            [f"{int(lock_seconds * 1000)}ms", f"{int(statement_seconds * 1000)}ms"],
        )


def note_erasures(*, entries: Collection[tuple[str, datetime]], now: datetime) -> None:
    """Write down that this database has carried out entries of the log: the hash and the time of each. 1 query."""
    rows = [Erasure(person=person, logged_at=at, carried_out_at=now) for person, at in entries]
    Erasure.objects.bulk_create(rows, ignore_conflicts=True)


# -- finding -----------------------------------------------------------------------------------------------------------


def find(judged: Judged, catalog: Catalog, persons: Persons) -> dict[str, Found]:
    """The rows of each class that has any, by the class's name. 1 query for rows that name the person, 2 for those that
    lead there by others, 3 for days."""
    ways: dict[str, list[tuple[RowClass, Verdict]]] = {"near": [], "far": [], "days": []}
    for one in judged:
        ways[_way(one[0].table, catalog)].append(one)
    found = _near(ways["near"], catalog, persons)
    with_rows = {rows.table.name for rows, _ in ways["near"] if rows.name in found}
    listed = {rows.table.name for rows, _ in ways["near"]}
    reached = [one for one in ways["far"] if _may_lead(one[0].table, listed, with_rows)]
    found |= _far(reached, catalog, persons)
    days = [one for one in ways["days"] if _may_lead(one[0].table, listed, with_rows)]
    return found | _days(days, catalog, persons)


def _way(table: Table, catalog: Catalog) -> str:
    if all(own_column(path) is not None for path in table.persons):
        return "near"
    return "far" if "id" in catalog.tables[table.name].columns else "days"


def _may_lead(table: Table, listed: Collection[str], with_rows: Collection[str]) -> bool:
    """Whether the tables that name the person, at the end of the paths, have any rows of the person's."""
    last = {path.hops[-2].table if len(path.hops) > 1 else table.name for path in table.persons}
    return bool(last - set(listed) or last & set(with_rows))


def _near(judged: Judged, catalog: Catalog, persons: Persons) -> dict[str, Found]:
    parts = []
    for number, (rows, verdict) in enumerate(judged):
        everything, own = about(rows.table, catalog), only_about(rows.table, catalog)
        alone = "" if own.where == everything.where else f" filter (where {own.where})"
        ids = "null::text[]"
        if _may_change(verdict) and "id" in catalog.tables[rows.table.name].columns:
            ids = LISTED.format(alone)
        counted = everything.select(
            f"{number} as class, count(*) as everything, count(*){alone} as alone, {ids} as ids"
        )
        parts.append(f"{counted} and {of_kinds(rows.table, rows.kinds)}")
    return {
        judged[number][0].name: Found(everything, alone, ids or [])
        for number, everything, alone, ids in _by_kept_plan(parts, persons)
        if everything
    }


def _far(judged: Judged, catalog: Catalog, persons: Persons) -> dict[str, Found]:
    parts = []
    for number, (rows, _) in enumerate(judged):
        listed = about(rows.table, catalog).select(f"{number} as class, array_agg(t0.id::text) as ids")
        parts.append(f"{listed} and {of_kinds(rows.table, rows.kinds)}")
    there = {number: ids for number, ids in _by_kept_plan(parts, persons) if ids}
    parts, given = [], dict[str, Any](persons)
    for number, ids in there.items():
        rows = judged[number][0]
        given[f"ids_{number}"] = ids
        alone = only_about(rows.table, catalog).select(f"{number} as class, array_agg(t0.id::text) as ids")
        parts.append(f"{alone} and t0.id = any(%(ids_{number})s::{_key(rows.table, catalog)}[])")
    own = {number: ids or [] for number, ids in _all(parts, given)}
    return {judged[number][0].name: Found(len(ids), len(own[number]), own[number]) for number, ids in there.items()}


def _days(judged: Judged, catalog: Catalog, persons: Persons) -> dict[str, Found]:
    """Which spans are the person's is asked once, however many tables have days in them."""
    spans: dict[str, tuple[Span, ...]] = {}
    for rows, _ in judged:
        for one in (about(rows.table, catalog), only_about(rows.table, catalog)):
            if one.reach not in spans:
                spans[one.reach] = _spans(one, persons)
    everything = {rows.name: (rows, spans[about(rows.table, catalog).reach]) for rows, _ in judged}
    own = {rows.name: (rows, spans[only_about(rows.table, catalog).reach]) for rows, _ in judged}
    counts = _count_days(everything, catalog)
    alone = counts | _count_days({name: own[name] for name in own if own[name] != everything[name]}, catalog)
    return {
        name: Found(counts[name][0], alone[name][0], spans=spans_of, between=alone[name][1])
        for name, (_, spans_of) in own.items()
        if counts[name][0] or spans_of
    }


def _spans(rows: Rows, persons: Persons) -> tuple[Span, ...]:
    found = (
        "select reach.key, greatest(reach.first, date '0001-01-01'), least(reach.until, date '9999-12-31')"
        f" from ({rows.reach}) as reach order by 1, 2"
    )
    return tuple(_by_kept_plan([found], persons))


_Counted = tuple[int, tuple[date, date] | None]


def _count_days(asked: Mapping[str, tuple[RowClass, Sequence[Span]]], catalog: Catalog) -> dict[str, _Counted]:
    """How many rows each class has in its spans, and around which days. 1 query for classes of the same spans."""
    counts: dict[str, _Counted] = dict.fromkeys(asked, (0, None))
    for spans in {tuple(spans) for _, spans in asked.values() if spans}:
        parts = []
        for name, (rows, of) in asked.items():
            if tuple(of) == spans:
                day = f"t0.{_day(rows)}"
                what = f"'{name}' as class, count(*) as n, min({day}) as first, max({day}) + 1 as until"
                counted = _within(about(rows.table, catalog)).select(what)
                parts.append(f"{counted} and {_around(rows)} and {of_kinds(rows.table, rows.kinds)}")
        for name, count, first, until in _all(parts, _of_spans(spans)):
            counts[name] = count, (first, until) if count else None
    return counts


def _day(of: RowClass) -> str:
    """The column that says which day a row is of."""
    return next(hop.during.column for path in of.table.persons for hop in path.hops if hop.during)


def _within(rows: Rows) -> Rows:
    """The same rows, reached by spans that are known already: with constants, most partitions are left out."""
    known = (
        "select * from unnest(%(keys)s::integer[], %(firsts)s::date[], %(untils)s::date[]) as span (key, first, until)"
    )
    return Rows(rows.table, rows.where, known)


def _around(of: RowClass) -> str:
    """All spans' keys and days, as constants that indexes and partitions are chosen by."""
    hop = next(path.hops[0] for path in of.table.persons)
    day = f"t0.{_day(of)}"
    return f"t0.{hop.local[0]} = any(%(keys)s::integer[]) and {day} >= %(first)s::date and {day} < %(until)s::date"


def _of_spans(spans: Sequence[Span]) -> dict[str, Any]:
    keys, firsts, untils = ([span[part] for span in spans] for part in range(3))
    return {"keys": keys, "firsts": firsts, "untils": untils, "first": min(firsts), "until": max(untils)}


def _may_change(verdict: Verdict) -> bool:
    return bool(verdict.goes or verdict.over or verdict.masked)


def _by_kept_plan(parts: Sequence[str], persons: Persons) -> list[tuple[Any, ...]]:
    return rows_by_kept_plan(" union all ".join(parts), persons) if parts else []


def _all(parts: Sequence[str], given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), given)
        return list(cursor.fetchall())


# -- erasing -----------------------------------------------------------------------------------------------------------


def erase(
    judged: Judged, found: Mapping[str, Found], catalog: Catalog, keys: Collection[ForeignKey], persons: Persons
) -> dict[str, Erased]:
    """Delete what goes and mask what stays, by the classes' verdicts; return what was done to each that was found.

    Rows about others too are not among those that were found alone, and stay as they are.
    """
    done: dict[str, Erased] = {}
    there = [(rows, verdict) for rows, verdict in judged if rows.name in found]
    for name in _children_first({rows.table.name for rows, _ in there}, keys):
        for rows, verdict in there:
            if rows.table.name == name:
                done[rows.name] = _erase(rows, verdict, found[rows.name], catalog, keys, persons)
    return done


def left(judged: Judged, found: Mapping[str, Found], catalog: Catalog, persons: Persons) -> dict[str, int]:
    """Read back: how many of the rows that were found of each class are still there. 1 query, and 1 for each table of
    days."""
    parts, given, counts = [], dict[str, Any](persons), dict[str, int]()
    for number, (rows, _) in enumerate(judged):
        of = found[rows.name]
        if of.spans:
            counts[rows.name] = count_again(rows, of, catalog)
        elif of.ids:
            given[f"ids_{number}"] = of.ids
            listed = f"t0.id = any(%(ids_{number})s::{_key(rows.table, catalog)}[])"
            parts.append(f"select {number} as class, count(*) as n from public.{rows.table.name} as t0 where {listed}")
        else:
            counted = only_about(rows.table, catalog).select(f"{number} as class, count(*) as n")
            parts.append(f"{counted} and {of_kinds(rows.table, rows.kinds)}")
    return counts | {judged[number][0].name: count for number, count in _all(parts, given)}


def count_again(rows: RowClass, found: Found, catalog: Catalog) -> int:
    """How many days there are now in the spans that are the person's alone. 1 query."""
    return _count_days({rows.name: (rows, found.spans)}, catalog)[rows.name][0]


def _erase(
    rows: RowClass,
    verdict: Verdict,
    found: Found,
    catalog: Catalog,
    keys: Collection[ForeignKey],
    persons: Persons,
) -> Erased:
    if not _may_change(verdict) or not found.alone:
        return Erased(0, found.alone, 0, found.alone if verdict.goes else 0)
    table = rows.table
    condition = f"{of_kinds(table, rows.kinds)} and ({'true' if verdict.goes else verdict.over or 'false'})"
    if found.spans:
        within = _within(only_about(table, catalog))
        deleted = _execute(within.delete(f"{_around(rows)} and {condition}"), _of_spans(found.spans))
        return Erased(deleted, found.alone - deleted, 0, 0)
    if "id" not in catalog.tables[table.name].columns:  # it names the person itself, and nothing refers to it
        deleted = _execute(only_about(table, catalog).delete(condition), persons)
        return Erased(deleted, found.alone - deleted, 0, 0)
    mine, given = f"t0.id = any(%(ids)s::{_key(table, catalog)}[])", {"ids": found.ids}
    deleted = masked = 0
    if verdict.goes or verdict.over:
        free = " and ".join([mine, condition, *_unreferred(table.name, keys)])
        deleted = _execute(f"delete from public.{table.name} as t0 where {free}", given)
    kept = found.alone - deleted
    columns = tuple(table.masked) if verdict.goes else verdict.masked
    if kept and columns:
        assigned = ", ".join(f"{column} = {table.masked[column]}" for column in columns)
        differs = " or ".join(f"t0.{column} is distinct from ({table.masked[column]})" for column in columns)
        masked = _execute(f"update public.{table.name} as t0 set {assigned} where {mine} and ({differs})", given)
    return Erased(deleted, kept, masked, kept if verdict.goes else 0)


def _execute(statement: str, given: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


def _key(table: Table, catalog: Catalog) -> str:
    return catalog.tables[table.name].columns["id"].type


def _unreferred(name: str, keys: Collection[ForeignKey]) -> list[str]:
    return [
        f"not exists (select from public.{key.table} as r where r.{key.column} = t0.{key.key})"
        for key in keys
        if key.target == name and key.table != name
    ]


def _children_first(names: Collection[str], keys: Collection[ForeignKey]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(names), ()))
    for key in keys:
        if key.table in names and key.target in names and key.table != key.target:
            sorter.add(key.target, key.table)
    return list(sorter.static_order())
