"""Reads of runs: what they are to bill, what a year before was, their totals, and whether they may go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Exists, OuterRef, QuerySet, When

from forsyn.domain.billing.models import Bill, BillState, Run, RunState, VatRate
from forsyn.domain.billing.run_rules import Totals
from forsyn.kernel.calendar import year_before

UNDER_WAY = (RunState.EXECUTING, RunState.UNDOING)


@dataclass(frozen=True, slots=True)
class ToBill:
    """An agreement's days that no settlement has billed yet."""

    agreement_id: int
    number: str
    from_date: date
    until_date: date


@dataclass(frozen=True, slots=True)
class DueInstalment:
    """An instalment on account that is to be billed."""

    instalment_id: int
    agreement_id: int
    agreement_number: str
    customer_id: int
    from_date: date
    until_date: date
    due_date: date
    net_oere: int


def runs() -> QuerySet[Run]:
    """The newest first."""
    return Run.objects.order_by("-made_at", "-pk")


def runs_under_way() -> list[Run]:
    """Runs that a process is, or was, at: first the one that has bills left to post or to undo. 1 query.

    There is at most one such; others wait for whom settlement does not see now.
    """
    return [run for run, _ in _under_way()]


def run_in_the_way(*, run_id: int) -> int | None:
    """Another run that has bills left to post or to undo, so that none is begun now; its id. 1 query."""
    return next((run.pk for run, has_left in _under_way() if has_left and run.pk != run_id), None)


def is_half_undone() -> bool:
    """Whether a run both stands and does not: what is reckoned now could take off what is undone next. 1 query."""
    return any(has_left and run.state == RunState.UNDOING for run, has_left in _under_way())


def _under_way() -> list[tuple[Run, bool]]:
    bills = Bill.objects.filter(run_id=OuterRef("pk"))
    left = Case(
        When(state=RunState.UNDOING, then=Exists(bills.filter(state=BillState.POSTED))),
        default=Exists(bills.filter(state=BillState.PREVIEWED)),
    )
    rows = Run.objects.filter(state__in=UNDER_WAY).annotate(has_left=left).order_by("-has_left", "pk")
    return [(run, bool(run.has_left)) for run in rows]


def agreements_to_bill(*, run: Run, agreement_ids: Collection[int] | None = None) -> list[ToBill]:
    """The days of the run that no settlement has billed, by agreement number; of these agreements alone. 1 query.

    What was billed before (at a move, at a change of tariff) is left out; an agreement may so have two stretches.
    """
    return [ToBill(*row) for row in all_rows(_TO_BILL, {"run": run.pk, "agreements": _or_all(agreement_ids)})]


def _or_all(agreement_ids: Collection[int] | None) -> list[int] | None:
    return None if agreement_ids is None else list(agreement_ids)


_AMONG = "(%(agreements)s::bigint[] is null or agreement.id = any(%(agreements)s::bigint[]))"


_TO_BILL = f"""
    select agreement.id, agreement.number, lower(stretch), upper(stretch)
      from billing_run as run
      join customers_agreement as agreement
        on agreement.commodity = run.commodity and agreement.period && run.period
       and (run.agreement_id is null or run.agreement_id = agreement.id)
     cross join lateral (
           select range_agg(bill.period) as days from billing_bill as bill
            where bill.agreement_id = agreement.id and bill.period && run.period
              and bill.state in ('posted', 'released') and bill.kind in ('annual', 'interim', 'final')) as billed
     cross join lateral unnest(datemultirange(run.period * agreement.period)
                               - coalesce(billed.days, '{{}}'::datemultirange)) as stretch
     where run.id = %(run)s and {_AMONG}
     order by agreement.number collate "C", lower(stretch)"""  # noqa: S608 - a constant of this file


def instalments_to_bill(*, run: Run, after: str, limit: int) -> list[DueInstalment]:
    """Instalments due in the run's days that are not billed, by agreement number; one that is 0 is nothing. 1 query.

    Not those of days that are settled, or lie after the agreement: no settlement would take them off.
    """
    given = {"run": run.pk, "agreements": None, "after": after, "limit": limit}
    found = [DueInstalment(*row) for row in all_rows(f"{_DUE} {_NEXT}", given)]
    return sorted(found, key=lambda due: (due.agreement_number.encode(), due.from_date))


def instalments_still_due(*, run: Run, agreement_ids: Collection[int]) -> list[DueInstalment]:
    """The same of these agreements alone. 1 query."""
    given = {"run": run.pk, "agreements": list(agreement_ids), "after": ""}
    return [DueInstalment(*row) for row in all_rows(_DUE, given)]


_DUE = f"""
    select instalment.id, agreement.id, agreement.number, holder.customer_id, lower(instalment.period),
           upper(instalment.period), instalment.due_date, instalment.net_oere
      from billing_run as run
      join billing_instalment as instalment on instalment.due_date >= lower(run.period)
                                           and instalment.due_date < upper(run.period)
      join billing_plan as plan on plan.id = instalment.plan_id
      join customers_agreement as agreement on agreement.id = plan.agreement_id
       and agreement.commodity = run.commodity and (run.agreement_id is null or run.agreement_id = agreement.id)
      join customers_agreement_holder as holder on holder.agreement_id = agreement.id and holder.is_primary
     where run.id = %(run)s and instalment.net_oere > 0 and agreement.number collate "C" > %(after)s
       and not exists (select from billing_bill as bill
                        where bill.instalment_id = instalment.id and bill.state in ('posted', 'released'))
       and lower(instalment.period) < coalesce(upper(agreement.period), 'infinity')
       and not exists (select from billing_bill as settled
                        where settled.agreement_id = agreement.id and settled.state in ('posted', 'released')
                          and settled.kind in ('annual', 'interim', 'final')
                          and settled.period @> lower(instalment.period))
       and {_AMONG}"""  # noqa: S608 - a constant of this file
_NEXT = 'order by agreement.number collate "C" fetch first %(limit)s rows with ties'


def net_a_year_before(*, stretches: Sequence[tuple[int, date, date]]) -> dict[tuple[int, date, date], int]:
    """What the same days a year before came to, with corrections: (agreement, from, until) to net øre. 1 query.

    Only where they were billed whole, by bills that lie within them.
    """
    if not stretches:
        return {}
    given = {
        "agreements": [agreement for agreement, _, _ in stretches],
        "first": [year_before(first) for _, first, _ in stretches],
        "until": [year_before(until) for _, _, until in stretches],
        "place": list(range(len(stretches))),
    }
    return {stretches[place]: int(net) for place, net in all_rows(_YEAR_BEFORE, given)}


_YEAR_BEFORE = """
    select asked.place, sum(bill.net_oere)
      from unnest(%(agreements)s::bigint[], %(first)s::date[], %(until)s::date[], %(place)s::int[])
           as asked (agreement_id, first, until, place)
      join billing_bill as bill on bill.agreement_id = asked.agreement_id
       and bill.period <@ daterange(asked.first, asked.until)
       and bill.state in ('posted', 'released') and bill.kind <> 'on_account'
     group by asked.place, asked.first, asked.until
    having range_agg(bill.period) = datemultirange(daterange(asked.first, asked.until))"""


def vat_percent_on(day: date) -> Decimal:
    """The standard rate of VAT. 1 query. Raises VatRate.DoesNotExist where none is laid down."""
    found: Decimal = VatRate.objects.get(period__contains=day).percent
    return found


# -- totals -----------------------------------------------------------------------------------------------------------


def totals(*, run_id: int) -> Totals:
    """What the approver is shown. 2 queries, each over all bills of the run."""
    names = (
        "bills", "stopped", "net_oere", "vat_oere", "on_account_net_oere", "on_account_vat_oere", "to_pay_oere",
        "owed_oere", "owing_oere", "last_year_net_oere", "compared_net_oere", "restricted",
    )  # fmt: skip
    row = _one(_TOTALS, {"run": run_id})
    assert row is not None
    counted: dict[str, dict[str, int]] = {"remarks": {}, "reasons": {}}
    for which, key, count in all_rows(_COUNTED, {"run": run_id}):
        counted[which][key] = count
    return Totals(**dict(zip(names, map(int, row), strict=True)), **counted)


_MADE = "state <> 'stopped'"
_TOTALS = f"""
    select count(*) filter (where {_MADE}), count(*) filter (where state = 'stopped'), coalesce(sum(net_oere), 0),
           coalesce(sum(vat_oere), 0), coalesce(sum(on_account_net_oere), 0), coalesce(sum(on_account_vat_oere), 0),
           coalesce(sum(to_pay_oere), 0), coalesce(sum(to_pay_oere) filter (where to_pay_oere > 0), 0),
           coalesce(-sum(to_pay_oere) filter (where to_pay_oere < 0), 0), coalesce(sum(last_year_net_oere), 0),
           coalesce(sum(net_oere) filter (where last_year_net_oere is not null), 0), billing_run_restricted(%(run)s)
      from billing_bill where run_id = %(run)s"""  # noqa: S608 - a constant of this file
_COUNTED = """
    select 'remarks', remark, count(*)
      from billing_bill cross join lateral unnest(remarks) as remark where run_id = %(run)s group by remark
     union all
    select 'reasons', reason ->> 'code', count(distinct billing_bill.id)
      from billing_bill cross join lateral jsonb_array_elements(reasons) as reason
     where run_id = %(run)s and state = 'stopped' group by 2
     order by 1, 2"""


def counts_by_state(*, run_id: int) -> dict[str, int]:
    """How many bills stand where: what progress is told of. 1 query."""
    return dict(
        all_rows("select state, count(*) from billing_bill where run_id = %(run)s group by state", {"run": run_id})
    )


def held_back(*, run_id: int, state: str = BillState.PREVIEWED) -> int:
    """Bills of a run whose customers have been restricted since, so that nothing is done to them; a number. 1 query."""
    found = _one("select billing_run_held_back(%s, %s)", [run_id, state])
    return 0 if found is None else int(found[0])


def fingerprint(*, run_id: int) -> str:
    """SHA-256 over all bills of a run in the order of agreement numbers. 1 query."""
    found = _one("select billing_run_fingerprint(%s)", [run_id])
    assert found is not None
    return str(found[0])


# -- whether a run may go on ------------------------------------------------------------------------------------------


def count_built_upon(*, run_id: int) -> int:
    """Later bills of the same agreements, which took a run's bills for granted, whoever they are of. 1 query."""
    found = _one("select billing_run_built_upon(%s)", [run_id])
    return 0 if found is None else int(found[0])


def unknown_accounts(*, run_id: int) -> list[str]:
    """Accounts that bills of a run are posted to and the ledger lacks. 1 query."""
    return [key for (key,) in all_rows(
        "select distinct account from billing_bill cross join lateral unnest(posting_accounts) as account"
        " where run_id = %(run)s and account not in (select key from ledger_account) order by 1", {"run": run_id},
    )]  # fmt: skip


def is_year_open(*, day: date) -> bool:
    """Whether a day lies in an accounting year that is not closed. 1 query."""
    return bool(all_rows(
        "select 1 from ledger_accounting_year where period @> %(day)s::date and closed_at is null", {"day": day}
    ))  # fmt: skip


def all_rows(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _one(statement: str, given: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found
