"""Laying a plan for a request, leaving something out of an answer, and fetching what the person is to have."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forsyn.domain.customers.corrections_queries import Held, held
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.rights import actions, queries
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.queries import RequestView
from forsyn.domain.rights.rules import CLOSED, RequestRefused, State
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_queries import consents_of
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk import plan_forms
from forsyn.interfaces.privacy_desk.rectification_forms import RectificationPlanForm, RefusedRectificationForm
from forsyn.interfaces.privacy_desk.request_forms import WithholdingForm
from forsyn.interfaces.privacy_desk.templatetags.choices import consent_name
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows import right_plans
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.rectification_refusal import refuse_and_answer

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def plan(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say what the right needs to know, and lay the plan; nothing is done yet."""
    view = _open(request_id)
    form = _form(view, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            right_plans.make_plan(
                request_id=request_id,
                by_id=request.user.pk,
                now=timezone.now(),
                today=timezone.localdate(),
                details=form.details(),
                paper=form.document(),
                version=form.cleaned_data["version"],
            )
        except (RequestRefused, right_plans.PlanRefused) as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=view.line.customer_ids)
            messages.success(request, _("Planen er lagt. Læs den, før du udfører den."))
            return redirect("privacy_desk:request", request_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=view.line.customer_ids)
    return render(request, "privacy_desk/plan_form.html", {"form": form, "view": view})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def withhold(request: HttpRequest, request_id: int) -> HttpResponse:
    """Leave one item out of the answer, with a reason that the person reads."""
    view = _open(request_id)
    initial = {"version": view.line.version, "item": request.GET.get("del", "")}
    form = WithholdingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withhold(
                request_id=request_id,
                item=form.cleaned_data["item"],
                reason=form.cleaned_data["reason"],
                by_id=request.user.pk,
                now=timezone.now(),
                version=form.cleaned_data["version"],
            )
        except RequestRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=view.line.customer_ids)
            messages.success(request, _("Det holdes ude af svaret. Læg planen om, så den passer."))
            return redirect("privacy_desk:request", request_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=view.line.customer_ids)
    return render(request, "privacy_desk/withhold_form.html", {"form": form, "view": view})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def refuse_rectification(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say that a datum is right as it stands, and why; the person may have a statement beside it."""
    view = _open(request_id)
    if view.row.right != Right.RECTIFICATION:
        raise Http404
    form = RefusedRectificationForm(request.POST or None, initial={"version": view.line.version}, held=_on_file(view))
    if request.method == "POST" and form.is_valid():
        try:
            sent = refuse_and_answer(
                request_id=request_id,
                wishes=form.wishes(),
                reason=form.cleaned_data["reason"],
                statement=form.cleaned_data["statement"],
                by_id=request.user.pk,
                now=timezone.now(),
                today=timezone.localdate(),
                version=form.cleaned_data["version"],
            )
        except (RequestRefused, NotPossible) as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=view.line.customer_ids)
            text = _("Afslaget er sendt, og anmodningen er afsluttet.")
            post = " " + _("Brevet skal printes og sendes med posten. Det ligger på denne side.")
            messages.success(request, text + (post if sent.to_print else ""))
            return redirect("privacy_desk:request", request_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=view.line.customer_ids)
    return render(request, "privacy_desk/rectification_refusal.html", {"form": form, "view": view})


def _open(request_id: int) -> RequestView:
    try:
        view = queries.request(request_id=request_id, today=timezone.localdate())
    except Request.DoesNotExist:
        raise Http404 from None
    if State(view.row.state) in CLOSED or view.row.right is None:
        raise Http404
    return view


def _form(view: RequestView, posted: Any, files: Any) -> plan_forms.PlanningForm | RectificationPlanForm:
    """The form of the request's right."""
    right, keys = Right(view.row.right), view.line.customer_ids
    initial = {"version": view.line.version}
    if right is Right.RESTRICTION:
        return plan_forms.RestrictionPlanForm(posted, initial=initial)
    if right is Right.PORTABILITY:
        return plan_forms.PortabilityPlanForm(posted, initial=initial)
    if right is Right.OBJECTION:
        return plan_forms.ObjectionPlanForm(posted, initial=initial, policy=current_policy())
    if right is Right.WITHDRAWAL:
        live = {row.consent for key in keys for row in consents_of(customer_id=key) if row.withdrawn_at is None}
        choices = [(key, consent_name(key)) for key in sorted(live)]
        return plan_forms.WithdrawalPlanForm(posted, initial=initial, choices=choices)
    if right is Right.RECTIFICATION:
        return RectificationPlanForm(posted, files, initial=initial, held=_on_file(view))
    return plan_forms.PlanningForm(posted, initial=initial)


def _on_file(view: RequestView) -> list[Held]:
    return [one for key in view.line.customer_ids for one in held(customer_id=key)]
