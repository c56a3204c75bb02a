"""A customer's own particulars, with their history in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from forsyn.domain.customers.queries import Contact
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.forms import KINDS
from forsyn.policy.vocabulary import Source


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One kind of contact point: what holds, how it came about, and what held before."""

    kind: str
    label: str | Promise
    value: str
    since: str
    earlier: tuple[tuple[str, str], ...]
    """(value, period) of former ones, newest first."""
    may_go: bool


def contact_lines(history: Iterable[Contact], sign_in_email: str) -> list[ContactLine]:
    """All kinds in their order, from a history of newest first."""
    rows = list(history)
    return [_line(kind, [row for row in rows if row.kind == kind], sign_in_email) for kind in KINDS]


def shown(value: str) -> str:
    """A Danish number as people write it: 20 00 10 01; anything else as it is."""
    digits = value.removeprefix("+45")
    if value.startswith("+45") and len(digits) == 8:
        return " ".join(digits[at : at + 2] for at in range(0, 8, 2))
    return value


def _line(kind: str, rows: list[Contact], sign_in_email: str) -> ContactLine:
    current = next((row for row in rows if row.period.until is None), None)
    earlier = [row for row in rows if row is not current]
    return ContactLine(
        kind=str(kind),
        label=KINDS[kind][0],  # type: ignore[index]
        value=shown(current.value) if current else "",
        since=_since(current, changed=bool(earlier)) if current else "",
        earlier=tuple((shown(row.value), _period(row)) for row in earlier),
        may_go=current is not None and current.value.casefold() != sign_in_email.casefold(),
    )


def _since(row: Contact, *, changed: bool) -> str:
    values = {"date": wording.long_date(row.period.first), "whom": _by(row.source)}
    return (_("Ændret %(date)s %(whom)s") if changed else _("Oplyst %(date)s %(whom)s")) % values


def _by(source: str) -> str:
    if source == Source.PERSON:
        return _("af dig")
    return _("af os") if source == Source.UTILITY else _("af andre")


def _period(row: Contact) -> str:
    if row.period.until is None:
        return wording.period_text(row.period)
    values = {
        "first": wording.long_date(row.period.first),
        "last": wording.long_date(row.period.until - timedelta(days=1)),
    }
    return _("%(first)s – %(last)s") % values
