"""Trials of erasure: it takes what it says and nothing of anybody else's, and nobody erased is there again."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.catalog import Catalog
from forsyn.policy.purposes import P
from forsyn.policy.reach import about
from forsyn.workflows.erasure import ErasureRefused, do_erasure
from forsyn.workflows.erasure_replay import came_back, customers_on_log
from forsyn.workflows.erasure_situation import Subject, subject_of
from forsyn.workflows.proof.bench import Bench, Finding, rolled_back
from forsyn.workflows.proof.trial import control, invariant

SAMPLE = 3
NEIGHBOURS = 20
CHECKED = 50
"""So many of the log are looked at; `forsyn erasure replay` goes through all."""
# whoever has moved out first: of them there is most to erase
SOMEBODY = """
    select customer.id from customers_customer as customer
      left join customers_agreement_holder as holder on holder.customer_id = customer.id
      left join customers_agreement as agreement on agreement.id = holder.agreement_id
     group by customer.id order by bool_or(upper_inf(agreement.period)) nulls last, customer.id limit %s
"""
# who shares an agreement or a home with them, and a few others
NEAR_THEM = """
    select id from (
        select distinct other.customer_id as id, 0 as far
          from customers_agreement_holder as mine
          join customers_agreement as agreement on agreement.id = mine.agreement_id
          join customers_agreement as here on here.supply_point_id = agreement.supply_point_id
          join customers_agreement_holder as other on other.agreement_id = here.id
         where mine.customer_id = any(%(them)s)
        union all
        (select id, 1 from customers_customer order by id desc limit 5)
    ) as near where id <> all(%(them)s) order by far, id limit %(limit)s
"""


@control(
    "SF-21",
    "SV-22",
    da="Nogle personer bliver prøvet slettet; det, planen siger, er væk, og ingen andens oplysninger er ændret.",
    en="Some persons are tried to be erased; what the plan says is gone, and nobody else's data have changed.",
)
def erasure_takes_its_own_and_nothing_else(bench: Bench) -> Finding:
    """Each is erased for a moment, read back, and everybody near them compared byte by byte."""
    sample = [customer_id for (customer_id,) in bench.rows(SOMEBODY, [SAMPLE])]
    wrong = [table for customer_id in sample for table in _tried(bench, customer_id)]
    return Finding("-- forsyn erasure plan", len(sample), len(wrong), tuple(dict.fromkeys(wrong)))


def _tried(bench: Bench, customer_id: int) -> Iterator[str]:
    """What goes wrong with one: tables of others that change, gaps, or the erasure itself."""
    with rolled_back(), purpose(P.PRIVACY_RIGHTS, actor=None):
        subject = subject_of(customer_ids=[customer_id])
        near = [key for (key,) in bench.rows(NEAR_THEM, {"them": [customer_id], "limit": NEIGHBOURS})]  # type: ignore[arg-type]
        others = Subject(tuple(near), ())
        before = _rows_about(bench, others)
        try:
            plan = do_erasure(bench.policy, subject, today=bench.today, now=bench.now, actor=None)
        except ErasureRefused:
            yield "erasure"
            return
        yield from (line.table for line in plan.gaps)
        after = _rows_about(bench, others)
        yield from (table for table, rows in before.items() if after[table] != rows)


def _rows_about(bench: Bench, persons: Subject) -> dict[str, list[str]]:
    """Fingerprints of every row about these persons, table by table."""
    catalog: Catalog = bench.catalog
    found = {}
    with connection.cursor() as cursor:
        for table in bench.tables:
            if table.persons and not catalog.tables[table.name].is_view:
                columns = ", ".join(f"t0.{column}" for column in table.columns)
                rows = about(table, catalog).select(f"md5(row({columns})::text) as row")
                cursor.execute(f"{rows} order by 1", persons.parameters)
                found[table.name] = [row for (row,) in cursor.fetchall()]
    return found


@invariant(
    "SF-21",
    "SV-22",
    da="Ingen, der er slettet, er kommet igen, heller ikke med en sikkerhedskopi.",
    en="Nobody who was erased has come back, not with a backup either.",
)
def nobody_erased_is_back(bench: Bench) -> Finding:
    """Persons on the log of erasures, which lies outside the database, of whom there is something to erase again."""
    with rolled_back(), purpose(P.PRIVACY_RIGHTS, actor=None):
        on_log = len(customers_on_log())
        back = sum(1 for _ in came_back(today=bench.today, now=bench.now, limit=CHECKED))
    return Finding("-- forsyn erasure replay", on_log, back, ("the log of erasures",) if back else ())


TRIALS = (erasure_takes_its_own_and_nothing_else, nobody_erased_is_back)
