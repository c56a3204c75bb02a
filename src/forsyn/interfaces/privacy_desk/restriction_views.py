"""Restrictions (Art. 18): whose data are only stored, since when and why; setting one, and lifting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forsyn.domain.rights.models import Request
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_models import Restriction, RestrictionGround
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.choice_forms import AnnouncementForm, LiftingForm, RestrictionForm
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.purposes import P
from forsyn.policy.wording import date_words
from forsyn.workflows import privacy_choices
from forsyn.workflows.choice_plans import announce_lifting, carry_out_lifting, carry_out_restriction
from forsyn.workflows.declarations import current_policy

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def restrictions(request: HttpRequest) -> HttpResponse:
    """Everybody whose data are restricted, the oldest first, and the last that were."""
    found = privacy_choices.restrictions(today=timezone.localdate())
    shown = [line.customer.customer_id for line in (*found.live, *found.past)]
    record(kind=AccessKind.LIST, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=shown)
    return render(request, "privacy_desk/restrictions.html", {"found": found})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def restrict_customer(request: HttpRequest) -> HttpResponse:
    """Restrict a customer from now on."""
    form = RestrictionForm(request.POST or None, initial={"number": request.GET.get("kunde", "")})
    if request.method == "POST" and form.is_valid():
        try:
            customer = privacy_choices.customer_with_number(form.cleaned_data["number"], today=timezone.localdate())
            carry_out_restriction(
                current_policy(),
                customer_id=customer.customer_id,
                ground=RestrictionGround(form.cleaned_data["ground"]),
                reason=form.settled.text,
                actor=request.user.pk,
                now=timezone.now(),
            )
        except ChoiceRefused as refusal:
            form.add_error("number", _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer.customer_id])
            messages.success(
                request,
                _("%(name)s (%(number)s) er under begrænset behandling fra nu af. Giv kunden besked om det.")
                % {"name": customer.name, "number": customer.number},
            )
            return redirect("privacy_desk:restrictions")
    return render(request, "privacy_desk/restriction_form.html", {"form": form})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def lift(request: HttpRequest, restriction_id: int) -> HttpResponse:
    """Lift one, once the person has been told."""
    try:
        line = privacy_choices.restriction(restriction_id=restriction_id, today=timezone.localdate())
    except Restriction.DoesNotExist:
        raise Http404 from None
    form, customer_id = LiftingForm(request.POST or None), line.customer.customer_id
    if request.method == "POST" and form.is_valid():
        try:
            lifted = carry_out_lifting(
                current_policy(),
                restriction_id=restriction_id,
                person_informed=form.cleaned_data["person_informed"],
                actor=request.user.pk,
                now=timezone.now(),
            )
        except ChoiceRefused as refusal:
            messages.warning(request, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer_id])
            text = _("Begrænsningen for %(name)s er ophævet. Oplysningerne bruges igen som før.")
            messages.success(request, text % {"name": line.customer})
            if lifted.erasure is not None:
                messages.warning(request, _standing_wish(lifted.erasure))
        return redirect("privacy_desk:restrictions")
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer_id])
    context = {"form": form, "line": line, "telling": _telling_form()}
    return render(request, "privacy_desk/restriction_lift.html", context)


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def announce(request: HttpRequest, restriction_id: int) -> HttpResponse:
    """Tell the person that a restriction ends: by mail, else in words to print and post."""
    try:
        line = privacy_choices.restriction(restriction_id=restriction_id, today=timezone.localdate())
    except Restriction.DoesNotExist:
        raise Http404 from None
    form, letter = _telling_form(request.POST), None
    if form.is_valid():
        try:
            told = announce_lifting(
                current_policy(),
                restriction_id=restriction_id,
                why=form.cleaned_data["why"],
                lift_date=form.cleaned_data["lift_date"],
                actor=request.user.pk,
                now=timezone.now(),
            )
        except (ChoiceRefused, DisclosureRefused) as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[line.customer.customer_id])
            if told.mailed:
                messages.success(request, _("Personen har fået besked med mail. Ophæv begrænsningen på dagen."))
                return redirect("privacy_desk:lift", restriction_id)
            letter = told.words
    context = {"form": LiftingForm(), "line": line, "telling": form, "letter": letter}
    return render(request, "privacy_desk/restriction_lift.html", context, status=422 if form.errors else 200)


def _telling_form(posted: QueryDict | None = None) -> AnnouncementForm:
    return AnnouncementForm(posted, auto_id="besked_%s")


def _standing_wish(asked: Request) -> str:
    return _(
        "Personen bad om sletning, mens begrænsningen gjaldt. Ønsket er nu anmodning %(number)s, som skal besvares "
        "senest den %(day)s."
    ) % {"number": asked.number, "day": date_words(asked.deadline_date, reader())}
