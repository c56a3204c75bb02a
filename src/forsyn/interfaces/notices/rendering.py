"""The privacy notice in every form that leaves the house: page, standalone HTML, PDF, text."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.document import Document

BOTH_LANGUAGES = 2


def digest(document: Document) -> str:
    """A fingerprint of what the document says, for caches: another one whenever any word changes."""
    return hashlib.sha256(_canonical(document).encode()).hexdigest()[:32]


def context(document: Document) -> dict[str, Any]:
    """What the templates need."""
    return {"document": to_plain(document)}


def standalone_html(document: Document) -> str:
    """One HTML file with its style inside, to put on any web site; it asks no host for anything."""
    return render_to_string("notices/standalone.html", context(document))


def pdf(document: Document) -> bytes:
    """The accessible PDF, dated the day that the policy is valid from; typeset once while its words stay the same."""
    return _typeset(_canonical(document), document.valid_from)


def _canonical(document: Document) -> str:
    return json.dumps(to_plain(document), ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=BOTH_LANGUAGES)
def _typeset(canonical: str, day: date) -> bytes:
    return typeset(json.loads(canonical), dated=day)
