"""Trials of row policies: whom a restriction, an objection or a missing consent hides, and whom not.

The controls do it for real to a row that a purpose sees: they restrict its person, or let him object, look again as
the purpose, and undo it all. The invariants look for rows that a purpose sees today and must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from forsyn.policy.bindings import Table
from forsyn.policy.policy import Purpose
from forsyn.policy.vocabulary import Objection, Scope
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, none_of
from forsyn.workflows.proof.bench import Bench, Finding, become, rolled_back, spoken
from forsyn.workflows.proof.deeds import GIVE, OBJECT, RESTRICT, WITHDRAW
from forsyn.workflows.proof.deviations import Deviation, Part
from forsyn.workflows.proof.trial import control, invariant

RESTRICTED = "select customer_id from safeguards_restriction where ended_at is null"
OBJECTING = """
    select customer_id from safeguards_objection
     where purpose = %s and ended_at is null and (decided_at is null or upheld)
"""
CONSENTING = """
    select customer_id from safeguards_consent where consent = %s and text = any(%s) and withdrawn_at is null
"""


@dataclass(frozen=True, slots=True)
class View:
    """A table of rows that name their customer, as one purpose sees it."""

    purpose: Purpose
    table: Table
    customer: str
    """The column with the customer's id."""

    @property
    def name(self) -> str:
        return connection.ops.quote_name(self.table.name)


def views(
    bench: Bench, wanted: Callable[[Purpose], bool], *, tables: Callable[[Table], bool] | None = None
) -> list[View]:
    """Where purposes see rows of customers by their id; a purpose limited to the signed-in person sees none here."""
    return [
        View(purpose, table, column)
        for purpose in bench.purposes(lambda one: one.scope is not Scope.SELF and wanted(one))
        for table in bench.tables
        for column in _customer_column(table)
        if (tables is None or tables(table)) and "id" in bench.matrix.of(purpose.key, table.name).select
    ]


def _customer_column(table: Table) -> Iterator[str]:
    if table.name == "customers_customer":
        yield "id"
    for path in table.persons:
        hop = path.hops[0] if len(path.hops) == 1 else None
        if hop and hop.table == "customers_customer" and len(hop.local) == 1 and "id" in table.columns:
            yield hop.local[0]
            return


def hidden_after(bench: Bench, view: View, deed: str, parameters: Callable[[int], tuple[Any, ...]]) -> Finding:
    """Do something to the person of a row that the purpose sees; the purpose must see it no more."""
    role = bench.names.of(view.purpose.key)
    look = f"select count(*) from {view.name} where id = %s"  # noqa: S608
    with rolled_back(), connection.cursor() as cursor:
        become(cursor, role)
        cursor.execute(_row_of_somebody(bench, view))
        row = cursor.fetchone()
        if row is None:
            return Finding(spoken(look, role), 0, 0, (), NOTHING_TO_TRY)
        become(cursor, bench.reader)
        cursor.execute(f"select {view.customer} from {view.name} where id = %s", row)  # noqa: S608
        found = cursor.fetchone()
        if found is None:
            return Finding(spoken(look, role), 1, 1, (f"{view.table.name}: seen by {view.purpose.key}, not by rights",))
        if found[0] is None:
            return Finding(spoken(look, role), 0, 0, (), NOTHING_TO_TRY)
        cursor.execute(deed, parameters(found[0]))
        become(cursor, role)
        cursor.execute(look, row)
        (seen,) = cursor.fetchone()
    where = (f"{view.purpose.key}: {view.table.name}",) if seen else ()
    return Finding(spoken(look, role), 1, int(bool(seen)), where)


def _row_of_somebody(bench: Bench, view: View) -> str:
    """A row that the purpose sees; of a customer, where it may read whose (a search on the access log is nobody's)."""
    readable = view.customer in bench.matrix.of(view.purpose.key, view.table.name).select
    named = f"where {connection.ops.quote_name(view.customer)} is not null" if readable else ""
    return f"select id from {view.name} {named} limit 1"  # noqa: S608


def seen_of(bench: Bench, view: View, customers: str, parameters: tuple[Any, ...] = ()) -> int:
    """How many rows of these customers a purpose sees."""
    whose = f"select id from {view.name} where {view.customer} in ({customers})"  # noqa: S608
    ids = [row for (row,) in bench.rows(whose, parameters)]
    look = f"select count(*) from {view.name} where id = any(%s)"  # noqa: S608
    return bench.count(look, [ids], role=bench.names.of(view.purpose.key)) if ids else 0


def seen_without(bench: Bench, view: View, customers: str, parameters: tuple[Any, ...]) -> int:
    """How many rows a purpose sees of other customers than these."""
    ids = [row for (row,) in bench.rows(f"select id from {view.name}", role=bench.names.of(view.purpose.key))]  # noqa: S608
    others = f"select count(*) from {view.name} where id = any(%s) and {view.customer} not in ({customers})"  # noqa: S608
    return bench.count(others, [ids, *parameters]) if ids else 0


def in_all(findings: list[Finding]) -> Finding:
    """Looks of many purposes as one finding."""
    shown = next((one for one in findings if one.wrong), next((one for one in findings if one.tried), None))
    if shown is None:
        return Finding("", 0, 0, (), NOTHING_TO_TRY)
    where = tuple(place for one in findings for place in one.where)
    return Finding(shown.statement, sum(one.tried for one in findings), sum(one.wrong for one in findings), where)


def rows_wrong(
    bench: Bench, seen: list[tuple[View, int]], statement: str, wanted: Callable[[Deviation], bool]
) -> Finding:
    """Rows that are seen and must not be, and row policies that are not as declared."""
    wrong = [f"{view.purpose.key}: {view.table.name}" for view, number in seen if number]
    wrong += [one.says for one in bench.deviations if wanted(one)]
    return none_of(spoken(statement), wrong, tried=len(seen))


def _purpose(bench: Bench, one: Deviation) -> Purpose | None:
    return bench.policy.purposes.get(one.purpose or "")


def stands_for(bench: Bench, one: Deviation, wanted: Callable[[Purpose], bool], part: Part) -> bool:
    """Whether a deviation of the rows concerns purposes of a kind: theirs alone, of a whole table, or of all rows."""
    purpose = _purpose(bench, one)
    return one.part is part or (one.part is Part.ROWS and (purpose is None or wanted(purpose)))


# -- restriction (Art. 18) ---------------------------------------------------------------------------------------------


def _hides_restricted(purpose: Purpose) -> bool:
    return not purpose.reads_restricted


@control(
    "SF-24",
    "SV-25",
    da="En kunde bliver begrænset et øjeblik; de formål, der ikke må, ser ham ikke mere.",
    en="A customer is restricted for a moment; the purposes that must not, no longer see the customer.",
)
def restricted_is_hidden(bench: Bench) -> Finding:
    """For each purpose and each table that names the customer."""
    return in_all(
        [
            hidden_after(bench, view, RESTRICT, lambda customer_id: (customer_id, bench.now))
            for view in views(bench, _hides_restricted)
        ]
    )


@invariant(
    "SF-24",
    "SV-25",
    da="Ingen række om en begrænset kunde ses af et formål, der ikke må.",
    en="No row of a restricted customer is seen by a purpose that must not.",
)
def no_restricted_is_seen(bench: Bench) -> Finding:
    """Rows of all who are restricted today."""
    seen = [(view, seen_of(bench, view, RESTRICTED)) for view in views(bench, _hides_restricted)]
    return rows_wrong(bench, seen, RESTRICTED, lambda one: stands_for(bench, one, _hides_restricted, Part.HIDDEN))


# -- objection (Art. 21) -----------------------------------------------------------------------------------------------


def _may_be_objected_to(purpose: Purpose) -> bool:
    return purpose.objection is not Objection.NONE


@control(
    "SF-11",
    "SV-09",
    "SF-23",
    "SV-24",
    da="En kunde gør indsigelse et øjeblik; formålet ser ham ikke mere.",
    en="A customer objects for a moment; the purpose no longer sees the customer.",
)
def objecting_is_hidden(bench: Bench) -> Finding:
    """For each purpose that can be objected to, and each table that names the customer."""
    return in_all(
        [
            hidden_after(bench, view, OBJECT, lambda customer_id, key=view.purpose.key: (customer_id, key, bench.now))
            for view in views(bench, _may_be_objected_to)
        ]
    )


@invariant(
    "SF-11",
    "SV-09",
    "SF-23",
    "SV-24",
    da="Ingen række om en kunde med en gældende indsigelse ses af formålet.",
    en="No row of a customer with a standing objection is seen by the purpose.",
)
def no_objecting_is_seen(bench: Bench) -> Finding:
    """Rows of all who object today."""
    seen = [(view, seen_of(bench, view, OBJECTING, (view.purpose.key,))) for view in views(bench, _may_be_objected_to)]
    return rows_wrong(bench, seen, OBJECTING, lambda one: stands_for(bench, one, _may_be_objected_to, Part.HIDDEN))


# -- consent (Art. 7) --------------------------------------------------------------------------------------------------


def _needs_consent(purpose: Purpose) -> bool:
    return purpose.consent is not None


@control(
    "SF-11",
    "SV-09",
    "SF-22",
    "SV-23",
    da="Et samtykke bliver givet og trukket tilbage et øjeblik; formålet ser ikke kunden mere.",
    en="A consent is given and withdrawn for a moment; the purpose no longer sees the customer.",
)
def withdrawn_is_hidden(bench: Bench) -> Finding:
    """For each purpose that rests on consent: the customer is seen with it, and not without."""
    return in_all([_opened_and_closed(bench, view) for view in views(bench, _needs_consent)])


def _opened_and_closed(bench: Bench, view: View) -> Finding:
    role, consent = bench.names.of(view.purpose.key), view.purpose.consent
    look = f"select count(*) from {view.name} where id = %s"  # noqa: S608
    with rolled_back(), connection.cursor() as cursor:
        become(cursor, bench.reader)
        cursor.execute(_row_without_consent(view), [consent])
        found = cursor.fetchone()
        if found is None:
            return Finding(spoken(look, role), 0, 0, (), NOTHING_TO_TRY)
        row, customer_id = found
        seen = []
        for deed, parameters in (
            ("select", []),
            (GIVE, [customer_id, consent, bench.consent_texts(consent)[0], bench.now]),
            (WITHDRAW, [bench.now, customer_id, consent]),
        ):
            become(cursor, bench.reader)
            cursor.execute(deed, parameters)
            become(cursor, role)
            cursor.execute(look, [row])
            seen.append(bool(cursor.fetchone()[0]))
    before, between, after = seen
    opened = between or view.table.told_by is not None  # the row may be of a kind that the purpose does not read
    where = () if opened and not before and not after else (f"{view.purpose.key}: {view.table.name}",)
    return Finding(spoken(look, role), 1, len(where), where)


def _row_without_consent(view: View) -> str:
    """A row of somebody who neither consents nor is hidden for another reason."""
    return f"""
        select id, {view.customer} from {view.name} as whose
         where not exists (select from safeguards_consent as given
                            where given.customer_id = whose.{view.customer} and given.consent = %s
                              and given.withdrawn_at is null)
           and not exists (select from safeguards_restriction as one where one.customer_id = whose.{view.customer})
           and not exists (select from safeguards_objection as one where one.customer_id = whose.{view.customer})
         limit 1
    """  # noqa: S608


@invariant(
    "SF-11",
    "SV-09",
    "SF-22",
    "SV-23",
    da="Intet formål, der bygger på samtykke, ser en kunde uden.",
    en="No purpose that rests on consent sees a customer without it.",
)
def none_without_consent_is_seen(bench: Bench) -> Finding:
    """Rows of all whom a consent purpose sees today."""
    seen = [
        (view, seen_without(bench, view, CONSENTING, bench.consenting(view.purpose)))
        for view in views(bench, _needs_consent)
    ]
    return rows_wrong(bench, seen, CONSENTING, lambda one: stands_for(bench, one, _needs_consent, Part.SHOWN))


TRIALS = (
    restricted_is_hidden,
    no_restricted_is_seen,
    objecting_is_hidden,
    no_objecting_is_seen,
    withdrawn_is_hidden,
    none_without_consent_is_seen,
)
