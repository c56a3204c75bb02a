"""Offences: written down, reported through the one door, and deleted when the authority has the report."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forsyn.domain.customers.introductions import Introduction
from forsyn.domain.sensitive import actions, queries
from forsyn.domain.sensitive.models import ReportReceipt
from forsyn.domain.sensitive.rules import Kind
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.design import in_language
from forsyn.interfaces.office.sensitive_forms import AuthorityForm, OffenceForm, ReceiptForm
from forsyn.interfaces.office.sensitive_pages import CHANGING, attempt, customer_of, looked
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.sensitive_file import authorities, kept_notice, received, report, report_text


@require_http_methods(CHANGING)
@staff_required(P.OFFENCE_REPORTS)
def offences(request: HttpRequest, customer_id: int) -> HttpResponse:
    """What is to be reported, what has been, and the receipts of what is gone."""
    customer = customer_of(request, customer_id, Kind.OFFENCES)
    form = OffenceForm(request.POST or None)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and attempt(form, lambda: _keep_offence(request, customer_id, form)):
        looked(customer_id, Kind.OFFENCES, changed=True)
        messages.success(request, _("Forholdet er skrevet ned. Anmeld det, eller slet det."))
        return redirect("office:offences", customer_id)
    looked(customer_id, Kind.OFFENCES)
    receipts = queries.receipts(customer_id=customer_id)
    waiting = {receipt.offence_id: receipt for receipt in receipts if receipt.handed_over_at is None}
    kept = queries.notices(kind=Kind.OFFENCES, customer_ids=[customer_id])
    context = {
        "customer": customer,
        "form": form,
        "offences": [(notice, waiting.get(notice.id)) for notice in kept],
        "receipts": [receipt for receipt in receipts if receipt.handed_over_at is not None],
        "authorities": dict(_authority_names()),
    }
    return render(request, "office/sensitive_offences.html", context, status=422 if form.errors else 200)


def _keep_offence(request: HttpRequest, customer_id: int, form: OffenceForm) -> None:
    actions.record_offence(
        policy=current_policy(),
        customer_id=customer_id,
        text=form.settled.text,
        now=timezone.now(),
        recorded_by_id=request.user.pk,
    )


@require_http_methods(CHANGING)
@staff_required(P.OFFENCE_REPORTS)
def offence(request: HttpRequest, customer_id: int, row_id: UUID) -> HttpResponse:
    """One offence: report it; then, when the authority has it, write down its receipt, and the content goes."""
    customer = customer_of(request, customer_id, Kind.OFFENCES)
    notice = kept_notice(kind=Kind.OFFENCES, customer_id=customer_id, row_id=row_id)
    if notice is None:
        raise Http404
    receipts = queries.receipts(customer_id=customer_id)
    receipt = next((one for one in receipts if one.offence_id == row_id), None)
    form = _offence_form(request, receipt)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and attempt(form, lambda: _go_on(request, notice, customer, receipt, form)):
        looked(customer_id, Kind.OFFENCES, changed=True)
        if receipt is not None:
            messages.success(request, _("Kvitteringen er gemt, og oplysningerne om forholdet er slettet."))
            return redirect("office:offences", customer_id)
        messages.success(request, _("Anmeldelsen er skrevet i loggen over, hvad vi har givet videre."))
        return redirect("office:offence", customer_id, row_id)
    looked(customer_id, Kind.OFFENCES)
    context = {
        "customer": customer,
        "notice": notice,
        "receipt": receipt,
        "form": form,
        "report": report_text(notice, customer),
        "authorities": dict(_authority_names()),
    }
    return render(request, "office/sensitive_offence.html", context, status=422 if form.errors else 200)


def _offence_form(request: HttpRequest, receipt: ReportReceipt | None) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if receipt is not None:
        return ReceiptForm(data)
    return AuthorityForm(data, authorities=_authority_names())


def _go_on(
    request: HttpRequest,
    notice: queries.Notice,
    customer: Introduction,
    receipt: ReportReceipt | None,
    form: forms.Form,
) -> None:
    now = timezone.now()
    if receipt is not None:
        received(receipt_id=receipt.pk, reference=form.cleaned_data["reference"], now=now)
        return
    report(
        offence=notice,
        customer=customer,
        authority=form.cleaned_data["authority"],
        actor=request.user.pk,
        now=now,
        today=timezone.localdate(),
    )


def _authority_names() -> list[tuple[str, str]]:
    return [(key, in_language(one.name)) for key, one in authorities().items()]
