"""Pages and files of consumption. What is not the customer's own does not exist: 404."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.customers.queries import InstallationView, installations_of
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import csv_export
from forsyn.interfaces.portal.amounts import MEASURES
from forsyn.interfaces.portal.pages import consumption_page, place_link
from forsyn.interfaces.portal.where import Where, start

MANY = 6
"""More installations than this are chosen from a list that opens."""


@require_safe
@never_cache
@customer_required
def start_page(request: HttpRequest) -> HttpResponse:
    """To the latest year of the first installation, or a word on why there is none."""
    places = metered(request.customer_id)  # type: ignore[attr-defined]
    if not places:
        return render(request, "portal/nothing_metered.html")
    return redirect(start(places[0], timezone.localdate()).address())


@require_safe
@never_cache
@customer_required
def consumption(request: HttpRequest, installation_id: int, **period: int) -> HttpResponse:
    """One installation's consumption: all years, a year, a month or a day."""
    places = metered(request.customer_id)  # type: ignore[attr-defined]
    where = _where(places, installation_id, period)
    context = {
        "page": consumption_page(where),
        "places": [place_link(where, place) for place in places],
        "many_places": len(places) > MANY,
    }
    return render(request, "portal/consumption.html", context)


@require_safe
@never_cache
@customer_required
def consumption_csv(request: HttpRequest, installation_id: int, **period: int) -> StreamingHttpResponse:
    """The figures of a consumption page as a file."""
    where = _where(metered(request.customer_id), installation_id, period)  # type: ignore[attr-defined]
    return _attachment(csv_export.period_file(where), csv_export.file_name(where))


@require_safe
@never_cache
@customer_required
def hours_csv(request: HttpRequest, installation_id: int, year: int) -> StreamingHttpResponse:
    """Every hour of a year as a file."""
    where = _where(metered(request.customer_id), installation_id, {"year": year})  # type: ignore[attr-defined]
    return _attachment(csv_export.hours_file(where), csv_export.file_name(where, hours=True))


def metered(customer_id: int) -> list[InstallationView]:
    """The customer's installations that have meters: heat and water."""
    return [place for place in installations_of(customer_id=customer_id) if place.commodity in MEASURES]


def _where(places: list[InstallationView], installation_id: int, period: dict[str, int]) -> Where:
    for place in places:
        if place.id == installation_id:
            where = Where(place, timezone.localdate(), **period)
            if where.exists():
                return where
    raise Http404


def _attachment(pieces: object, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)  # type: ignore[arg-type]
