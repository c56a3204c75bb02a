"""Reads of what stands of the bills: a correction takes the place of the bills that lie in its days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from forsyn.domain.billing.run_queries import all_rows
from forsyn.domain.metering.rules import Quality
from forsyn.domain.metering.stretch_queries import NEIGHBOUR_DAYS


@dataclass(frozen=True, slots=True)
class Standing:
    """A settlement, or a correction in its place, that says what some days cost now; with what it was made of."""

    bill_id: int
    agreement_id: int
    agreement_number: str
    customer_id: int
    from_date: date
    until_date: date
    ended_date: date | None
    """The first day that is not the agreement's any more; it may lie in days that were billed."""
    tariff_version_id: int | None
    basis: str
    calculation: str

    @property
    def is_last(self) -> bool:
        """Whether the agreement has ended in its days, or before."""
        return self.ended_date is not None and self.ended_date <= self.until_date

    @property
    def owed_until(self) -> date:
        """Up to when its days are the agreement's."""
        return self.until_date if self.ended_date is None else min(self.until_date, self.ended_date)


def standing_bills(*, agreement_ids: Collection[int]) -> list[Standing]:
    """What stands of these agreements' settlements, by agreement number and days. 1 query.

    A correction takes the place of the bills that lie in its days.
    """
    return [Standing(*row) for row in all_rows(_STANDING, {"agreements": list(agreement_ids)})]


_IN_PLACE = """
       bill.state in ('posted', 'released') and bill.kind <> 'on_account' and not exists (
           select from billing_bill as newer
            where newer.agreement_id = bill.agreement_id and newer.kind = 'correction' and newer.number > bill.number
              and newer.state in ('posted', 'released') and newer.period @> bill.period)"""
TARIFF_YEAR_DAYS = 366
"""What was used before a bill's days in the tariff's year counts in it, where the tariff counts over the year."""
_STANDING = f"""
    select bill.id, agreement.id, agreement.number, bill.customer_id, lower(bill.period), upper(bill.period),
           upper(agreement.period), bill.tariff_version_id, bill.basis, bill.calculation
      from billing_bill as bill
      join customers_agreement as agreement on agreement.id = bill.agreement_id
     where bill.agreement_id = any(%(agreements)s) and {_IN_PLACE}
     order by agreement.number collate "C", lower(bill.period)"""  # noqa: S608 - a constant of this file


def agreements_changed_since_billed(*, commodity: str, first_date: date) -> list[tuple[int, str]]:
    """Agreements of whose billed days something is known since that was not when they were reckoned. 1 query.

    Looked for: values of meters that were replaced, or divided otherwise by a reading that came late; amounts that
    staff settled or withdrew, sizes, fees and terms that were recorded; in days from ``first_date`` on. Whether it
    makes a difference is reckoned then. By agreement number.
    """
    return [
        (int(key), str(number)) for key, number in all_rows(_CHANGED, {"commodity": commodity, "first": first_date})
    ]


# A reading that comes late into a counter's gap replaces what the one after the gap brought of all of its days.
_AFTER_GAP = f"coalesce((select bit_or(bits) from unnest(day.quality) as bits), 0) & {Quality.AFTER_GAP:d} <> 0"  # noqa: S608 - a constant
# From what changed to the bills, by their index: few things change, and the planner cannot know how few.
_CHANGED = f"""
    with begun as materialized (
        select min(made_at) as at from billing_run where commodity = %(commodity)s and recorded_at is not null
    ), replaced as materialized (
        select mounting.installation_id, max(day.superseded_at) as at,
               min(day.day - case when {_AFTER_GAP} then {NEIGHBOUR_DAYS} else 0 end) as first,
               max(day.day) + 1 as until
          from metering_day_superseded as day
          join metering_mounting as mounting on mounting.meter_id = day.meter_id and mounting.period @> day.day
         where day.superseded_at >= (select at from begun)
         group by mounting.installation_id, date_trunc('month', day.day)
    ), changed (agreement_id, at, days) as materialized (
        select agreement.id, replaced.at, daterange(replaced.first, replaced.until + {TARIFF_YEAR_DAYS})
          from replaced
          join customers_installation as installation on installation.id = replaced.installation_id
          join customers_agreement as agreement on agreement.supply_point_id = installation.supply_point_id
        union all
        select agreement_id, greatest(recorded_at, withdrawn_at),
               daterange(lower(period), upper(period) + {TARIFF_YEAR_DAYS})
          from billing_settled_consumption where greatest(recorded_at, withdrawn_at) >= (select at from begun)
        union all
        select agreement_id, recorded_at, period from billing_factor where recorded_at >= (select at from begun)
        union all
        select agreement_id, recorded_at, period from billing_terms where recorded_at >= (select at from begun)
        union all
        select agreement_id, recorded_at, daterange(on_date, on_date + 1)
          from billing_fee where recorded_at >= (select at from begun)
    )
    select distinct agreement.id, agreement.number collate "C"
      from changed
      join customers_agreement as agreement on agreement.id = changed.agreement_id
      join billing_bill as bill on bill.agreement_id = changed.agreement_id
      join billing_run as run on run.id = bill.run_id
     where agreement.commodity = %(commodity)s and upper(bill.period) > %(first)s and {_IN_PLACE}
       and changed.at >= run.made_at and changed.days && bill.period
     order by 2"""  # noqa: S608 - constants of this file
