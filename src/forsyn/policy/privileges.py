"""What each purpose may read and change, table by table, derived from the policy and the bindings.

A purpose reads

- a personal column, if the purpose holds the column's categories: all of them, or, where each row tells which one it
  holds (`ToldBy`), any, and then only those rows;
- a column that is not personal, if it reads the table's substance: some personal column that is not merely the link
  to the person. So a table of health notices shows other purposes not even that a row is there;
- nothing of a table with pseudonyms, unless the purpose works with pseudonyms; and that purpose reads nothing else.

It changes what the binding says (`Table.changed_by`), and only in columns that it may read. What ends rows, retention,
deletes them and overwrites what is masked (`Table.masked`) wherever the night ends them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from forsyn.policy.bindings import Bindings, NotPersonal, Personal, Table
from forsyn.policy.policy import Policy, Purpose
from forsyn.policy.problems import Problem, did_you_mean
from forsyn.policy.purposes import P

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Privileges:
    """Columns that one purpose may select, insert and update of one table, and whether it may delete rows."""

    select: frozenset[str] = NOTHING
    insert: frozenset[str] = NOTHING
    update: frozenset[str] = NOTHING
    delete: bool = False

    def __bool__(self) -> bool:
        return bool(self.select or self.insert)


@dataclass(frozen=True)
class Matrix:
    """The privileges of all purposes of a policy on all tables of the program."""

    policy: Policy
    bindings: Bindings

    @cached_property
    def _cells(self) -> dict[tuple[str, str], Privileges]:
        cells = (
            (purpose.key, table.name, privileges(self.policy, purpose, table))
            for purpose in self.policy.purposes.values()
            for table in self.bindings.tables
        )
        return {(purpose, table): found for purpose, table, found in cells if found}

    def of(self, purpose: str, table: str) -> Privileges:
        """What a purpose of the policy may do with a table."""
        return self._cells.get((purpose, table), Privileges())

    def cells(self) -> Iterator[tuple[str, str, Privileges]]:
        """Purpose, table and privileges, wherever there are any."""
        for (purpose, table), found in self._cells.items():
            yield purpose, table, found

    def reads_all(self, purpose: str, table: str) -> bool:
        """Whether no column of the table is closed to the purpose."""
        bound = self.bindings.table(table)
        return bound is None or bound.columns.keys() <= self.of(purpose, table).select


def works_of(policy: Policy, purpose: Purpose) -> tuple[P, ...]:
    """The program's work that is done for a purpose."""
    own = {purpose.key, *purpose.serves}
    return tuple(work for work in P if work in own and policy.purpose_for(work) is purpose)


def privileges(policy: Policy, purpose: Purpose, table: Table) -> Privileges:
    """What one purpose may do with one table."""
    columns = readable(policy, purpose, table)
    if not columns:
        return Privileges()
    changes = [table.changes(work) for work in works_of(policy, purpose)]

    def changed(change: str) -> frozenset[str]:
        listed = [each[change] or columns for each in changes if change in each]
        return columns.intersection(frozenset().union(*listed))

    update, delete = changed("update"), bool(changed("delete"))
    if table.ends and P.RETENTION in works_of(policy, purpose):
        update, delete = update.union(table.masked), True
    return Privileges(columns, changed("insert"), update, delete=delete)


def readable(policy: Policy, purpose: Purpose, table: Table) -> frozenset[str]:
    """The columns of a table that a purpose reads."""
    if table.open:
        return frozenset(table.columns)
    if not any(isinstance(binding, Personal) for binding in table.columns.values()):
        known = {*table.changed_by, *table.read_by}
        return frozenset(table.columns) if known.intersection(works_of(policy, purpose)) else NOTHING
    if purpose.all_categories:  # even of what the policy does not hold: to see that it is not there
        return frozenset(table.columns)
    if purpose.pseudonymous != table.pseudonymous:
        return NOTHING
    personal = {
        column
        for column, binding in table.columns.items()
        if isinstance(binding, Personal) and _held(policy, purpose, table, binding)
    }
    if not personal & (_substance(policy, table) or set(table.columns)):
        return NOTHING
    plain = {
        column
        for column, binding in table.columns.items()
        if isinstance(binding, NotPersonal) or _not_in_use(policy, binding)
    }
    return frozenset(personal | plain)


def _held(policy: Policy, purpose: Purpose, table: Table, binding: Personal) -> bool:
    kept = [category for category in binding.categories if not policy.why_not_held(category, binding.source)]
    one_is_enough = table.told_by is not None and set(kept) <= set(table.told_by.categories.values())
    return bool(kept) and (any if one_is_enough else all)(purpose.reads(category) for category in kept)


def _not_in_use(policy: Policy, binding: Personal) -> bool:
    """A column of which the policy holds nothing is empty, and tells nothing."""
    return all(policy.why_not_held(category, binding.source) for category in binding.categories)


def in_use(policy: Policy, table: Table) -> bool:
    """Whether the policy holds anything of what a table is for; else no purpose has anything to do with it.

    Whose a row is and who wrote it are not what it is for, where there is anything else.
    """
    personal = [binding for binding in table.columns.values() if isinstance(binding, Personal)]
    substance = list(_about(table).values()) or personal
    return not personal or not all(_not_in_use(policy, binding) for binding in substance)


def _about(table: Table) -> dict[str, Personal]:
    """Personal columns that are more than the first join on the way to the person, and are about that person.

    Who wrote a row is about a member of staff, and does not lead to the row.
    """
    links = {column for path in table.persons for hop in path.hops[:1] for column in hop.local}
    return {
        column: binding
        for column, binding in table.columns.items()
        if isinstance(binding, Personal) and column not in links and binding.person is None
    }


def _substance(policy: Policy, table: Table) -> set[str]:
    """What a table is about, as far as it is in use."""
    return {column for column, binding in _about(table).items() if not _not_in_use(policy, binding)}


def visible_kinds(purpose: Purpose, table: Table) -> tuple[str, ...] | None:
    """The values of the `ToldBy` column whose rows a purpose sees; None where it sees them all."""
    if table.told_by is None:
        return None
    seen = tuple(value for value, category in table.told_by.categories.items() if purpose.reads(category))
    return None if len(seen) == len(table.told_by.categories) else seen


def unkept(policy: Policy, bindings: Bindings) -> Iterator[Problem]:
    """Bindings that let a purpose write what its categories do not hold, or that tell rows apart by nothing."""
    for table in bindings.tables:
        yield from _told_by(table)
        if table.open and any(isinstance(binding, Personal) for binding in table.columns.values()):
            yield Problem(table.name, "The table is open to everyone and has personal columns.", "Take open=True away.")
        if table.read_by and table.persons:
            yield Problem(
                table.name,
                "It names purposes that read it, but who reads people's data follows from their categories.",
                "Take read_by away.",
            )
        for work in table.changed_by:
            purpose = policy.purpose_for(work)
            if purpose is not None and in_use(policy, table) and not readable(policy, purpose, table):
                yield Problem(
                    table.name,
                    f"The purpose {purpose.key!r} is to change the table, but holds none of its categories.",
                    f"Add the categories at {policy.where(purpose, 'categories')}, or take {work.name} out of "
                    "changed_by: a purpose gets no more than its categories.",
                )


def _told_by(table: Table) -> Iterator[Problem]:
    if table.told_by is None:
        return
    if table.told_by.column not in table.columns:
        mend = did_you_mean(table.told_by.column, table.columns, otherwise="Name a column of the table.")
        yield Problem(table.name, f"Its rows are told apart by {table.told_by.column!r}, which it does not have.", mend)
    bound = {c for b in table.columns.values() if isinstance(b, Personal) for c in b.categories}
    for category in dict.fromkeys(table.told_by.categories.values()):
        if category not in bound:
            mend = did_you_mean(category, bound, otherwise="Name a category that one of its columns is bound to.")
            yield Problem(table.name, f"A row is told to hold {category!r}, which no column is bound to.", mend)
