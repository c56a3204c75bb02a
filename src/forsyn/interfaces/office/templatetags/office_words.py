"""Template filters for the office's words, and its small charts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.translation import gettext as _

from forsyn.domain.customers.search_terms import Hit
from forsyn.domain.customers.timeline import Event
from forsyn.interfaces.office import wording
from forsyn.kernel.periods import Period
from forsyn.workflows.office_search import Group

register = template.Library()

_NAMES = {
    "commodity": wording.COMMODITIES,
    "relation": wording.RELATIONS,
    "housing": wording.HOUSING,
    "customer_kind": wording.CUSTOMER_KINDS,
    "contact": wording.CONTACTS,
    "source": wording.SOURCES,
    "register": wording.REGISTERS,
    "state": wording.STATES,
    "note_kind": wording.NOTE_KINDS,
    "language": wording.LANGUAGES,
}


@register.filter
def named(code: str, kind: str) -> Any:
    """The name of a code: {{ agreement.commodity|named:"commodity" }}."""
    return _NAMES[kind].get(code, code)


@register.filter
def period(value: Period) -> str:
    """A period in words."""
    return wording.period_text(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in words."""
    return wording.day_text(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """A local date and time in words."""
    return wording.moment_text(value) if value else ""


@register.filter
def amount(base_units: int | None, unit: str) -> str:
    """Base units as kWh or m³, to the last digit."""
    return "–" if base_units is None else wording.amount_text(base_units, unit)


@register.filter
def rounded_amount(base_units: int | None, unit: str) -> str:
    """Base units as kWh or m³ with one decimal."""
    return "–" if base_units is None else wording.amount_text(base_units, unit, 1)


@register.filter
def commodity_amount(base_units: int | None, commodity: str) -> str:
    """Base units of a commodity's main register."""
    return rounded_amount(base_units, wording.MAIN_UNITS.get(commodity, ""))


@register.filter
def state_slug(state: str) -> str:
    """How a state is named in an address."""
    return wording.STATE_SLUGS[state]


@register.filter
def reason_title(code: str) -> Any:
    """Why something stands in quarantine, in a few words."""
    return wording.reason_text(code).title


@register.filter
def values(count: int) -> str:
    """A number of values in words."""
    return wording.values_text(count)


@register.filter
def why_found(hit: Hit | None) -> str:
    """Why a hit was found, where its own row does not show it."""
    pattern = wording.WHY_FOUND.get(hit.reason) if hit else None
    return str(pattern) % hit.text if pattern and hit else ""


@register.filter
def group_name(group: Group) -> Any:
    """What a group of hits is called."""
    return wording.GROUPS[group]


@register.filter
def group_slug(group: Group) -> str:
    """How a group is named in an address."""
    return next(slug for slug, each in wording.GROUP_SLUGS.items() if each is group)


@register.filter
def event_text(event: Event) -> str:
    """What happened."""
    subject = wording.CONTACTS.get(event.subject, event.subject)
    return str(wording.HAPPENINGS[event.happening]) % {
        "subject": subject,
        "before": event.before,
        "after": event.after,
    }


@register.filter
def event_kind(event: Event) -> Any:
    """What an event is about."""
    return wording.EVENT_KINDS[event.kind]


@register.filter
def commodities(codes: tuple[str, ...]) -> str:
    """varme, vand."""
    return ", ".join(str(wording.COMMODITIES.get(code, code)).lower() for code in codes)


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters changed; None takes one away."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("office/pages.html", takes_context=True)
def pages(context: template.Context, page: int, count: int) -> dict[str, Any]:
    """Links to the pages of a list; nothing where there is one."""
    near = [number for number in range(page - 2, page + 3) if 1 < number < count]
    return {"request": context["request"], "page": page, "count": count, "near": near, "numbers": _numbers(near, count)}


def _numbers(near: list[int], count: int) -> list[int | None]:
    """First, those near, last; None stands for those left out."""
    shown = [1, *near, *([count] if count > 1 else [])]
    out: list[int | None] = []
    for number in shown:
        if out and out[-1] is not None and number - out[-1] > 1:
            out.append(None)
        out.append(number)
    return out


@register.inclusion_tag("office/pager.html", takes_context=True)
def pager(context: template.Context, page: int, has_more: bool) -> dict[str, Any]:
    """Newer and older, for lists that are not counted."""
    return {"request": context["request"], "page": page, "has_more": has_more, "label": _("Sider")}
