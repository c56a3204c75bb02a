"""The portal's front page and the agreements."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.customers.queries import agreements_of, customer_overview, installations_of
from forsyn.domain.metering.delivery_queries import meters_at_installations
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal.agreements_page import agreement_cards
from forsyn.interfaces.portal.on_hold import on_hold
from forsyn.interfaces.portal.overview import overview


@require_safe
@never_cache
@customer_required
def home(request: HttpRequest) -> HttpResponse:
    """What has been used lately, and the ways on."""
    customer_id, today = request.customer_id, timezone.localdate()  # type: ignore[attr-defined]
    context = {
        "customer": customer_overview(customer_id=customer_id, today=today),
        "on_hold": on_hold(customer_id),
        "overview": overview(installations_of(customer_id=customer_id), today),
        "today": today,
    }
    return render(request, "portal/home.html", context)


@require_safe
@never_cache
@customer_required
def agreements(request: HttpRequest) -> HttpResponse:
    """All agreements of the customer, with places, installations and meters."""
    customer_id, today = request.customer_id, timezone.localdate()  # type: ignore[attr-defined]
    installations = installations_of(customer_id=customer_id)
    meters = meters_at_installations([place.id for place in installations])
    held = agreements_of(customer_id=customer_id, today=today)
    cards = agreement_cards(held, installations, meters, customer_id, today)
    return render(request, "portal/agreements.html", {"cards": cards})
