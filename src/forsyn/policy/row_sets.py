"""Which rows are those of some customers: SQL that follows a table's path to its persons, set by set.

A row may be about several persons: a home and its former tenants, an agreement and its two holders. It is *shown* where
it is about somebody who is shown; it is *hidden* where it is about somebody who is hidden and about nobody else, so
that one person's restriction takes nothing from another who lives, or has lived, at the same place.
"""

from dataclasses import dataclass
from typing import NamedTuple

from forsyn.policy.bindings import Path, Table
from forsyn.policy.catalog import Catalog

SCHEMA = "enforcement"
DAY_BITS = 20
"""A day is counted from 1900-01-01; so many bits last until the year 4770."""
_LAST_DAY = 2**DAY_BITS - 1


class NotDerivable(ValueError):
    """A path from which no row policy can be made; the message says what the table lacks."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the schema ``enforcement``: its result type and the body of its PL/pgSQL."""

    name: str
    returns: str
    body: str


class Bound(NamedTuple):
    """The hop of that number is bound: its target's ``period`` holds the first table's ``column``."""

    hop: int
    column: str
    period: str


def ids(which: str, name: str, table: Table, path: Path, catalog: Catalog) -> Function:
    """A function that gives the ids of the rows of ``hidden`` or ``shown`` customers."""
    joins, person = joins_along(table, path, catalog)
    rows = f"select distinct t0.id from public.{table.name} as t0{joins} where {person} = any (among)"
    if which == "hidden":
        others, other = joins_along(table, path, catalog, alias="o")
        rows = (
            f"with held as materialized ({rows})\n"
            f"    select held.id from held where not exists (select from public.{table.name} as o0{others}\n"
            f"      where o0.id = held.id and {_not_among(other)})"
        )
    body = _body(which, "return", f"return query {rows};")
    return Function(name, f"setof {type_of(catalog, table.name, 'id')}", body)


def days(which: str, name: str, table: Table, path: Path, catalog: Catalog) -> tuple[str, Function]:
    """For rows of days: the row's (key, day) as a number, and a function that gives such numbers as a multirange.

    Raises NotDerivable for a path that does not begin with one column and is not bound by a day.
    """
    bounds = bounds_by(table, path)
    if len(path.hops[0].local) != 1 or not bounds or type_of(catalog, table.name, bounds[0].column) != "date":
        raise NotDerivable(
            f"{table.name} has neither an id nor a path that begins with one column and is bound by a day. "
            "Give it an id, or bind the path with 'during day in period'."
        )
    joins, person = joins_along(table, path, catalog, first=False)
    key = f"t1.{path.hops[0].columns[0]}"
    source = f"from public.{path.hops[0].table} as t1{joins}"
    periods = " * ".join(f"t{bound.hop}.{bound.period}" for bound in bounds)
    among = f"{person} = any (among)"
    found, kept = f"return {_multirange(key, periods, f'{source} where {among}', 'true')};", ""
    if which == "hidden":
        kept = f"keys {type_of(catalog, path.hops[0].table, path.hops[0].columns[0])}[];"
        source += f" where {key} = any (keys)"
        found = (
            f"keys := array(select distinct {key} from public.{path.hops[0].table} as t1{joins} where {among});\n"
            f"  return {_multirange(key, periods, source, f'{person} in (select unnest(among))')};"
        )
    number = f"(({path.hops[0].local[0]}::bigint << {DAY_BITS}) | ({bounds[0].column} - date '1900-01-01'))"
    body = _body(which, "return '{}'::int8multirange", found, kept)
    return number, Function(name, "int8multirange", body)


def _multirange(key: str, periods: str, source: str, theirs: str) -> str:
    """Days that are ``theirs``, without those that are somebody else's too."""

    def number(end: str, otherwise: int) -> str:
        day = f"coalesce({end}(held.days) - date '1900-01-01', {otherwise})"
        return f"(held.key::bigint << {DAY_BITS}) | least(greatest({day}, 0), {_LAST_DAY})"

    days = f"range_agg(int8range({number('lower', 0)}, {number('upper', _LAST_DAY)}))"
    return (
        f"(select coalesce({days} filter (where theirs), '{{}}')\n"
        f"          - coalesce({days} filter (where not theirs), '{{}}')\n"
        f"       from (select {key} as key, {periods} as days, {theirs} as theirs {source}) as held\n"
        f"      where not isempty(held.days))"
    )


def _body(which: str, nothing: str, something: str, declared: str = "") -> str:
    # An array tells the planner to begin with the persons, by index, where a function would have it join whole tables.
    # Nobody hidden is the usual case, and then the joins need not even be begun.
    return (
        f"declare\n  among constant bigint[] := array(select c from {SCHEMA}.{which}_customers() as c);\n"
        f"{f'  {declared}{chr(10)}' if declared else ''}"
        f"begin\n  if cardinality(among) = 0 then\n    {nothing};\n  end if;\n"
        f"  {something}\nend"
    )


def _not_among(person: str) -> str:
    return f"{person} not in (select unnest(among))"


def bounds_by(table: Table, path: Path) -> list[Bound]:
    """The hops of a path that a column of its first table bounds in time."""
    return [
        Bound(number, hop.during.column, hop.during.period)
        for number, hop in enumerate(path.hops, 1)
        if hop.during is not None and (hop.during.table or (table.name if number == 1 else None)) == table.name
    ]


def joins_along(table: Table, path: Path, catalog: Catalog, *, first: bool = True, alias: str = "t") -> tuple[str, str]:
    """The joins along a path after the first table (``t0``, or ``t1`` without it), and the column with the person's id.

    The person's own table is not joined. Without the first table, bounds by its columns are left to the caller.
    """
    names, clauses, before = {table.name: f"{alias}0"}, [], table.name
    *hops, last = path.hops
    if last.columns != ("id",) or last.during is not None:
        raise NotDerivable(f"The path of {table.name} does not end at the id of a person: {last}.")
    for number, hop in enumerate(hops, 1):
        name, came_from = f"{alias}{number}", names[before]
        pairs = [f"{name}.{column} = {came_from}.{local}" for local, column in zip(hop.local, hop.columns, strict=True)]
        if hop.during is not None:
            bound = hop.during.table or before
            if first or bound != table.name:
                column = f"{names[bound]}.{hop.during.column}"
                kind = type_of(catalog, bound, hop.during.column)
                pairs.append(_within(f"{name}.{hop.during.period}", column, kind, whole=hop.during.whole))
        if first or number > 1:
            clauses.append(f" join public.{hop.table} as {name} on {' and '.join(pairs)}")
        names[hop.table] = name
        before = hop.table
    return "".join(clauses), f"{names[before]}.{last.local[0]}"


def type_of(catalog: Catalog, table: str, column: str) -> str:
    return catalog.tables[table].columns[column].type


def _within(period: str, column: str, kind: str, *, whole: bool) -> str:
    if kind == "date":
        return f"{period} @> {column}"
    if kind.startswith("timestamp"):
        return f"{period} @> ({column} at time zone 'Europe/Copenhagen')::date"
    if kind == "daterange":
        return f"{period} {'@>' if whole else '&&'} {column}"
    raise NotDerivable(f"{column} is a {kind}; a path is bound by a date, an instant or a period of days.")
