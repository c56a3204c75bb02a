"""Columns that the program has and the controller does not use, and what is said when one of them is filled."""

from collections.abc import Mapping

from forsyn.policy.bindings import Bindings, BoundColumn, Personal
from forsyn.policy.catalog import Catalog
from forsyn.policy.policy import Policy
from forsyn.policy.problems import Problem

COUNTED = 1000
"""A column's values are counted up to this many; more would say no more."""

Column = tuple[str, str]
"""Table and column."""


def not_in_use(policy: Policy, bound: BoundColumn) -> bool:
    """Whether none of the categories that a column may hold is kept here from where the column comes."""
    binding = bound.binding
    return isinstance(binding, Personal) and all(
        policy.why_not_held(category, binding.source) for category in binding.categories
    )


def must_be_empty(policy: Policy, bindings: Bindings, catalog: Catalog) -> list[Column]:
    """The live columns in which nothing may stand."""
    if not policy.not_held:
        return []
    return [
        (bound.table.name, bound.column)
        for bound in bindings.columns()
        if catalog.has(bound.table.name, bound.column) and not_in_use(policy, bound)
    ]


def filled(policy: Policy, bindings: Bindings, counts: Mapping[Column, int]) -> list[Problem]:
    """A problem for each column that must be empty and is not; ``counts`` says how many rows, up to `COUNTED`."""
    return [
        _filled(policy, str(bound), bound.binding, count)
        for bound in bindings.columns()
        if isinstance(bound.binding, Personal) and (count := counts.get((bound.table.name, bound.column), 0))
    ]


def _filled(policy: Policy, column: str, binding: Personal, count: int) -> Problem:
    category, source = binding.categories[0], binding.source
    entry = policy.why_not_held(category, source)
    where = policy.where(entry) if entry else policy.file
    rows = "1 row has" if count == 1 else f"{'At least ' if count >= COUNTED else ''}{count} rows have"
    told = f" from {str(source)!r}" if category in policy.categories else ""
    return Problem(
        column,
        f"{rows} a value here, but the policy says at {where} that {category!r} is not held{told}.",
        "Take the values out of the column, or declare in the policy that they are held.",
    )
