"""Reads of what stands of the bills: a correction takes the place of the bills that lie in its days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from forsyn.domain.billing.run_queries import all_rows


@dataclass(frozen=True, slots=True)
class Standing:
    """A settlement, or a correction in its place, that says what some days cost now; with what it was made of."""

    bill_id: int
    agreement_id: int
    agreement_number: str
    customer_id: int
    from_date: date
    until_date: date
    tariff_version_id: int | None
    basis: str
    calculation: str


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
_STANDING = f"""
    select bill.id, agreement.id, agreement.number, bill.customer_id, lower(bill.period), upper(bill.period),
           bill.tariff_version_id, bill.basis, bill.calculation
      from billing_bill as bill
      join customers_agreement as agreement on agreement.id = bill.agreement_id
     where bill.agreement_id = any(%(agreements)s) and {_IN_PLACE}
     order by agreement.number collate "C", lower(bill.period)"""  # noqa: S608 - a constant of this file


def agreements_changed_since_billed(*, commodity: str, first_date: date) -> list[tuple[int, str]]:
    """Agreements of whose billed days something is known since that was not when they were reckoned. 1 query.

    Looked for: values of meters that were replaced, amounts that staff settled or withdrew, sizes, fees and terms that
    were recorded, in days from ``first_date`` on. Whether it makes a difference is reckoned then. By agreement number.
    """
    return [
        (int(key), str(number)) for key, number in all_rows(_CHANGED, {"commodity": commodity, "first": first_date})
    ]


_CHANGED = f"""
    with standing as materialized (
        select bill.agreement_id, bill.period, run.made_at, agreement.number, agreement.supply_point_id
          from billing_bill as bill
          join billing_run as run on run.id = bill.run_id
          join customers_agreement as agreement on agreement.id = bill.agreement_id
         where agreement.commodity = %(commodity)s and upper(bill.period) > %(first)s and {_IN_PLACE}
    ), replaced as materialized (
        select mounting.installation_id, day.day, max(day.superseded_at) as at
          from metering_day_superseded as day
          join metering_mounting as mounting on mounting.meter_id = day.meter_id and mounting.period @> day.day
         where day.superseded_at >= (select min(made_at) from standing)
         group by 1, 2
    )
    select distinct on (standing.number collate "C") standing.agreement_id, standing.number
      from standing
     where exists (select from customers_installation as installation
                     join replaced on replaced.installation_id = installation.id
                    where installation.supply_point_id = standing.supply_point_id
                      and replaced.at >= standing.made_at and replaced.day < upper(standing.period)
                      and replaced.day >= lower(standing.period) - 366)
        or exists (select from billing_settled_consumption as settled
                    where settled.agreement_id = standing.agreement_id
                      and greatest(settled.recorded_at, settled.withdrawn_at) >= standing.made_at
                      and lower(settled.period) < upper(standing.period))
        or exists (select from billing_factor as factor
                    where factor.agreement_id = standing.agreement_id and factor.recorded_at >= standing.made_at
                      and factor.period && standing.period)
        or exists (select from billing_fee as fee
                    where fee.agreement_id = standing.agreement_id and fee.recorded_at >= standing.made_at
                      and standing.period @> fee.on_date)
        or exists (select from billing_terms as terms
                    where terms.agreement_id = standing.agreement_id and terms.recorded_at >= standing.made_at
                      and terms.period && standing.period)
     order by standing.number collate "C" """  # noqa: S608 - a constant of this file
