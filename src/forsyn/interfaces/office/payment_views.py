"""Payments that wait for a decision, one payment, and the files that told of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forsyn.domain.customers.introductions import introductions
from forsyn.domain.payments import queries
from forsyn.domain.payments.models import OPEN, Receipt, ReceiptState, Way
from forsyn.domain.payments.suggestion_queries import suggestions
from forsyn.domain.payments.suggestion_rules import is_plain
from forsyn.domain.payments.undecided_queries import DECIDE_WITHIN, undecided_too_long
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.payment_forms import NoteForm, PlaceForm
from forsyn.interfaces.office.requests import page_number
from forsyn.policy.purposes import P

PAGE = 25
payments_required = staff_required(P.ACCOUNTING)


@require_safe
@payments_required
def payments(request: HttpRequest) -> HttpResponse:
    """What waits, the newest first, with whom each may belong to."""
    page = page_number(request)
    found = queries.waiting_receipts(offset=(page - 1) * PAGE, count=PAGE + 1)
    shown = found[:PAGE]
    suggested = suggestions(receipts=shown)
    record(
        kind=AccessKind.LIST,
        aspect=Aspect.ACCOUNT,
        customer_ids={each.customer_id for several in suggested.values() for each in several[:1]},
    )
    context = {
        "waiting": queries.waiting(),
        "late": undecided_too_long(today=timezone.localdate()),
        "decide_within": DECIDE_WITHIN.days,
        "rows": [(row, next(iter(suggested.get(row.pk, ())), None)) for row in shown],
        "page": page,
        "has_more": len(found) > PAGE,
    }
    return render(request, "office/payments.html", context)


@require_safe
@payments_required
def payment(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """One payment: what is known of it, whose it may be, and what can be done."""
    receipt = queries.receipt(receipt_id=receipt_id)
    if receipt is None:
        raise Http404
    return payment_page(request, receipt, PlaceForm(), NoteForm(initial={"note": receipt.note}))


def payment_page(
    request: HttpRequest,
    receipt: Receipt,
    place_form: PlaceForm,
    note_form: NoteForm,
    kind: AccessKind = AccessKind.LOOK,
) -> HttpResponse:
    """The page of one payment, with forms that may have errors."""
    suggested = suggestions(receipts=[receipt]).get(receipt.pk, [])
    alike = queries.alike(of=receipt) if receipt.state in OPEN else []
    seen = {each.customer_id for each in suggested} | {each.customer_id for each in (receipt, *alike)} - {None}
    record(kind=kind, aspect=Aspect.ACCOUNT, customer_ids=seen)
    people = introductions(
        customer_ids=[receipt.customer_id] if receipt.customer_id else [], today=timezone.localdate()
    )
    context = {
        "receipt": receipt,
        "customer": people.get(receipt.customer_id),
        "bill_number": queries.bill_numbers(bill_ids=[receipt.bill_id]).get(receipt.bill_id)
        if receipt.bill_id
        else None,
        "suggestions": suggested,
        "stands_out": is_plain(suggested),
        "alike": alike,
        "is_open": receipt.state == ReceiptState.SUSPENSE,
        "may_take_back": receipt.state == ReceiptState.MATCHED
        and (receipt.amount_oere > 0 or receipt.suspense_voucher_id),
        "is_manual": receipt.way == Way.MANUAL,
        "place_form": place_form,
        "note_form": note_form,
    }
    failed = place_form.errors or note_form.errors
    return render(request, "office/payment.html", context, status=422 if failed else 200)


@require_safe
@payments_required
def files(request: HttpRequest) -> HttpResponse:
    """The files that were read, and collections that came back unpaid."""
    back = queries.came_back()
    numbers = queries.bill_numbers(bill_ids=[row.bill_id for row in back])
    people = introductions(customer_ids={row.customer_id for row in back}, today=timezone.localdate())
    record(kind=AccessKind.LIST, aspect=Aspect.ACCOUNT, customer_ids=people)
    context = {
        "files": queries.files(),
        "back": [(row, numbers.get(row.bill_id), people.get(row.customer_id)) for row in back],
    }
    return render(request, "office/payment_files.html", context)
