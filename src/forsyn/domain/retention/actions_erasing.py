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
from forsyn.policy.erasure import RowClass, Verdict, Way
from forsyn.policy.night import ForeignKey
from forsyn.policy.reach import Rows

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


def find(judged: Judged, persons: Persons) -> dict[str, Found]:
    """The rows of each class that has any, by the class's name. 1 query for rows that name the person, 2 for those that
    lead there by others, 3 for days."""
    near = [one for one in judged if one[0].way is Way.NEAR]
    found = _near(near, persons)
    with_rows = {rows.table.name for rows, _ in near if rows.name in found}
    listed = {rows.table.name for rows, _ in near}
    reached = [one for one in judged if one[0].way is not Way.NEAR and _may_lead(one[0].table, listed, with_rows)]
    found |= _far([one for one in reached if one[0].way is Way.FAR], persons)
    return found | _days([rows for rows, _ in reached if rows.way is Way.DAYS], persons)


def _may_lead(table: Table, listed: Collection[str], with_rows: Collection[str]) -> bool:
    """Whether the tables that name the person, at the end of the paths, have any rows of the person's."""
    last = {path.hops[-2].table if len(path.hops) > 1 else table.name for path in table.persons}
    return bool(last - set(listed) or last & set(with_rows))


def _near(judged: Judged, persons: Persons) -> dict[str, Found]:
    parts = []
    for number, (rows, verdict) in enumerate(judged):
        alone = "" if rows.alone.where == rows.about.where else f" filter (where {rows.alone.where})"
        ids = LISTED.format(alone) if rows.key and _may_change(verdict) else "null::text[]"
        counts = f"count(*) as everything, count(*){alone} as alone"
        parts.append(f"{rows.about.select(f'{number} as class, {counts}, {ids} as ids')} and {rows.of_kinds}")
    return {
        judged[number][0].name: Found(everything, alone, ids or [])
        for number, everything, alone, ids in _by_kept_plan(parts, persons)
        if everything
    }


def _far(judged: Judged, persons: Persons) -> dict[str, Found]:
    parts = []
    for number, (rows, _) in enumerate(judged):
        listed = rows.about.select(f"{number} as class, array_agg(t0.id::text) as ids")
        parts.append(f"{listed} and {rows.of_kinds}")
    there = {number: ids for number, ids in _by_kept_plan(parts, persons) if ids}
    parts, given = [], dict[str, Any](persons)
    for number, ids in there.items():
        rows = judged[number][0]
        given[f"ids_{number}"] = ids
        alone = rows.alone.select(f"{number} as class, array_agg(t0.id::text) as ids")
        parts.append(f"{alone} and t0.id = any(%(ids_{number})s::{rows.key}[])")
    own = {number: ids or [] for number, ids in _all(parts, given)}
    return {judged[number][0].name: Found(len(ids), len(own[number]), own[number]) for number, ids in there.items()}


def _days(classes: Sequence[RowClass], persons: Persons) -> dict[str, Found]:
    """Which spans are the person's is asked once, however many tables have days in them."""
    spans: dict[str, tuple[Span, ...]] = {}
    for rows in classes:
        for one in (rows.about, rows.alone):
            if one.reach not in spans:
                spans[one.reach] = _spans(one, persons)
    everything = {rows.name: (rows, spans[rows.about.reach]) for rows in classes}
    own = {rows.name: (rows, spans[rows.alone.reach]) for rows in classes}
    counts = _count_days(everything)
    alone = counts | _count_days({name: own[name] for name in own if own[name] != everything[name]})
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


def _count_days(asked: Mapping[str, tuple[RowClass, Sequence[Span]]]) -> dict[str, _Counted]:
    """How many rows each class has in its spans, and around which days. 1 query for classes of the same spans."""
    counts: dict[str, _Counted] = dict.fromkeys(asked, (0, None))
    for spans in {tuple(spans) for _, spans in asked.values() if spans}:
        parts = []
        for name, (rows, of) in asked.items():
            if tuple(of) == spans:
                day = f"t0.{_day(rows)}"
                what = f"'{name}' as class, count(*) as n, min({day}) as first, max({day}) + 1 as until"
                counted = _within(rows.about).select(what)
                parts.append(f"{counted} and {_around(rows)} and {rows.of_kinds}")
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
    judged: Judged, found: Mapping[str, Found], keys: Collection[ForeignKey], persons: Persons
) -> dict[str, Erased]:
    """Delete what goes and mask what stays, by the classes' verdicts; return what was done to each that was found.

    Rows about others too are not among those that were found alone, and stay as they are.
    """
    done: dict[str, Erased] = {}
    there = [(rows, verdict) for rows, verdict in judged if rows.name in found]
    for name in _children_first({rows.table.name for rows, _ in there}, keys):
        for rows, verdict in there:
            if rows.table.name == name:
                done[rows.name] = _erase(rows, verdict, found[rows.name], keys, persons)
    return done


def left(judged: Judged, found: Mapping[str, Found], persons: Persons) -> dict[str, int]:
    """Read back: how many of the rows that were found of each class are still there. 1 query, and 1 for each table of
    days."""
    parts, given, counts = [], dict[str, Any](persons), dict[str, int]()
    for number, (rows, _) in enumerate(judged):
        of = found[rows.name]
        if of.spans:
            counts[rows.name] = count_again(rows, of)
        elif of.ids:
            given[f"ids_{number}"] = of.ids
            listed = f"t0.id = any(%(ids_{number})s::{rows.key}[])"
            parts.append(f"select {number} as class, count(*) as n from public.{rows.table.name} as t0 where {listed}")
        else:
            counted = rows.alone.select(f"{number} as class, count(*) as n")
            parts.append(f"{counted} and {rows.of_kinds}")
    return counts | {judged[number][0].name: count for number, count in _all(parts, given)}


def count_again(rows: RowClass, found: Found) -> int:
    """How many days there are now in the spans that are the person's alone. 1 query."""
    return _count_days({rows.name: (rows, found.spans)})[rows.name][0]


def _erase(
    rows: RowClass,
    verdict: Verdict,
    found: Found,
    keys: Collection[ForeignKey],
    persons: Persons,
) -> Erased:
    if not _may_change(verdict) or not found.alone:
        return Erased(0, found.alone, 0, found.alone if verdict.goes else 0)
    mine, condition, given = _found_again(rows, found, persons)
    deleted = masked = 0
    if verdict.goes or verdict.over:
        free = _unreferred(rows.table.name, keys) if rows.key else []  # nothing can refer to what has no id
        ends = "true" if verdict.goes else verdict.over
        deleted = _execute(mine.delete(" and ".join([condition, f"({ends})", *free])), given)
    kept = found.alone - deleted
    columns = tuple(rows.table.masked) if verdict.goes else verdict.masked
    if kept and columns:
        values = [(column, rows.table.masked[column]) for column in columns]
        assigned = ", ".join(f"{column} = {value}" for column, value in values)
        differs = " or ".join(f"t0.{column} is distinct from ({value})" for column, value in values)
        masked = _execute(mine.update(assigned, f"{condition} and ({differs})"), given)
    return Erased(deleted, kept, masked, kept if verdict.goes else 0)


def _found_again(rows: RowClass, found: Found, persons: Persons) -> tuple[Rows, str, Mapping[str, Any]]:
    """The rows that were found alone: by their ids, by spans of days, or by the person that they name; with a condition
    over them, and parameters."""
    if found.spans:
        return _within(rows.alone), f"{_around(rows)} and {rows.of_kinds}", _of_spans(found.spans)
    if rows.key is None:
        return rows.alone, rows.of_kinds, persons
    return Rows(rows.table.name, f"t0.id = any(%(ids)s::{rows.key}[])"), rows.of_kinds, {"ids": found.ids}


def _execute(statement: str, given: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


def _unreferred(name: str, keys: Collection[ForeignKey]) -> list[str]:
    return [
        f"not exists (select from public.{key.table} as r where r.{key.column} = t0.{key.key})"
        for key in keys
        if key.target == name
    ]


def _children_first(names: Collection[str], keys: Collection[ForeignKey]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(names), ()))
    for key in keys:
        if key.table in names and key.target in names and key.table != key.target:
            sorter.add(key.target, key.table)
    return list(sorter.static_order())
