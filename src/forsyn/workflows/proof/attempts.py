"""What many trials have in common: statements that must be refused, counts that must be nought."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection

from forsyn.policy.bindings import Table
from forsyn.policy.policy import Purpose, Text
from forsyn.workflows.proof.bench import DENIED, Bench, Finding, Refusal, become, rolled_back, spoken

NOTHING_TO_TRY = Text("Der var intet at prøve det på.", "There was nothing to try it on.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A statement that a role must not get through; ``state`` and ``constraint`` say what must stop it.

    Another refusal than that does not count: a misspelt statement is refused as well.
    """

    role: str
    statement: str
    where: str
    parameters: tuple[Any, ...] = ()
    state: str = DENIED
    constraint: str = ""

    def stopped_by(self, refusal: Refusal | None) -> bool:
        return refusal is not None and refusal.state == self.state and refusal.constraint.startswith(self.constraint)


def refused(bench: Bench, attempts: Iterable[Attempt]) -> Finding:
    """Try each; wrong are those that are not refused as they must be."""
    tried = list(attempts)
    wrong = [one for one in tried if not one.stopped_by(bench.refusal(one.statement, one.parameters, role=one.role))]
    return _finding(tried, wrong)


def refused_reads(attempts: Iterable[Attempt]) -> Finding:
    """As `refused`, for many reads: each role is taken on once."""
    by_role: dict[str, list[Attempt]] = {}
    for one in attempts:
        by_role.setdefault(one.role, []).append(one)
    wrong: list[Attempt] = []
    for role, ones in by_role.items():
        with rolled_back(), connection.cursor() as cursor:
            become(cursor, role)
            wrong += [one for one in ones if not one.stopped_by(_read(one.statement))]
    return _finding([one for ones in by_role.values() for one in ones], wrong)


def _read(statement: str) -> Refusal | None:
    try:
        with rolled_back(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return Refusal.of(error)
    return None


def _finding(tried: Sequence[Attempt], wrong: Sequence[Attempt]) -> Finding:
    shown = next(iter(wrong or tried), None)
    return Finding(
        spoken(shown.statement, shown.role) if shown else "",
        len(tried),
        len(wrong),
        tuple(dict.fromkeys(one.where for one in wrong)),
        None if tried else NOTHING_TO_TRY,
    )


def closed_columns(bench: Bench, table: Table, purpose: Purpose) -> list[str]:
    """The columns of a table that a purpose may not read, by the declarations."""
    readable = bench.matrix.of(purpose.key, table.name).select
    return [column for column in table.columns if column not in readable and bench.catalog.has(table.name, column)]


def reads(role: str, table: str, columns: Iterable[str]) -> list[Attempt]:
    """An attempt to read each of some columns; nobody's data come out, since no row is asked for."""
    quoted = connection.ops.quote_name
    return [
        Attempt(role, f"select {quoted(column)} from {quoted(table)} limit 0", f"{table}.{column}")  # noqa: S608
        for column in columns
    ]


def zero(bench: Bench, statement: str, parameters: Sequence[Any] = (), *, where: str) -> Finding:
    """A ``select count(*)`` that must be nought."""
    number = bench.count(statement, parameters)
    return Finding(spoken(statement, bench.reader), number, number, (where,) if number else ())


def none_of(asked: str, wrong: Sequence[str], *, tried: int) -> Finding:
    """What a function answered with a list that must be empty; ``asked`` names the function."""
    return Finding(asked, tried, len(wrong), tuple(wrong))


def together(*findings: Finding) -> Finding:
    """Several findings as one; the statement of the first that went wrong."""
    shown = next((one for one in findings if one.wrong), findings[0])
    tried = sum(one.tried for one in findings)
    where = tuple(dict.fromkeys(place for one in findings for place in one.where))
    return Finding(shown.statement, tried, sum(one.wrong for one in findings), where, None if tried else shown.note)
