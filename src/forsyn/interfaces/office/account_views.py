"""A customer's account: what is open, what moved, what pays what, and the bills."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forsyn.domain.billing.staff_bill_queries import bills_of_customer
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.ledger import account_queries, actions_allocations, queries
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.payments.mandate_queries import betalingsservice_of
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.billing_words import kr_text
from forsyn.interfaces.office.requests import page_number
from forsyn.policy.purposes import P

SEES_ACCOUNTS = (P.ACCOUNTING, P.CUSTOMER_SERVICE, P.COLLECTION)
"""Accounting first: it keeps the books, so its pages have the buttons."""
BILLS, ALLOCATIONS = 20, 20
FIRST_YEAR = 2000
_ID = re.compile(r"[0-9]{1,17}\Z")


@require_safe
@staff_required(*SEES_ACCOUNTS)
def account(request: HttpRequest, customer_id: int) -> HttpResponse:
    """What is owed, the statement of a year, and the bills."""
    customer = _customer(customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    today = timezone.localdate()
    year, page = _year(request, today), page_number(request)
    bills = bills_of_customer(customer_id=customer_id, first=(page - 1) * BILLS, count=BILLS + 1)
    items = queries.open_items(customer_id=customer_id)
    left = {item.voucher_id: item for item in items}
    context = {
        "customer": customer,
        "today": today,
        "balance": queries.balance(customer_id=customer_id, today=today),
        "items": items,
        "statement": queries.statement_of(
            customer_id=customer_id, from_date=date(year, 1, 1), until_date=date(year + 1, 1, 1)
        ),
        "year": year,
        "later_year": year + 1 if year < today.year else None,
        "earlier_year": year - 1 if year > FIRST_YEAR else None,
        "bills": [(bill, left.get(bill.voucher_id or 0)) for bill in bills[:BILLS]],
        "page": page,
        "has_more": len(bills) > BILLS,
        "has_allocations": any(abs(item.remaining_oere) < abs(item.amount_oere) for item in items),
        "may_pair": {item.remaining_oere > 0 for item in items} == {True, False},
        "may_change": _may_change(request),
        "pays_by_betalingsservice": betalingsservice_of(customer_id=customer_id).holds_on(today),
    }
    return render(request, "office/account.html", context)


@require_safe
@staff_required(*SEES_ACCOUNTS)
def allocations(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Which payments pay which bills, and the form for what is not placed."""
    customer = _customer(customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    return render(request, "office/allocations.html", _allocations(request, customer))


@require_POST
@staff_required(P.ACCOUNTING)
def allocate(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Let what was paid pay the bills that are ticked first, then those that have been due longest."""
    customer = _customer(customer_id)
    record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    first = [int(text) for text in request.POST.getlist("foerst") if _ID.match(text)]
    try:
        pairs = actions_allocations.allocate(
            customer_id=customer_id, now=timezone.now(), account_id=request.user.pk, first=first
        )
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("office:allocations", customer.customer_id)
    if pairs:
        paid = kr_text(sum(pair.amount_oere for pair in pairs))
        messages.success(request, _("%(paid)s er fordelt på kundens regninger.") % {"paid": paid})
    else:
        messages.info(request, _("Der er intet at fordele."))
    return redirect("office:allocations", customer.customer_id)


@require_POST
@staff_required(P.ACCOUNTING)
def undo_allocation(request: HttpRequest, customer_id: int, allocation_id: int) -> HttpResponse:
    """Take one allocation back, so that the payment can pay something else."""
    if not account_queries.is_allocation_of(allocation_id=allocation_id, customer_id=customer_id):
        raise Http404
    record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    try:
        actions_allocations.undo_allocation(allocation_id=allocation_id, now=timezone.now(), account_id=request.user.pk)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Fordelingen er taget tilbage. Beløbet kan nu betale noget andet."))
    return redirect("office:allocations", customer_id)


def _allocations(request: HttpRequest, customer: Introduction) -> dict[str, Any]:
    page = page_number(request)
    found = account_queries.named_allocations(
        customer_id=customer.customer_id, count=ALLOCATIONS + 1, first=(page - 1) * ALLOCATIONS
    )
    items = queries.open_items(customer_id=customer.customer_id)
    return {
        "customer": customer,
        "allocations": found[:ALLOCATIONS],
        "page": page,
        "has_more": len(found) > ALLOCATIONS,
        "credits": [item for item in items if item.remaining_oere < 0],
        "debits": [item for item in items if item.remaining_oere > 0],
        "may_change": _may_change(request),
    }


def _customer(customer_id: int) -> Introduction:
    customer = introductions(customer_ids=[customer_id], today=timezone.localdate()).get(customer_id)
    if customer is None:
        raise Http404
    return customer


def _may_change(request: HttpRequest) -> bool:
    return request.work is P.ACCOUNTING  # type: ignore[attr-defined, no-any-return]


def _year(request: HttpRequest, today: date) -> int:
    """The year asked for; this year where none, or one that cannot be, is."""
    text = request.GET.get("aar", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year else today.year
