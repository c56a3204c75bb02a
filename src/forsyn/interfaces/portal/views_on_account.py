"""What a customer pays on account: shown, previewed, changed. Other people's agreements do not exist: 404."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forsyn.domain.billing.plan_rules import CannotChange, changed
from forsyn.domain.billing.tariff_queries import vat_percent
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import instalments_page as pages
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.forecast_page import ForecastWords, forecast_words
from forsyn.interfaces.portal.instalments_page import Held, PlanPage
from forsyn.interfaces.portal.on_account_forms import ChangeForm, ConfirmForm
from forsyn.workflows.own_data import NOT_YOURS
from forsyn.workflows.own_forecast import forecast
from forsyn.workflows.own_plans import change_own_plan

ZERO = Decimal(0)


@require_safe
@never_cache
@customer_required
def on_account(request: HttpRequest) -> HttpResponse:
    """All agreements that are paid on account."""
    today = timezone.localdate()
    percent = vat_percent(on=today) or ZERO
    held = pages.held_plans(customer_id=_customer(request), today=today)
    return render(request, "portal/on_account.html", {"cards": [pages.card(one, today, percent) for one in held]})


@require_safe
@never_cache
@customer_required
def plan(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement: its instalments, why, what may be changed, and a forecast; with a wish, how that would be."""
    held, percent = _held(request, agreement_id), vat_percent(on=timezone.localdate()) or ZERO
    shown: list[tuple[PlanPage, ChangeForm | None]] = []
    context: dict[str, Any] = {"years": shown, "forecast": _forecast(request, held)}
    for year, page in zip(held.years, _pages(request, held, percent), strict=True):
        form = _form(request, page)
        if form is not None:
            context |= _wished(request, year, form, percent)
        shown.append((page, form))
    return render(request, "portal/on_account_plan.html", context | {"page": shown[0][0]})


@require_POST
@never_cache
@customer_required
def change(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Let the wish hold that was shown."""
    held, percent = _held(request, agreement_id), vat_percent(on=timezone.localdate()) or ZERO
    form = ConfirmForm(request.customer.number, request.POST)  # type: ignore[attr-defined]
    if not form.is_valid() or not held.is_billed:
        messages.error(request, _(NOT_YOURS))
        return redirect("portal:on_account_plan", agreement_id)
    wish = form.cleaned_data
    try:
        if not pages.is_offered(held, wish["first"], timezone.localdate()):
            messages.warning(request, _("Der er sendt en rate, siden du så siden. Se, hvordan det ser ud nu."))
            return redirect("portal:on_account_plan", agreement_id)
        change_own_plan(
            account_id=cast(int, request.user.pk),
            customer_id=_customer(request),
            agreement_id=agreement_id,
            first=wish["first"],
            net_oere=pages.net_of(wish["total_kr"], percent),
            instalments=wish["instalments"],
            now=timezone.now(),
            today=timezone.localdate(),
        )
    except CannotChange as refused:
        messages.warning(request, pages.refused_words(refused, percent, reading_language()))
        return redirect("portal:on_account_plan", agreement_id)
    return redirect("portal:on_account_receipt", agreement_id)


@require_safe
@never_cache
@customer_required
def receipt(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """What holds from now on."""
    held, percent = _held(request, agreement_id), vat_percent(on=timezone.localdate()) or ZERO
    years = _pages(request, held, percent)
    return render(request, "portal/on_account_receipt.html", {"page": years[0], "years": years})


def _pages(request: HttpRequest, held: Held, percent: Decimal) -> list[PlanPage]:
    """What runs, and what comes where it has been planned. 1 query each."""
    customer_id, today = _customer(request), timezone.localdate()
    return [pages.plan_page(year, customer_id=customer_id, today=today, vat_percent=percent) for year in held.years]


def _form(request: HttpRequest, page: PlanPage) -> ChangeForm | None:
    """The form of a year, filled in where the wish is about that year."""
    if page.change is None:
        return None
    is_asked = request.GET.get("first") == page.change.first.isoformat()
    auto_id = "following_%s" if page.is_following else "id_%s"
    return ChangeForm(page.change, request.GET if is_asked else None, auto_id=auto_id)


def _wished(request: HttpRequest, held: Held, form: ChangeForm, percent: Decimal) -> dict[str, Any]:
    """What the instalments would be; or what is wrong with the wish."""
    if not form.is_bound or not form.is_valid():
        return {}
    wish = form.cleaned_data
    today = timezone.localdate()
    offer = pages.changeable(held, today)
    net_oere = pages.net_of(wish["total_kr"], percent)
    try:
        drafts = changed(offer, net_oere=net_oere, number=wish["instalments"], day=today)
    except CannotChange as refused:
        form.add_error("total_kr", pages.refused_words(refused, percent, reading_language()))
        return {}
    number = request.customer.number  # type: ignore[attr-defined]
    confirm = ConfirmForm(number, initial={**wish, "first": offer.first.isoformat()})
    return {"preview": pages.preview(drafts, percent), "confirm": confirm}


def _forecast(request: HttpRequest, held: Held) -> ForecastWords | None:
    today = timezone.localdate()
    if not held.is_billed or not held.plans[0].first <= today:
        return None
    found = forecast(plans=held.plans, today=today, account_id=cast(int, request.user.pk))
    return forecast_words(found, held.agreement) if found is not None else None


def _held(request: HttpRequest, agreement_id: int) -> Held:
    found = pages.held_plans(customer_id=_customer(request), today=timezone.localdate())
    one = next((held for held in found if held.agreement.id == agreement_id), None)
    if one is None:
        raise Http404
    return one


def _customer(request: HttpRequest) -> int:
    return cast(int, request.customer_id)  # type: ignore[attr-defined]
