"""Nights: what went, by table and rule, and what the coming one would take. Nobody is named here."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.retention import queries
from forsyn.domain.retention.models import Night
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.night_words import lines_of, previewed_lines
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night_steps import preview_night

SHOWN = 60


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def nights(request: HttpRequest) -> HttpResponse:
    """The nights, the newest first."""
    return render(request, "privacy_desk/nights.html", {"nights": queries.nights_with_totals(limit=SHOWN)})


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def night(request: HttpRequest, night_id: int) -> HttpResponse:
    """One night, step by step."""
    try:
        found = Night.objects.get(pk=night_id)
    except Night.DoesNotExist:
        raise Http404 from None
    lines = lines_of(current_policy(), queries.steps_of(night_id))
    return render(request, "privacy_desk/night.html", {"night": found, "lines": lines})


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def coming(request: HttpRequest) -> HttpResponse:
    """What the coming night would take, counted now."""
    day = timezone.localdate() + timedelta(days=1)
    steps = preview_night(current_policy(), today=day, now=timezone.now())
    lines = previewed_lines(current_policy(), steps)
    return render(request, "privacy_desk/night_preview.html", {"day": day, "lines": lines})
