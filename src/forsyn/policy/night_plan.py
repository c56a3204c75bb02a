"""The steps of a retention night as data: what goes, by which rules and condition. `policy.night` derives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from forsyn.policy.bindings import Table
from forsyn.policy.policy import Retention
from forsyn.policy.reach import Rows


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Column ``column`` of ``table`` refers to ``target``'s column ``key``."""

    table: str
    column: str
    target: str
    key: str = "id"


@dataclass(frozen=True, slots=True)
class RowStep:
    """Rows that go when their own events, under each of the rules, are over. ``condition`` is over ``t0``."""

    table: Table
    rules: tuple[Retention, ...]
    condition: str

    @property
    def name(self) -> str:
        return self.table.name


@dataclass(frozen=True, slots=True)
class PersonStep:
    """Rows that go with their persons. A person's time is over when each of ``rules`` says so.

    ``root`` is the table of the persons; ``kinds`` the rows' kinds, where a table tells rows apart.
    """

    name: str
    table: Table
    root: str
    rules: tuple[Retention, ...]
    moments: tuple[tuple[str, Retention], ...]
    """For each rule, SQL with rows of (person, day)."""
    rows: Rows
    condition: str


@dataclass(frozen=True, slots=True)
class MaskStep:
    """One column that is overwritten while its row stays; persons as of `PersonStep`."""

    name: str
    table: Table
    column: str
    root: str
    rules: tuple[Retention, ...]
    moments: tuple[tuple[str, Retention], ...]
    rows: Rows
    assignment: str
    condition: str


@dataclass(frozen=True)
class NightPlan:
    """All that is derived, in the order in which it is done."""

    rows: tuple[RowStep, ...]
    persons: tuple[PersonStep, ...]
    masks: tuple[MaskStep, ...]
    holding: Mapping[str, frozenset[str]]
    """The categories that each table holds, or leads to: a hold on one of them spares the table."""

    @cached_property
    def rules(self) -> tuple[Retention, ...]:
        """Every rule that any step goes by."""
        found = [step.rules for step in self.rows]
        found += [tuple(rule for _, rule in step.moments) for step in self.persons]
        found += [tuple(rule for _, rule in step.moments) for step in self.masks]
        return tuple({rule.key: rule for rules in found for rule in rules}.values())
