"""The search box and what it finds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.access import office_required, sees_people
from forsyn.interfaces.office.requests import page_number
from forsyn.workflows.office_search import find, people_in


@require_safe
@office_required
def search(request: HttpRequest) -> HttpResponse:
    """Customers, places, meters and agreements; who does not work with customers is led to the places."""
    if not sees_people(request):
        return redirect("office:supply_points")
    return _search(request, people=True)


@require_safe
@office_required
def supply_points(request: HttpRequest) -> HttpResponse:
    """Places, installations and meters only; nobody is named."""
    return _search(request, people=False)


def _search(request: HttpRequest, *, people: bool) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    only = wording.GROUP_SLUGS.get(request.GET.get("vis", ""))
    result = (
        find(text=text, today=timezone.localdate(), people=people, only=only, page=page_number(request))
        if text
        else None
    )
    if result is not None:
        record(
            kind=AccessKind.LIST,
            aspect=Aspect.CUSTOMER_FILE if people else Aspect.SUPPLY_POINT,
            customer_ids=people_in(result),
            search=text,
        )
    context = {
        "people": people,
        "only": only,
        "here": reverse("office:search" if people else "office:supply_points"),
        "result": result,
    }
    return render(request, "office/search.html", context)
