"""Many customers at once, set-based: stage, check, merge. All belong in one transaction of the caller.

    with transaction.atomic():
        begin()
        stage(registrations=...)
        problems = check(today=today)
        if not problems:
            merge(source=..., today=today, now=now)

Staged rows live in temporary tables that go with the transaction. One merge at a time: a second one waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from forsyn.domain.customers import bulk_checks, bulk_merges
from forsyn.domain.customers.registrations import COLUMNS, Registration
from forsyn.policy.vocabulary import Source

_LOCK = 0x666F7273  # any number of our own: one merge at a time in a database
_PROBLEM_COLUMNS = "line, part, field, value, what, mend"
Problem = tuple[int, int, str, str, str, str]
"""line, part, field, value, what, mend."""


class ChangedMeanwhile(Exception):
    """Somebody changed the same customers or places while the registrations were merged; nothing was written."""


@dataclass(frozen=True)
class Merged:
    """How many rows of each kind the merge made or changed; kinds without any are left out."""

    counts: dict[str, int]

    @property
    def is_empty(self) -> bool:
        return not self.counts


@transaction.atomic
def begin() -> None:
    """Make empty staging tables; another merge that is under way is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(f"drop table if exists {', '.join(('staged', 'staged_problem', *bulk_merges.TABLES))}")
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        cursor.execute(f"create temp table staged ({columns}) on commit drop")
        cursor.execute(
            "create temp table staged_problem (line int, part smallint, field text, value text, what text, mend text)"
            " on commit drop"
        )


@transaction.atomic
def stage(*, registrations: Iterable[Registration]) -> int:
    """Put registrations into the staging table; return how many."""
    with connection.cursor() as cursor:
        return _copy(cursor, f"copy staged ({', '.join(COLUMNS)}) from stdin", registrations)


@transaction.atomic
def note_problems(*, problems: Iterable[Problem]) -> None:
    """Add what was found wrong with rows before they were staged."""
    with connection.cursor() as cursor:
        _copy(cursor, f"copy staged_problem ({_PROBLEM_COLUMNS}) from stdin", problems)


@transaction.atomic
def check(*, today: date) -> int:
    """Compare the staged registrations with each other and with the register; return how many problems there are."""
    with connection.cursor() as cursor:
        cursor.execute("analyze staged")
        for statement in bulk_checks.statements():
            cursor.execute(statement, {"today": today})
        cursor.execute("select count(*) from staged_problem")
        return int(cursor.fetchone()[0])


def staged_problems(*, limit: int | None = None) -> Iterator[Problem]:
    """The problems found so far, by line and field; read from the server in pieces."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "select line, part, field, value, what, mend from staged_problem order by line, part, field limit %s",
            [limit],
        )
        while rows := cursor.fetchmany(1000):
            yield from rows


def staged_meters() -> list[tuple[int, int, str, str, str, date, date | None]]:
    """Meters that the staged rows tell of, each mounting once: line, part, meter, commodity, installation, first
    day, first day without it. A meter without a day of mounting hangs there since the installation was made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(line), min(part), meter_number, commodity, installation_number,"
            "       coalesce(mounted_from, installed_from) as first, max(mounted_until)"
            "  from staged where meter_number is not null"
            " group by meter_number, commodity, installation_number, first order by min(line), min(part), first"
        )
        return cursor.fetchall()


@transaction.atomic
def withhold_problem_rows() -> tuple[int, int]:
    """Take the rows with a problem, and the others of the same agreements, out of the staging.

    Return how many problems there are then, and how many lines have one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into staged_problem (line, part, field, value, what, mend)"
            " select distinct on (o.line) o.line, o.part, '', '',"
            "        format('belongs to the same agreement as line %s, which has a problem', p.line),"
            "        'import it together with that one'"
            "   from staged o join staged s on s.agreement_key = o.agreement_key and s.line <> o.line"
            "   join staged_problem p on p.line = s.line"
            "  where not exists (select from staged_problem q where q.line = o.line)"
            "  order by o.line, p.line"
        )
        cursor.execute("delete from staged s using staged_problem p where p.line = s.line")
        cursor.execute("select count(*), count(distinct line) from staged_problem")
        problems, lines = cursor.fetchone()
        return problems, lines


@transaction.atomic
def merge(*, source: Source, today: date, now: datetime) -> Merged:
    """Bring the staged registrations into the register. They must have passed `check`.

    New customers are named so since their first agreement, else since today; a changed name or contact holds from
    today. Raises ChangedMeanwhile.
    """
    values = {"today": today, "now": now, "source": source.value}
    counts = {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in bulk_merges.PREPARE:
                cursor.execute(statement, values)
            for name, statement in bulk_merges.STEPS.items():
                cursor.execute(statement, values)
                if name in bulk_merges.COUNTED and cursor.rowcount:
                    counts[name] = cursor.rowcount
    except IntegrityError as error:
        raise ChangedMeanwhile(str(error).splitlines()[0]) from error
    return Merged(counts)


@transaction.atomic
def register_many(*, registrations: Iterable[Registration], source: Source, today: date, now: datetime) -> Merged:
    """Stage and merge registrations that are known to be right, such as the demo's."""
    begin()
    stage(registrations=registrations)
    return merge(source=source, today=today, now=now)


_BEGIN_EARLIER = """
    with fitting as (
        select a.id, a.number, a.supply_point_id, a.commodity, c.id as customer_id, lower(a.period) as since
          from unnest(%(agreements)s::text[], %(customers)s::text[]) as wanted (agreement, customer)
          join customers_agreement a on a.number = wanted.agreement
          join customers_agreement_holder h on h.agreement_id = a.id
          join customers_customer c on c.id = h.customer_id and c.number = wanted.customer
         where exists (select from customers_customer_name n where n.customer_id = c.id and n.name ~ %(named)s)
           and not exists (select from customers_agreement b
                            where b.supply_point_id = a.supply_point_id and b.commodity = a.commodity
                              and b.id <> a.id and b.period << a.period)),
    agreement as (
        update customers_agreement a set period = daterange(%(first)s, upper(a.period))
          from fitting where a.id = fitting.id and fitting.since > %(first)s),
    installation as (
        update customers_installation i set period = daterange(%(first)s, upper(i.period))
          from fitting
         where i.supply_point_id = fitting.supply_point_id and i.commodity = fitting.commodity
           and lower(i.period) = fitting.since and fitting.since > %(first)s),
    name as (
        update customers_customer_name n set period = daterange(%(first)s, upper(n.period))
          from fitting where n.customer_id = fitting.customer_id and lower(n.period) = fitting.since
           and fitting.since > %(first)s)
    select number from fitting"""


@transaction.atomic
def begin_earlier(*, holders: Mapping[str, str], named: str, first_date: date) -> set[str]:
    """Let first agreements begin on a date, with their installations, where they begin later; return their numbers.

    `holders`: agreement number -> customer number. Only agreements whose holder's name fits the pattern `named`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN_EARLIER,
            {"agreements": list(holders), "customers": list(holders.values()), "named": named, "first": first_date},
        )
        return {number for (number,) in cursor.fetchall()}


def _copy(cursor: CursorWrapper, statement: str, rows: Iterable[tuple[object, ...]]) -> int:
    count = 0
    with cursor.copy(statement) as copy:
        waiting = iter(rows)
        while batch := list(islice(waiting, 1000)):
            for row in batch:
                copy.write_row(row)
            count += len(batch)
    return count
