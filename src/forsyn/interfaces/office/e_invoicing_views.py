"""Where a company or public customer gets its e-invoices: shown, noted, changed, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forsyn.domain.billing.actions_e_invoicing import NoEInvoices, let_have_e_invoices, stop_e_invoices
from forsyn.domain.billing.e_invoicing_queries import e_invoicing
from forsyn.domain.billing.models import EInvoiceFormat, EInvoicing
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.models import Customer
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.e_invoicing_forms import EInvoicingForm
from forsyn.policy.purposes import P

FIELDS = ("gln", "format", "buyer_reference", "order_reference", "account_code")
SCHEMES = {"gln": "0088", "cvr": "0184"}
"""How Peppol calls the two sorts of address (Electronic Address Scheme)."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.SETTLEMENT, P.CUSTOMER_SERVICE)
def address(request: HttpRequest, customer_id: int) -> HttpResponse:
    """How the customer gets e-invoices; who settles may change it."""
    company, found = _company(customer_id), e_invoicing(customer_id=customer_id)
    settles = P.SETTLEMENT in request.purposes  # type: ignore[attr-defined]
    form = EInvoicingForm(request.POST if request.method == "POST" else None, initial=_initial(found))
    if request.method == "POST":
        if not settles:
            raise Http404
        if form.is_valid() and _noted(request, customer_id, form):
            return redirect("office:e_invoicing", customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    context = {
        "customer": introductions(customer_ids=[customer_id], today=timezone.localdate())[customer_id],
        "cvr": company.cvr,
        "found": found,
        "endpoint": _endpoint(found, company),
        "settles": settles,
        "form": form,
    }
    return render(request, "office/e_invoicing.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.SETTLEMENT)
def end(request: HttpRequest, customer_id: int) -> HttpResponse:
    """No e-invoices any more; what that means is shown first."""
    _company(customer_id)
    if e_invoicing(customer_id=customer_id) is None:
        return redirect("office:e_invoicing", customer_id)
    if request.method == "POST":
        stop_e_invoices(customer_id=customer_id)
        record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
        messages.success(request, _("Kunden får ikke længere e-fakturaer."))
        return redirect("office:e_invoicing", customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    customer = introductions(customer_ids=[customer_id], today=timezone.localdate())[customer_id]
    return render(request, "office/end_e_invoicing.html", {"customer": customer})


def _company(customer_id: int) -> Customer:
    """The customer, or 404: only companies and public customers get e-invoices."""
    found: Customer | None = Customer.objects.filter(pk=customer_id, kind="company").only("kind", "cvr").first()
    if found is None:
        raise Http404
    return found


def _initial(found: EInvoicing | None) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIELDS} if found else {"format": EInvoiceFormat.OIOUBL}


def _endpoint(found: EInvoicing | None, company: Customer) -> str:
    """The address as the networks write it: 0088:5790000000005."""
    if found is None:
        return ""
    return f"{SCHEMES['gln']}:{found.gln}" if found.gln else f"{SCHEMES['cvr']}:DK{company.cvr}"


def _noted(request: HttpRequest, customer_id: int, form: EInvoicingForm) -> bool:
    """Note it; where that is refused, the form says why."""
    asked = form.asked()
    try:
        let_have_e_invoices(
            customer_id=customer_id,
            **{name: asked[name] for name in FIELDS},
            recorded_by_id=request.user.pk,
            now=timezone.now(),
        )
    except NoEInvoices as refused:
        form.add_error("gln", str(refused))
        return False
    record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    messages.success(request, _("Kundens regninger bliver sendt som e-fakturaer fra nu af."))
    return True
