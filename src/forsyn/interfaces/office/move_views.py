"""A move out: what it ends, what of the last days nobody measured, and the final bills that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.billing.move_queries import Moving, PaidAhead, final_runs, moving_together, paid_ahead
from forsyn.domain.billing.move_rules import settle_by
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.move_forms import LastDayForm, MoveForm
from forsyn.policy.purposes import P
from forsyn.workflows.moves import MovingPart, look_at_move, move_out


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.SETTLEMENT)
def move(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """First the last day; then what it leads to, and how days without a reading are settled; sent, it happens."""
    today = timezone.localdate()
    together = moving_together(agreement_id=agreement_id, until=today)
    chosen = next((each for each in together if each.agreement_id == agreement_id), None)
    if chosen is None:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    day_form = LastDayForm(given if "last" in given else None)
    parts, form = _looked_at(day_form, agreement_id, given if request.method == "POST" else None)
    if request.method == "POST" and form is not None and form.is_valid() and _moved(request, agreement_id, form):
        return redirect("office:moved_out", agreement_id)
    record(
        kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[chosen.customer_id], subject_id=agreement_id
    )
    context = {
        "customer": introductions(customer_ids=[chosen.customer_id], today=today).get(chosen.customer_id),
        "agreement_id": agreement_id,
        "day_form": day_form,
        "form": form,
        "parts": parts,
        "ahead": _ahead([part.moving for part in parts]),
        "is_over": form is not None and day_form.until <= today,
    }
    refused = day_form.errors if form is None else form.errors
    return render(request, "office/move.html", context, status=422 if refused else 200)


def _looked_at(day_form: LastDayForm, agreement_id: int, sent: Any) -> tuple[Sequence[MovingPart], MoveForm | None]:
    """What the move would settle, with its form; none while there is no day that it can be."""
    if not day_form.is_bound or not day_form.is_valid():
        return (), None
    try:
        parts = look_at_move(agreement_id=agreement_id, until=day_form.until, today=timezone.localdate())
    except NotPossible as refusal:
        day_form.add_error("last", str(refusal))
        return (), None
    is_over = day_form.until <= timezone.localdate()
    meters = {part.metered_as: part.unknown[0].unit.value for part in parts if part.unknown and is_over}
    return parts, MoveForm(sent, meters=meters.items(), initial={"last": day_form.cleaned_data["last"]})


def _moved(request: HttpRequest, agreement_id: int, form: MoveForm) -> bool:
    """Whether it was done; where it is refused, the form says why."""
    try:
        move_out(
            agreement_id=agreement_id, until=form.until, told=form.told, account_id=request.user.pk,
            today=timezone.localdate(), now=timezone.now(),
        )  # fmt: skip
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Flytningen er gemt."))
    return True


def _ahead(moving: Sequence[Moving]) -> list[tuple[Moving, PaidAhead]]:
    """Who of them was billed on account what the settlement takes off."""
    found = paid_ahead(moving=moving) if moving else {}
    return [(each, found[each.agreement_id]) for each in moving if each.agreement_id in found]


@require_safe
@never_cache
@staff_required(P.SETTLEMENT)
def moved_out(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """What a move out ended and made; from here somebody else moves in."""
    today = timezone.localdate()
    together = moving_together(agreement_id=agreement_id, until=today)
    chosen = next((each for each in together if each.agreement_id == agreement_id), None)
    if chosen is None or chosen.until is None:
        raise Http404
    ended = [each for each in together if each.until == chosen.until]
    runs = final_runs(agreement_ids=[each.agreement_id for each in ended])
    record(
        kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[chosen.customer_id], subject_id=agreement_id
    )
    context = {
        "customer": introductions(customer_ids=[chosen.customer_id], today=today).get(chosen.customer_id),
        "chosen": chosen,
        "last": chosen.until - timedelta(days=1),
        "ended": [(each, runs.get(each.agreement_id)) for each in ended],
        "ahead": _ahead(ended),
        "settle_by": settle_by(chosen.until),
    }
    return render(request, "office/moved_out.html", context)
