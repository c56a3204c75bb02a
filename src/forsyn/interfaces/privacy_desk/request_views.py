"""Requests of persons: the queue, receiving one, and one with its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.correspondence.mailbox_queries import mails_left
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.rights import queries
from forsyn.domain.rights.models import Request, RequestDocument
from forsyn.domain.rights.rules import RequestRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.request_forms import ReceivingForm
from forsyn.interfaces.privacy_desk.request_page import page_of
from forsyn.policy.purposes import P
from forsyn.workflows import privacy_choices
from forsyn.workflows.privacy_requests import receive_at_desk

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50
VIEWS = ("alle", "mine", "afsluttede")


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the latest overdue first; one's own; or those that are over."""
    today, page = timezone.localdate(), _page(request)
    shown = request.GET.get("vis", VIEWS[0])
    if shown not in VIEWS:
        raise Http404
    offset = (page - 1) * PAGE
    if shown == "afsluttede":
        lines = queries.closed(today=today, limit=PAGE + 1, offset=offset)
    else:
        own = request.user.pk if shown == "mine" else None
        lines = queries.queue(today=today, limit=PAGE + 1, offset=offset, assigned_to_id=own)
    keys = list(dict.fromkeys(key for line in lines[:PAGE] for key in line.customer_ids))
    record(kind=AccessKind.LIST, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=keys)
    customers = introductions(customer_ids=keys, today=today)
    context = {
        "lines": [(line, _introduced(line.customer_ids, customers)) for line in lines[:PAGE]],
        "shown": shown,
        "page": page,
        "has_more": len(lines) > PAGE,
        "mails": mails_left(),
    }
    return render(request, "privacy_desk/requests.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def receive(request: HttpRequest) -> HttpResponse:
    """Write down what came by letter, telephone, mail or in person."""
    today, now = timezone.localdate(), timezone.now()
    form = ReceivingForm(request.POST or None, today=today, initial={"numbers": request.GET.get("kunde", "")})
    if request.method == "POST" and form.is_valid():
        try:
            customers = [
                privacy_choices.customer_with_number(number, today=today).customer_id
                for number in form.customer_numbers()
            ]
            received = receive_at_desk(by_id=request.user.pk, customer_ids=customers, **form.received(now))
        except (ChoiceRefused, RequestRefused) as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=customers)
            messages.success(request, _("Anmodning %(number)s er skrevet ind.") % {"number": received.number})
            return redirect("privacy_desk:request", received.request_id)
    return render(request, "privacy_desk/request_form.html", {"form": form})


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: who, what, until when, the plan, the answer, and all that has happened to it."""
    return show_request(request, request_id)


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def document(request: HttpRequest, request_id: int, document_id: int) -> HttpResponse:
    """A file that came with a request, or a letter of ours, to keep; never shown within the page."""
    if not RequestDocument.objects.filter(pk=document_id, request_id=request_id).exists():
        raise Http404
    line, content = queries.document(document_id=document_id)
    if content is None:
        raise Http404
    customers = queries.customers_of(request_id=request_id)
    record(kind=AccessKind.EXPORT, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=customers)
    headers = {"Content-Disposition": content_disposition_header(True, line.name) or "attachment"}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


def show_request(
    request: HttpRequest, request_id: int, bound: Mapping[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    """The page of a request, with forms that came back with a question."""
    try:
        found = page_of(request_id, by_id=request.user.pk, today=timezone.localdate(), bound=bound or {})
    except Request.DoesNotExist:
        raise Http404 from None
    if bound is None:
        record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=found.view.line.customer_ids)
    return render(request, "privacy_desk/request.html", vars(found), status=status)


def _introduced(keys: Iterable[int], customers: Mapping[int, Introduction]) -> list[Introduction]:
    return [customers[key] for key in keys if key in customers]


def _page(request: HttpRequest) -> int:
    asked: Any = request.GET.get("side", "1")
    if not asked.isdecimal() or not 1 <= int(asked[:6]) <= 100_000:
        raise Http404
    return int(asked)
