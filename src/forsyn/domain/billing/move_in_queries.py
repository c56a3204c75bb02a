"""What a move into a place needs to know: what held there last, on which terms, and what the counters showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from forsyn.domain.billing.basis_rules import REGISTER_OF
from forsyn.kernel.quantities import BaseUnit


@dataclass(frozen=True, slots=True)
class Supply:
    """A commodity at a place on a day; what is None is not there, or may not be seen."""

    commodity: str
    before_id: int | None
    """The agreement that held last before the day."""
    before_number: str | None
    before_until: date | None
    tariff_id: int | None
    instalments: int | None
    standing_number: str | None
    """An agreement that holds on the day or later."""
    standing_first: date | None
    standing_until: date | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter showed around a day, in base units; `known_until` is the day that the values reach up to."""

    commodity: str
    meter_number: str
    unit: BaseUnit
    known_until: date
    shown: int
    """When `known_until` began: what had been counted."""
    day_total: int
    """What was counted on the day before `known_until`."""


_SUPPLIES = """
    select piped.commodity, before.id, before.number, upper(before.period), terms.tariff_id, terms.instalments,
           standing.number, lower(standing.period), upper(standing.period)
      from (select distinct commodity from customers_installation
             where supply_point_id = %(place)s and period @> %(day)s::date) as piped
      left join lateral (
        select id, number, period from customers_agreement
         where supply_point_id = %(place)s and commodity = piped.commodity and upper(period) <= %(day)s
         order by upper(period) desc limit 1) as before on true
      left join lateral (
        select tariff_id, instalments from billing_terms
         where agreement_id = before.id and (period @> %(day)s::date - 1 or period @> %(day)s::date)
         order by lower(period) desc limit 1) as terms on true
      left join lateral (
        select number, period from customers_agreement
         where supply_point_id = %(place)s and commodity = piped.commodity and period && daterange(%(day)s, null)
         order by lower(period) limit 1) as standing on true
     order by array_position(array['heat', 'water', 'waste_water'], piped.commodity::text)"""


def supplies_at(*, supply_point_id: int, day: date) -> list[Supply]:
    """What can be supplied at a place from a day on, with what held before. 1 query."""
    return [Supply(*row) for row in _rows(_SUPPLIES, {"place": supply_point_id, "day": day})]


_COUNTED = """
    select installation.commodity, meter.number, register.code, d.day + 1, d.opening + d.total, d.total
      from customers_installation as installation
      join metering_mounting as mounting on mounting.installation_id = installation.id
       and mounting.period @> %(day)s::date
      join metering_meter as meter on meter.id = mounting.meter_id
      join metering_register as register on register.meter_id = meter.id and register.values = 'cumulative'
       and register.code = any(%(codes)s)
     cross join lateral (
        select day, opening, total from metering_day as d
         where d.meter_id = meter.id and d.register = register.number
           and d.day <= %(day)s and d.day >= %(day)s::date - 800 and d.opening is not null and d.total is not null
         order by d.day desc limit 1) as d
     where installation.supply_point_id = %(place)s and installation.period @> %(day)s::date
     order by installation.commodity, meter.number"""


def counted_at(*, supply_point_id: int, day: date) -> dict[str, Counted]:
    """By commodity, what the one counter of it at a place had counted on a day or last before it. 1 query.

    Nothing of meters that do not count on, of those that delivered nothing, and where several hang.
    """
    codes = {code: unit for unit, code in REGISTER_OF.items()}
    parameters = {"place": supply_point_id, "day": day, "codes": list(codes)}
    found: dict[str, list[Counted]] = {}
    for commodity, number, code, until, shown, total in _rows(_COUNTED, parameters):
        unit = codes[code]
        if unit is (BaseUnit.WATT_HOURS if commodity == "heat" else BaseUnit.LITRES):
            found.setdefault(commodity, []).append(Counted(commodity, number, unit, until, shown, total))
    return {commodity: counters[0] for commodity, counters in found.items() if len(counters) == 1}


@dataclass(frozen=True, slots=True)
class NewAgreementRow:
    """An agreement as a move made it: its tariff, and what is paid on account, without VAT."""

    agreement_id: int
    number: str
    commodity: str
    relation: str
    tariff_da: str | None
    tariff_en: str | None
    instalments: int | None
    sizes: int
    planned: int
    planned_net_oere: int
    first_due_date: date | None
    expected_from: str | None


_MADE = """
    select a.id, a.number, a.commodity, a.relation, tariff.name_da, tariff.name_en, terms.instalments,
           (select count(*) from billing_factor as f where f.agreement_id = a.id and f.period @> lower(a.period)),
           plan.number, plan.net_oere, plan.due_date, plan.expected_from
      from customers_agreement as given
      join customers_agreement as a on a.supply_point_id = given.supply_point_id
       and lower(a.period) = lower(given.period)
      left join billing_terms as terms on terms.agreement_id = a.id and terms.period @> lower(a.period)
      left join billing_tariff as tariff on tariff.id = terms.tariff_id
     cross join lateral (
        select count(i.id) as number, coalesce(sum(i.net_oere), 0)::bigint as net_oere, min(i.due_date) as due_date,
               min(p.expected_from) as expected_from
          from billing_plan as p join billing_instalment as i on i.plan_id = p.id
         where p.agreement_id = a.id) as plan
     where given.id = %(agreement)s
     order by array_position(array['heat', 'water', 'waste_water'], a.commodity::text)"""


def made_together(*, agreement_id: int) -> list[NewAgreementRow]:
    """The agreements that began at a place on the same day as this one, with their terms and plans. 1 query."""
    return [NewAgreementRow(*row) for row in _rows(_MADE, {"agreement": agreement_id})]


def _rows(statement: str, parameters: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return found
