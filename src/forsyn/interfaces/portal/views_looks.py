"""The page on which customers see that staff have looked at their data, what at, and why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.safeguards.log_queries import outline
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.looks_page import days
from forsyn.policy.wording import period_words
from forsyn.workflows.declarations import current_policy

PAGE = 40
LAST_PAGE = 1000


@require_safe
@never_cache
@customer_required
def looks(request: HttpRequest) -> HttpResponse:
    """The looks of all who work here, by day, the latest first."""
    asked = request.GET.get("side", "1")
    page = min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    policy = current_policy()
    found = outline(customer_id=request.customer_id, offset=(page - 1) * PAGE, limit=PAGE + 1)  # type: ignore[attr-defined]
    context = {
        "days": days(found[:PAGE], policy),
        "newer": page - 1,
        "older": page + 1 if len(found) > PAGE else 0,
        "kept": [period_words(rule.period, reading_language()) for rule in policy.retention_of("access_log")],
    }
    return render(request, "portal/looks.html", context)
