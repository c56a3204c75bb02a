"""The record of processing activities (Art. 30) as page, PDF and CSV, as it is at this moment."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Capacity, Language
from forsyn.workflows.record_of_processing import as_csv, capacities, fingerprint, present


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def record_of_processing(request: HttpRequest) -> HttpResponse:
    """The record in the language of the visit; ``?rolle=processor`` shows that of a processor."""
    kept = capacities()
    capacity = next((one for one in kept if one == request.GET.get("rolle")), kept[0])
    document = present(capacity, reader())
    context = {
        "capacities": kept,
        "capacity": capacity,
        "document": document,
        "body": render_to_string("notices/body.html", {"document": to_plain(document)}),
        "fingerprint": fingerprint(capacity),
        "languages": list(Language),
    }
    return render(request, "privacy_desk/record.html", context)


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def record_pdf(request: HttpRequest, capacity: str, language: str) -> HttpResponse:
    """The record as an accessible PDF."""
    role, spoken = _asked(capacity, language)
    document = present(role, spoken)
    return _file(typeset(to_plain(document), dated=document.valid_from), "application/pdf", _name(role, spoken, "pdf"))


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def record_csv(request: HttpRequest, capacity: str, language: str) -> HttpResponse:
    """One line an activity."""
    role, spoken = _asked(capacity, language)
    return _file(as_csv(role, spoken), "text/csv; charset=utf-8", _name(role, spoken, "csv"))


def _asked(capacity: str, language: str) -> tuple[Capacity, Language]:
    try:
        asked = Capacity(capacity), Language(language)
    except ValueError:
        raise Http404 from None
    if asked[0] not in capacities():
        raise Http404
    return asked


def _name(capacity: Capacity, language: Language, end: str) -> str:
    name = "fortegnelse" if language is Language.DANISH else "record-of-processing"
    return f"{name}-{capacity}.{end}"


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(content, content_type=content_type, headers=headers)
