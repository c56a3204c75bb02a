"""Customers that somebody who is to be recorded may already be."""

from __future__ import annotations

from datetime import date

from forsyn.domain.customers.models import Customer
from forsyn.domain.customers.search import search
from forsyn.domain.customers.search_terms import Hit, SearchTerms, parse

MOST = 10
_CERTAIN = frozenset({"email", "former_email", "phone", "former_phone", "cvr"})


def likely_doubles(
    *, name: str, kind: str, birth_date: date | None, cvr: str | None, email: str | None, mobile: str | None,
    today: date,
) -> list[Hit]:  # fmt: skip
    """Customers with the same CVR number, e-mail or mobile, or with this name as the search finds it; ten at most.

    Somebody of the same name who was born on another day, or is of another kind, is somebody else; of a name that is
    only spelt nearly so, the day of birth must be the same. 13 queries at most.
    """
    terms = SearchTerms(
        text=name, shortened=False, words=parse(name).words, number="", phone=mobile or "", email=email or "",
        cvr=cvr or "",
    )  # fmt: skip
    hits = [hit for hit in search(terms=terms, today=today).customers.hits if hit.exact or hit.reason not in _CERTAIN]
    rows = Customer.objects.filter(pk__in=[hit.id for hit in hits]).values_list("pk", "kind", "birth_date")
    born = {pk: (its_kind, day) for pk, its_kind, day in rows}
    return [hit for hit in hits if hit.id in born and _may_be(hit, *born[hit.id], kind, birth_date)][:MOST]


def _may_be(hit: Hit, its_kind: str, born: date | None, kind: str, birth_date: date | None) -> bool:
    if hit.reason in _CERTAIN:
        return True
    if hit.reason not in {"name", "former_name", "similar"} or its_kind != kind:
        return False
    if hit.reason == "similar":
        return birth_date is not None and born == birth_date
    return born is None or birth_date is None or born == birth_date
