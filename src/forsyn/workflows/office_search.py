"""The office's one search box: customers and places from the customer register, meters from the meters'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from forsyn.domain.customers.queries import agreements_with_ids
from forsyn.domain.customers.search import Findings, Hits, search
from forsyn.domain.customers.search_terms import Hit, SearchTerms, parse
from forsyn.domain.customers.staff_rows import CustomerRow, customer_rows, installation_rows, supply_point_rows
from forsyn.domain.metering.inspection import FOUND_LIMIT, meters_with_number

FIRST_ROWS = 5
"""Of each group on the page of all groups."""
PAGE_SIZE = 25


class Group(StrEnum):
    """What a search's hits are grouped by, in the order shown."""

    CUSTOMERS = "customers"
    SUPPLY_POINTS = "supply_points"
    METERS = "meters"
    INSTALLATIONS = "installations"
    AGREEMENTS = "agreements"


@dataclass(frozen=True)
class GroupResult:
    """One group's rows for a page, each with the hit that says why (None for meters: always the number)."""

    group: Group
    rows: tuple[tuple[Hit | None, Any], ...]
    total: int
    more: bool
    """There are more than were counted: the words must say more."""
    page: int
    pages: int


@dataclass(frozen=True)
class SearchResult:
    """What was understood and what was found; only groups with hits."""

    terms: SearchTerms
    groups: tuple[GroupResult, ...]
    guessed: bool

    @property
    def total(self) -> int:
        """Hits of all groups."""
        return sum(group.total for group in self.groups)


def find(*, text: str, today: date, people: bool, only: Group | None = None, page: int = 1) -> SearchResult:
    """The first rows of every group, or a page of one. Without `people`, no customer is looked for or named."""
    terms = parse(text)
    findings = search(terms=terms, today=today, people=people)
    results = []
    for group in Group if only is None else (only,):
        result = _result(group, findings, terms, today, people=people, only=only is not None, page=page)
        if result.total:
            results.append(result)
    guessed = findings.guessed and not any(result.group is Group.METERS for result in results)
    return SearchResult(terms, tuple(results), guessed)


def _result(
    group: Group, findings: Findings, terms: SearchTerms, today: date, *, people: bool, only: bool, page: int
) -> GroupResult:
    if group is Group.METERS:
        meters = meters_with_number(number=terms.number)
        hits: Hits | None = None
        total, more = len(meters), len(meters) == FOUND_LIMIT
    else:
        meters = []
        hits = getattr(findings, group.value)
        total, more = len(hits), hits.more
    size = PAGE_SIZE if only else FIRST_ROWS
    pages = max(-(-total // size), 1) if only else 1
    page = min(max(page, 1), pages)
    part = slice((page - 1) * size, page * size)
    rows: tuple[tuple[Hit | None, Any], ...] = (
        tuple((None, meter) for meter in meters[part])
        if hits is None
        else _rows(group, hits.hits[part], today, people=people)
    )
    return GroupResult(group, rows, total, more, page, pages)


def _rows(group: Group, hits: Sequence[Hit], today: date, *, people: bool) -> tuple[tuple[Hit | None, Any], ...]:
    ids = [hit.id for hit in hits]
    if not ids:
        return ()
    found: dict[int, Any]
    if group is Group.CUSTOMERS:
        found = {row.id: row for row in customer_rows(ids=ids, today=today)}
    elif group is Group.SUPPLY_POINTS:
        found = {row.place.id: row for row in supply_point_rows(ids=ids, today=today, people=people)}
    elif group is Group.AGREEMENTS:
        found = {row.id: row for row in agreements_with_ids(ids=ids, today=today)}
    else:
        found = {row.id: row for row in installation_rows(ids=ids)}
    return tuple((hit, found[hit.id]) for hit in hits if hit.id in found)


def people_in(result: SearchResult) -> list[int]:
    """The customers that the shown rows name."""
    rows = [row for group in result.groups for _, row in group.rows]
    named = [row.id for row in rows if isinstance(row, CustomerRow)]
    return named + [holder.customer_id for row in rows for holder in getattr(row, "holders", ())]
