"""Bindings: what each column of each table holds, and whose it is.

An area's ``privacy.py`` declares ``BINDINGS``, a tuple of `Table`; nothing here looks at a database
or a policy file. `forsyn.policy.catalog.check` compares the three.

    Table(
        "customers_contact_point",
        person=path("customer_id -> customers_customer.id"),
        columns={
            "id": not_personal("row number"),
            "value": personal("email", "mobile", source=Source.PERSON, given=True),
        },
    )

A *path* is the chain of joins from a row to its person. One hop reads

    local_column -> table.column [during column in|within period_column]

- several columns join together with ``&``: ``place_id & kind -> customers_agreement.place_id & kind``
- ``during day in period`` keeps only the target rows whose ``period`` (of the hop's target) holds the
  local ``day``. A column of an earlier table of the path is written with its table:
  ``during metering_day.day in period``. The local column may be a date, an instant or a period;
  a period means overlap, and with ``within`` instead of ``in`` that the whole of it lies in the target's.
- hops follow each other, comma-separated or as further arguments.

A row *of* a person (``customers_customer`` itself) has ``person=ITSELF``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forsyn.policy.paths import ITSELF as ITSELF
from forsyn.policy.paths import PERSON_ROOTS as PERSON_ROOTS
from forsyn.policy.paths import BindingError as BindingError
from forsyn.policy.paths import During as During
from forsyn.policy.paths import Hop as Hop
from forsyn.policy.paths import Path as Path
from forsyn.policy.paths import path as path
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source


@dataclass(frozen=True, slots=True)
class Personal:
    """A column with personal data. Make it with `personal`."""

    categories: tuple[str, ...]
    source: Source
    given: bool = False
    person: Path | None = None


@dataclass(frozen=True, slots=True)
class NotPersonal:
    """A column without personal data, and why. Make it with `not_personal`."""

    reason: str


Binding = Personal | NotPersonal


def personal(*categories: str, source: Source, given: bool = False, person: Path | None = None) -> Personal:
    """Bind a column to one or more data categories of the policy file.

    ``given``: the person gave the value (Art. 20(1)); only with `Source.PERSON`.
    ``person``: the path to another person than the table's, such as the staff account that wrote the row.
    """
    if not categories:
        raise BindingError("personal() names at least one data category of the policy file.")
    if len(set(categories)) != len(categories):
        raise BindingError(f"personal{categories!r} names a category twice.")
    if given and source is not Source.PERSON:
        raise BindingError(f"personal({categories[0]!r}, given=True) must have source=Source.PERSON, not {source!s}.")
    return Personal(categories, source, given, person)


def not_personal(reason: str) -> NotPersonal:
    """Declare that a column tells nothing of anyone; ``reason`` is read by auditors, in a few words."""
    if not reason.strip():
        raise BindingError("not_personal() needs a reason, such as 'row number'.")
    return NotPersonal(reason.strip())


def plain(reason: str, *columns: str) -> dict[str, NotPersonal]:
    """Several columns without personal data, for one reason."""
    return dict.fromkeys(columns, not_personal(reason))


def by_account(column: str, *categories: str) -> Personal:
    """Who of the staff wrote or decided; of the category staff_activity, unless others are named."""
    person = path(f"{column} -> accounts_account.id")
    return personal(*(categories or ("staff_activity",)), source=Source.SYSTEM, person=person)


@dataclass(frozen=True, slots=True)
class ToldBy:
    """A column whose value tells which data category a row holds: ``mobile`` in a table of mobiles and e-mails."""

    column: str
    categories: Mapping[str, str]

    def __post_init__(self) -> None:
        if not self.categories:
            raise BindingError(f"ToldBy({self.column!r}) names no value. Give it {{value: category}}.")


CHANGES = ("insert", "update", "delete")
_CHANGE = re.compile(r"\b(insert|update|delete)\b(?:\(([a-z0-9_, ]+)\))?")


def _split_list(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view, the path(s) to whom its rows are about, and its columns.

    ``person`` is None where the table holds no one's data; a row about several persons (the two
    parties of a move) has a tuple of paths. ``partitioned`` tables are bound once, at the parent.

    Who may read follows from the policy: a purpose reads the columns of its categories. Who may write does not, so
    ``changed_by`` says it: ``{P.SETTLEMENT: "insert update(name, period)"}``, of the columns that the purpose may read.
    ``told_by``: each row holds only one of the categories that its columns are bound to, and a purpose sees the rows
    of its own. ``pseudonymous``: the rows carry a pseudonym instead of a meter or a person; pseudonymous purposes see
    such tables and no others.

    How rows end: ``events`` gives the local day of an event of the policy as SQL over the row's columns (`day_of`,
    `last_day_of`), null while it has not come; other events are those of the person (`Bindings.person_events`).
    ``masked``: what a column is overwritten with, where its time is up before the row's. ``kept_as``: the category
    whose rules the whole row follows. ``stays``: why rows remain when nobody is to be told from them any more.
    ``ended_by``: the work of the program that ends them instead of the retention night.

    Of a table that holds nobody's data, ``read_by`` names further purposes that read it;
    ``open`` lets it be read without a purpose too. ``store`` is the partition that rows are copied into, since
    PostgreSQL copies nothing into a table with row policies; ``staged``: rows are put in by way of temporary tables.
    """

    name: str
    columns: Mapping[str, Binding]
    person: Path | tuple[Path, ...] | None = field(default=None, kw_only=True)
    partitioned: bool = field(default=False, kw_only=True)
    changed_by: Mapping[P, str] = field(default_factory=dict, kw_only=True)
    told_by: ToldBy | None = field(default=None, kw_only=True)
    open: bool = field(default=False, kw_only=True)
    read_by: tuple[P, ...] = field(default=(), kw_only=True)
    store: str | None = field(default=None, kw_only=True)
    staged: bool = field(default=False, kw_only=True)
    pseudonymous: bool = field(default=False, kw_only=True)
    events: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    masked: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    kept_as: str | None = field(default=None, kw_only=True)
    stays: str = field(default="", kw_only=True)
    ended_by: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        if strangers := self.masked.keys() - self.columns.keys():
            raise BindingError(f"{self.name} has no column {', '.join(sorted(strangers))} to mask.")
        for purpose, changes in self.changed_by.items():
            words = _CHANGE.findall(changes)
            if not words or _CHANGE.sub("", changes).strip():
                raise BindingError(
                    f"{self.name} is changed by {purpose} with {changes!r}. Write some of {' '.join(CHANGES)!r}; "
                    "'update(one, other)' changes these columns alone."
                )
            unknown = {column for _, listed in words for column in _split_list(listed)} - set(self.columns)
            if unknown:
                raise BindingError(f"{self.name} has no column {', '.join(sorted(unknown))} for {purpose} to update.")

    def changes(self, purpose: P) -> Mapping[str, frozenset[str] | None]:
        """Which of insert, update, delete the program does under a purpose, and in which columns (None: in all)."""
        found = _CHANGE.findall(self.changed_by.get(purpose, ""))
        return {change: frozenset(_split_list(listed)) or None for change, listed in found}

    @property
    def ends(self) -> bool:
        """Whether the retention night ends its rows."""
        personal = any(isinstance(binding, Personal) for binding in self.columns.values())
        return personal and not self.stays and not self.ended_by

    @property
    def persons(self) -> tuple[Path, ...]:
        """All paths from a row to the persons that it is about."""
        if self.person is None:
            return ()
        return self.person if isinstance(self.person, tuple) else (self.person,)

    def persons_of(self, column: str) -> tuple[Path, ...]:
        """Paths to whom one column is about: its own, else the table's."""
        binding = self.columns[column]
        if isinstance(binding, NotPersonal):
            return ()
        return (binding.person,) if binding.person is not None else self.persons


@dataclass(frozen=True, slots=True)
class Routine:
    """A function of the database that works with the rights of the tables' owner, and who may call it.

    ``signature`` is written ``name(type, type)``. Those purposes may call it that read ``column`` of the table, or that
    do ``change`` (insert, update, delete) to it.
    """

    signature: str
    table: str
    column: str | None = None
    change: str | None = None
    among_all: bool = field(default=False, kw_only=True)
    """It looks among everybody's rows by what stands in them: not for purposes that see only some persons."""

    def __post_init__(self) -> None:
        if (self.column is None) == (self.change is None):
            raise BindingError(f"Routine({self.signature!r}) names either a column or a change.")


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """One column with its table, as lists and checks want it."""

    table: Table
    column: str
    binding: Binding

    def __str__(self) -> str:
        return f"{self.table.name}.{self.column}"


@dataclass(frozen=True, slots=True)
class Bindings:
    """All tables of the program, in the order given; duplicates are kept for `check` to find."""

    tables: tuple[Table, ...]
    routines: tuple[Routine, ...] = ()
    person_events: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """SQL for an event of persons, by the persons' table and the event: rows of ``person`` (id) and ``day``."""

    def columns(self) -> Iterator[BoundColumn]:
        """Every bound column, table by table."""
        for table in self.tables:
            for name, binding in table.columns.items():
                yield BoundColumn(table, name, binding)

    def table(self, name: str) -> Table | None:
        """The first table of that name, or None."""
        return next((table for table in self.tables if table.name == name), None)

    def holding(self, category: str) -> tuple[BoundColumn, ...]:
        """The columns that may hold a data category."""
        return tuple(
            bound
            for bound in self.columns()
            if isinstance(bound.binding, Personal) and category in bound.binding.categories
        )


def collect(
    *areas: tuple[Table, ...],
    routines: tuple[Routine, ...] = (),
    person_events: Mapping[tuple[str, str], str] | None = None,
) -> Bindings:
    """Put the ``BINDINGS`` (and ``ROUTINES``) of all areas together. The caller imports them; no magic finds them."""
    return Bindings(tuple(table for area in areas for table in area), routines, person_events or {})


def day_of(instant: str) -> str:
    """SQL for the local day of a column with an instant."""
    return f"({instant} at time zone 'Europe/Copenhagen')::date"


def last_day_of(period: str) -> str:
    """SQL for the last day of a column with a period of days; null while it has no end."""
    return f"upper({period}) - 1"
