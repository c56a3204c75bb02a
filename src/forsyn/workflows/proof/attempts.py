"""What many trials have in common: statements that must be refused, counts that must be nought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection

from forsyn.policy.bindings import Table
from forsyn.policy.policy import Purpose, Text
from forsyn.workflows.proof.bench import DENIED, Bench, Finding, Refusal, become, rolled_back, spoken

COMPARED = "pg_roles, pg_auth_members, pg_class, pg_attribute, pg_proc and pg_policy, compared with the declarations"
"""What stands for the statement where the live catalog and the declarations are laid side by side."""
NOTHING_TO_TRY = Text("Der var intet at prøve det på.", "There was nothing to try it on.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A statement that a role must not get through; ``states`` and ``constraint`` say what must stop it.

    Another refusal than that does not count: a misspelt statement is refused as well. What a role may not do at all
    needs no constraint.
    """

    role: str
    statement: str
    where: str
    parameters: tuple[Any, ...] = ()
    states: tuple[str, ...] = (DENIED,)
    constraint: str = ""

    def stopped_by(self, refusal: Refusal | None) -> bool:
        if refusal is None or refusal.state not in self.states:
            return False
        return refusal.state == DENIED or refusal.constraint.startswith(self.constraint)


def refused(bench: Bench, attempts: Iterable[Attempt]) -> Finding:
    """Try each; wrong are those that are not refused as they must be."""
    tried = list(attempts)
    wrong = [one for one in tried if not one.stopped_by(bench.refusal(one.statement, one.parameters, role=one.role))]
    return _finding(tried, wrong)


# The server tries them by itself, since there are thousands; what is not refused as it must be comes back.
_TRY_READS = """
do $trying$
declare
    tried text;
    let_through text[] := '{}';
begin
    for tried in select jsonb_array_elements_text(current_setting('forsyn.tried')::jsonb) loop
        begin
            execute tried;
            let_through := let_through || tried;
        exception
            when insufficient_privilege then null;
            when others then let_through := let_through || tried;
        end;
    end loop;
    perform set_config('forsyn.let_through', to_jsonb(let_through)::text, true);
end $trying$
"""


def refused_reads(attempts: Iterable[Attempt]) -> Finding:
    """As `refused`, for many reads without parameters: one statement a role."""
    by_role: dict[str, list[Attempt]] = {}
    for one in attempts:
        by_role.setdefault(one.role, []).append(one)
    wrong: list[Attempt] = []
    for role, ones in by_role.items():
        let_through = _let_through(role, [one.statement for one in ones])
        wrong += [one for one in ones if one.statement in let_through]
    return _finding([one for ones in by_role.values() for one in ones], wrong)


def _let_through(role: str, statements: list[str]) -> set[str]:
    """Those that a role is not refused. A role that cannot even be taken on reads nothing."""
    with rolled_back(), connection.cursor() as cursor:
        try:
            become(cursor, role)
        except DatabaseError as error:
            if Refusal.of(error).state == DENIED:
                return set()
            raise
        cursor.execute("select set_config('forsyn.tried', %s, true)", [json.dumps(statements)])
        cursor.execute(_TRY_READS)
        cursor.execute("select current_setting('forsyn.let_through')")
        return set(json.loads(cursor.fetchone()[0]))


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


def counted(bench: Bench, statement: str, count: int, table: str, *, tried: int) -> Finding:
    """What a ``select count(*)`` gave, which must be nought."""
    return Finding(spoken(statement, bench.reader), tried, count, (table,) if count else ())


def none_of(asked: str, wrong: Sequence[str], *, tried: int) -> Finding:
    """What a function answered with a list that must be empty; ``asked`` names the function."""
    return Finding(asked, tried, len(wrong), tuple(wrong))


def together(*findings: Finding) -> Finding:
    """Several findings as one; the statement of the first that went wrong."""
    shown = next((one for one in findings if one.wrong), findings[0])
    tried = sum(one.tried for one in findings)
    where = tuple(dict.fromkeys(place for one in findings for place in one.where))
    return Finding(shown.statement, tried, sum(one.wrong for one in findings), where, None if tried else shown.note)
