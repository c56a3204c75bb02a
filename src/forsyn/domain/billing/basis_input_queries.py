"""What is recorded of the agreements of many bills, for their bases: sizes, fees, settled amounts, earlier bills."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from forsyn.domain.billing.basis_rules import Part, counts_from, factors_used, undivided
from forsyn.domain.billing.metered_queries import Measured, Needed, measured
from forsyn.kernel.charges.basis import BilledBefore, Consumption, FactorValue, FeeCharged, OnAccount, Quality
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.quantities import BaseUnit

Rows = list[tuple[Any, ...]]


class AgreementOf(NamedTuple):
    """An agreement's row, with its primary holder."""

    id: int
    number: str
    first: date
    until: date | None
    supply_point_id: int
    commodity: str
    customer_id: int | None


class VersionUsed(NamedTuple):
    """A version of a tariff; without an id where a draft is tried."""

    id: int | None
    tariff: Tariff


class BillToBe(NamedTuple):
    """A bill to be: one agreement, one tariff."""

    agreement: AgreementOf
    part: Part
    version: VersionUsed

    @property
    def counted(self) -> date:
        """From which day on something is counted for it."""
        return counts_from(self.version.tariff, self.part)


@dataclass(slots=True)
class Inputs:
    """What was read for the bills of a chunk, by agreement or by the bill's position."""

    factors: defaultdict[int, list[FactorValue]]
    fees: defaultdict[int, list[FeeCharged]]
    before: dict[int, list[BilledBefore]]
    on_account: dict[int, OnAccount]
    measured: Measured

    @classmethod
    def of(cls, bills: Sequence[BillToBe]) -> Inputs:
        """Read it: some ten statements for all bills."""
        ids = list({bill.agreement.id for bill in bills})
        first = min(bill.counted for bill in bills)
        until = max(bill.part.until for bill in bills)
        factors: defaultdict[int, list[FactorValue]] = defaultdict(list)
        for agreement_id, factor, begins, ends, value in rows(_FACTORS, [ids, first, until]):
            factors[agreement_id].append(FactorValue(Factor(factor), begins, ends, value))
        fees: defaultdict[int, list[FeeCharged]] = defaultdict(list)
        for agreement_id, component, on_date, count in rows(_FEES, [ids, first, until]):
            fees[agreement_id].append(FeeCharged(component, on_date, count))
        settled: defaultdict[int, list[Consumption]] = defaultdict(list)
        for agreement_id, begins, ends, amount, unit, quality in rows(_SETTLED, [ids, first, until]):
            settled[agreement_id].append(Consumption(begins, ends, amount, BaseUnit(unit), Quality(quality)))
        needed = [_needed(bill, settled[bill.agreement.id]) for bill in bills]
        return cls(factors, fees, _before(bills), _on_account(bills), measured(needed))


def _needed(bill: BillToBe, settled: Sequence[Consumption]) -> Needed:
    agreement = bill.agreement
    return Needed(agreement.supply_point_id, agreement.commodity, bill.version.tariff, bill.part, tuple(settled))


def factors_of(bill: BillToBe, values: Iterable[FactorValue]) -> Iterator[FactorValue]:
    """The sizes that a bill's tariff counts, of the days that it needs."""
    used = factors_used(bill.version.tariff)
    for value in undivided(values):
        over = value.until_date is not None and value.until_date <= bill.counted
        if value.factor in used and value.from_date < bill.part.until and not over:
            yield value


def _before(bills: Sequence[BillToBe]) -> dict[int, list[BilledBefore]]:
    """What the bill just before each gave to go on with, by position; asked for only where something is counted."""
    asked = [
        (at, bill.agreement.id, bill.part.first) for at, bill in enumerate(bills) if bill.counted < bill.part.first
    ]
    if not asked:
        return {}
    parameters = [list(column) for column in zip(*asked, strict=True)]
    return {number: [_billed(entry) for entry in json.loads(kept)] for number, kept in rows(_BEFORE, parameters)}


def _billed(entry: Mapping[str, Any]) -> BilledBefore:
    return BilledBefore(
        entry["component"], date.fromisoformat(entry["from_date"]), entry["part"], entry["net_oere"],
        Decimal(entry["quantity"]),
    )  # fmt: skip


def _on_account(bills: Sequence[BillToBe]) -> dict[int, OnAccount]:
    """What was paid ahead in a bill's days; on an agreement's last bill also for days after, as of a late move."""
    ends = [None if bill.part.until == bill.agreement.until else bill.part.until for bill in bills]
    columns = [[bill.agreement.id, bill.part.first, end] for bill, end in zip(bills, ends, strict=True)]
    found = rows(_ON_ACCOUNT, [list(column) for column in zip(*columns, strict=True)])
    return {number - 1: OnAccount(net, vat) for number, net, vat in found}


_IN_THESE_DAYS = "agreement_id = any(%s) and period && daterange(%s, %s)"
_FACTORS = f"""
    select agreement_id, factor, lower(period), upper(period), value
      from billing_factor where {_IN_THESE_DAYS}"""  # noqa: S608 - constants of this file
_FEES = """
    select agreement_id, component, on_date, count
      from billing_fee where agreement_id = any(%s) and on_date >= %s and on_date < %s"""
_SETTLED = f"""
    select agreement_id, lower(period), upper(period), amount, unit, quality
      from billing_settled_consumption where {_IN_THESE_DAYS} and withdrawn_at is null"""  # noqa: S608 - constants
# A bill that was corrected is replaced by its correction, which keeps the whole new calculation.
_BEFORE = """
    select wanted.number, bill.calculation::jsonb -> 'billed_to_date'
      from unnest(%s::int[], %s::bigint[], %s::date[]) as wanted (number, agreement_id, until)
      join billing_bill as bill on bill.agreement_id = wanted.agreement_id and upper(bill.period) = wanted.until
     where bill.kind <> 'on_account' and bill.state in ('posted', 'released')
       and not exists (select from billing_bill as later
                        where later.corrects_id = bill.id and later.state in ('posted', 'released'))"""
_ON_ACCOUNT = """
    select wanted.number, sum(bill.net_oere)::bigint, sum(bill.vat_oere)::bigint
      from unnest(%s::bigint[], %s::date[], %s::date[]) with ordinality as wanted (agreement_id, first, until, number)
      join billing_bill as bill on bill.agreement_id = wanted.agreement_id
       and lower(bill.period) >= wanted.first and lower(bill.period) < coalesce(wanted.until, 'infinity')
     where bill.kind = 'on_account' and bill.state in ('posted', 'released')
     group by wanted.number"""


def rows(statement: str, parameters: Sequence[Any]) -> Rows:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
