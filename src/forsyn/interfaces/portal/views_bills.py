"""The customer's own bills and account. What is not the customer's own, or not released, does not exist: 404."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.billing import bill_queries
from forsyn.domain.payments.mandate_queries import betalingsservice_of
from forsyn.domain.payments.own_queries import collections_of
from forsyn.integrations.documents.bills import bill_pdf
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import statement_page as statements
from forsyn.interfaces.portal.betalingsservice import NOT_COLLECTED, Collected
from forsyn.interfaces.portal.bill_page import bill_page
from forsyn.interfaces.portal.bills_page import bill_line, bills_page
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.on_hold import on_hold
from forsyn.kernel.charges.canonical import UnreadableBasis
from forsyn.workflows.bill_document import BillDocument, IncompleteDocument
from forsyn.workflows.bill_layout import layout_of
from forsyn.workflows.own_bills import Known, own_bill

logger = logging.getLogger(__name__)
PAGE = 30
LAST_PAGE = 1000
MOST_DIGITS = 12
"""Of a bill's number; longer ones are no bill's."""


@require_safe
@never_cache
@customer_required
def bills(request: HttpRequest) -> HttpResponse:
    """All bills, what is owed now, and how to pay what is due next."""
    asked = request.GET.get("side", "1")
    page = min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    held = on_hold(_customer(request))
    shown = bills_page(
        customer_id=_customer(request), today=timezone.localdate(), page=page, size=PAGE, is_on_hold=bool(held)
    )
    return render(request, "portal/bills.html", {"page": shown, "on_hold": held})


@require_safe
@never_cache
@customer_required
def bill(request: HttpRequest, number: int) -> HttpResponse:
    """One bill explained."""
    customer_id, today, language = _customer(request), timezone.localdate(), reading_language()
    found = _found(request, number)
    row = found.row
    left = bill_queries.remaining_oere(voucher_id=row.voucher_id)
    collected = _collected(request, found)
    document = _document(request, found, collected)
    if document is None:
        return redirect("portal:bills")
    corrected = row.corrects_id is not None or row.corrected_by is not None
    page = bill_page(
        document,
        bill_line(row, left, collected, today, language),
        row=row,
        paid=bill_queries.paid_by(voucher_ids=[row.voucher_id]) if row.voucher_id and left < row.to_pay_oere else (),
        chain=bill_queries.chain_of(customer_id=customer_id, bill_id=row.id) if corrected else (),
        language=language,
    )
    return render(request, "portal/bill.html", {"page": page})


@require_safe
@never_cache
@customer_required
def bill_as_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """One bill as it was sent, set anew."""
    found = _found(request, number)
    document = _document(request, found, _collected(request, found))
    if document is None:
        return redirect("portal:bills")
    header = content_disposition_header(as_attachment=True, filename=_("regning-%(number)s.pdf") % {"number": number})
    content = bill_pdf(layout_of(document), dated=document.facts.issue_date)
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": header or ""})


def _collected(request: HttpRequest, found: bill_queries.BillFile) -> Collected:
    """How Betalingsservice collects the bill, if it does. 3 queries."""
    customer_id = _customer(request)
    agreed = NOT_COLLECTED if on_hold(customer_id) else betalingsservice_of(customer_id=customer_id)
    return Collected(collections_of(bill_ids=[found.row.id]).get(found.row.id), agreed)


def _document(request: HttpRequest, found: bill_queries.BillFile, collected: Collected) -> BillDocument | None:
    """What the bill says; None, with a word to the customer, where it cannot be told."""
    try:
        return own_bill(
            found,
            customer_id=_customer(request),
            language=reading_language(),
            is_collected=collected.is_asked(found.row, timezone.localdate()),
            customer=Known(request.customer.name, request.customer.number),  # type: ignore[attr-defined]
        )
    except (IncompleteDocument, UnreadableBasis):
        logger.exception("Bill %s cannot be shown", found.row.number)
        said = _("Vi kan ikke vise regning %(number)s lige nu. Skriv eller ring til os, så sender vi dig den.")
        messages.error(request, said % {"number": found.row.number})
        return None


@require_safe
@never_cache
@customer_required
def statement(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """The account in a year: this one, unless said."""
    return render(request, "portal/statement.html", {"page": _statement(request, year)})


@require_safe
@never_cache
@customer_required
def statement_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The same as a file."""
    header = content_disposition_header(as_attachment=True, filename=statements.file_name(year)) or ""
    response: Any = StreamingHttpResponse(
        statements.statement_file(_statement(request, year)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = header
    return response  # type: ignore[no-any-return]


def _statement(request: HttpRequest, year: int | None) -> statements.StatementPage:
    customer_id, today = _customer(request), timezone.localdate()
    years = statements.years_of(customer_id=customer_id, today=today)
    asked = today.year if year is None else year
    if asked not in years:
        raise Http404
    return statements.statement_page(customer_id=customer_id, year=asked, years=years, today=today)


def _found(request: HttpRequest, number: int) -> bill_queries.BillFile:
    found = None
    if len(str(number)) <= MOST_DIGITS:
        found = bill_queries.bill_file(customer_id=_customer(request), number=number)
    if found is None:
        raise Http404
    return found


def _customer(request: HttpRequest) -> int:
    return cast(int, request.customer_id)  # type: ignore[attr-defined]
