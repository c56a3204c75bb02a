"""Template filters for the words of payments."""

from __future__ import annotations

from typing import Any

from django import template

from forsyn.interfaces.office import payment_words

register = template.Library()

_NAMES = {
    "receipt": payment_words.RECEIPT_STATES,
    "aside": payment_words.ASIDE,
    "because": payment_words.BECAUSE,
    "way": payment_words.WAYS,
    "file": payment_words.FILE_KINDS,
    "payout": payment_words.PAYOUT_STATES,
    "collection": payment_words.COLLECTION_STATES,
}


@register.filter
def spoken(code: str, kind: str) -> Any:
    """The words for a code: {{ receipt.state|spoken:"receipt" }}."""
    return _NAMES[kind].get(code, code)
