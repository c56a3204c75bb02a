"""A snapshot of the database's catalog, and whether it, the bindings and the policy agree.

The caller reads the snapshot from ``pg_attribute``; nothing here touches a database.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from forsyn.policy.bindings import (
    PERSON_ROOTS,
    Binding,
    Bindings,
    BoundColumn,
    Hop,
    NotPersonal,
    Path,
    Personal,
    Table,
)
from forsyn.policy.consistency import inconsistencies
from forsyn.policy.policy import Policy
from forsyn.policy.problems import Problem, did_you_mean
from forsyn.policy.vocabulary import Source

COMMENT_PREFIX = "forsyn: "
_FROM = {
    Source.PERSON: "from the person",
    Source.METER: "from the meter",
    Source.UTILITY: "from the controller",
    Source.DERIVED: "derived",
    Source.EMPLOYER: "from the employer",
    Source.OTHER_PERSON: "from another person",
    Source.PUBLIC_REGISTER: "from a public register",
    Source.PARTNER: "from a partner",
    Source.SYSTEM: "made by the system",
}

OWN_SOURCES = (Source.UTILITY, Source.DERIVED, Source.SYSTEM)
"""What the controller or its program makes itself; a sort key or a period tells of no further source."""


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """One live column: its SQL type and its comment, if it has one."""

    type: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogTable:
    """A table or view with its columns. Partitions are folded into their parent."""

    columns: Mapping[str, CatalogColumn]
    is_view: bool = False
    is_partitioned: bool = False


@dataclass(frozen=True, slots=True)
class Catalog:
    """All tables and views of the application's schema, by name."""

    tables: Mapping[str, CatalogTable] = field(default_factory=dict)

    def has(self, table: str, column: str) -> bool:
        return table in self.tables and column in self.tables[table].columns


def column_comment(policy: Policy, binding: Binding) -> str:
    """What ``COMMENT ON COLUMN`` carries: ``forsyn: personal email, mobile (not held here); given by the person``."""
    if isinstance(binding, NotPersonal):
        return f"{COMMENT_PREFIX}not personal; {binding.reason}"
    source = "given by the person" if binding.given else _FROM[binding.source]
    holds = ", ".join(
        f"{category} (not held here)" if policy.why_not_held(category, binding.source) else category
        for category in binding.categories
    )
    return f"{COMMENT_PREFIX}personal {holds}; {source}"


def check(policy: Policy, bindings: Bindings, catalog: Catalog, *, comments: bool = True) -> list[Problem]:
    """Every disagreement between policy, bindings and catalog; empty when all is well.

    ``comments=False`` leaves the column comments unread, as before a migration has written them.
    """
    checks = (*CHECKS, misdescribed) if comments else CHECKS
    found = [problem for one in checks for problem in one(policy, bindings, catalog)]
    return inconsistencies(policy) + list(dict.fromkeys(found))


def check_bindings(policy: Policy, bindings: Bindings) -> list[Problem]:
    """As `check`, without a database: every disagreement between the policy and the program's declarations."""
    nothing_live = Catalog()
    found = [problem for one in BINDING_CHECKS for problem in one(policy, bindings, nothing_live)]
    return inconsistencies(policy) + list(dict.fromkeys(found))


def unbound(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Tables and columns of the database that nobody has declared."""
    for name, live in catalog.tables.items():
        table = bindings.table(name)
        if table is None:
            kind = "view" if live.is_view else "table"
            yield Problem(
                name,
                f"The {kind} is in the database but in no BINDINGS.",
                "Declare it with Table(...) in the privacy.py of the area that owns it.",
            )
            continue
        for column in live.columns.keys() - table.columns.keys():
            yield Problem(
                f"{name}.{column}",
                "The column is bound to no data category.",
                f"Add it to Table({name!r}) as personal(...) with its categories, or as not_personal(reason).",
            )


def missing(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Bound tables and columns that the database does not have."""
    for table in bindings.tables:
        live = catalog.tables.get(table.name)
        if live is None:
            mend = did_you_mean(table.name, catalog.tables, otherwise="Run the migrations, or drop the binding.")
            yield Problem(table.name, "The table is bound but not in the database.", mend)
            continue
        for column in table.columns.keys() - live.columns.keys():
            mend = did_you_mean(column, live.columns, otherwise="Run the migrations, or drop the binding.")
            yield Problem(f"{table.name}.{column}", "The column is bound but not in the database.", mend)
        if table.partitioned != live.is_partitioned:
            said, found = ("", "not ") if table.partitioned else ("not ", "")
            mend = f"Write partitioned={live.is_partitioned} in its Table(...)."
            yield Problem(table.name, f"The table is bound as {said}partitioned and is {found}partitioned.", mend)


def undeclared(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Categories that columns are bound to and the policy does not know."""
    for bound in bindings.columns():
        if not isinstance(bound.binding, Personal):
            continue
        for category in bound.binding.categories:
            if category not in policy.categories and not policy.why_not_held(category, bound.binding.source):
                otherwise = f"Declare it in {policy.file}, or name it under [[not_held]] there with the reason."
                mend = did_you_mean(category, policy.categories, otherwise=otherwise)
                yield Problem(str(bound), f"The category {category!r} is not in the policy.", mend)


def unsourced(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Columns filled from outside by somebody whom the notice does not name as a source (Art. 14(2)(f))."""
    for bound in bindings.columns():
        if not isinstance(bound.binding, Personal) or bound.binding.source in OWN_SOURCES:
            continue
        for category in bound.binding.categories:
            declared, source = policy.categories.get(category), bound.binding.source
            if declared is None or source in declared.sources or policy.why_not_held(category, source):
                continue
            yield Problem(
                str(bound),
                f"The column comes {_FROM[source]}, which the category {category!r} does not tell.",
                f"Add {str(source)!r} to its sources at {policy.where(declared, 'sources')}, mend source=, "
                "or name both under [[not_held]].",
            )


def personless(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Personal columns of which nobody could tell whose they are."""
    for bound in bindings.columns():
        if isinstance(bound.binding, Personal) and not bound.table.persons_of(bound.column):
            yield Problem(
                str(bound),
                "The column is personal, but the table has no path to a person.",
                'Give Table(..., person=path("… -> customers_customer.id")), or the column its own person=.',
            )


def lost(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Paths that name what does not exist, or end elsewhere than at a person."""
    for table, chain in _paths(bindings):
        if chain.root(table.name) not in PERSON_ROOTS:
            yield Problem(
                table.name,
                f"The path '{chain}' ends at {chain.root(table.name)}.",
                f"Let it end at {' or '.join(PERSON_ROOTS)}.",
            )
        passed = [table.name]
        for hop in chain.hops:
            for name, column in _columns(hop, passed):
                if not catalog.has(name, column):
                    yield _dangling(table, hop, name, column, catalog)
            passed.append(hop.table)


def _paths(bindings: Bindings) -> Iterator[tuple[Table, Path]]:
    for table in bindings.tables:
        for chain in table.persons:
            yield table, chain
    for bound in bindings.columns():
        if isinstance(bound.binding, Personal) and bound.binding.person is not None:
            yield bound.table, bound.binding.person


def _columns(hop: Hop, passed: list[str]) -> Iterator[tuple[str, str]]:
    """The ``(table, column)`` pairs that a hop joins; ``passed`` are the tables of the path so far."""
    yield from ((passed[-1], column) for column in hop.local)
    yield from ((hop.table, column) for column in hop.columns)
    if hop.during is not None:
        yield (hop.table, hop.during.period)
        named = hop.during.table or passed[-1]
        yield (named if named in passed else f"{named} (not on the path)", hop.during.column)


def _dangling(table: Table, hop: Hop, name: str, column: str, catalog: Catalog) -> Problem:
    if name in catalog.tables:
        mend = did_you_mean(column, catalog.tables[name].columns, otherwise="Name a column that the table has.")
        return Problem(table.name, f"The hop '{hop}' names {name}.{column}, a column that does not exist.", mend)
    mend = did_you_mean(name, catalog.tables, otherwise="Name a table of the database.")
    return Problem(table.name, f"The hop '{hop}' names {name}, a table that does not exist.", mend)


def doubled(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Tables that two areas declare."""
    seen: set[str] = set()
    for table in bindings.tables:
        if table.name in seen:
            yield Problem(table.name, "The table is bound twice.", "Keep the binding in the area that owns the table.")
        seen.add(table.name)


def misdescribed(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Columns whose comment in the database says something else than the binding."""
    for bound in bindings.columns():
        if catalog.has(bound.table.name, bound.column):
            yield from _comment(policy, bound, catalog.tables[bound.table.name].columns[bound.column].comment)


def _comment(policy: Policy, bound: BoundColumn, comment: str | None) -> Iterator[Problem]:
    expected = column_comment(policy, bound.binding)
    if comment != expected:
        found = "has no comment" if comment is None else f"carries the comment {comment!r}"
        yield Problem(str(bound), f"The column {found}; its binding says {expected!r}.", "Run `forsyn migrate`.")


Check = Callable[[Policy, Bindings, Catalog], Iterator[Problem]]
BINDING_CHECKS: tuple[Check, ...] = (doubled, undeclared, unsourced, personless)
"""Those that need no database."""
CHECKS: tuple[Check, ...] = (*BINDING_CHECKS, unbound, missing, lost)
