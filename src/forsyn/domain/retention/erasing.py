"""Erases rows of persons, set by set: finds them once, deletes children first, overwrites what must stay.

Works inside the caller's transaction, under retention. Nothing is committed here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from django.db import connection

from forsyn.policy.catalog import Catalog
from forsyn.policy.erasure import RowClass, Verdict
from forsyn.policy.night import ForeignKey, of_kinds
from forsyn.policy.reach import about, only_about

Persons = Mapping[str, list[int]]
"""``customers`` and ``accounts``: ids."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a class: about the persons at all, and about them and nobody else."""

    about: int
    alone: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a class's rows. ``kept`` stay, ``masked`` of them without some columns; ``referred``: they should
    have gone, but something that stays refers to them."""

    deleted: int
    kept: int
    masked: int
    referred: int


def find(classes: Sequence[RowClass], catalog: Catalog, persons: Persons) -> dict[str, Found]:
    """Count the rows of each class that has any. 1 query."""
    parts = []
    for number, rows in enumerate(classes):
        kinds = of_kinds(rows.table, rows.kinds)
        for alone, reach in ((0, about), (1, only_about)):
            counted = reach(rows.table, catalog).select("count(*)")
            parts.append(f"select {number} as class, {alone} as alone, ({counted} and {kinds}) as n")
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), persons)
        counts = {(number, alone): count for number, alone, count in cursor.fetchall()}
    return {
        rows.name: Found(counts[number, 0], counts[number, 1])
        for number, rows in enumerate(classes)
        if counts[number, 0]
    }


def erase(
    classes: Sequence[tuple[RowClass, Verdict]],
    catalog: Catalog,
    keys: Collection[ForeignKey],
    persons: Persons,
) -> dict[str, Erased]:
    """Delete what goes and mask what stays, by the classes' verdicts; return what was done to each."""
    by_id = [(rows, verdict) for rows, verdict in classes if "id" in catalog.tables[rows.table.name].columns]
    by_day = [(rows, verdict) for rows, verdict in classes if "id" not in catalog.tables[rows.table.name].columns]
    ids = _ids([rows for rows, _ in by_id], catalog, persons)
    done = {rows.name: _erase_reached(rows, verdict, catalog, persons) for rows, verdict in by_day}
    for name in _children_first({rows.table.name for rows, _ in by_id}, keys):
        for rows, verdict in by_id:
            if rows.table.name == name:
                done[rows.name] = _erase_ids(rows, verdict, ids[rows.name], keys)
    return done


def left(classes: Sequence[RowClass], catalog: Catalog, persons: Persons) -> dict[str, int]:
    """Read back: how many rows of each class are still about these persons alone. 1 query."""
    return {name: found.alone for name, found in find(classes, catalog, persons).items()}


def _ids(classes: Sequence[RowClass], catalog: Catalog, persons: Persons) -> dict[str, list[str]]:
    """The ids of the rows, as text, before anything is deleted that leads to them. 1 query."""
    if not classes:
        return {}
    parts = [
        f"select {number} as class, array("
        f"{only_about(rows.table, catalog).select('t0.id::text')} and {of_kinds(rows.table, rows.kinds)}) as ids"
        for number, rows in enumerate(classes)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), persons)
        return {classes[number].name: ids for number, ids in cursor.fetchall()}


def _erase_ids(rows: RowClass, verdict: Verdict, ids: list[str], keys: Collection[ForeignKey]) -> Erased:
    table, given = rows.table, {"ids": ids}
    kind = "uuid" if ids and "-" in ids[0] else "bigint"
    mine = f"t0.id = any(%(ids)s::{kind}[])"
    deleted = 0
    with connection.cursor() as cursor:
        if ids and (verdict.goes or verdict.over):
            free = " and ".join([mine, "true" if verdict.goes else verdict.over, *_unreferred(table.name, keys)])
            cursor.execute(f"delete from public.{table.name} as t0 where {free}", given)
            deleted = cursor.rowcount
        kept = len(ids) - deleted
        columns = tuple(table.masked) if verdict.goes else verdict.masked
        masked = 0
        if kept and columns:
            assigned = ", ".join(f"{column} = {table.masked[column]}" for column in columns)
            differs = " or ".join(f"t0.{column} is distinct from ({table.masked[column]})" for column in columns)
            cursor.execute(
                f"update public.{table.name} as t0 set {assigned} where {mine} and ({differs})",
                given,
            )
            masked = cursor.rowcount
    return Erased(deleted, kept, masked, kept if verdict.goes else 0)


def _erase_reached(rows: RowClass, verdict: Verdict, catalog: Catalog, persons: Persons) -> Erased:
    """Tables without an id are reached by their path; nothing refers to their rows."""
    reach, kinds = only_about(rows.table, catalog), of_kinds(rows.table, rows.kinds)
    with connection.cursor() as cursor:
        deleted = 0
        if verdict.goes or verdict.over:
            cursor.execute(reach.delete(f"{kinds} and {verdict.over or 'true'}"), persons)
            deleted = cursor.rowcount
        kept = 0
        if not verdict.goes:
            cursor.execute(f"{reach.select('count(*)')} and {kinds}", persons)
            kept = cursor.fetchone()[0]
    return Erased(deleted, kept, 0, 0)


def _unreferred(name: str, keys: Collection[ForeignKey]) -> list[str]:
    return [
        f"not exists (select from public.{key.table} as r where r.{key.column} = t0.{key.key})"
        for key in keys
        if key.target == name and key.table != name
    ]


def _children_first(names: Collection[str], keys: Collection[ForeignKey]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(names, ()))
    for key in keys:
        if key.table in names and key.target in names and key.table != key.target:
            sorter.add(key.target, key.table)
    return list(sorter.static_order())
