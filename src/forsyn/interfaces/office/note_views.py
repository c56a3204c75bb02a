"""Notes of talks with a customer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forsyn.domain.correspondence.queries import notes_of
from forsyn.domain.correspondence.rules import NotPossible
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.sensitive.rules import NotPossible as NotKept
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.cpr_question import Vault
from forsyn.interfaces.design import in_language
from forsyn.interfaces.office.note_forms import NoteForm
from forsyn.interfaces.office.requests import page_number
from forsyn.policy.purposes import P
from forsyn.workflows.customer_notes import notes_are_kept, write_settled_note
from forsyn.workflows.vault_consents import AskedConsent, asked_consents

PAGE_SIZE = 20
LATEST = 3
"""So many stand on the customer's page."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(P.CUSTOMER_SERVICE)
def notes(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A customer's notes, the newest first, and the form for one more."""
    customer = introductions(customer_ids=[customer_id], today=timezone.localdate()).get(customer_id)
    if customer is None or not notes_are_kept():
        raise Http404
    form, asked = NoteForm(initial={"kind": "phone"}), []
    if request.method == "POST":
        asked = asked_consents(customer_id=customer_id)
        form = NoteForm(request.POST, vaults=_vaults(asked))
        if form.is_valid() and _write(request, customer_id, form):
            return redirect("office:notes", customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.NOTES, customer_ids=[customer_id])
    page = page_number(request)
    found = notes_of(customer_id=customer_id, first=(page - 1) * PAGE_SIZE, count=PAGE_SIZE + 1)
    context = {
        "customer": customer,
        "form": form,
        "without_vault": bool(form.question and not form.vaults and asked),
        "consents": [in_language(one.consent.name) for one in asked],
        "may_open_vault": any(one.work in request.purposes for one in asked),  # type: ignore[attr-defined]
        "notes": found[:PAGE_SIZE],
        "page": page,
        "has_more": len(found) > PAGE_SIZE,
    }
    return render(request, "office/notes.html", context, status=422 if form.errors else 200)


def latest_notes(request: HttpRequest, customer_id: int) -> dict[str, object]:
    """For the customer's page: the newest notes and the form; nothing where one's work is not to talk with customers.

    2 queries.
    """
    if request.work is not P.CUSTOMER_SERVICE or not notes_are_kept():  # type: ignore[attr-defined]
        return {"shows_notes": False}
    found = notes_of(customer_id=customer_id, count=LATEST + 1)
    record(kind=AccessKind.LOOK, aspect=Aspect.NOTES, customer_ids=[customer_id])
    form = NoteForm(initial={"kind": "phone"})
    return {"shows_notes": True, "notes": found[:LATEST], "has_more_notes": len(found) > LATEST, "note_form": form}


def _write(request: HttpRequest, customer_id: int, form: NoteForm) -> bool:
    """Store the note; where that is refused, the form says why."""
    try:
        write_settled_note(
            customer_id=customer_id,
            kind=form.cleaned_data["kind"],
            settled=form.settled,
            consent=form.consent,
            account_id=request.user.pk,
            now=timezone.now(),
        )
    except (NotPossible, NotKept) as refusal:
        form.add_error(None, str(refusal))
        return False
    except VaultClosed as closed:
        form.add_error(None, _("Noten er ikke gemt. %(why)s") % {"why": closed.for_staff})
        return False
    if form.settled.moved:
        messages.success(request, _("Noten er gemt, og CPR-nummeret er flyttet til CPR-boksen."))
    else:
        messages.success(request, _("Noten er gemt."))
    return True


def _vaults(asked: list[AskedConsent]) -> list[Vault]:
    return [Vault(one.key, in_language(one.consent.name)) for one in asked if one.given]
