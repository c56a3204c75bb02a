"""Deliveries: the list, and one with what became of its values."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forsyn.domain.metering import queries
from forsyn.interfaces.office.access import office_required
from forsyn.interfaces.office.requests import page_number
from forsyn.workflows.delivery_file import delivery_file

PAGE_SIZE = 25


@require_safe
@office_required
def deliveries(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    page = page_number(request)
    found = queries.deliveries(page=page, page_size=PAGE_SIZE)
    next_one = queries.deliveries(page=page * PAGE_SIZE + 1, page_size=1)
    context = {"deliveries": found, "page": page, "has_more": bool(next_one)}
    return render(request, "office/deliveries.html", context)


@require_safe
@office_required
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One delivery: the counts, which add up, and the reasons of what was set aside."""
    file = delivery_file(delivery_id=delivery_id)
    if file is None:
        raise Http404
    return render(request, "office/delivery.html", {"file": file, "delivery": file.delivery})
