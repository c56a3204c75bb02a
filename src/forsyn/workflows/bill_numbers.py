"""Numbers, amounts and days as people read them, in Danish and English; pure and quick: a bill has hundreds.

Danish writes 1.234,50 kr., English DKK 1,234.50. A number and its unit are kept together by a no-break space.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from forsyn.kernel.money import kr_text
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
_MONTHS = {
    Language.DANISH: ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    Language.ENGLISH: ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def number_text(plain: str, language: Language, *, least_decimals: int = 0) -> str:
    """A number written with a point and no exponent ("-1234.5"), with thousands parted: −1.234,5."""
    sign, digits = (MINUS, plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, rest = digits.partition(".")
    rest = rest.ljust(least_decimals, "0")
    grouped = f"{int(whole):,}"
    if language is Language.DANISH:
        return f"{sign}{grouped.replace(',', '.')},{rest}" if rest else sign + grouped.replace(",", ".")
    return f"{sign}{grouped}.{rest}" if rest else sign + grouped


def amount_text(oere: int, language: Language) -> str:
    """Øre as kr without the currency: 1.234,50."""
    return number_text(kr_text(oere), language)


def money_text(oere: int, language: Language) -> str:
    """Øre as kr with the currency: 1.234,50 kr., or DKK 1,234.50."""
    return with_currency(amount_text(oere, language), language)


def kr_number_text(plain: str, language: Language) -> str:
    """A number of kr that need not be whole øre, with at least two decimals and the currency."""
    return with_currency(number_text(plain, language, least_decimals=2), language)


def with_currency(amount: str, language: Language) -> str:
    return f"{amount}{NO_BREAK}kr." if language is Language.DANISH else f"DKK{NO_BREAK}{amount}"


@lru_cache(maxsize=4096)
def day_text(day: date, language: Language) -> str:
    """1. december 2026."""
    return date_words(day, language)


def short_day_text(day: date, language: Language) -> str:
    """1.12.2026, and 1 Dec 2026, for columns."""
    if language is Language.DANISH:
        return f"{day.day}.{day.month}.{day.year}"
    return f"{day.day}{NO_BREAK}{month_text(day.month, language)}{NO_BREAK}{day.year}"


def month_text(month: int, language: Language) -> str:
    """maj: the short name of a month, 1 to 12."""
    return _MONTHS[language][month - 1]


def last_day(until: date) -> date:
    """People say the last day of a period, not the one after."""
    return until - timedelta(days=1)


def short_days_text(first: date, until: date, language: Language) -> str:
    """The days of [first, until), for columns: 1.1.2026–31.12.2026, or the one day."""
    last = last_day(until)
    if last <= first:
        return short_day_text(first, language)
    return f"{short_day_text(first, language)}–{short_day_text(last, language)}"


def days_text(first: date | None, until: date | None, language: Language) -> str:
    """The days of [first, until) in words, for sentences: "fra 1. januar 2026 til og med 31. december 2026".

    Without an end they go on; dates the wrong way round are told as they stand.
    """
    in_danish = language is Language.DANISH
    if first is None:
        return "hele tiden" if in_danish else "all the time"
    begin = day_text(first, language)
    if until is None:
        return f"fra {begin}" if in_danish else f"from {begin}"
    if until <= first:
        return (
            f"fra {begin} til {day_text(until, language)}"
            if in_danish
            else (f"from {begin} until {day_text(until, language)}")
        )
    last = last_day(until)
    if last == first:
        return f"den {begin}" if in_danish else f"on {begin}"
    end = day_text(last, language)
    return f"fra {begin} til og med {end}" if in_danish else f"from {begin} up to and including {end}"
