"""Changes to on-account plans. Each is one transaction; what has been billed of a plan is never touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.basis_queries import Wanted, prepared
from forsyn.domain.billing.basis_rules import AnyReason, Prepared, Stretch, charged_units
from forsyn.domain.billing.expectation_rules import (
    DegreeDays,
    Expectation,
    expected,
    expected_basis,
    expected_net,
    is_known,
    years_before,
)
from forsyn.domain.billing.models import BillState, ExpectedFrom, Instalment, Plan
from forsyn.domain.billing.models import DegreeDays as DegreeDaysRow
from forsyn.domain.billing.plan_queries import (
    PlanFile,
    degree_days_of,
    instalments_a_year,
    offer_for,
    plan_at,
    plans_of,
    sizes_of,
)
from forsyn.domain.billing.plan_rules import CannotChange, Draft, Refused, changed, number_of, split
from forsyn.domain.billing.run_models import BILLED
from forsyn.kernel.calendar import year_before
from forsyn.kernel.charges.basis import Basis, FactorValue
from forsyn.kernel.charges.reasons import CannotBill
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.quantities import BaseUnit

EARLIEST = date(1990, 1, 1)
TAKING = (BillState.PREVIEWED, *BILLED)
"""Bills in these states keep their instalments; what was undone, or left out of a run, leaves them free."""


class ToPlan(NamedTuple):
    """An agreement, and the days that are to be paid on account."""

    agreement_id: int
    first: date
    until: date


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """An agreement without a plan, and why: the same reasons as against a bill."""

    agreement: str
    reasons: tuple[AnyReason, ...]


@dataclass(frozen=True, slots=True)
class PlansMade:
    """What one call did."""

    plans: int
    instalments: int
    refused: tuple[NotPlanned, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a plan is made of, beside the tariff: the year before, its weather, the home's sizes."""

    before: Basis | None
    weather: DegreeDays | None
    sizes: Sequence[FactorValue]
    a_year: int
    """Instalments a year."""

    def expectations(self, tariff: Tariff, period: Stretch) -> dict[BaseUnit, Expectation]:
        """What is expected, for each unit that the tariff charges and anything is known of."""
        first = self.before.from_date if self.before else period.first
        used = [span for span in (self.before.consumption if self.before else ()) if span.from_date >= first]
        found = {
            unit: expected(unit, period, last_year=used, degree_days=self.weather, factors=self.sizes)
            for unit in charged_units(tariff)
        }
        return {unit: expectation for unit, expectation in found.items() if expectation is not None}


@dataclass(frozen=True, slots=True)
class _NewPlan:
    agreement_id: int
    period: Stretch
    expectation: Expectation | None
    unit: BaseUnit | None
    net_oere: int
    instalments: Sequence[Draft]


@transaction.atomic
def make_plans(
    *, to_plan: Sequence[ToPlan], today: date, now: datetime, like: Mapping[int, int] | None = None
) -> PlansMade:
    """Make a plan for each agreement from what it used a year before, or the norm; by sets, some thousand at most.

    None of the agreements may have a plan in these days. Instalments are not due before a working day after today.
    ``like``: of a new agreement, the one that held at its place before, whose use is expected of it too.
    """
    ids = [each.agreement_id for each in to_plan]
    a_year = instalments_a_year(agreement_ids=ids, day=max((each.first for each in to_plan), default=today))
    before = _years_before(to_plan, today, like or {})
    ahead = {row.agreement_id: row for row in reversed(list(_bases(to_plan, today)))}
    weather = degree_days_of({_days(basis) for basis in before.values()})
    sizes = sizes_of(agreement_ids=ids, day=max((each.first for each in to_plan), default=today))
    plans, refused = [], []
    for each in to_plan:
        found = ahead.get(each.agreement_id)
        if found is None or not a_year.get(each.agreement_id):
            continue
        used = before.get(each.agreement_id)
        known = _Known(
            used,
            weather.get(_days(used)) if used is not None else None,
            sizes.get(each.agreement_id, ()),
            a_year[each.agreement_id],
        )
        plan = _plan(each, found, known, today)
        if isinstance(plan, _NewPlan):
            plans.append(plan)
        else:
            refused.append(plan)
    return PlansMade(len(plans), _insert(plans, now), tuple(refused))


def _bases(wanted: Sequence[ToPlan], today: date) -> Iterator[Prepared]:
    return prepared(wanted=[Wanted(*each) for each in wanted], issue_date=today)


def _years_before(to_plan: Sequence[ToPlan], today: date, like: Mapping[int, int]) -> dict[int, Basis]:
    """The basis of the days to expect from, by agreement; the latest where there are several.

    Of the place that a new agreement is like, the whole year before it: of a few months too little would be known.
    """
    found: dict[int, Basis] = {}
    asked = {each.agreement_id: _asked(each, today, like) for each in to_plan}
    for turn in range(max(map(len, asked.values()), default=0)):
        left = {mine: days[turn] for mine, days in asked.items() if turn < len(days) and not _is_known(found.get(mine))}
        wanted = [ToPlan(like.get(mine, mine), *days) for mine, days in left.items()]
        read = {row.agreement_id: row.basis for row in _bases(wanted, today) if row.basis is not None}
        found |= {mine: read[its] for mine in left if (its := like.get(mine, mine)) in read}
    return found


def _asked(each: ToPlan, today: date, like: Mapping[int, int]) -> list[Stretch]:
    if each.agreement_id in like:
        return [Stretch(year_before(each.first), each.first)]
    return years_before(Stretch(each.first, each.until), today=today)


def _is_known(basis: Basis | None) -> bool:
    if basis is None:
        return False
    used = [span for span in basis.consumption if span.from_date >= basis.from_date]
    return all(is_known(unit, used) for unit in charged_units(basis.tariff))


def _days(basis: Basis) -> Stretch:
    return Stretch(basis.from_date, basis.until_date)


def _plan(each: ToPlan, found: Prepared, known: _Known, today: date) -> _NewPlan | NotPlanned:
    basis = found.basis
    if basis is None:
        return NotPlanned(found.agreement, found.reasons)
    period = Stretch(each.first, each.until)
    expectations = known.expectations(basis.tariff, period)
    amounts = {unit: expectation.amount for unit, expectation in expectations.items()}
    try:
        net_oere = expected_net(
            expected_basis(
                agreement=basis.agreement, commodity=basis.commodity, tariff=basis.tariff, period=period,
                vat_percent=basis.vat_percent, factors=basis.factors, amounts=amounts,
            )
        )  # fmt: skip
    except CannotBill as refused:
        return NotPlanned(found.agreement, refused.reasons)
    charged: BaseUnit | None = next(iter(expectations), None)
    first = expectations[charged] if charged is not None else None
    drafts = split(period, number_of(period, known.a_year), net_oere, due_from=today)
    return _NewPlan(each.agreement_id, period, first, charged, net_oere, drafts)


_INSERT_PLANS = """
    insert into billing_plan (agreement_id, period, expected_from, expected_amount, unit, expected_net_oere, made_at)
    select agreement_id, daterange(first, until), expected_from, amount, unit, net_oere, %s
      from unnest(%s::bigint[], %s::date[], %s::date[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])
           as made (agreement_id, first, until, expected_from, amount, unit, net_oere)
    returning id, agreement_id"""
_INSERT_INSTALMENTS = """
    insert into billing_instalment (plan_id, period, due_date, net_oere)
    select plan_id, daterange(first, until), due_date, net_oere
      from unnest(%s::bigint[], %s::date[], %s::date[], %s::date[], %s::bigint[])
           as made (plan_id, first, until, due_date, net_oere)"""


def _insert(plans: Sequence[_NewPlan], now: datetime) -> int:
    if not plans:
        return 0
    rows = [
        (
            plan.agreement_id, *plan.period,
            plan.expectation.expected_from if plan.expectation else ExpectedFrom.LAST_YEAR.value,
            plan.expectation.amount if plan.expectation else None, plan.unit.value if plan.unit else "", plan.net_oere,
        )
        for plan in plans
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_PLANS, [now, *(list(column) for column in zip(*rows, strict=True))])
        ids: Mapping[int, int] = {agreement_id: plan_id for plan_id, agreement_id in cursor.fetchall()}
        drafts = [(ids[plan.agreement_id], *draft) for plan in plans for draft in plan.instalments]
        if drafts:
            cursor.execute(_INSERT_INSTALMENTS, [list(column) for column in zip(*drafts, strict=True)])
    return len(drafts)


# -- changes of one plan ----------------------------------------------------------------------------------------------


@transaction.atomic
def change_plan(
    *, agreement_id: int, day: date, net_oere: int, instalments: int, by: ExpectedFrom, now: datetime
) -> int:
    """Pay another amount or in another number of instalments, from the first that is not billed; return the new plan.

    ``net_oere`` is what is left to pay on account of the plan that holds on `day`, the day of the change, without VAT.
    A customer (`ExpectedFrom.CUSTOMER`) stays within the limits, staff need not. What we expect is kept, so that
    repeated changes do not move the limits. Raises plan_rules.CannotChange.
    """
    plan = _locked(agreement_id, day)
    offered = offer_for(plan)
    within_limits = by is not ExpectedFrom.STAFF
    drafts = changed(offered, net_oere=net_oere, number=instalments, day=day, within_limits=within_limits)
    days, of_days = (offered.until - offered.first).days, (plan.until - plan.first).days
    amount = None if plan.expected_amount is None else plan.expected_amount * days // of_days
    _cut(plan, offered.first, plan.expected_net_oere - offered.expected_net_oere)
    made = Plan.objects.create(
        agreement_id=agreement_id,
        period=DateRange(offered.first, offered.until),
        expected_from=by,
        expected_amount=amount,
        unit=plan.unit,
        expected_net_oere=offered.expected_net_oere,
        made_at=now,
    )
    Instalment.objects.bulk_create(
        Instalment(plan=made, period=DateRange(draft.first, draft.until), due_date=draft.due_date,
                   net_oere=draft.net_oere)
        for draft in drafts
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def end_plans(*, agreement_id: int) -> int:
    """Stop paying on account, as at a move: every instalment that is not billed goes; return how many.

    What was billed stays, whatever its days: the settlement takes it off. So does what waits to be posted in a run: it
    is posted before the settlement, which takes it off, or not at all.
    """
    list(Plan.objects.select_for_update().filter(agreement_id=agreement_id).values_list("pk"))
    gone = 0
    for plan in plans_of(agreement_ids=[agreement_id], first=EARLIEST):
        billed = [each for each in plan.instalments if each.is_taken]
        until = max((each.until for each in billed), default=plan.first)
        gone += len(plan.instalments) - len(billed)
        Instalment.objects.filter(plan_id=plan.id).exclude(bills__state__in=TAKING).delete()
        _cut(plan, until, plan.expected_net_oere * (until - plan.first).days // (plan.until - plan.first).days)
    return gone


def _locked(agreement_id: int, day: date) -> PlanFile:
    """The plan of a day; two changes to an agreement's plans happen one after the other."""
    list(Plan.objects.select_for_update().filter(agreement_id=agreement_id).values_list("pk"))
    plan = plan_at(agreement_id=agreement_id, day=day)
    if plan is None:
        raise CannotChange(Refused.NO_PLAN)
    return plan


def _cut(plan: PlanFile, until: date, expected_net_oere: int) -> None:
    """End a plan on a day from which on nothing of it was billed; a plan without days goes."""
    Instalment.objects.filter(plan_id=plan.id, period__startswith__gte=until).delete()
    if until <= plan.first:
        Plan.objects.filter(pk=plan.id).delete()
    elif until < plan.until:
        amount = None
        if plan.expected_amount is not None:
            amount = plan.expected_amount * (until - plan.first).days // (plan.until - plan.first).days
        Plan.objects.filter(pk=plan.id).update(
            period=DateRange(plan.first, until), expected_net_oere=expected_net_oere, expected_amount=amount
        )


# -- degree days ------------------------------------------------------------------------------------------------------


class MonthOfDegreeDays(NamedTuple):
    """Degree days of a month (its first day), what they were and normally are."""

    month: date
    degree_days: str | None
    normal_degree_days: str


@transaction.atomic
def record_degree_days(*, months: Sequence[MonthOfDegreeDays]) -> int:
    """Note the degree days of months; what was noted before is replaced. Return how many months."""
    rows = [
        DegreeDaysRow(month=each.month, degree_days=each.degree_days, normal_degree_days=each.normal_degree_days)
        for each in months
    ]
    DegreeDaysRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["month"], update_fields=["degree_days", "normal_degree_days"]
    )
    return len(rows)
