"""What leaves as files: batches that wait to be fetched, and e-invoices with their state, receiver and files."""

from __future__ import annotations

import io
import zipfile

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.billing.models import Channel as Way
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.integrations.outgoing_files.codec import NotAManifest
from forsyn.interfaces.office.bill_views import found_bill
from forsyn.interfaces.office.requests import page_number
from forsyn.interfaces.office.run_views import runs_required
from forsyn.interfaces.office.today_views import sender_for
from forsyn.policy.purposes import P
from forsyn.workflows import bill_files
from forsyn.workflows.bill_files import RestrictedSince, WaitingBatch
from forsyn.workflows.e_invoice_desk import NoEInvoice, files_of_bill, outgoing

PAGE = 25
ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can say: the same files give the same bytes."""


@require_safe
@never_cache
@runs_required
def files(request: HttpRequest) -> HttpResponse:
    """What waits, and the e-invoices, the newest first."""
    page = page_number(request)
    sender = sender_for(request)
    found = outgoing(sender=sender, now=timezone.now(), first=(page - 1) * PAGE, count=PAGE + 1)
    to_write, written = found.to_write if page == 1 else (), found.written[:PAGE]
    people = introductions(customer_ids={row.customer_id for row in (*to_write, *written)}, today=timezone.localdate())
    record(kind=AccessKind.LIST, aspect=Aspect.BILLS, customer_ids=people)
    waiting = {batch.name for batch in found.batches}
    context = {
        "batches": found.batches,
        "to_write": [(row, people.get(row.customer_id)) for row in to_write],
        "written": [(row, people.get(row.customer_id), row.batch in waiting) for row in written],
        "page": page,
        "has_more": len(found.written) > PAGE,
    }
    return render(request, "office/outgoing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@runs_required
def hand_over(request: HttpRequest, batch: str) -> HttpResponse:
    """Say that a batch was fetched; what that means is shown first."""
    sender = sender_for(request)
    found = _waiting(batch, bill_files.batches(sender))
    if request.method == "POST":
        try:
            bill_files.hand_over(batch, sender)
        except RestrictedSince as refused:
            messages.error(request, refused.danish)
        except (FileNotFoundError, NotAManifest):
            messages.error(request, _("Samlingen kan ikke læses, eller den er der ikke længere. Spørg driften."))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.BILLS)
            messages.success(request, _("Samlingen er hentet, og filerne er slettet her."))
        return redirect("office:outgoing")
    return render(request, "office/hand_over.html", {"batch": found})


def _waiting(name: str, waiting: list[WaitingBatch]) -> WaitingBatch:
    """One that settlement may speak for: messages with CPR numbers are Digital Post's."""
    found = next((batch for batch in waiting if batch.name == name), None)
    if found is None or bill_files.WORK[Way(found.channel)] is not P.SETTLEMENT:
        raise Http404
    return found


@require_safe
@never_cache
@runs_required
def e_invoice(request: HttpRequest, bill_id: int) -> HttpResponse:
    """A bill's e-invoice: the file, or both in a ZIP where there are two."""
    found = found_bill(bill_id)
    try:
        named = files_of_bill(bill_id=bill_id, sender=sender_for(request))
    except NoEInvoice as refused:
        messages.error(request, str(refused))
        return redirect("office:bill", bill_id)
    record(kind=AccessKind.EXPORT, aspect=Aspect.BILLS, customer_ids=[found.customer_id], subject_id=bill_id)
    if len(named) > 1:
        return _attached(_("e-faktura-%(number)s.zip") % {"number": found.number}, _zipped(named), "application/zip")
    ((name, content),) = named.items()
    return _attached(name, content, "application/xml")


def _attached(name: str, content: bytes, kind: str) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": header or ""})


def _zipped(named: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in named.items():
            archive.writestr(zipfile.ZipInfo(name, ZIPPED_AT), content)
    return made.getvalue()
