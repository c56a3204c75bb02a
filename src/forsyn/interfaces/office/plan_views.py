"""What a customer pays on account, and changing it when customer and staff agree."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.billing import actions_plans, plan_queries
from forsyn.domain.billing.models import ExpectedFrom
from forsyn.domain.billing.plan_queries import PlanFile
from forsyn.domain.billing.plan_rules import CannotChange, Refused
from forsyn.domain.billing.tariff_queries import vat_percent
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.queries import agreements_of
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.requests import iso_date
from forsyn.kernel.money import round_half_up, vat_of
from forsyn.policy.purposes import P

OERE_IN_KR = 100
MOST_KR = 10_000_000
REFUSED = {
    Refused.NO_PLAN: gettext_lazy("Kunden betaler ikke a conto på den aftale."),
    Refused.NOTHING_LEFT: gettext_lazy("Alle rater er opkrævet, så der er ikke mere at ændre."),
    Refused.WRONG_COUNT: gettext_lazy("Vælg fra 1 til %(most)s rater."),
}


class PlanForm(forms.Form):
    """What is left to pay on account, and in how many instalments."""

    kroner = forms.IntegerField(
        label=gettext_lazy("I alt for resten af perioden, i kroner med moms"),
        min_value=0,
        max_value=MOST_KR,
        error_messages={
            "required": gettext_lazy("Skriv et helt antal kroner."),
            "invalid": gettext_lazy("Skriv et helt antal kroner."),
            "min_value": gettext_lazy("Beløbet kan ikke være under nul."),
            "max_value": gettext_lazy("Beløbet er for stort."),
        },
    )
    number = forms.IntegerField(
        label=gettext_lazy("Antal rater"),
        min_value=1,
        max_value=12,
        error_messages={
            "required": gettext_lazy("Skriv et helt tal."),
            "invalid": gettext_lazy("Skriv et helt tal."),
            "min_value": gettext_lazy("Skriv mindst 1."),
            "max_value": gettext_lazy("Skriv højst %(limit_value)d."),
        },
    )


@require_safe
@never_cache
@staff_required(P.SETTLEMENT)
def plans(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The plans of a customer's agreements: those that run, and those that come."""
    customer, today = _customer(customer_id), timezone.localdate()
    agreements = {one.id: one for one in agreements_of(customer_id=customer_id, today=today)}
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    percent = vat_percent(on=today)
    found = plan_queries.plans_of(agreement_ids=agreements, first=today)
    context = {
        "customer": customer,
        "plans": [
            (
                plan,
                agreements[plan.agreement_id],
                [(each, _gross(each.net_oere, percent)) for each in plan.instalments],
                _may_change(plan),
            )
            for plan in found
        ],
        "today": today,
    }
    return render(request, "office/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.SETTLEMENT)
def change(request: HttpRequest, customer_id: int, agreement_id: int) -> HttpResponse:
    """Change what is not billed of a plan, today's or with ``first`` a coming one; staff may go beyond the limits."""
    customer, today = _customer(customer_id), timezone.localdate()
    held = agreements_of(customer_id=customer_id, today=today)
    agreement = next((one for one in held if one.id == agreement_id), None)
    if agreement is None:
        raise Http404
    percent = vat_percent(on=today)
    day = max(iso_date(request.GET["first"]), today) if "first" in request.GET else today
    try:
        offer = plan_queries.offer_of(agreement_id=agreement_id, day=day)
    except CannotChange as refused:
        messages.info(request, _said(refused))
        return redirect("office:plans", customer_id)
    now_oere = sum(_gross(draft.net_oere, percent) for draft in offer.now)
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        initial={"kroner": now_oere // OERE_IN_KR, "number": len(offer.now)},
    )
    if request.method == "POST" and form.is_valid() and _changed(agreement_id, day, form, percent):
        record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
        messages.success(request, _("Raterne er ændret."))
        return redirect("office:plans", customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    context = {
        "customer": customer,
        "agreement": agreement,
        "offer": offer,
        "now_oere": now_oere,
        "expected_oere": _gross(offer.expected_net_oere, percent),
        "form": form,
    }
    return render(request, "office/change_plan.html", context, status=422 if form.errors else 200)


def _may_change(plan: PlanFile) -> bool:
    try:
        plan_queries.offer_for(plan)
    except CannotChange:
        return False
    return True


def _changed(agreement_id: int, day: date, form: PlanForm, percent: Any) -> bool:
    gross_oere = form.cleaned_data["kroner"] * OERE_IN_KR
    try:
        actions_plans.change_plan(
            agreement_id=agreement_id,
            day=day,
            net_oere=round_half_up(Fraction(gross_oere * 100) / (100 + Fraction(percent or 0))),
            instalments=form.cleaned_data["number"],
            by=ExpectedFrom.STAFF,
            now=timezone.now(),
        )
    except CannotChange as refused:
        form.add_error(None, _said(refused))
        return False
    return True


def _said(refused: CannotChange) -> str:
    return str(REFUSED.get(refused.code, refused)) % refused.limits


def _gross(net_oere: int, percent: Any) -> int:
    return net_oere + (vat_of(net_oere, percent) if percent else 0)


def _customer(customer_id: int) -> Any:
    customer = introductions(customer_ids=[customer_id], today=timezone.localdate()).get(customer_id)
    if customer is None:
        raise Http404
    return customer
