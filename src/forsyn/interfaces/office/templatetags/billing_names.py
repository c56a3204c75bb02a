"""Template filters for amounts of money, days and the words of billing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import template
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.interfaces.office import billing_words

register = template.Library()

_NAMES = {
    "run_kind": billing_words.RUN_KINDS,
    "run_state": billing_words.RUN_STATES,
    "bill_state": billing_words.BILL_STATES,
    "channel": billing_words.CHANNELS,
    "voucher": billing_words.VOUCHER_KINDS,
    "vat": billing_words.VAT_CODES,
    "quality": billing_words.QUALITIES,
    "factor": billing_words.FACTORS,
    "remark": billing_words.REMARKS,
    "expected_from": billing_words.EXPECTED_FROM,
}


@register.filter
def called(code: str, kind: str) -> Any:
    """The name of a code: {{ run.state|called:"run_state" }}."""
    return _NAMES[kind].get(code, code)


@register.filter
def kr(oere: int | None) -> str:
    """Øre as 1.204,50 kr."""
    return "–" if oere is None else billing_words.kr_text(oere)


@register.filter
def amount_of(oere: int | None) -> str:
    """Øre as 1.204,50; nothing for none and for 0."""
    return billing_words.amount_text(oere) if oere else ""


@register.filter
def short_day(day: date | None) -> str:
    """2.11.2026."""
    return billing_words.short_day_text(day) if day else ""


@register.filter
def last_day(until: date | None) -> str:
    """The day before a half-open end."""
    return billing_words.short_day_text(until - timedelta(days=1)) if until else ""


@register.filter
def days(period: DateRange | None) -> str:
    """1.1.2026–31.12.2026."""
    return billing_words.days_text(period) if period else ""


@register.filter
def without_sign(oere: int) -> int:
    """The amount of a credit, for the column of credits."""
    return abs(oere)
