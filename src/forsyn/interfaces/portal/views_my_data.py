"""Mine data: what we hold and why, and what the person can do about it."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.rights.own_queries import own_requests
from forsyn.domain.safeguards.choices_queries import consents_of
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal.consents_page import cards
from forsyn.interfaces.portal.my_data_page import data_overview
from forsyn.interfaces.portal.on_hold import on_hold
from forsyn.interfaces.portal.own_requests_page import request_line
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.own_data import own_data, own_objections

LATEST = 3
"""So many requests are on the first page."""


@require_safe
@never_cache
@customer_required
def my_data(request: HttpRequest) -> HttpResponse:
    """What is held in groups, and the ways to use one's rights."""
    customer_id, account_id = cast(int, request.customer_id), cast(int, request.user.pk)  # type: ignore[attr-defined]
    policy, today = current_policy(), timezone.localdate()
    held = own_data(account_id=account_id, customer_id=customer_id, today=today)
    answers = cards(policy, consents_of(customer_id=customer_id))
    live = {card.key for card in answers if card.is_live}
    refused = own_objections(account_id=account_id, customer_id=customer_id, today=today)
    latest = own_requests(account_id=account_id, customer_ids=[customer_id], limit=LATEST)
    context = {
        "customer": request.customer,  # type: ignore[attr-defined]
        "on_hold": on_hold(customer_id),
        "data": data_overview(policy, held, live, refused.keys()),
        "consents": answers,
        "version": policy.version,
        "requests": [request_line(policy, one, today) for one in latest],
        "rights": {str(right): rule for right, rule in policy.rights.items()},
    }
    return render(request, "portal/my_data.html", context)
