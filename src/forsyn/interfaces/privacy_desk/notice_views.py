"""Messages owed: recipients that nobody could mail (Art. 19), and persons who do not know our source yet (Art. 14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forsyn.domain.customers.actions_notices import settle_notice
from forsyn.domain.customers.correction_models import RecipientNotice
from forsyn.domain.customers.corrections_queries import open_notice_count, open_notices
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.integrations.documents.pdf import TypesettingError
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.notice_words import CAUSES
from forsyn.interfaces.privacy_desk.request_forms import text_field
from forsyn.interfaces.privacy_desk.request_words import FIELDS
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.purposes import P
from forsyn.policy.wording import capitalised, series
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.source_notices import due_notices, print_source_notices

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
AT_ONCE = 100


class SettlingForm(forms.Form):
    """How a recipient was told, or why it could not be."""

    note = text_field(
        gettext_lazy("Hvordan fik modtageren besked?"),
        gettext_lazy("Skriv hvem og hvordan, eller hvorfor det er umuligt eller ude af proportion (artikel 19)."),
    )


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A recipient that is to be told, in words."""

    id: int
    customer: Introduction | None
    recipient: str
    cause: str
    what: str
    row: RecipientNotice


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def notices_owed(request: HttpRequest) -> HttpResponse:
    """Who is still to be told what, the oldest first."""
    lines = _lines(open_notices().select_related("correction")[:AT_ONCE])
    record(kind=AccessKind.LIST, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[one.row.customer_id for one in lines])
    context = {"lines": lines, "total": open_notice_count(), "sources": due_notices(today=timezone.localdate())}
    return render(request, "privacy_desk/notices_owed.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def settle(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Write down how one recipient was told."""
    row = open_notices().select_related("correction").filter(pk=notice_id).first()
    if row is None:
        raise Http404
    form = SettlingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            settle_notice(
                notice_id=notice_id,
                note=form.cleaned_data["note"],
                settled_by_id=request.user.pk,  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except NotPossible as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[row.customer_id])
            messages.success(request, _("Det er skrevet ned, at modtageren har fået besked."))
            return redirect("privacy_desk:notices_owed")
    record(kind=AccessKind.LOOK, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[row.customer_id])
    context = {"form": form, "line": _lines([row])[0]}
    return render(request, "privacy_desk/notice_settle.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def print_letters(request: HttpRequest) -> HttpResponse:
    """The next letters about our sources as one PDF; those persons count as told from now on."""
    try:
        batch = print_source_notices(actor=request.user.pk, now=timezone.now())  # type: ignore[arg-type]
    except (DisclosureRefused, TypesettingError) as refusal:
        messages.warning(
            request, _("Brevene kunne ikke laves, og ingen tæller som orienteret: %(why)s") % {"why": refusal}
        )
        return redirect("privacy_desk:notices_owed")
    if batch is None:
        messages.info(request, _("Der er ingen breve at printe."))
        return redirect("privacy_desk:notices_owed")
    name = f"{_('breve-om-kilder')}-{timezone.localdate():%Y-%m-%d}.pdf"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(batch.content, content_type="application/pdf", headers=headers)


def _lines(rows: Iterable[RecipientNotice]) -> list[OwedLine]:
    found = list(rows)
    customers = introductions(customer_ids=[row.customer_id for row in found], today=timezone.localdate())
    return [_line(row, customers.get(row.customer_id)) for row in found]


def _line(row: RecipientNotice, customer: Introduction | None) -> OwedLine:
    return OwedLine(row.pk, customer, _recipient(row.recipient), str(CAUSES[row.cause]), _what(row), row)


def _recipient(key: str) -> str:
    declared = current_policy().recipients.get(key)
    return capitalised(declared.name.in_(reader())) if declared else key


def _what(row: RecipientNotice) -> str:
    """What to tell: the correction, else which categories it is about."""
    if row.correction is not None:
        wrong, right = row.correction.wrong_value or "–", row.correction.right_value or "–"
        return f"{FIELDS[row.correction.field]}: »{wrong}« → »{right}«"
    known = current_policy().categories
    return capitalised(series([known[key].name.in_(reader()) for key in row.categories if key in known], reader()))
