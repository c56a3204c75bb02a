"""What the retention night does to each table, as SQL derived from the policy, the bindings and the foreign keys.

Rows whose own event is over go table by table (`RowStep`); rows that end with an event of their person go person by
person, and only where they are about those persons and nobody else (`PersonStep`); columns whose time is up while
their row stays are overwritten (`MaskStep`). A row that another row still refers to stays until that one goes.

The rows go by the name ``t0``. Parameters: ``before_<rule>`` (the first event day that is still kept), and for each
table ``held_customers_<table>``, ``held_accounts_<table>`` (whom a hold or a restriction spares there) and
``customers_<step>``, ``accounts_<step>`` (whose time is over).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from graphlib import TopologicalSorter

from forsyn.policy.bindings import Bindings, NotPersonal, Personal, Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.ends import ENDING, End, ends_of
from forsyn.policy.night_plan import ForeignKey as ForeignKey
from forsyn.policy.night_plan import MaskStep as MaskStep
from forsyn.policy.night_plan import NightPlan as NightPlan
from forsyn.policy.night_plan import PersonStep as PersonStep
from forsyn.policy.night_plan import RowStep as RowStep
from forsyn.policy.policy import Policy, Retention
from forsyn.policy.reach import PARAMETERS, Rows, about, ends_at, only_about, own_column

DEEPEST = 4
"""So many foreign keys one behind the other; what lies deeper counts as referred to, and waits for the next night."""
CHAINED = 2
"""So many rows of one table that refer to each other (a correction of a correction) go in one night, and one more."""


def plan_night(policy: Policy, bindings: Bindings, catalog: Catalog, keys: Collection[ForeignKey]) -> NightPlan:
    """Derive the steps. ``keys`` are the foreign keys of the live database."""
    return _Derivation(policy, bindings, catalog, keys).plan()


class _Derivation:
    """The state of one derivation: what is known of each table."""

    def __init__(self, policy: Policy, bindings: Bindings, catalog: Catalog, keys: Collection[ForeignKey]) -> None:
        self.policy, self.bindings, self.catalog = policy, bindings, catalog
        live = {table.name: table for table in bindings.tables if table.name in catalog.tables}
        self.tables = {name: table for name, table in live.items() if not catalog.tables[name].is_view}
        self.ends = {name: self._ends(table) for name, table in self.tables.items()}
        self.keys = [*keys, *self._untied({(key.table, key.column) for key in keys})]

    def plan(self) -> NightPlan:
        own = [name for name in self.tables if self._is_of_rows(name)]
        theirs = [name for name in self.tables if self.ends[name] and not self._is_of_rows(name)]
        return NightPlan(
            rows=tuple(
                RowStep(self.tables[n], self._rules(self.ends[n]), self._row_condition(n))
                for n in self._children_first(own)
            ),
            persons=tuple(step for name in self._far_first(theirs) for step in self._person_steps(name)),
            masks=tuple(step for name in theirs for step in self._mask_steps(name)),
            holding=self._holding(),
        )

    # -- ends ----------------------------------------------------------------------------------------------------

    def _ends(self, table: Table) -> tuple[End, ...]:
        if table.ends:
            return tuple(end for end in ends_of(self.policy, self.bindings, table) if end.is_told)
        if table.kept_as is None or any(isinstance(binding, Personal) for binding in table.columns.values()):
            return ()
        rules = [rule for rule in self.policy.retention_of(table.kept_as) if rule.then in ENDING and not rule.purpose]
        return tuple(
            End(table, rule, (), table.events[rule.event], None) for rule in rules if rule.event in table.events
        )

    def _is_of_rows(self, name: str) -> bool:
        return bool(self.ends[name]) and all(end.moment is not None for end in self.ends[name])

    @staticmethod
    def _rules(ends: Collection[End]) -> tuple[Retention, ...]:
        return tuple({end.rule.key: end.rule for end in ends}.values())

    # -- rows by their own events --------------------------------------------------------------------------------

    def _row_condition(self, name: str) -> str:
        return " and ".join([self._over(name), *self._unreferred(name)])

    def _over(self, name: str) -> str:
        """Each rule says that the time of the row is up, and nobody is held whom it is about."""
        table = self.tables[name]
        parts = [
            _for_kinds(table, end, f"coalesce({end.moment} < %(before_{end.rule.key})s, false)")
            for end in self.ends[name]
        ]
        counted = {kind for end in self.ends[name] for kind in end.kinds or ()}
        if table.told_by is not None and counted < table.told_by.categories.keys():
            parts.append(of_kinds(table, tuple(sorted(counted))))
        if table.persons:
            theirs = about(table, self.catalog).where.replace("%(customers)s", f"%(held_customers_{name})s")
            theirs = theirs.replace("%(accounts)s", f"%(held_accounts_{name})s")
            parts.append(f"not coalesce(({theirs}), false)")
        return " and ".join(parts)

    def _unreferred(self, name: str, depth: int = 1, seen: tuple[str, ...] = ()) -> Iterator[str]:
        """That nothing refers to the row but what goes as well, be it another row of the same table."""
        for key in self.keys:
            if key.target != name or key.table not in self.tables:
                continue
            alias = f"u{depth}"
            goes = self._goes(key.table, depth + 1, (*seen, name)).replace("t0.", f"{alias}.")
            yield (
                f"not exists (select from public.{key.table} as {alias}"
                f" where {alias}.{key.column} = t0.{key.key} and not ({goes}))"
            )

    def _goes(self, name: str, depth: int, seen: tuple[str, ...]) -> str:
        """That a row goes, as far as can be told by following foreign keys so deep."""
        chained = CHAINED if name in seen[-1:] else 0
        if not self.ends[name] or depth > DEEPEST or seen.count(name) > chained:
            return "false"
        if self._is_of_rows(name):
            return " and ".join([self._over(name), *self._unreferred(name, depth, seen)])
        found = []
        for step in self._person_steps(name, plain=True):
            found.append(" and ".join([step.rows.where, step.condition, *self._unreferred(name, depth, seen)]))
        return " or ".join(f"({one})" for one in found) or "false"

    # -- rows by their persons -----------------------------------------------------------------------------------

    def _person_steps(self, name: str, *, plain: bool = False) -> Iterator[PersonStep]:
        table = self.tables[name]
        for number, (kinds, ends) in enumerate(by_kinds(table, self.ends[name])):
            step = f"{name}_{number}"
            moments = self._moments(ends) | ({} if plain else self._moments_beyond(name))
            conditions = [of_kinds(table, kinds)]
            conditions += [f"coalesce({end.moment} < %(before_{end.rule.key})s, false)" for end in ends if end.moment]
            if not plain:
                conditions += self._unreferred(name)
            yield PersonStep(
                name=step,
                table=table,
                root=self._root(table, ends),
                rules=self._rules(ends),
                moments=tuple(moments.values()),
                rows=self._only_theirs(table, step),
                condition=" and ".join(conditions),
            )

    def _mask_steps(self, name: str) -> Iterator[MaskStep]:
        table = self.tables[name]
        for column, value in table.masked.items():
            for number, (kinds, ends) in enumerate(by_kinds(table, self.ends[name])):
                its = [end for end in ends if column in end.columns and end.person_moment]
                if not its:
                    continue
                step = f"{name}_{column}_{number}"
                going = self._goes(name, 1, ())
                yield MaskStep(
                    name=step,
                    table=table,
                    column=column,
                    root=self._root(table, its),
                    rules=self._rules(its),
                    moments=tuple(self._moments(its).values()),
                    rows=self._only_theirs(table, step),
                    assignment=f"{column} = {value}",
                    condition=f"{of_kinds(table, kinds)} and t0.{column} is distinct from ({value}) and not ({going})",
                )

    def _only_theirs(self, table: Table, step: str) -> Rows:
        rows = only_about(table, self.catalog)

        def named(text: str) -> str:
            return text.replace("%(customers)s", f"%(customers_{step})s").replace(
                "%(accounts)s", f"%(accounts_{step})s"
            )

        return replace(rows, where=named(rows.where), reach=named(rows.reach))

    def _root(self, table: Table, ends: Collection[End]) -> str:
        told = {end.person_moment for end in ends}
        for path in table.persons:
            root = ends_at(path, table)
            if any(self.bindings.person_events.get((root, end.rule.event)) in told for end in ends):
                return root
        raise ValueError(f"{table.name} has no path to the persons of its event.")

    @staticmethod
    def _moments(ends: Collection[End]) -> dict[str, tuple[str, Retention]]:
        return {end.rule.key: (end.person_moment, end.rule) for end in ends if end.person_moment is not None}

    def _moments_beyond(self, name: str) -> dict[str, tuple[str, Retention]]:
        """Rules of rows that lead to their persons by way of this table: while they are kept, so is the way."""
        found: dict[str, tuple[str, Retention]] = {}
        for other, table in self.tables.items():
            if other != name and any(hop.table == name for path in table.persons for hop in path.hops):
                found |= self._moments(self.ends[other])
        roots = {root for (root, _) in self.bindings.person_events}
        mine = {ends_at(path, self.tables[name]) for path in self.tables[name].persons} & roots
        theirs = {self.bindings.person_events.get((root, rule.event)) for root in mine for _, rule in found.values()}
        return {key: (moment, rule) for key, (moment, rule) in found.items() if moment in theirs}

    # -- order ---------------------------------------------------------------------------------------------------

    def _children_first(self, names: Collection[str]) -> list[str]:
        """Who refers comes before what is referred to."""
        sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(names, ()))
        for key in self.keys:
            if key.table in names and key.target in names and key.table != key.target:
                sorter.add(key.target, key.table)
        return list(sorter.static_order())

    def _far_first(self, names: Collection[str]) -> list[str]:
        """Whose way to the person leads through another table comes before that one."""
        sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(names, ()))
        for name in names:
            for path in self.tables[name].persons:
                for hop in path.hops:
                    if hop.table in names and hop.table != name:
                        sorter.add(hop.table, name)
        return list(sorter.static_order())

    # -- what keeps ----------------------------------------------------------------------------------------------

    def _untied(self, tied: Collection[tuple[str, str]]) -> Iterator[ForeignKey]:
        """Columns with a person's id that no foreign key ties to the person's row."""
        for name, table in self.tables.items():
            for column in table.columns:
                for path in table.persons_of(column):
                    own = own_column(path)
                    if own not in (None, "id") and (name, own) not in tied and ends_at(path, table) in PARAMETERS:
                        tied = {*tied, (name, own)}
                        yield ForeignKey(name, str(own), ends_at(path, table))

    def _holding(self) -> dict[str, frozenset[str]]:
        """A hold on consumption spares the agreement too, without which nobody could say whose it is."""
        found = {name: set(_categories(table)) for name, table in self.tables.items()}
        own = {name: frozenset(categories) for name, categories in found.items()}
        for name, table in self.tables.items():
            for path in table.persons:
                for hop in path.hops:
                    if hop.table in found:
                        found[hop.table] |= own[name]
        return {name: frozenset(categories) for name, categories in found.items() if self.ends[name]}


def _categories(table: Table) -> Iterator[str]:
    if table.kept_as is not None:
        yield table.kept_as
    for binding in table.columns.values():
        if not isinstance(binding, NotPersonal) and binding.person is None:
            yield from binding.categories


def by_kinds(table: Table, ends: Collection[End]) -> Iterator[tuple[tuple[str, ...] | None, tuple[End, ...]]]:
    """Kinds of rows with the ends that count for them; None where all rows are alike."""
    if table.told_by is None or all(end.kinds is None for end in ends):
        if ends:
            yield None, tuple(ends)
        return
    groups: dict[tuple[int, ...], list[str]] = {}
    for kind in table.told_by.categories:
        its = tuple(place for place, end in enumerate(ends) if end.kinds is None or kind in end.kinds)
        if its:
            groups.setdefault(its, []).append(kind)
    listed = tuple(ends)
    for its, kinds in groups.items():
        all_kinds = len(kinds) == len(table.told_by.categories)
        yield (None if all_kinds else tuple(kinds)), tuple(listed[place] for place in its)


def of_kinds(table: Table, kinds: tuple[str, ...] | None) -> str:
    if kinds is None or table.told_by is None:
        return "true"
    return f"t0.{table.told_by.column} in ({', '.join(repr(kind) for kind in kinds)})"


def _for_kinds(table: Table, end: End, condition: str) -> str:
    """The condition for rows of the end's kinds; for others it says nothing."""
    if end.kinds is None or table.told_by is None:
        return condition
    return f"(not {of_kinds(table, end.kinds)} or {condition})"
