"""Processors, agreements and disclosures in the words of the privacy desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django import template
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from forsyn.domain.safeguards.actions_register import ANOTHER_COUNTRY
from forsyn.domain.safeguards.door_models import DisclosureState
from forsyn.domain.safeguards.door_register import Processor, Standing
from forsyn.interfaces.privacy_desk.templatetags.declarations import country, spoken
from forsyn.policy.countries import countries
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Channel

STANDINGS: Mapping[str, Promise] = {
    Standing.MISSING: _("Mangler"),
    Standing.INVALID: _("Gælder ikke"),
    Standing.OUTSIDE: _("Uden for EU og EØS"),
    Standing.ENDS_VERY_SOON: _("Udløber snart"),
    Standing.ENDS_SOON: _("Udløber"),
    Standing.VALID: _("Gyldig"),
}
BADGES: Mapping[str, str] = {
    Standing.MISSING: "badge-error",
    Standing.INVALID: "badge-error",
    Standing.OUTSIDE: "badge-error",
    Standing.ENDS_VERY_SOON: "badge-warning",
    Standing.ENDS_SOON: "badge-warning",
    Standing.VALID: "badge-success",
}
STATES: Mapping[str, Promise] = {
    DisclosureState.WAITING: _("venter på at blive sendt"),
    DisclosureState.HANDED_OVER: _("afleveret til afsendelse"),
    DisclosureState.DELIVERED: _("afleveret"),
    DisclosureState.FAILED: _("kunne ikke afleveres"),
    DisclosureState.DOUBTFUL: _("måske sendt"),
}
CHANNELS: Mapping[str, Promise] = {
    Channel.EMAIL: _("e-mail"),
    Channel.TEXT_MESSAGE: _("sms"),
    Channel.LETTER: _("brev"),
    Channel.FILE: _("fil"),
    Channel.API: _("system til system"),
}


def country_choices() -> list[tuple[str, str]]:
    """The countries of the list by name, the EU/EEA first; at the end what the list does not have."""
    known = sorted(countries().values(), key=lambda each: (not each.in_eea, country(each)))
    listed = [(each.code, country(each)) for each in known]
    return [("", str(_("Vælg et land"))), *listed, (ANOTHER_COUNTRY, str(_("Et andet land")))]


register = template.Library()


@register.filter
def standing(row: Processor) -> str:
    """The state of a processor: "Gyldig", "Udløber om 40 dage"."""
    if row.standing in (Standing.ENDS_SOON, Standing.ENDS_VERY_SOON):
        if row.days_left == 0:
            return str(_("Udløber i dag"))
        if row.days_left == 1:
            return str(_("Udløber i morgen"))
        return str(_("Udløber om %(days)s dage")) % {"days": row.days_left}
    return str(STANDINGS[row.standing])


@register.filter
def uncapitalised(text: str) -> str:
    """For the middle of a sentence; abbreviations stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


@register.filter
def badge(row: Processor) -> str:
    """The design system's class for it."""
    return BADGES[row.standing]


@register.filter
def place(code: str) -> str:
    """A country by its code, in the language of the request."""
    known = countries().get(code)
    return country(known) if known else str(_("et andet land")) if code == ANOTHER_COUNTRY else code


@register.filter
def inside(code: str) -> bool:
    """Whether a country is in the EU/EEA."""
    known = countries().get(code)
    return known is not None and known.in_eea


@register.filter
def state(value: str) -> str:
    """How far a disclosure has come."""
    return str(STATES[value])


@register.filter
def channel(value: str) -> str:
    """By what it left."""
    return str(CHANNELS[value]) if value in CHANNELS else value


@register.filter
def last_day(period: DateRange) -> date | None:
    """The last day of a period; None where it has no end."""
    return period.upper - timedelta(days=1) if period.upper else None


@register.filter
def day(value: date | datetime | None) -> str:
    """ "3. november 2026"; nothing for None."""
    if value is None:
        return ""
    return date_format(localtime(value) if isinstance(value, datetime) else value, "j. F Y")


@register.filter
def moment(value: datetime) -> str:
    """ "3. november 2026 kl. 14.05"."""
    return date_format(localtime(value), "j. F Y H:i")


@register.simple_tag
def named(policy: Policy, section: str, key: str) -> str:
    """What the policy calls one of its purposes, recipients or categories; the key where it no longer does."""
    item = getattr(policy, section).get(key)
    return spoken(item.name) if item else key
