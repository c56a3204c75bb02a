"""The access log as the data protection officer reads it, and spot checks of it. Reading it is on record, too."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.actions_spot_checks import NotPossible, judge
from forsyn.domain.safeguards.log_models import AccessKind, Aspect, SpotCheck, SpotCheckItem, Verdict
from forsyn.domain.safeguards.log_queries import Wanted, entries, newest_seal, spot_checks_with_counts
from forsyn.domain.safeguards.log_verification import log_state
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.look_forms import LookFilter, PeriodForm, VerdictForm, begins
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.spot_checks import item_lines, look_lines, take_spot_check

PAGE = 50
LAST_PAGE = 2000
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def looks(request: HttpRequest) -> HttpResponse:
    """The log, the latest first; by customer, member of staff, days and searched words."""
    form = LookFilter(dict(Colleague.objects.values_list("pk", "name")), request.GET)
    wanted, unknown = _wanted(form)
    page = _page(request)
    first = (page - 1) * PAGE
    found = [] if unknown else list(entries(wanted)[first : first + PAGE + 1])
    shown = found[:PAGE]
    record(
        kind=AccessKind.LIST,
        aspect=Aspect.ACCESS_LOG,
        customer_ids={row.customer_id for row in shown if row.customer_id} | ({wanted.customer_id or 0} - {0}),
        search=" ".join(value for key, value in request.GET.items() if key != "side" and value) or None,
    )
    context = {
        "form": form,
        "lines": look_lines(shown, today=timezone.localdate()),
        "policy": current_policy(),
        "newer": page - 1,
        "older": page + 1 if len(found) > PAGE else 0,
        "asked": urlencode({key: value for key, value in request.GET.items() if key != "side" and value}),
        "state": log_state(),
        "seal": newest_seal(),
    }
    return render(request, "privacy_desk/looks.html", context)


def _wanted(form: LookFilter) -> tuple[Wanted, bool]:
    number, first, last = form.value("number"), form.value("first"), form.value("last")
    customer_id = customer_ids(numbers=[number]).get(number) if number else None
    if number and customer_id is None:
        form.add_error("number", _("Ingen kunde har det nummer."))
    wanted = Wanted(
        customer_id=customer_id,
        actor_id=form.value("staff"),
        from_at=begins(first) if first else None,
        until_at=begins(last + timedelta(days=1)) if last else None,
        words=(form.value("words") or "").strip(),
    )
    return wanted, bool(form.errors)


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("side", "1")
    return min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def checks(request: HttpRequest) -> HttpResponse:
    """The samples taken, and the form to take one more: as it stands, of the last thirty days."""
    today = timezone.localdate()
    form = PeriodForm(request.POST or None, initial={"first": today - timedelta(days=30), "last": today})
    if request.method == "POST" and form.is_valid():
        from_at, until_at = form.moments
        try:
            taken = take_spot_check(from_at=from_at, until_at=until_at, made_by_id=_who(request), now=timezone.now())
        except NotPossible as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            return redirect("privacy_desk:spot_check", taken)
    context = {"form": form, "checks": spot_checks_with_counts()[:100]}
    return render(request, "privacy_desk/spot_checks.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def check(request: HttpRequest, check_id: int) -> HttpResponse:
    """One sample with its looks."""
    found = SpotCheck.objects.filter(pk=check_id).first()
    if found is None:
        raise Http404
    lines = item_lines(spot_check_id=check_id, today=timezone.localdate())
    record(kind=AccessKind.LIST, aspect=Aspect.ACCESS_LOG, customer_ids=[line.row.customer_id for line in lines])
    open_ones = [line for line in lines if line.row.verdict is None]
    context = {"check": found, "lines": lines, "open": len(open_ones), "policy": current_policy()}
    return render(request, "privacy_desk/spot_check.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def verdict(request: HttpRequest, item_id: int) -> HttpResponse:
    """Say what was found of one look."""
    item = SpotCheckItem.objects.filter(pk=item_id).first()
    if item is None:
        raise Http404
    lines = item_lines(spot_check_id=item.spot_check_id, today=timezone.localdate())
    line = next(one for one in lines if one.row.pk == item_id)
    form = VerdictForm(request.POST or None, initial={"verdict": item.verdict, "note": item.note})
    if request.method == "POST" and form.is_valid():
        try:
            judge(
                item_id=item_id,
                verdict=Verdict(form.cleaned_data["verdict"]),
                note=form.settled.text,
                decided_by_id=_who(request),
                now=timezone.now(),
            )
        except NotPossible as refusal:
            form.add_error("note", _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.ACCESS_LOG, customer_ids=[item.customer_id])
            messages.success(request, _("Gemt."))
            return redirect("privacy_desk:spot_check", item.spot_check_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCESS_LOG, customer_ids=[item.customer_id])
    context = {"form": form, "line": line, "check_id": item.spot_check_id, "policy": current_policy()}
    return render(request, "privacy_desk/spot_check_verdict.html", context, status=422 if form.errors else 200)


def _who(request: HttpRequest) -> int:
    return cast(int, request.user.pk)
