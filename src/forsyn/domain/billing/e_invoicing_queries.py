"""Reads of who wants e-invoices, by sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from forsyn.domain.billing.models import EInvoicing


def customers_with_e_invoices(*, customer_ids: Collection[int]) -> frozenset[int]:
    """Of these customers, those that want e-invoices. 1 query."""
    found = EInvoicing.objects.filter(customer_id__in=list(customer_ids))
    return frozenset(found.values_list("customer_id", flat=True))


def e_invoicing_of(*, bill_ids: Collection[int]) -> dict[int, EInvoicing]:
    """How the customers of these bills want theirs, by customer. 1 query."""
    found = EInvoicing.objects.filter(customer__bills__in=list(bill_ids)).distinct()
    return {each.customer_id: each for each in found}


def e_invoicing(*, customer_id: int) -> EInvoicing | None:
    """How one customer wants bills as e-invoices, with who noted it; None: the customer does not. 1 query."""
    found: EInvoicing | None = EInvoicing.objects.filter(customer_id=customer_id).select_related("recorded_by").first()
    return found


class EInvoiceRow(NamedTuple):
    """A bill that is, or is to be, an e-invoice. Its address is what is on file now: ``gln``, else ``cvr``.

    ``batch`` is empty until it is written; ``fetched_at`` is None until its batch is said to be handed over.
    """

    bill_id: int
    number: int
    customer_id: int
    issue_date: date
    to_pay_oere: int
    gln: str | None
    cvr: str | None
    batch: str
    made_at: datetime | None
    fetched_at: datetime | None


_ADDRESSED = """
    bill.id, bill.number, bill.customer_id, bill.issue_date, bill.to_pay_oere, wanted.gln, customer.cvr"""
_WRITTEN = f"""
    select {_ADDRESSED}, sent.batch, sent.made_at, gone.settled_at
      from billing_dispatch as sent
      join billing_bill as bill on bill.id = sent.bill_id
      join customers_customer as customer on customer.id = bill.customer_id
      left join billing_e_invoicing as wanted on wanted.customer_id = bill.customer_id
      left join safeguards_disclosure as gone on gone.id = sent.disclosure_id
     where sent.channel = 'e_invoice'
     order by sent.id desc offset %(first)s limit %(count)s"""  # noqa: S608 - a constant
_TO_WRITE = f"""
    select {_ADDRESSED}, '', null::timestamptz, null::timestamptz
      from billing_e_invoicing as wanted
      join customers_customer as customer on customer.id = wanted.customer_id
      join billing_bill as bill on bill.customer_id = wanted.customer_id and bill.state = 'released'
     where bill.released_at >= %(since)s
       and not exists (select from billing_dispatch as sent
                        where sent.bill_id = bill.id and sent.channel <> 'betalingsservice')
     order by bill.number limit %(count)s"""  # noqa: S608 - a constant


def written_e_invoices(*, first: int, count: int) -> list[EInvoiceRow]:
    """E-invoices that were written, the newest first. 1 query."""
    return _found(_WRITTEN, {"first": first, "count": count})


def e_invoices_to_write(*, since: datetime, count: int) -> list[EInvoiceRow]:
    """Bills released since then, of customers who get e-invoices, that have left by no way. 1 query."""
    return _found(_TO_WRITE, {"since": since, "count": count})


def _found(statement: str, given: Mapping[str, Any]) -> list[EInvoiceRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [EInvoiceRow(*row) for row in cursor.fetchall()]
