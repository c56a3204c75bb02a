"""Reads of what is to be sent: which bills wait, what they say, and which bills they are made up of. By sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from forsyn.domain.billing.bill_queries import BillFile, BillRow
from forsyn.domain.billing.models import Creditor, DegreeDays


class Waiting(NamedTuple):
    """A released bill that has not left yet."""

    bill_id: int
    number: int
    customer_id: int
    agreement_id: int


_WAITING = """
    select bill.id, bill.number, bill.customer_id, bill.agreement_id from billing_bill as bill
     where bill.run_id = %(run)s and bill.state = 'released'
       and not exists (select from billing_dispatch as sent
                        where sent.bill_id = bill.id and sent.channel <> 'betalingsservice')
     order by bill.number"""


def waiting_bills(*, run_id: int) -> list[Waiting]:
    """The released bills of a run that have not left by any way, in the order of their numbers. 1 query.

    Those of customers whom the purpose does not see are not among them.
    """
    return [Waiting(*row) for row in _rows(_WAITING, {"run": run_id})]


_RUNS = """
    select run.id from billing_run as run
     where run.state in ('executed', 'released') and coalesce(run.released_at, %(since)s) >= %(since)s
       and exists (select from billing_bill as bill
                    where bill.run_id = run.id and bill.state = 'released' and bill.released_at >= %(since)s
                      and not exists (select from billing_dispatch as sent
                                       where sent.bill_id = bill.id and sent.channel <> 'betalingsservice'))
     order by run.id"""


def runs_to_send(*, since: datetime) -> list[int]:
    """Runs with bills that were released since then and have not left. 1 query."""
    return [run_id for (run_id,) in _rows(_RUNS, {"since": since})]


_BY_DIGITAL_POST = """
    select distinct bill.customer_id from billing_bill as bill
      join sensitive_cpr as cpr on cpr.customer_id = bill.customer_id
     where bill.run_id = %(run)s and bill.state = 'released'"""


def customers_by_digital_post(*, run_id: int) -> frozenset[int]:
    """Customers of a run whom Digital Post reaches, under that purpose: it sees only those who said yes. 1 query."""
    return frozenset(customer for (customer,) in _rows(_BY_DIGITAL_POST, {"run": run_id}))


@dataclass(frozen=True, slots=True)
class Supply:
    """Where a bill's agreement is, since when, and whether it still runs on the day asked for."""

    supply_point_id: int
    first: date
    runs: bool
    street: str
    """With house number, floor and door."""
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class Sendable:
    """A bill with all that it was reckoned from. ``earlier_number`` and its date are of the bill that it corrects."""

    file: BillFile
    customer_id: int
    supply: Supply
    earlier_number: int | None
    earlier_date: date | None

    @property
    def row(self) -> BillRow:
        """The bill in outline."""
        return self.file.row


_SENDABLE = """
    select bill.id, bill.number, bill.kind, agreement.commodity, bill.agreement_id, agreement.number, bill.period,
           bill.issue_date, bill.due_date, bill.net_oere, bill.vat_oere, bill.on_account_net_oere,
           bill.on_account_vat_oere, bill.to_pay_oere, bill.voucher_id, bill.corrects_id,
           bill.tariff_version_id, bill.vat_percent, bill.basis, bill.calculation, bill.customer_id,
           earlier.number, earlier.issue_date, agreement.supply_point_id, lower(agreement.period),
           agreement.period @> %(today)s::date, address.street, address.house_number, address.floor, address.door,
           address.postal_code, address.city
      from billing_bill as bill
      join customers_agreement as agreement on agreement.id = bill.agreement_id
      join customers_supply_point as place on place.id = agreement.supply_point_id
      join customers_address as address on address.id = place.address_id
      left join billing_bill as earlier on earlier.id = bill.corrects_id
     where bill.id = any(%(bills)s) and bill.state = 'released'"""


def sendables(*, bill_ids: Sequence[int], today: date) -> list[Sendable]:
    """Released bills in the order of the ids; those that the purpose does not see are left out. 1 query."""
    found = {row[0]: _sendable(row) for row in _rows(_SENDABLE, {"bills": list(bill_ids), "today": today})}
    return [found[bill_id] for bill_id in bill_ids if bill_id in found]


def _sendable(row: Sequence[Any]) -> Sendable:
    outline = BillRow(*row[:6], row[6].lower, row[6].upper, *row[7:16], None)
    file = BillFile(outline, *row[16:20])
    first_line = first_line_of(*row[26:30])
    return Sendable(file, row[20], Supply(*row[23:26], first_line, *row[30:]), *row[21:23])


def first_line_of(street: str, house_number: str, floor: str, door: str) -> str:
    """Street, number, floor and door, as on an envelope."""
    unit = " ".join(part for part in (f"{floor}." if floor.isdigit() else floor, door) if part)
    return f"{street} {house_number}" + (f", {unit}" if unit else "")


class OnAccountBill(NamedTuple):
    """What was billed on account; øre."""

    number: int
    issue_date: date
    net_oere: int
    vat_oere: int


_ON_ACCOUNT = """
    select bill.id, paid.number, paid.issue_date, paid.net_oere, paid.vat_oere
      from billing_bill as bill
      join billing_bill as paid on paid.agreement_id = bill.agreement_id and paid.customer_id = bill.customer_id
       and paid.kind = 'on_account' and paid.state = 'released' and bill.period @> lower(paid.period)
     where bill.id = any(%(bills)s)
     order by bill.id, paid.period, paid.id"""


def on_account_of(*, bill_ids: Collection[int]) -> Mapping[int, list[OnAccountBill]]:
    """What the same customer was billed on account within the days of each bill, in order. 1 query."""
    found: dict[int, list[OnAccountBill]] = {}
    for bill_id, *paid in _rows(_ON_ACCOUNT, {"bills": list(bill_ids)}):
        found.setdefault(bill_id, []).append(OnAccountBill(*paid))
    return found


def creditors() -> list[tuple[date, date | None, str]]:
    """Where customers pay: FI creditor numbers with their days [first, until). 1 query."""
    rows = Creditor.objects.order_by("period").values_list("period", "fi_creditor")
    return [(period.lower, period.upper, number) for period, number in rows]


def degree_days_by_month() -> dict[date, Decimal]:
    """How cold each month was that is over, by its first day. 1 query."""
    return dict(DegreeDays.objects.filter(degree_days__isnull=False).values_list("month", "degree_days"))


class Batch(NamedTuple):
    """What left together by a file."""

    name: str
    channel: str
    made_at: datetime
    bills: int
    disclosure_id: int | None


_BATCHES = """
    select batch, min(channel), min(made_at), count(*)::integer, min(disclosure_id) from billing_dispatch
     where batch = any(%(names)s) group by batch order by min(made_at), batch"""


def batches(*, names: Collection[str]) -> list[Batch]:
    """Of these names, the batches that are on record. 1 query."""
    return [Batch(*row) for row in _rows(_BATCHES, {"names": list(names)})]


def _rows(statement: str, given: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
