"""E-invoices for staff: which there are, which batch waits to be fetched, and the files of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forsyn.domain.billing.e_invoicing_queries import (
    EInvoiceRow,
    e_invoices_to_write,
    e_invoicing_of,
    written_e_invoices,
)
from forsyn.domain.billing.models import Channel, Dispatch
from forsyn.integrations.outgoing_files import transport as files
from forsyn.integrations.outgoing_files.codec import NotAManifest
from forsyn.integrations.ubl.checks import NotAnEInvoice
from forsyn.kernel.local_days import local_day
from forsyn.workflows.bill_facts import documents_of
from forsyn.workflows.bill_files import Sender, WaitingBatch, batches, e_invoice_files, references_of
from forsyn.workflows.declarations import current_policy

TO_WRITE_SINCE = timedelta(days=30)
MOST_TO_WRITE = 50


class NoEInvoice(ValueError):
    """The bill is no e-invoice, or cannot be written as one; the message says why, in Danish."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What waits to be fetched, which e-invoices are still to be written, and those that were."""

    batches: Sequence[WaitingBatch]
    to_write: Sequence[EInvoiceRow]
    written: Sequence[EInvoiceRow]


def outgoing(*, sender: Sender, now: datetime, first: int, count: int) -> Outgoing:
    """A page of e-invoices. The caller has entered settlement. 2 queries, and 2 more where files wait."""
    return Outgoing(
        batches=batches(sender),
        to_write=e_invoices_to_write(since=now - TO_WRITE_SINCE, count=MOST_TO_WRITE),
        written=written_e_invoices(first=first, count=count),
    )


def files_of_bill(*, bill_id: int, sender: Sender) -> dict[str, bytes]:
    """A bill's e-invoice by names of files: as it waits to be fetched, else written anew. Raises NoEInvoice.

    The caller has entered settlement. Written anew it has today's address and references of its customer.
    """
    sent = Dispatch.objects.filter(bill_id=bill_id, channel=Channel.E_INVOICE).values_list("batch", flat=True).first()
    policy = current_policy()
    wanted = e_invoicing_of(bill_ids=[bill_id])
    ready, problems = documents_of(
        bill_ids=[bill_id],
        policy=policy,
        bills_url=sender.bills_url(policy),
        today=local_day(sender.clock()),
        e_invoiced={customer: references_of(each) for customer, each in wanted.items()},
    )
    if not ready:
        raise NoEInvoice(problems[0].problem if problems else "Regningen er ikke frigivet.")
    number = ready[0].document.facts.number
    if sent and (waiting := _as_sent(sent, number, sender)):
        return waiting
    if not wanted:
        raise NoEInvoice("Kunden får ikke e-fakturaer, så filen kan ikke skrives igen.")
    try:
        return e_invoice_files(ready[0], wanted.get(ready[0].customer_id))
    except NotAnEInvoice as wrong:
        raise NoEInvoice(str(wrong)) from wrong


def _as_sent(batch: str, number: str, sender: Sender) -> dict[str, bytes]:
    """The very files that wait; none where they were fetched."""
    try:
        listed = [file.name for file in files.manifest_of(sender.folder, batch).files]
        own = [name for name in listed if name.removesuffix(".xml").partition("-")[0] == number]
        return {name: files.content_of(sender.folder, batch, name) for name in own}
    except (FileNotFoundError, NotAManifest):
        return {}
