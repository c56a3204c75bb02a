"""The quarantine: its groups, one group by meter, one item, and the decision, shown before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.metering import quarantine_queries
from forsyn.domain.metering.actions_log import record_meters
from forsyn.domain.metering.actions_quarantine import Decided
from forsyn.domain.metering.quarantine_queries import PAGE_SIZE, Selection
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.access import decides, deciding_required, office_required
from forsyn.interfaces.office.forms import DecisionForm
from forsyn.interfaces.office.requests import page_number, whole_number
from forsyn.kernel.calendar import day_period
from forsyn.workflows.quarantine_decision import CannotBeStored, DecidedMeanwhile, TakingIn, decide, plan
from forsyn.workflows.quarantine_file import item_file

MOST_METERS = PAGE_SIZE
"""As many meters can be chosen as a page shows."""


@require_safe
@office_required
def quarantine(request: HttpRequest) -> HttpResponse:
    """Groups of one delivery and reason."""
    state, page = _state(request), page_number(request)
    found = quarantine_queries.groups(state=state, page=page, page_size=PAGE_SIZE)
    context = {
        "groups": [(group, wording.reason_text(group.reason)) for group in found[:PAGE_SIZE]],
        "page": page,
        "has_more": len(found) > PAGE_SIZE,
        **_states(state),
    }
    return render(request, "office/quarantine.html", context)


@require_safe
@office_required
def group(request: HttpRequest) -> HttpResponse:
    """One group by meter; or, with a meter chosen, its items."""
    state, page = _state(request), page_number(request)
    delivery_id, reason = whole_number(request.GET.get("leverance")), _reason(request)
    meter_number = request.GET.get("maaler")
    chosen: dict[str, Any] = {"delivery_id": delivery_id, "reason": reason, "state": state, "page": page}
    selection = Selection(delivery_id=delivery_id, reason=reason, meter_numbers=_meters(request))
    rows: list[object] = (
        list(quarantine_queries.groups_by_meter(**chosen))
        if meter_number is None
        else list(quarantine_queries.items_of(meter_number=_plain(meter_number), **chosen))
    )
    context = {
        "summary": quarantine_queries.summary(selection=selection, state=state),
        "reason": reason,
        "reason_text": wording.reason_text(reason),
        "delivery_id": delivery_id,
        "meter_number": meter_number,
        "rows": rows[:PAGE_SIZE],
        "page": page,
        "has_more": len(rows) > PAGE_SIZE,
        "may_decide": decides(request) and state == "open",
        **_states(state),
    }
    return render(request, "office/quarantine_group.html", context)


@require_safe
@office_required
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """One item: its lines as delivered, beside what is stored."""
    file = item_file(item_id=item_id, page=page_number(request))
    if file is None:
        raise Http404
    record_meters(
        kind=AccessKind.LOOK,
        aspect=Aspect.QUARANTINE,
        meter_ids=[file.meter.id] if file.meter else [],
        subject_id=item_id,
        during=day_period(file.item.day) if file.item.day else None,
    )
    context = {
        "file": file,
        "item": file.item,
        "unit": file.register.unit if file.register else "",
        "hours": list(zip(wording.slot_names(file.item.day, len(file.hours)), file.hours, strict=True)),
        "reason_text": wording.reason_text(file.item.reason),
        "may_decide": decides(request) and file.item.state == "open",
    }
    return render(request, "office/quarantine_item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@deciding_required
def decision(request: HttpRequest) -> HttpResponse:
    """Show what a release or a rejection will do; do it when it is confirmed with a note."""
    asked = _asked(request)
    form = DecisionForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        return _decide(request, asked, form.settled.text, form.cleaned_data["items"])
    planned = plan(selection=asked.selection)
    if not planned.summary.items:
        messages.warning(request, _already_decided(asked.selection))
        return redirect(asked.back)
    context = {
        "asked": asked,
        "plan": planned,
        "form": form or DecisionForm(initial={"items": planned.summary.items}),
        "items": planned.summary.items,
        "reason_text": wording.reason_text(planned.reason),
    }
    return render(request, "office/quarantine_decision.html", context, status=422 if form is not None else 200)


@dataclass(frozen=True)
class Asked:
    """A decision as an address asks for it: about what, to release or to reject, and where one came from."""

    selection: Selection
    release: bool
    back: str


def _asked(request: HttpRequest) -> Asked:
    release = {"frigiv": True, "afvis": False}.get(request.GET.get("handling", ""))
    if release is None:
        raise Http404
    if "element" in request.GET:
        item_id = whole_number(request.GET["element"])
        return Asked(Selection(item_id=item_id), release, reverse("office:quarantine_item", args=[item_id]))
    delivery_id, reason = whole_number(request.GET.get("leverance")), _reason(request)
    selection = Selection(delivery_id=delivery_id, reason=reason, meter_numbers=_meters(request))
    query = urlencode({"leverance": delivery_id, "aarsag": reason})
    return Asked(selection, release, f"{reverse('office:quarantine_group')}?{query}")


def _decide(request: HttpRequest, asked: Asked, note: str, items: int) -> HttpResponse:
    try:
        decided = decide(
            selection=asked.selection,
            release=asked.release,
            expected_items=items,
            note=note,
            account_id=request.user.pk,
            now=timezone.now(),
        )
    except DecidedMeanwhile:
        messages.error(request, _already_decided(asked.selection))
        return redirect(asked.back)
    except TakingIn:
        messages.error(request, _("En leverance bliver indlæst lige nu. Intet er ændret. Prøv igen om et øjeblik."))
        return redirect(asked.back)
    except CannotBeStored:
        messages.error(request, _TOO_FAR)
        return redirect(asked.back)
    messages.success(request, decided_text(decided, release=asked.release))
    return redirect(asked.back if asked.selection.item_id else reverse("office:quarantine"))


_TOO_FAR = gettext_lazy(
    "En af værdierne ligger så langt fra sine naboer, at den slet ikke kan gemmes. Intet er ændret. Afvis den."
)


def decided_text(decided: Decided, *, release: bool) -> str:
    """What a decision came to."""
    if not release:
        return ngettext("%(items)d post er afvist.", "%(items)d poster er afvist.", decided.items) % {
            "items": decided.items
        }
    parts = [_("Gemt: %(values)s.") % {"values": wording.values_text(decided.stored)}]
    if decided.identical:
        parts.append(_("Kendt i forvejen: %(values)s.") % {"values": wording.values_text(decided.identical)})
    if decided.still_open:
        parts.append(_("Bliver i karantæne: %(values)s.") % {"values": wording.values_text(decided.still_open)})
    return " ".join(parts)


def _already_decided(selection: Selection) -> str:
    """Who was first, and when."""
    last = quarantine_queries.last_decision(selection=selection)
    if last is None or last.decided_at is None:
        return _("Der er ikke længere noget at afgøre her. Intet er ændret.")
    values = {
        "who": last.decided_by.name if last.decided_by else _("En operatør"),
        "when": wording.moment_text(last.decided_at),
        "state": str(wording.STATES[last.state]).lower(),
    }
    return (
        _("%(who)s har afgjort det imens: %(state)s %(when)s. Din afgørelse er ikke gemt; se, hvad der er tilbage.")
        % values
    )


def _state(request: HttpRequest) -> str:
    slug = request.GET.get("tilstand", "")
    return next((state for state, each in wording.STATE_SLUGS.items() if each == slug), "open")


def _states(state: str) -> dict[str, object]:
    choices = [(slug, wording.STATES[code], code == state) for code, slug in wording.STATE_SLUGS.items()]
    return {"state": state, "state_choices": choices}


def _reason(request: HttpRequest) -> str:
    reason = request.GET.get("aarsag", "")
    if reason not in wording.REASONS:
        raise Http404
    return reason


def _meters(request: HttpRequest) -> tuple[str, ...]:
    return tuple(_plain(number) for number in request.GET.getlist("maaler")[:MOST_METERS])


def _plain(text: str) -> str:
    """PostgreSQL takes no NUL."""
    return text.replace("\x00", "")[:64]
