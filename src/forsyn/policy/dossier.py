"""What goes into the copy of a person's data (Art. 15). Pure.

Derived from the policy, the bindings and the live catalog: each table with a path to persons becomes a `Sheet`, whose
columns are given, or left out with a reason. What has no words, no path or no form is a `Gap`, and never silent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from forsyn.policy.bindings import Binding, Bindings, Personal, Table
from forsyn.policy.catalog import Catalog, CatalogTable
from forsyn.policy.dossier_words import LeftOut, Words, words
from forsyn.policy.ends import End, end_date, ends_of
from forsyn.policy.items import Text
from forsyn.policy.policy import Policy, Retention
from forsyn.policy.reach import Rows, about
from forsyn.policy.row_sets import NotDerivable
from forsyn.policy.vocabulary import Source

SERIES = ("metering_day", "metering_day_superseded")
"""Tables of days whose hours stand packed in ``values``; they are unpacked to one row an hour."""
REPLACED = "metering_day_superseded"
"""Values that later ones have replaced."""


class Form(StrEnum):
    """How a value stands in the database."""

    PLAIN = "plain"
    SEALED = "sealed"
    """Encrypted; opened with the keys outside the database."""
    DOCUMENT = "document"
    """The bytes of a document; a file of its own in the package."""
    SEALED_DOCUMENT = "sealed_document"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is given. ``categories`` and ``source`` are empty where it tells nothing of anyone by itself.

    ``codes``: the words for its values, where these are codes that only this table has.
    """

    name: str
    title: Text
    type: str
    form: Form = Form.PLAIN
    categories: tuple[str, ...] = ()
    source: Source | None = None
    given: bool = False
    file_name: str = ""
    codes: Mapping[str, Text] = field(default_factory=dict, compare=False)

    @property
    def portable(self) -> bool:
        """Given by the person, or observed by a device of the supply (Art. 20(1); WP 242, section II)."""
        return self.given or self.source is Source.METER


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the copy. ``left_out``: columns that are held and not given, with the reason."""

    table: Table
    title: Text
    rows: Rows
    columns: tuple[Column, ...]
    left_out: Mapping[str, LeftOut]
    ends: tuple[End, ...] = field(default=())

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def is_series(self) -> bool:
        return self.name in SERIES

    @property
    def categories(self) -> tuple[str, ...]:
        """The data categories of what is given, each once."""
        return tuple(dict.fromkeys(category for column in self.columns for category in column.categories))

    def place(self, column: str) -> int | None:
        """Where a column stands in a row, if it is given."""
        return next((number for number, one in enumerate(self.columns) if one.name == column), None)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is held and of which nothing says how to give it; for operators and contributors."""

    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Shape:
    """All sheets; tables that are left out wholly, with the reason; and what nothing was said about."""

    sheets: tuple[Sheet, ...]
    left_out: Mapping[str, LeftOut]
    gaps: tuple[Gap, ...]

    def sheet(self, table: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == table), None)


def shape(policy: Policy, bindings: Bindings, catalog: Catalog, said: Words | None = None) -> Shape:
    """How the copy looks under a policy. Every column of every table with a path is given, left out, or a gap."""
    said = said or words()
    sheets: list[Sheet] = []
    left_out: dict[str, LeftOut] = {}
    gaps: list[Gap] = []
    for table in bindings.tables:
        live = catalog.tables.get(table.name)
        if not table.persons or live is None:
            gaps += _pathless(table, live)
            continue
        named = said.table(table.name)
        if named is None:
            gaps.append(Gap(table.name, f"Write [tables.{table.name}] in policy/dossier_words.toml."))
            continue
        if "all" in named.left_out:
            left_out[table.name] = named.left_out["all"]
            continue
        try:
            sheet = _sheet(policy, bindings, catalog, said, table)
        except NotDerivable as why:
            gaps.append(Gap(table.name, str(why)))
            continue
        gaps += _unnamed(said, table, sheet)
        sheets.append(sheet)
    return Shape(tuple(sheets), left_out, tuple(gaps))


def _pathless(table: Table, live: CatalogTable | None) -> Iterator[Gap]:
    """Personal columns about the table's own persons, which nobody could be given."""
    if live is None:
        return
    for name, binding in table.columns.items():
        if isinstance(binding, Personal) and binding.person is None:
            yield Gap(f"{table.name}.{name}", "Give the table a path to its persons.")


def _sheet(policy: Policy, bindings: Bindings, catalog: Catalog, said: Words, table: Table) -> Sheet:
    live = catalog.tables[table.name].columns
    columns, left_out = [], {}
    for name, binding in table.columns.items():
        if name not in live:
            continue
        why = _why_left_out(said, table, name, binding)
        if why is None:
            columns.append(_column(said, table, name, binding, live[name].type))
        else:
            left_out[name] = why
    ends = () if table.stays or table.ended_by else ends_of(policy, bindings, table)
    return Sheet(table, said.tables[table.name].title, about(table, catalog), tuple(columns), left_out, ends)


def _why_left_out(said: Words, table: Table, name: str, binding: Binding) -> LeftOut | None:
    if isinstance(binding, Personal) and binding.person is not None:
        return LeftOut.ANOTHER_PERSON
    return said.why_left_out(table.name, name)


def _column(said: Words, table: Table, name: str, binding: Binding, type_: str) -> Column:
    title = said.column(table.name, name) or Text(name, name)
    file_name = said.tables[table.name].files.get(name, "")
    form, codes = _form(name, type_, file_name), said.tables[table.name].codes.get(name, {})
    if not isinstance(binding, Personal):
        return Column(name, title, type_, form, file_name=file_name, codes=codes)
    return Column(name, title, type_, form, binding.categories, binding.source, binding.given, file_name, codes)


def _form(name: str, type_: str, file_name: str) -> Form:
    if type_ != "bytea" or name.endswith("sha256"):
        return Form.PLAIN
    if name == "sealed":
        return Form.SEALED_DOCUMENT if file_name else Form.SEALED
    return Form.DOCUMENT


def _unnamed(said: Words, table: Table, sheet: Sheet) -> Iterator[Gap]:
    for column in sheet.columns:
        if said.column(table.name, column.name) is None:
            yield Gap(
                f"{table.name}.{column.name}", f"Name it under [tables.{table.name}] in policy/dossier_words.toml."
            )
        if column.form is Form.DOCUMENT and not column.file_name:
            yield Gap(f"{table.name}.{column.name}", "Its files= in policy/dossier_words.toml names no document.")


# -- how long ------------------------------------------------------------------------------------------------------


def rule_applies(end: End, kind: str | None) -> bool:
    """Whether a rule counts for a row, by what the row says it holds."""
    return end.kinds is None or kind in end.kinds


def kept_until(policy: Policy, rule: Retention, event: date | None) -> date | None:
    """The day from which something is no longer kept; None while the event has not come."""
    return None if event is None else end_date(policy, rule, event)


def moments(sheet: Sheet) -> tuple[str, ...]:
    """SQL of the days of events that the rows of a table tell themselves, each once."""
    return tuple(dict.fromkeys(end.moment for end in sheet.ends if end.moment is not None))
