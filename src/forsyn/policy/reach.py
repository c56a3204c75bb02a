"""Which rows are about some persons, and which are about them and about nobody else: SQL from the tables' paths.

The persons are parameters: ``%(customers)s`` and ``%(accounts)s``, arrays of ids. A statement begins with them, by
index, so that a person's rows are found among a billion without reading the others. The rows go by the name ``t0``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from forsyn.policy.bindings import Path, Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.row_sets import NotDerivable, bounds_by, joins_along, type_of

PARAMETERS = {"customers_customer": "%(customers)s::bigint[]", "accounts_account": "%(accounts)s::bigint[]"}
"""The ids of the persons asked about, by the table that the persons are rows of."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, each once. ``reach`` is a subselect named ``reach`` that leads to them, where one does."""

    table: str
    where: str
    reach: str = ""

    def select(self, what: str) -> str:
        """``select what`` of the rows."""
        joined = f", ({self.reach}) as reach" if self.reach else ""
        return f"select {what} from public.{self.table} as t0{joined} where {self.where}"

    def delete(self, condition: str = "true") -> str:
        """Delete those of the rows for which a condition over ``t0`` holds."""
        using = f" using ({self.reach}) as reach" if self.reach else ""
        return f"delete from public.{self.table} as t0{using} where {self.where} and ({condition})"

    def update(self, assignments: str, condition: str = "true") -> str:
        """Overwrite columns of those of the rows for which a condition over ``t0`` holds."""
        using = f" from ({self.reach}) as reach" if self.reach else ""
        return f"update public.{self.table} as t0 set {assignments}{using} where {self.where} and ({condition})"


def about(table: Table, catalog: Catalog) -> Rows:
    """The rows about any of the persons. Raises NotDerivable where the table's path leads to no rows."""
    return _rows(table, catalog, alone=False)


def only_about(table: Table, catalog: Catalog) -> Rows:
    """The rows about some of the persons and nobody else: what may go without taking anything from another."""
    return _rows(table, catalog, alone=True)


def ends_at(path: Path, table: Table) -> str:
    """The table of persons that a path leads to."""
    return path.hops[-1].table if path.hops else table.name


def _rows(table: Table, catalog: Catalog, *, alone: bool) -> Rows:
    if not table.persons:
        raise NotDerivable(f"{table.name} has no path to a person.")
    if "id" not in catalog.tables[table.name].columns and own_column(table.persons[0]) is None:
        if len(table.persons) > 1:
            raise NotDerivable(f"{table.name} has several paths to persons; it needs an id.")
        return _of_days(table, table.persons[0], catalog, alone=alone)
    found = " or ".join(_leads_to(table, path, catalog) for path in table.persons)
    others = [f"not {clause}" for clause in _somebody_else(table, catalog)] if alone else []
    return Rows(table.name, " and ".join([f"({found})", *others]))


def _leads_to(table: Table, path: Path, catalog: Catalog) -> str:
    """That the path leads to one of the persons."""
    among, column = PARAMETERS[ends_at(path, table)], own_column(path)
    if column is not None:
        return f"t0.{column} = any({among})"
    joins, person = joins_along(table, path, catalog, alias="p")
    return f"t0.id = any(array(select p0.id from public.{table.name} as p0{joins} where {person} = any({among})))"


def _somebody_else(table: Table, catalog: Catalog) -> Iterator[str]:
    """That a path leads to somebody who is not among the persons."""
    for path in table.persons:
        among, column = PARAMETERS[ends_at(path, table)], own_column(path)
        if column is not None:
            if len(table.persons) > 1:
                yield f"coalesce(t0.{column} <> all({among}), false)"
            continue
        joins, person = joins_along(table, path, catalog, alias="o")
        yield f"exists (select from public.{table.name} as o0{joins} where o0.id = t0.id and {person} <> all({among}))"


def _of_days(table: Table, path: Path, catalog: Catalog, *, alone: bool) -> Rows:
    """Rows of days without an id: the path's first table and the periods that the day lies in give key and days."""
    bounds, among = bounds_by(table, path), PARAMETERS[ends_at(path, table)]
    if not bounds or len(path.hops[0].local) != 1 or type_of(catalog, table.name, bounds[0].column) != "date":
        raise NotDerivable(f"{table.name} has neither an id nor a path of one column that is bound by a day.")
    joins, person = joins_along(table, path, catalog, first=False)
    first, day = path.hops[0], bounds[0].column
    key = f"t1.{first.columns[0]}"
    periods = " * ".join(f"t{bound.hop}.{bound.period}" for bound in bounds)
    source = f"from public.{first.table} as t1{joins}"
    theirs = f"{person} = any({among})"
    where, days = theirs, "range_agg(held.days)"
    if alone:
        where = f"{key} = any(array(select {key} {source} where {theirs}))"
        days = "coalesce(range_agg(held.days) filter (where held.theirs), '{}')"
        days += " - coalesce(range_agg(held.days) filter (where not held.theirs), '{}')"
    reach = (
        f"select parts.key, coalesce(lower(parts.days), '-infinity') as first,"
        f" coalesce(upper(parts.days), 'infinity') as until from ("
        f"select held.key, unnest({days}) as days"
        f" from (select {key} as key, {periods} as days, {theirs} as theirs {source} where {where}) as held"
        f" where not isempty(held.days) group by held.key) as parts"
    )
    joined = f"t0.{first.local[0]} = reach.key and t0.{day} >= reach.first and t0.{day} < reach.until"
    return Rows(table.name, joined, reach)


def own_column(path: Path) -> str | None:
    """The row's own column with the person's id, where it has one."""
    if not path.hops:
        return "id"
    hop = path.hops[0]
    single = len(path.hops) == 1 and len(hop.local) == 1 and hop.columns == ("id",) and hop.during is None
    return hop.local[0] if single else None
