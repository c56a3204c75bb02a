"""Pages of one's own instructions: to read, to print, and to confirm."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.interfaces.access import signed_in
from forsyn.interfaces.staff_access.reminder import remember
from forsyn.interfaces.staff_access.views import GET_OR_POST, own_page
from forsyn.policy.document import Document
from forsyn.policy.instructions import instructions as instructions_of
from forsyn.policy.vocabulary import Language
from forsyn.workflows import staff_instructions
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.staff_instructions import NotTheText, Read


@require_safe
@own_page
def instructions(request: HttpRequest) -> HttpResponse:
    """The instructions of each role that one has today, and which are confirmed."""
    return render(request, "staff_access/instructions.html", {"read": _own(request)})


@GET_OR_POST
@own_page
def instruction(request: HttpRequest, role: str) -> HttpResponse:
    """One role's instructions, and the button that says that they are read."""
    if request.method == "POST":
        return _confirmed(request, role)
    context = {"one": _one(request, role), "document": to_plain(_document(role), contents=False)}
    return render(request, "staff_access/instruction.html", context)


@require_safe
@own_page
def instruction_pdf(request: HttpRequest, role: str) -> HttpResponse:
    """The same to print."""
    _one(request, role)
    document = _document(role)
    content = typeset(to_plain(document, contents=False), dated=document.valid_from)
    headers = {"Content-Disposition": f'inline; filename="instruks-{role}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _confirmed(request: HttpRequest, role: str) -> HttpResponse:
    try:
        staff_instructions.confirm(
            account_id=request.user.pk,
            role=role,
            fingerprint=request.POST.get("fingerprint", ""),
            now=timezone.now(),
            today=timezone.localdate(),
        )
    except NotTheText:
        _one(request, role)
        messages.error(request, _("Teksten er ændret, siden du åbnede siden. Læs den nye, og bekræft den."))
        return redirect("staff_access:instruction", role=role)
    messages.success(request, _("Tak. Det er noteret, at du har læst og forstået instruksen."))
    _own(request)
    return redirect("staff_access:instructions")


def _own(request: HttpRequest) -> list[Read]:
    read = staff_instructions.own(account_id=request.user.pk, roles=signed_in(request).roles)
    remember(request, read)
    return read


def _one(request: HttpRequest, role: str) -> Read:
    found = next((one for one in _own(request) if one.role == role), None)
    if found is None:
        raise Http404
    return found


def _document(role: str) -> Document:
    language = Language.ENGLISH if get_language() == "en" else Language.DANISH
    return instructions_of(current_policy(), role, language)
