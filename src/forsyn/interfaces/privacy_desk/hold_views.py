"""Holds: what is kept beyond its time, for whom and until when; making one, looking at it again, letting go."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.safeguards.actions_holds import hold, release_hold, review_hold
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.domain.safeguards.holds_models import Hold
from forsyn.domain.safeguards.holds_rules import HoldRefused
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.hold_forms import HoldForm, ReleaseForm, ReviewForm
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.holds import HoldLine, hold_line, holds
from forsyn.workflows.privacy_choices import customer_with_number

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def hold_list(request: HttpRequest) -> HttpResponse:
    """All that is held, the most urgent review first, and the last that was."""
    found = holds(today=timezone.localdate())
    shown = [line.customer.customer_id for line in (*found.live, *found.past)]
    record(kind=AccessKind.LIST, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=shown)
    return render(request, "privacy_desk/holds.html", {"found": found})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def new_hold(request: HttpRequest) -> HttpResponse:
    """Hold a customer's data back; who does it answers for it."""
    form = HoldForm(current_policy(), request.POST or None, initial={"number": request.GET.get("kunde", "")})
    if request.method == "POST" and form.is_valid():
        try:
            customer = customer_with_number(form.cleaned_data["number"], today=timezone.localdate())
            hold(
                policy=current_policy(),
                customer_id=customer.customer_id,
                categories=form.cleaned_data["categories"] or None,
                ground=form.cleaned_data["ground"],
                reason=form.settled.text,
                owner_id=request.user.pk,
                end_date=form.cleaned_data["end_date"],
                review_date=form.cleaned_data["review_date"],
                today=timezone.localdate(),
                now=timezone.now(),
            )
        except (ChoiceRefused, HoldRefused) as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer.customer_id])
            text = _("Oplysninger om %(name)s holdes tilbage. Den natlige oprydning rører dem ikke.")
            messages.success(request, text % {"name": customer.name})
            return redirect("privacy_desk:holds")
    return render(request, "privacy_desk/hold_form.html", {"form": form})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def review(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Look at one again: it is still needed, until then."""
    line = _line(hold_id)
    form = ReviewForm(request.POST or None, initial={"end_date": line.row.end_date})
    if request.method == "POST" and form.is_valid():
        try:
            review_hold(
                hold_id=hold_id,
                end_date=form.cleaned_data["end_date"],
                review_date=form.cleaned_data["review_date"],
                reviewed_by_id=request.user.pk,
                today=timezone.localdate(),
                now=timezone.now(),
            )
        except HoldRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            return _done(request, line, _("Tilbageholdet for %(name)s er set efter."))
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[line.customer.customer_id])
    return render(request, "privacy_desk/hold_review.html", {"form": form, "line": line, "releases": False})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Let go: the next night looks at the data again."""
    line = _line(hold_id)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            release_hold(hold_id=hold_id, reason=form.settled.text, released_by_id=request.user.pk, now=timezone.now())
        except HoldRefused as refusal:
            messages.warning(request, _(str(refusal)))
            return redirect("privacy_desk:holds")
        text = _("Tilbageholdet for %(name)s er ophævet. Det, hvis tid er gået, bliver slettet i nat.")
        return _done(request, line, text)
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[line.customer.customer_id])
    return render(request, "privacy_desk/hold_review.html", {"form": form, "line": line, "releases": True})


def _line(hold_id: int) -> HoldLine:
    try:
        return hold_line(hold_id=hold_id, today=timezone.localdate())
    except Hold.DoesNotExist:
        raise Http404 from None


def _done(request: HttpRequest, line: HoldLine, text: str) -> HttpResponse:
    record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[line.customer.customer_id])
    messages.success(request, text % {"name": line.customer})
    return redirect("privacy_desk:holds")
