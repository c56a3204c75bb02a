"""The public privacy notice: a page and a PDF, in both languages, for anybody."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from forsyn import __version__
from forsyn.interfaces.access import without_purpose
from forsyn.interfaces.notices.rendering import Published, published
from forsyn.interfaces.notices.rendering import pdf as typeset_pdf
from forsyn.policy.vocabulary import Language
from forsyn.workflows.portability_schema import published_schema

PDF_SECONDS = 60 * 60
FILE_NAMES = {Language.DANISH: "privatlivspolitik.pdf", Language.ENGLISH: "privacy-notice.pdf"}


def _published(language: str | None) -> Published:
    try:
        return published(Language((language or "da").partition("-")[0]))
    except ValueError:
        raise Http404 from None


def _page_tag(request: HttpRequest) -> str:
    """Of the words, the program's version and the visitor, whose name and session the page's head carries."""
    visitor = f"{request.user.pk}{request.session.session_key}{request.COOKIES.get('csrftoken', '')}"
    parts = f"{_published(get_language()).digest}{__version__}{visitor}"
    return f'"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'


def _pdf_tag(request: HttpRequest, language: str) -> str:
    return f'"{_published(language).digest}{__version__}"'


@without_purpose("the policy alone, which is published")
@require_safe
@cache_control(private=True, no_cache=True)
@condition(etag_func=_page_tag)
def page(request: HttpRequest) -> HttpResponse:
    """The notice in the language of the visit."""
    ready = _published(get_language())
    return render(request, "notices/page.html", {"document": ready.document, "body": ready.body})


@without_purpose("the policy alone, which is published")
@require_safe
@cache_control(public=True, max_age=PDF_SECONDS)
@condition(etag_func=_pdf_tag)
def pdf(request: HttpRequest, language: str) -> HttpResponse:
    """The notice as an accessible PDF."""
    document = _published(language).document
    response = HttpResponse(typeset_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{FILE_NAMES[document.language]}"'
    return response


def _schema_tag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(published_schema().encode()).hexdigest()[:32]}"'


@without_purpose("the form of a package, which is published")
@require_safe
@cache_control(public=True, max_age=PDF_SECONDS)
@condition(etag_func=_schema_tag)
def portability_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of what a person takes along (Art. 20); whoever receives such data may check them by it."""
    response = HttpResponse(published_schema(), content_type="application/schema+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response
