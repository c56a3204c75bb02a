"""The office's first page for who settles or keeps the books: what waits, and who may do it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.today_page import parts_of
from forsyn.policy.purposes import P
from forsyn.workflows.bill_files import Sender
from forsyn.workflows.office_today import today_for


@require_safe
@never_cache
@staff_required(P.SETTLEMENT, P.ACCOUNTING)
def today(request: HttpRequest) -> HttpResponse:
    """What waits for whoever asks, by what can be done with it. Names no customer."""
    found = today_for(
        account_id=request.user.pk,
        purposes=request.purposes,  # type: ignore[attr-defined]
        sender=sender_for(request),
    )
    context = {
        "today": timezone.localdate(),
        "parts": parts_of(found, account_id=request.user.pk, now=timezone.now()),
    }
    return render(request, "office/today.html", context)


def sender_for(request: HttpRequest) -> Sender:
    """Where this instance's files lie, and who asks."""
    return Sender(settings.OUTGOING_FOLDER, settings.PORTAL_URL, timezone.now, request.user.pk)
