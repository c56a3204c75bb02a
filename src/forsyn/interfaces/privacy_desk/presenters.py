"""What the pages show, made from the policy, the bindings and the live catalog; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from forsyn.policy.bindings import Bindings, BoundColumn, NotPersonal, Personal
from forsyn.policy.catalog import Catalog, CatalogColumn, column_comment
from forsyn.policy.not_held import not_in_use
from forsyn.policy.policy import Category, Consent, Event, Item, Policy, Purpose, Recipient, Retention, Text
from forsyn.policy.vocabulary import Role, Source

Row = TypeVar("Row")


class State(StrEnum):
    """What is known of a column."""

    PERSONAL = "personal"
    NOT_PERSONAL = "not_personal"
    NOT_HELD = "not_held"
    """Made for what this controller does not keep; empty."""
    UNDECLARED = "undeclared"
    """In the database, without a declaration."""
    MISSING = "missing"
    """Declared, but not in the database."""


@dataclass(frozen=True, slots=True)
class ColumnCategory:
    """One of the categories that a column may hold, and why it is not held here, if so."""

    key: str
    category: Category | None
    not_held: Text | None


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One line of the data map."""

    table: str
    column: str
    type: str
    state: State
    categories: tuple[ColumnCategory, ...] = ()
    reason: str = ""
    source: Source | None = None
    given: bool = False
    paths: tuple[str, ...] = ()
    comment: str | None = None
    """What the database itself says of the column, for any SQL tool to show."""
    expected: str | None = None
    """What it ought to say, by the program's declaration."""

    @property
    def comment_differs(self) -> bool:
        """Whether the database says something else than the program."""
        return self.state not in (State.UNDECLARED, State.MISSING) and self.comment != self.expected

    @property
    def category_keys(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.categories)


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of what is declared."""

    tables: int
    personal: int
    not_personal: int
    categories: int
    purposes: int
    retention: int
    recipients: int
    claims: int


def column_rows(policy: Policy, bindings: Bindings, catalog: Catalog) -> list[ColumnRow]:
    """Every column that is declared or in the database, by table, in the database's order."""
    bound = {(b.table.name, b.column): b for b in bindings.columns()}
    live = {(name, column): found for name, table in catalog.tables.items() for column, found in table.columns.items()}
    keys = [*live, *sorted(bound.keys() - live.keys())]
    rows = [_row(policy, key, bound.get(key), live.get(key)) for key in keys]
    return sorted(rows, key=lambda row: row.table)


def _row(policy: Policy, key: tuple[str, str], bound: BoundColumn | None, live: CatalogColumn | None) -> ColumnRow:
    kind, comment = (live.type, live.comment) if live else ("", None)
    if bound is None:
        return ColumnRow(*key, kind, State.UNDECLARED, comment=comment)
    binding, expected = bound.binding, column_comment(policy, bound.binding)
    if isinstance(binding, NotPersonal):
        state = State.NOT_PERSONAL if live else State.MISSING
        return ColumnRow(*key, kind, state, reason=binding.reason, comment=comment, expected=expected)
    held = State.NOT_HELD if not_in_use(policy, bound) else State.PERSONAL
    return ColumnRow(
        *key,
        kind,
        held if live else State.MISSING,
        categories=tuple(_category(policy, name, binding.source) for name in binding.categories),
        source=binding.source,
        given=binding.given,
        paths=tuple(map(str, bound.table.persons_of(bound.column))),
        comment=comment,
        expected=expected,
    )


def _category(policy: Policy, key: str, source: Source) -> ColumnCategory:
    entry = policy.why_not_held(key, source)
    return ColumnCategory(key, policy.categories.get(key), entry.reason if entry else None)


def filtered(rows: Iterable[ColumnRow], *, words: str, state: str, category: str) -> list[ColumnRow]:
    """The rows that have every word in a name, reason or comment, and the state and category asked for."""
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if (not state or row.state == state)
        and (not category or category in row.category_keys)
        and all(word in _searched(row) for word in wanted)
    ]


def _searched(row: ColumnRow) -> str:
    names = (f"{c.category.name.da} {c.category.name.en}" for c in row.categories if c.category)
    parts = (f"{row.table}.{row.column}", row.type, row.reason, row.comment or "", *row.category_keys, *names)
    return " ".join(parts).casefold()


def by_table(rows: Iterable[ColumnRow]) -> dict[str, list[ColumnRow]]:
    """The rows under their table's name."""
    tables: dict[str, list[ColumnRow]] = {}
    for row in rows:
        tables.setdefault(row.table, []).append(row)
    return tables


def counts(policy: Policy, bindings: Bindings) -> Counts:
    """The figures of the overview."""
    personal = sum(isinstance(bound.binding, Personal) for bound in bindings.columns())
    return Counts(
        tables=len(bindings.tables),
        personal=personal,
        not_personal=sum(1 for _ in bindings.columns()) - personal,
        categories=len(policy.categories),
        purposes=len(policy.purposes),
        retention=len(policy.retention),
        recipients=len(policy.recipients),
        claims=len(claims(policy)),
    )


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A declaration that fulfils a claim: its section's key, the item, and the line of the policy file."""

    section: str
    item: Item
    where: str


SECTIONS = (
    "categories",
    "purposes",
    "consents",
    "retention",
    "recipients",
    "rights",
    "cookies",
    "commitments",
)


def _sections(policy: Policy) -> Iterator[tuple[str, Item]]:
    for item in (policy.controller, policy.data_protection, policy.authority, *policy.group_companies):
        yield "controller", item
    for section in SECTIONS:
        for item in getattr(policy, section).values():
            yield section, item
    for item in (policy.automated_decisions, policy.third_countries, policy.duty_to_give):
        yield "statements", item


def claims(policy: Policy) -> dict[str, list[Fulfilment]]:
    """Each claim with the declarations that fulfil it, in the order of the claims' numbers."""
    found: dict[str, list[Fulfilment]] = {}
    for section, item in _sections(policy):
        for claim in item.claims:
            found.setdefault(claim, []).append(Fulfilment(section, item, policy.where(item)))
    return dict(sorted(found.items(), key=lambda entry: _number(entry[0])))


def _number(claim: str) -> tuple[str, int, str]:
    prefix, _, number = claim.partition("-")
    return prefix, int(number) if number.isdigit() else 0, number


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category with what is said of it elsewhere in the policy, and the number of columns bound to it."""

    category: Category
    purposes: tuple[Purpose, ...]
    retention: tuple[Retention, ...]
    columns: int


def categories(policy: Policy, bindings: Bindings) -> list[tuple[Text, list[CategoryRow]]]:
    """The categories under their groups' names."""
    columns = Counter(
        name for bound in bindings.columns() if isinstance(bound.binding, Personal) for name in bound.binding.categories
    )
    everywhere = {key: policy.purposes_reading(key) for key in policy.categories}
    rows = [
        CategoryRow(
            category,
            tuple(purpose for purpose in everywhere[key] if not purpose.all_categories),
            policy.retention_of(key),
            columns[key],
        )
        for key, category in policy.categories.items()
    ]
    return _grouped(policy.category_groups, rows, lambda row: row.category.group)


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """A purpose with the categories that it reads and the consent that it waits for."""

    purpose: Purpose
    categories: tuple[Category, ...]
    consent: Consent | None


def purposes(policy: Policy) -> list[tuple[Text, list[PurposeRow]]]:
    """The purposes under their groups' names."""
    rows = [
        PurposeRow(
            purpose,
            tuple(policy.categories[key] for key in purpose.categories),
            policy.consents.get(purpose.consent or ""),
        )
        for purpose in policy.purposes.values()
    ]
    return _grouped(policy.purpose_groups, rows, lambda row: row.purpose.group)


def _grouped(
    groups: Mapping[str, Text], rows: list[Row], group_of: Callable[[Row], str]
) -> list[tuple[Text, list[Row]]]:
    found = [(name, [row for row in rows if group_of(row) == key]) for key, name in groups.items()]
    return [(name, members) for name, members in found if members]


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """A retention rule with the categories and the purpose that it is about."""

    rule: Retention
    categories: tuple[Category, ...]
    purpose: Purpose | None
    event: Event


def retention(policy: Policy) -> list[RetentionRow]:
    """The retention rules in the order of the file."""
    return [
        RetentionRow(
            rule,
            tuple(policy.categories[key] for key in rule.categories),
            policy.purposes.get(rule.purpose or ""),
            policy.events[rule.event],
        )
        for rule in policy.retention.values()
    ]


def recipients(policy: Policy) -> list[tuple[Recipient, tuple[Category, ...]]]:
    """The recipients by role, each with the categories that it may get."""
    ordered = sorted(policy.recipients.values(), key=lambda recipient: list(Role).index(recipient.role))
    return [(one, tuple(policy.categories[key] for key in one.categories)) for one in ordered]
