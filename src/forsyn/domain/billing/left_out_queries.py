"""Reads for the last look before posting: what was approved of a run's next bills, and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forsyn.domain.billing.left_out_rules import Approved
from forsyn.domain.billing.run_queries import all_rows


def approved_bills(*, run_id: int, limit: int) -> list[Approved]:
    """The next bills to post, by agreement number: so many, and what else there is of their agreements. 1 query."""
    return [Approved(*row) for row in all_rows(_APPROVED, {"run": run_id, "limit": limit})]


_APPROVED = """
    with next as materialized (
        select agreement_id from billing_bill
         where run_id = %(run)s and state = 'previewed' order by id limit %(limit)s)
    select id, agreement_id, customer_id, lower(period), upper(period), due_date, instalment_id, corrects_id, net_oere,
           vat_oere, to_pay_oere, sha256, basis
      from billing_bill
     where run_id = %(run)s and state = 'previewed' and agreement_id in (select agreement_id from next)
     order by id"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many bills that were approved and not posted, what they would have come to, and how many for which reason.

    A reason is what changed (`left_out_rules.Changed`), else its code.
    """

    bills: int
    to_pay_oere: int
    reasons: Mapping[str, int]


def left_out(*, run_id: int) -> LeftOut | None:
    """What of a run was left out; None where nothing was. 1 query."""
    rows = all_rows(_LEFT_OUT, {"run": run_id})
    return LeftOut(rows[0][2], int(rows[0][3]), {reason: count for reason, count, *_ in rows}) if rows else None


_LEFT_OUT = """
    with left_out as materialized (
        select id, to_pay_oere, reasons from billing_bill where run_id = %(run)s and state = 'left_out')
    select reason, count(*), (select count(*) from left_out), (select sum(to_pay_oere) from left_out)
      from (select distinct id, coalesce(nullif(each ->> 'value', ''), each ->> 'code') as reason
              from left_out cross join lateral jsonb_array_elements(reasons) as each) as said
     group by reason order by reason"""
