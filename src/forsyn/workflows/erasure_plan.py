"""The plan of an erasure as plain data: what goes, what stays and why, and until when; and what of it is compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forsyn.domain.retention.actions_erasing import Erased, Found
from forsyn.policy.erasure import REFERRED, SHARED, Outcome, RowClass, Verdict
from forsyn.policy.policy import Text


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to one class of rows. ``count`` rows; ``masked``: columns that are overwritten."""

    table: str
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    outcome: Outcome
    count: int
    ground: Text | None = None
    until: date | None = None
    rule: str = ""
    masked: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """Everything that would happen, as plain data. ``consents``: those that the wish withdraws.

    ``mails_taken_back``: how many had not left yet.
    """

    customers: int
    lines: tuple[Line, ...]
    consents: tuple[str, ...]
    becomes_restricted: bool
    closes_accounts: int
    mails_taken_back: int = 0

    @property
    def gaps(self) -> tuple[Line, ...]:
        """What cannot be decided, since a declaration is missing."""
        return tuple(line for line in self.lines if line.outcome is Outcome.GAP)

    def as_json(self) -> dict[str, Any]:
        """As it is kept as evidence: dates in ISO 8601, grounds in both languages."""
        return {
            "customers": self.customers,
            "consents": list(self.consents),
            "becomes_restricted": self.becomes_restricted,
            "closes_accounts": self.closes_accounts,
            "mails_taken_back": self.mails_taken_back,
            "gaps": [line.table for line in self.gaps],
            "lines": [_line_json(line) for line in self.lines],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the plan does, in hexadecimal: what stays as it is may have grown by a line meanwhile."""
        return hashlib.sha256(json.dumps(essence_of_erasure(self.as_json()), sort_keys=True).encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """Rows by outcome, without persons."""
        found = {str(outcome): 0 for outcome in Outcome}
        for line in self.lines:
            found[line.outcome] += line.count
        return {key: count for key, count in found.items() if count}


FLEETING = frozenset({"accounts_session"})
"""Tables that come and go by the hour: a visit that ends makes no other plan."""


def essence_of_erasure(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's JSON without what stays as it is, which grows as the request itself is worked on, and without what goes
    by itself: visits, and mails that leave meanwhile."""
    lines = [line for line in plan["lines"] if line["outcome"] != Outcome.KEPT and line["table"] not in FLEETING]
    return {key: value for key, value in plan.items() if key != "mails_taken_back"} | {"lines": lines}


def lines_of(rows: RowClass, seen: Verdict, done: Erased, found: Found, thinned: int) -> list[Line]:
    """What happens to the rows of one class, for reading."""
    said = (rows.table.name, rows.kinds or (), rows.categories)
    lines = []
    if done.deleted:
        lines.append(Line(*said, Outcome.ERASED, done.deleted, rule=seen.rule))
    if seen.is_gap:
        return [*lines, Line(*said, Outcome.GAP, done.kept, seen.ground, rule=seen.rule)]
    columns = tuple(rows.table.masked) if seen.goes else seen.masked
    ground = REFERRED if seen.goes else seen.ground
    if thinned:
        lines.append(Line(*said, Outcome.THINNED, thinned, seen.ground, seen.until, seen.rule, (), rows.needed_by))
    if done.kept > thinned:
        outcome = Outcome.MASKED if columns else Outcome.KEPT
        lines.append(Line(*said, outcome, done.kept - thinned, ground, seen.until, seen.rule, columns, rows.needed_by))
    shared = found.about - done.deleted - done.kept
    if shared > 0:
        lines.append(Line(*said, Outcome.KEPT, shared, SHARED, needed_by=rows.needed_by))
    return lines


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "table": line.table,
        "kinds": list(line.kinds),
        "categories": list(line.categories),
        "outcome": str(line.outcome),
        "count": line.count,
        "ground": {"da": line.ground.da, "en": line.ground.en} if line.ground else None,
        "until": line.until.isoformat() if line.until else None,
        "rule": line.rule,
        "masked": list(line.masked),
        "needed_by": list(line.needed_by),
    }
