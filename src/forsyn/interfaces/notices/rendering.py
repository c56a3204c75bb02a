"""The privacy notice in every form that leaves the house: page, standalone HTML, PDF."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.document import Document
from forsyn.policy.notice import notice
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy

BOTH_LANGUAGES = 2


@dataclass(frozen=True)
class Published:
    """This controller's notice in one language, made ready. ``digest`` changes whenever any word does."""

    document: Document
    digest: str
    body: SafeString


def published(language: Language) -> Published:
    """The notice of the policy in force; written once a process, as the policy is read once."""
    return _published(current_policy().file, language)


@cache
def _published(_file: str, language: Language) -> Published:
    document = notice(current_policy(), language)
    here = _context(document) | {"in_portal": True}  # a file on another web site has no self-service to lead to
    return Published(document, digest(document), render_to_string("notices/body.html", here))


def digest(document: Document) -> str:
    """A fingerprint of what the document says."""
    return hashlib.sha256(_canonical(document).encode()).hexdigest()[:32]


def standalone_html(document: Document, *, contents: bool = True) -> str:
    """One HTML file with its style inside, to put on any web site; it asks no host for anything."""
    return render_to_string("notices/standalone.html", {"document": to_plain(document, contents=contents)})


def pdf(document: Document) -> bytes:
    """The accessible PDF, dated the day that the policy is valid from; typeset once while its words stay the same."""
    return _typeset(_canonical(document), document.valid_from)


def _context(document: Document) -> dict[str, Any]:
    return {"document": to_plain(document)}


def _canonical(document: Document) -> str:
    return json.dumps(to_plain(document), ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=BOTH_LANGUAGES)
def _typeset(canonical: str, day: date) -> bytes:
    return typeset(json.loads(canonical), dated=day)
