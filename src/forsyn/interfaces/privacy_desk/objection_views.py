"""Objections (Art. 21): those that somebody must decide, those that stand, and recording one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.safeguards.actions_choices import decide_objection, object_to, take_back_objection
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_models import Objection
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, named, takes_effect_alone
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.choice_forms import DecisionForm, ObjectionForm
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.purposes import P
from forsyn.workflows import privacy_choices
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.privacy_choices import ObjectionLine

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def objections(request: HttpRequest) -> HttpResponse:
    """Those to decide, the oldest first; those that stand; the last that are over."""
    page = _page(request)
    found = privacy_choices.objections(policy=current_policy(), today=timezone.localdate(), page=page)
    shown = [line.customer.customer_id for line in (*found.undecided, *found.standing, *found.past)]
    record(kind=AccessKind.LIST, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=shown)
    return render(request, "privacy_desk/objections.html", {"found": found, "page": page})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def record_objection(request: HttpRequest) -> HttpResponse:
    """A customer says no to a purpose."""
    policy = current_policy()
    form = ObjectionForm(policy, request.POST or None, initial={"number": request.GET.get("kunde", "")})
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        try:
            customer = privacy_choices.customer_with_number(form.cleaned_data["number"], today=timezone.localdate())
            object_to(
                policy=policy,
                customer_id=customer.customer_id,
                purpose=purpose,
                reason=form.settled.text,
                recorded_by_id=request.user.pk,
                now=timezone.now(),
            )
        except ChoiceRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer.customer_id])
            text = (
                _("Indsigelsen er gemt. %(name)s er ude af formålet »%(purpose)s« fra nu af.")
                if takes_effect_alone(policy, purpose)
                else _("Indsigelsen er gemt. %(name)s er ude af formålet »%(purpose)s«, indtil I har afgjort den.")
            )
            messages.success(request, text % {"name": customer, "purpose": named(policy, purpose, reader())})
            return redirect("privacy_desk:objections")
    return render(request, "privacy_desk/objection_form.html", {"form": form})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def decide(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Uphold or overrule one."""
    line, policy = _line(objection_id), current_policy()
    form, customer_id = DecisionForm(request.POST or None), line.customer.customer_id
    if request.method == "POST" and form.is_valid():
        upheld = form.cleaned_data["upheld"]
        try:
            decide_objection(
                policy=policy,
                objection_id=objection_id,
                upheld=upheld,
                decision=form.settled.text,
                decided_by_id=request.user.pk,
                now=timezone.now(),
            )
        except ChoiceRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer_id])
            text = (
                _("Indsigelsen står ved magt. Giv kunden besked.")
                if upheld
                else _("Indsigelsen er afvist. Giv kunden besked med begrundelsen, og om retten til at klage.")
            )
            messages.success(request, text)
            return redirect("privacy_desk:objections")
    else:
        record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer_id])
    return render(request, "privacy_desk/objection_decision.html", {"form": form, "line": line})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def take_back(request: HttpRequest, objection_id: int) -> HttpResponse:
    """The person no longer objects."""
    line = _line(objection_id)
    customer_ids = [line.customer.customer_id]
    if request.method != "POST":
        record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=customer_ids)
        return render(request, "privacy_desk/objection_taken_back.html", {"line": line})
    try:
        take_back_objection(objection_id=objection_id, now=timezone.now())
    except ChoiceRefused as refusal:
        messages.warning(request, _(str(refusal)))
    else:
        record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=customer_ids)
        messages.success(request, _("Indsigelsen er taget tilbage af personen selv."))
    return redirect("privacy_desk:objections")


def _line(objection_id: int) -> ObjectionLine:
    try:
        return privacy_choices.objection(objection_id=objection_id, today=timezone.localdate())
    except Objection.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("side", "1")
    if not asked.isdecimal() or not 1 <= int(asked[:6]) <= 100_000:
        raise Http404
    return int(asked)
