"""A person's own requests: the list, each of them, and its letters."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forsyn.domain.rights import own_queries
from forsyn.domain.rights.models import Request, RequestDocument
from forsyn.domain.rights.rules import RequestRefused
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.my_data_words import LETTERS
from forsyn.interfaces.portal.on_hold import on_hold
from forsyn.interfaces.portal.own_requests_page import request_line
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.privacy_requests import withdraw_own

PDF = "application/pdf"


@require_safe
@never_cache
@customer_required
def my_requests(request: HttpRequest) -> HttpResponse:
    """All of them, the latest first."""
    found = own_queries.own_requests(**_mine(request))
    lines = [request_line(current_policy(), one, timezone.localdate()) for one in found]
    context = {"requests": lines, "on_hold": on_hold(cast(int, request.customer_id))}  # type: ignore[attr-defined]
    return render(request, "portal/requests.html", context)


@require_safe
@never_cache
@customer_required
def my_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """One: how far it is, until when it is answered, and our letters."""
    try:
        found = own_queries.own_request(**_mine(request), request_id=request_id)
        letters = own_queries.own_letters(**_mine(request), request_id=request_id)
    except Request.DoesNotExist:
        raise Http404 from None
    context = {
        "one": request_line(current_policy(), found, timezone.localdate()),
        "letters": [
            (letter.id, LETTERS[letter.kind], wording.long_date(timezone.localdate(letter.recorded_at)))
            for letter in letters
            if letter.not_kept is None
        ],
    }
    return render(request, "portal/request.html", context)


@require_safe
@never_cache
@customer_required
def my_letter(request: HttpRequest, request_id: int, document_id: int) -> HttpResponse:
    """A letter of ours as a file."""
    try:
        letter, content = own_queries.own_document(**_mine(request), request_id=request_id, document_id=document_id)
    except (Request.DoesNotExist, RequestDocument.DoesNotExist):
        raise Http404 from None
    if content is None:
        raise Http404
    kind = PDF if letter.content_type == PDF else "application/octet-stream"
    header = content_disposition_header(as_attachment=True, filename=letter.name) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": header})


@require_POST
@customer_required
def withdraw_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take one back."""
    mine = _mine(request)
    if not own_queries.is_own(**mine, request_id=request_id):
        raise Http404
    try:
        withdraw_own(account_id=mine["account_id"], request_id=request_id, now=timezone.now())
    except RequestRefused as refusal:
        messages.warning(request, _(str(refusal)))
    else:
        messages.success(request, _("Du har taget anmodningen tilbage, og vi gør ikke mere ved den."))
    return redirect("portal:my_request", request_id)


def _mine(request: HttpRequest) -> dict[str, Any]:
    return {"account_id": request.user.pk, "customer_ids": [request.customer_id]}  # type: ignore[attr-defined]
