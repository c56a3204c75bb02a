"""Danish and English for lists, periods, articles and dates. Plain text in, plain text out."""

import re
from collections.abc import Sequence
from datetime import date

from forsyn.policy.periods import Period
from forsyn.policy.vocabulary import Language

_AND = {Language.DANISH: "og", Language.ENGLISH: "and"}
_AS_WELL_AS = {Language.DANISH: "samt", Language.ENGLISH: "as well as"}
_UNITS = {
    Language.DANISH: {
        "years": ("år", "år"),
        "months": ("måned", "måneder"),
        "weeks": ("uge", "uger"),
        "days": ("dag", "dage"),
        "hours": ("time", "timer"),
        "minutes": ("minut", "minutter"),
    },
    Language.ENGLISH: {
        "years": ("year", "years"),
        "months": ("month", "months"),
        "weeks": ("week", "weeks"),
        "days": ("day", "days"),
        "hours": ("hour", "hours"),
        "minutes": ("minute", "minutes"),
    },
}
_MONTHS = {
    Language.DANISH: "januar februar marts april maj juni juli august september oktober november december",
    Language.ENGLISH: "January February March April May June July August September October November December",
}


def series(words: Sequence[str], language: Language) -> str:
    """``a``, ``a og b``, ``a, b og c``; where the last two say "og" themselves, "samt" joins them."""
    if len(words) < 2:
        return "".join(words)
    comma = "; " if any(", " in word for word in words) else ", "
    joint = _AS_WELL_AS if any(f" {_AND[language]} " in word for word in words[-2:]) else _AND
    return f"{comma.join(words[:-1])} {joint[language]} {words[-1]}"


def clauses(sentences: Sequence[str], language: Language) -> str:
    """Main clauses in one sentence: ``a, og b``."""
    return f", {_AND[language]} ".join(part for part in (", ".join(sentences[:-1]), sentences[-1]) if part)


def capitalised(text: str) -> str:
    """The text with a capital first letter and the rest as it is (``CPR-nummer`` stays)."""
    return text[:1].upper() + text[1:]


def period_words(period: Period, language: Language) -> str:
    """``1 år og 6 måneder``; nothing for a period of zero."""
    words = _UNITS[language]
    return series([f"{count} {words[unit][count != 1]}" for unit, count in period.parts], language)


def article_words(article: str, language: Language) -> str:
    """``6(1)(c)`` as ``artikel 6, stk. 1, litra c``, and as ``Article 6(1)(c)``."""
    if language is Language.ENGLISH:
        return f"Article {article}"
    number, *rest = re.findall(r"\w+", article)
    parts = [f"litra {part}" if part.isalpha() else f"stk. {part}" for part in rest]
    return ", ".join([f"artikel {number}", *parts])


def date_words(day: date, language: Language) -> str:
    """``1. december 2026`` and ``1 December 2026``."""
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day}. {month} {day.year}" if language is Language.DANISH else f"{day.day} {month} {day.year}"
