"""What has left, for whom and why; what was refused; what waits for a person's decision."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards import door_queries
from forsyn.domain.safeguards.actions_door import send_again
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.disclosure_form import DisclosureFilter
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import deliver_due

PAGE = 50


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def disclosures(request: HttpRequest) -> HttpResponse:
    """What has left, the latest first; by recipient, customer and how far it came."""
    policy = current_policy()
    form = DisclosureFilter(policy, request.GET)
    wanted = form.wanted()
    number, customer_id = wanted.pop("number"), None
    if number:
        customer_id = customer_ids(numbers=[number]).get(number)
        if customer_id is None:
            form.add_error("number", _("Ingen kunde har det nummer."))
    found = door_queries.disclosures(**wanted, customer_id=customer_id)
    unknown = bool(number) and customer_id is None
    if customer_id is not None:
        record(kind=AccessKind.LOOK, aspect=Aspect.DISCLOSURES, customer_ids=[customer_id])
    context = {
        "policy": policy,
        "form": form,
        "page": Paginator(found.none() if unknown else found, PAGE).get_page(request.GET.get("side")),
        "unsettled": door_queries.unsettled(),
        "asked": urlencode({key: value for key, value in request.GET.items() if key != "side"}),
    }
    return render(request, "privacy_desk/disclosures.html", context)


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def refusals(request: HttpRequest) -> HttpResponse:
    """What the door did not let out, and why."""
    page = Paginator(door_queries.refusals(), PAGE).get_page(request.GET.get("side"))
    return render(request, "privacy_desk/refusals.html", {"page": page, "policy": current_policy()})


@require_POST
@staff_required(P.PRIVACY_RIGHTS)
def try_again(request: HttpRequest, disclosure_id: int) -> HttpResponse:
    """Somebody has decided that it is sent again."""
    now = timezone.now()
    if not send_again(disclosure_id=disclosure_id, now=now):
        raise Http404
    transaction.on_commit(partial(deliver_due, now=now))
    messages.success(request, _("Beskeden bliver sendt igen."))
    return redirect("privacy_desk:disclosures")
