"""What a move needs to know of an agreement: up to when it is billed, and what its counters last showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from forsyn.domain.billing.basis_rules import METERED_AS, REGISTER_OF
from forsyn.kernel.quantities import BaseUnit


@dataclass(frozen=True, slots=True)
class Moving:
    """An agreement that somebody moves out of; `billed_until` is the first day that no settlement has billed."""

    agreement_id: int
    number: str
    customer_id: int
    supply_point_id: int
    commodity: str
    first: date
    until: date | None
    billed_until: date


@dataclass(frozen=True, slots=True)
class Shown:
    """What a counter showed at the end of a day, in base units."""

    meter_number: str
    day: date
    value: int
    rollover: int | None


_MOVING = """
    select a.id, a.number, h.customer_id, a.supply_point_id, a.commodity, lower(a.period), upper(a.period),
           coalesce((select max(upper(bill.period)) from billing_bill as bill
                      where bill.agreement_id = a.id and bill.kind in ('annual', 'interim', 'final')
                        and bill.state in ('posted', 'released')),
                    greatest(lower(a.period), date_trunc('year', %s::date - 1)::date))
      from customers_agreement as given
      join customers_agreement_holder as party on party.agreement_id = given.id and party.is_primary
      join customers_agreement as a on a.supply_point_id = given.supply_point_id and a.period && given.period
      join customers_agreement_holder as h on h.agreement_id = a.id and h.is_primary
       and h.customer_id = party.customer_id
     where given.id = %s
     order by a.commodity"""


def moving_together(*, agreement_id: int, until: date) -> list[Moving]:
    """An agreement with the others of the same customer at the same place and time. 1 query.

    What no settlement has billed at all, as when the program is new, is looked at from the year's first day.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOVING, [until, agreement_id])
        return [Moving(*row) for row in cursor.fetchall()]


_SHOWN = """
    select meter.number, d.day, d.opening + d.total, register.rollover
      from customers_installation as installation
      join metering_mounting as mounting on mounting.installation_id = installation.id
       and mounting.period @> (%s::date - 1)
      join metering_meter as meter on meter.id = mounting.meter_id
      join metering_register as register on register.meter_id = meter.id and register.code = %s
       and register.values = 'cumulative'
     cross join lateral (
        select day, opening, total from metering_day as d
         where d.meter_id = meter.id and d.register = register.number and d.day < %s and d.day >= %s::date - 800
           and d.day <@ mounting.period
         order by d.day desc limit 1) as d
     where installation.supply_point_id = %s and installation.commodity = %s and d.opening is not null"""


def last_shown(*, moving: Moving, unit: BaseUnit, until: date) -> Shown | None:
    """What the counter of an agreement showed when its last day before `until` ended; None of meters that do not count
    on, or where several hang. 1 query."""
    commodity = METERED_AS.get(moving.commodity, moving.commodity)
    parameters: list[int | str | date] = [until, REGISTER_OF[unit], until, until, moving.supply_point_id, commodity]
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, parameters)
        rows = cursor.fetchall()
    return Shown(*rows[0]) if len(rows) == 1 else None


@dataclass(frozen=True, slots=True)
class PaidAhead:
    """What a customer was billed on account that no settlement has taken off yet, with VAT; its days end at `until`."""

    bills: int
    gross_oere: int
    until: date


_AHEAD = """
    select wanted.agreement_id, count(*), sum(bill.net_oere + bill.vat_oere)::bigint, max(upper(bill.period))
      from unnest(%s::bigint[], %s::date[]) as wanted (agreement_id, since)
      join billing_bill as bill on bill.agreement_id = wanted.agreement_id and lower(bill.period) >= wanted.since
     where bill.kind = 'on_account' and bill.state in ('posted', 'released')
     group by wanted.agreement_id"""


def paid_ahead(*, moving: Sequence[Moving]) -> dict[int, PaidAhead]:
    """By agreement, what the final settlement takes off, also for days after the move. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [[each.agreement_id for each in moving], [each.billed_until for each in moving]])
        return {row[0]: PaidAhead(*row[1:]) for row in cursor.fetchall()}


_FINAL_RUNS = """
    select agreement_id, max(id) from billing_run
     where agreement_id = any(%s) and kind in ('final', 'correction') and state <> 'undone' group by agreement_id"""


def final_runs(*, agreement_ids: Sequence[int]) -> dict[int, int]:
    """The latest run with the final bill of each agreement, or with the correction in its place. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_FINAL_RUNS, [list(agreement_ids)])
        return dict(cursor.fetchall())
