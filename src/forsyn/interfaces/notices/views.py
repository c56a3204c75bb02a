"""The public privacy notice: a page and a PDF, in both languages, for anybody."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from forsyn import __version__
from forsyn.interfaces.notices import rendering
from forsyn.policy.document import Document
from forsyn.policy.notice import notice
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy

PDF_SECONDS = 60 * 60
FILE_NAMES = {Language.DANISH: "privatlivspolitik.pdf", Language.ENGLISH: "privacy-notice.pdf"}


def _document(language: str | None) -> Document:
    try:
        return notice(current_policy(), Language((language or "da").partition("-")[0]))
    except ValueError:
        raise Http404 from None


def _page_tag(request: HttpRequest) -> str:
    """Of the words, the program's version and the visitor, whose name and session the page's head carries."""
    visitor = f"{request.user.pk}{request.session.session_key}{request.COOKIES.get('csrftoken', '')}"
    parts = f"{rendering.digest(_document(get_language()))}{__version__}{visitor}"
    return f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'


def _pdf_tag(request: HttpRequest, language: str) -> str:
    return f'"{rendering.digest(_document(language))}{__version__}"'


@require_safe
@cache_control(private=True, no_cache=True)
@condition(etag_func=_page_tag)
def page(request: HttpRequest) -> HttpResponse:
    """The notice in the language of the visit."""
    return render(request, "notices/page.html", rendering.context(_document(get_language())))


@require_safe
@cache_control(public=True, max_age=PDF_SECONDS)
@condition(etag_func=_pdf_tag)
def pdf(request: HttpRequest, language: str) -> HttpResponse:
    """The notice as an accessible PDF."""
    document = _document(language)
    response = HttpResponse(rendering.pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{FILE_NAMES[document.language]}"'
    return response
