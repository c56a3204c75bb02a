"""Reads of on-account plans, and of the degree days that heat follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from forsyn.domain.billing.basis_rules import Stretch
from forsyn.domain.billing.expectation_rules import DegreeDays, months_of
from forsyn.domain.billing.models import DegreeDays as DegreeDaysRow
from forsyn.domain.billing.plan_rules import CannotChange, Offer, Refused, Standing, offer
from forsyn.kernel.charges.basis import FactorValue
from forsyn.kernel.charges.components import Factor


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with its instalments, in order."""

    id: int
    agreement_id: int
    first: date
    until: date
    expected_from: str
    expected_amount: int | None
    unit: str
    expected_net_oere: int
    instalments: tuple[Standing, ...]


_OF_A_MONTH = ("month", "degree_days", "normal_degree_days")
_BILLED = """
    exists (select from billing_bill as bill
             where bill.instalment_id = instalment.id and bill.state in ('posted', 'released'))"""
_IN_A_RUN = """
    exists (select from billing_bill as bill where bill.instalment_id = instalment.id and bill.state = 'previewed')"""
_PLANS = f"""
    select plan.id, plan.agreement_id, lower(plan.period), upper(plan.period), plan.expected_from,
           plan.expected_amount, plan.unit, plan.expected_net_oere, lower(instalment.period), upper(instalment.period),
           instalment.due_date, instalment.net_oere, {_BILLED}, {_IN_A_RUN}
      from billing_plan as plan
      left join billing_instalment as instalment on instalment.plan_id = plan.id
     where plan.agreement_id = any(%s) and plan.period && daterange(%s, %s)
     order by plan.agreement_id, lower(plan.period), lower(instalment.period)"""  # noqa: S608 - constants of this file


def plans_of(*, agreement_ids: Collection[int], first: date, until: date | None = None) -> list[PlanFile]:
    """The plans of agreements that have days in [first, until), by agreement and time. 1 query."""
    found: dict[int, PlanFile] = {}
    standing: dict[int, list[Standing]] = {}
    for row in _rows(_PLANS, [list(agreement_ids), first, until]):
        plan_id, agreement_id, begins, ends, expected_from, amount, unit, net_oere, *instalment = row
        mine = standing.setdefault(plan_id, [])
        if instalment[0] is not None:
            mine.append(Standing(*instalment))
        found[plan_id] = PlanFile(
            plan_id, agreement_id, begins, ends, expected_from, amount, unit, net_oere, tuple(mine)
        )
    return list(found.values())


def plan_at(*, agreement_id: int, day: date) -> PlanFile | None:
    """The plan that holds on a day. 1 query."""
    plans = plans_of(agreement_ids=[agreement_id], first=day)
    return next((plan for plan in plans if plan.first <= day < plan.until), None)


def offer_of(*, agreement_id: int, day: date) -> Offer:
    """What of the plan of a day may still be changed. 1 query. Raises CannotChange."""
    plan = plan_at(agreement_id=agreement_id, day=day)
    if plan is None:
        raise CannotChange(Refused.NO_PLAN)
    return offer_for(plan)


def offer_for(plan: PlanFile) -> Offer:
    """What of a plan may still be changed. Raises CannotChange."""
    return offer(
        plan_id=plan.id,
        period=Stretch(plan.first, plan.until),
        expected_net_oere=plan.expected_net_oere,
        instalments=plan.instalments,
    )


def agreements_without_plan(*, commodity: str, first: date, until: date) -> list[tuple[int, date, date]]:
    """Agreements with terms that ask for instalments and no plan in [first, until): id, and their days of it. 1 query.

    An agreement that ends before, or that has a plan in some of the days, is left alone.
    """
    return [(row[0], row[1], row[2]) for row in _rows(_WITHOUT_PLAN, [first, until, commodity, first, until])]


_WITHOUT_PLAN = """
    select agreement.id, greatest(lower(agreement.period), asked.first), least(upper(agreement.period), asked.until)
      from (select %s::date as first, %s::date as until) as asked
      join customers_agreement as agreement on agreement.commodity = %s
       and agreement.period && daterange(asked.first, asked.until)
     where exists (select from billing_terms as terms
                    where terms.agreement_id = agreement.id and terms.instalments > 0
                      and terms.period @> greatest(lower(agreement.period), asked.first))
       and not exists (select from billing_plan as plan
                        where plan.agreement_id = agreement.id and plan.period && daterange(%s, %s))
     order by agreement.number"""


def instalments_a_year(*, agreement_ids: Sequence[int], day: date) -> dict[int, int]:
    """How many instalments a year the agreements pay by their terms of a day. 1 query."""
    rows = _rows(
        "select agreement_id, instalments from billing_terms where agreement_id = any(%s) and period @> %s::date",
        [list(agreement_ids), day],
    )
    return {agreement_id: number for agreement_id, number in rows}  # noqa: C416 - rows are tuples of any length


def sizes_of(*, agreement_ids: Sequence[int], day: date) -> dict[int, list[FactorValue]]:
    """The sizes of agreements on a day, whether or not their tariffs ask for them. 1 query."""
    found: dict[int, list[FactorValue]] = {}
    rows = _rows(
        "select agreement_id, factor, lower(period), upper(period), value from billing_factor"
        " where agreement_id = any(%s) and period @> %s::date",
        [list(agreement_ids), day],
    )
    for agreement_id, factor, first, until, value in rows:
        found.setdefault(agreement_id, []).append(FactorValue(Factor(factor), first, until, value))
    return found


def degree_days(*, first: date, until: date) -> DegreeDays | None:
    """Of the months that begin in [first, until) together; None unless every one of them is known. 1 query."""
    return degree_days_of([Stretch(first, until)]).get(Stretch(first, until))


def degree_days_of(stretches: Collection[Stretch]) -> dict[Stretch, DegreeDays]:
    """Of the months of each together, where every one of them is known. 1 query, however many; none for none."""
    if not stretches:
        return {}
    since = min(each.first for each in stretches).replace(day=1)
    rows = DegreeDaysRow.objects.filter(month__gte=since, month__lt=max(each.until for each in stretches))
    known = {month: (actual, normal) for month, actual, normal in rows.values_list(*_OF_A_MONTH) if actual is not None}
    found = {}
    for each in set(stretches):
        months = [known.get(month) for month in months_of(each)]
        told = [month for month in months if month is not None]
        if told and len(told) == len(months):
            found[each] = DegreeDays(sum(actual for actual, _ in told), sum(normal for _, normal in told))
    return found


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
