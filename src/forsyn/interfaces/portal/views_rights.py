"""Pages on which customers use their rights: each shows what will happen before it is asked for."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any, cast

from allauth.core.internal import ratelimit  # the public one never counts GET
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forsyn.domain.rights.own_queries import own_requests
from forsyn.domain.rights.rules import RequestRefused
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, answer_by
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.my_data_forms import (
    ComplaintForm,
    CorrectionForm,
    ErasureForm,
    OwnForm,
    PauseForm,
    RefusalForm,
)
from forsyn.interfaces.portal.my_data_words import GROUNDS
from forsyn.interfaces.portal.my_plan_page import Aim, aims, erasure_page, pause_page
from forsyn.interfaces.portal.own_requests_page import right_name
from forsyn.interfaces.refusals import PAUSE_MINUTES
from forsyn.policy.vocabulary import Right
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import ErasureRefused
from forsyn.workflows.own_data import own_objections, preview_erasure, preview_restriction
from forsyn.workflows.own_requests import Asked, ask, no_longer_object, say_no
from forsyn.workflows.right_case import PlanRefused

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
REFUSED = (RequestRefused, ChoiceRefused, PlanRefused)


@GET_OR_POST
@never_cache
@customer_required
def correct(request: HttpRequest) -> HttpResponse:
    """Ask for something to be put right that the person cannot correct alone (Art. 16)."""
    form = CorrectionForm(_number(request), request.POST or None)
    answer = _asked(request, form, Right.RECTIFICATION) if form.is_valid() else None
    return answer or _page(request, "portal/my_data_correct.html", Right.RECTIFICATION, form)


@GET_OR_POST
@never_cache
@customer_required
def pause(request: HttpRequest) -> HttpResponse:
    """What a pause does, and ask for one (Art. 18)."""
    form = PauseForm(_number(request), request.POST or None)
    if form.is_valid():
        ground, reason = form.cleaned_data["ground"], form.cleaned_data["reason"]
        details = {"ground": ground, "reason": reason}
        answer = _asked(request, form, Right.RESTRICTION, f"{GROUNDS[ground]}\n{reason}", plan_details=details)
        if answer:
            return answer
    plan = preview_restriction(**_mine(request), today=timezone.localdate())
    page = pause_page(current_policy(), plan)
    return _page(request, "portal/my_data_pause.html", Right.RESTRICTION, form, plan=page)


@GET_OR_POST
@never_cache
@customer_required
def erase(request: HttpRequest) -> HttpResponse:
    """What goes, what stays, why and until when; and ask for it (Art. 17). A person carries it out.

    To show it takes as much as to do it: who looks again and again sees the form only, and may still ask.
    """
    form = ErasureForm(_number(request), request.POST or None)
    if form.is_valid():
        wish = form.cleaned_data["wish"].strip() or _("Alt det, der kan slettes.")
        answer = _asked(request, form, Right.ERASURE, wish)
        if answer:
            return answer
    if not ratelimit.consume(request, app="allauth.account", action="preview_erasure", limit_get=True):
        answer = _page(request, "portal/my_data_erase.html", Right.ERASURE, form, minutes=PAUSE_MINUTES)
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        answer.headers["Retry-After"] = str(PAUSE_MINUTES * 60)
        return answer
    try:
        outline = preview_erasure(**_mine(request), now=timezone.now(), today=timezone.localdate())
    except ErasureRefused:  # its words are for staff
        messages.warning(request, _("Vi kan ikke vise det lige nu. Intet er slettet. Prøv igen om et par minutter."))
        return redirect("portal:my_data")
    page = erasure_page(current_policy(), outline)
    return _page(request, "portal/my_data_erase.html", Right.ERASURE, form, plan=page)


@GET_OR_POST
@never_cache
@customer_required
def complain(request: HttpRequest) -> HttpResponse:
    """Complain to us, and where else one can (Art. 77)."""
    mine = _mine(request)
    earlier = own_requests(account_id=mine["account_id"], customer_ids=[mine["customer_id"]])
    named = [(one, right_name(current_policy(), one.right)) for one in earlier]
    form = ComplaintForm(_number(request), request.POST or None, earlier=named)
    answer = _asked(request, form, Right.COMPLAINT, concerns_id=form.concerns_id) if form.is_valid() else None
    authority = current_policy().authority
    return answer or _page(request, "portal/my_data_complain.html", Right.COMPLAINT, form, authority=authority)


@require_safe
@never_cache
@customer_required
def refusals(request: HttpRequest) -> HttpResponse:
    """What one may say no to, and what one has said no to (Art. 21)."""
    return _page(request, "portal/my_data_objections.html", Right.OBJECTION, aims=_aims(request))


@GET_OR_POST
@never_cache
@customer_required
def refuse(request: HttpRequest, aim: str) -> HttpResponse:
    """Say no to one purpose: at once, and for good where nobody has to decide."""
    found = next((one for one in _aims(request) if one.key == aim), None)
    if found is None:
        raise Http404
    form = (OwnForm if found.stops else RefusalForm)(_number(request), request.POST or None)
    if form.is_valid():
        answer = _refused(request, form, found)
        if answer:
            return answer
    decided_by = wording.long_date(answer_by(timezone.localdate()))
    return _page(request, "portal/my_data_object.html", Right.OBJECTION, form, aim=found, decided_by=decided_by)


@require_POST
@customer_required
def take_back_refusal(request: HttpRequest, aim: str) -> HttpResponse:
    """No longer say no."""
    if OwnForm(_number(request), request.POST).is_valid() and no_longer_object(
        **_mine(request), aim=aim, now=timezone.now(), today=timezone.localdate()
    ):
        messages.success(request, _("Dit nej er taget tilbage."))
    else:
        messages.warning(request, _("Der er ikke noget nej at tage tilbage. Det er måske allerede taget tilbage."))
    return redirect("portal:refusals")


# -- within --------------------------------------------------------------------------------------------------------


def _mine(request: HttpRequest) -> dict[str, Any]:
    return {"account_id": request.user.pk, "customer_id": request.customer_id}  # type: ignore[attr-defined]


def _number(request: HttpRequest) -> str:
    return cast(str, request.customer.number)  # type: ignore[attr-defined]


def _aims(request: HttpRequest) -> list[Aim]:
    standing = own_objections(**_mine(request), today=timezone.localdate())
    return aims(current_policy(), standing)


def _asked(request: HttpRequest, form: Form, right: Right, wish: str | None = None, **more: Any) -> HttpResponse | None:
    """Put the wish on record and go to the request; None where it was refused, which the form then says."""
    act = partial(ask, **_mine(request), right=right, wish=form.cleaned_data["wish"] if wish is None else wish, **more)
    try:
        asked = act(now=timezone.now(), today=timezone.localdate())
    except REFUSED as refusal:
        form.add_error(None, _(str(refusal)))
        return None
    return _to_request(request, asked)


def _to_request(request: HttpRequest, asked: Asked) -> HttpResponse:
    values = {"number": asked.number, "day": wording.long_date(asked.deadline_date)}
    if asked.is_new:
        said = _("Tak. Vi har fået din anmodning, som har nummer %(number)s. Du får svar senest den %(day)s.")
        messages.success(request, said % values)
    else:
        messages.info(request, _("Det har du allerede bedt om. Du får svar senest den %(day)s.") % values)
    return redirect("portal:my_request", asked.request_id)


def _refused(request: HttpRequest, form: Form, aim: Aim) -> HttpResponse | None:
    reason = form.cleaned_data.get("reason", "")
    try:
        asked = say_no(
            **_mine(request),
            aim=aim.key,
            reason=reason,
            now=timezone.now(),
            today=timezone.localdate(),
            language=reading_language(),
        )
    except REFUSED as refusal:
        form.add_error(None, _(str(refusal)))
        return None
    if asked is None:
        messages.success(request, _("Vi er holdt op. Du kan ændre dit svar her, når du vil."))
        return redirect("portal:refusals")
    return _to_request(request, asked)


def _page(request: HttpRequest, template: str, right: Right, form: Form | None = None, **context: Any) -> HttpResponse:
    rule = current_policy().rights[right]
    return render(request, template, {"form": form, "rule": rule, "number": _number(request)} | context)
