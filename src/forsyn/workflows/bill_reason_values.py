"""What stands for the value of a reason against a bill or a tariff: each code's value is of another kind. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from forsyn.kernel.charges.reasons import Reason, ReasonCode
from forsyn.kernel.charges.work import plain
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import NO_BREAK, day_text, money_text, number_text

Values = Mapping[str, str]
_BIG_UNIT = {BaseUnit.WATT_HOURS.value: "kWh", BaseUnit.LITRES.value: "m³"}
_BASE_UNITS_EACH = 1000
"""Watt hours of a kWh, litres of a m³."""


def value_text(reason: Reason, values: Values, names: Values, language: Language) -> str:
    """The value as a reader knows it; one that cannot be read is shown as it was given."""
    say = _SAID.get(reason.code, _number)
    return say(reason.value, values, names, language) if reason.value else ""


def _number(value: str, values: Values, names: Values, language: Language) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number_text(plain(number), language) if number.is_finite() else value


def _day(value: str, values: Values, names: Values, language: Language) -> str:
    return day_text(date.fromisoformat(value), language)


def _word(value: str, values: Values, names: Values, language: Language) -> str:
    return values.get(value, value)


def _as_given(value: str, values: Values, names: Values, language: Language) -> str:
    return value


def _component(value: str, values: Values, names: Values, language: Language) -> str:
    return f"»{names.get(value, value)}«"


def _oere(value: str, values: Values, names: Values, language: Language) -> str:
    return money_text(int(value), language)


def _amount(value: str, values: Values, names: Values, language: Language) -> str:
    """ "-12000 watt_hours" as −12 kWh."""
    number, _, unit = value.partition(" ")
    if unit not in _BIG_UNIT:
        return value
    return f"{_number(str(Decimal(number) / _BASE_UNITS_EACH), values, names, language)}{NO_BREAK}{_BIG_UNIT[unit]}"


def _word_and_number(value: str, values: Values, names: Values, language: Language) -> str:
    """ "square_metres 0" as areal i m² 0."""
    word, _, number = value.partition(" ")
    return f"{values.get(word, word)} {_number(number, values, names, language)}"


def _temperatures(value: str, values: Values, names: Values, language: Language) -> str:
    """ "flow 40, return 60" as frem 40, retur 60."""
    return ", ".join(_word_and_number(part, values, names, language) for part in value.split(", "))


_SAID: Mapping[ReasonCode, Callable[[str, Values, Values, Language], str]] = {
    ReasonCode.BEFORE_AGREEMENT: _day,
    ReasonCode.NOT_MEASURED_AT_CHANGE: _day,
    ReasonCode.MISSING_FACTOR: _word,
    ReasonCode.OVERLAPPING_FACTORS: _word,
    ReasonCode.WRONG_FACTOR: _word_and_number,
    ReasonCode.MISSING_CONSUMPTION: _word,
    ReasonCode.OVERLAPPING_CONSUMPTION: _word,
    ReasonCode.EMPTY_SPAN: _word,
    ReasonCode.CONSUMPTION_OUTSIDE: _word,
    ReasonCode.CONSUMPTION_ACROSS_START: _word,
    ReasonCode.NEGATIVE_CONSUMPTION: _amount,
    ReasonCode.ABSURD_CONSUMPTION: _amount,
    ReasonCode.WRONG_TEMPERATURES: _temperatures,
    ReasonCode.BILLED_BEFORE_TWICE: _as_given,
    ReasonCode.WRONG_ON_ACCOUNT: _oere,
    ReasonCode.COMMODITY_DIFFERS: _word,
    ReasonCode.EMPTY_KEY: _word,
    ReasonCode.NO_PRICES: _word,
    ReasonCode.EMPTY_DATES: _word,
    ReasonCode.PRICES_OVERLAP: _word,
    ReasonCode.WRONG_UNIT: _as_given,
    ReasonCode.OF_UNKNOWN: _component,
    ReasonCode.OF_TWICE: _component,
    ReasonCode.OF_OTHER_VAT: _component,
    ReasonCode.WRONG_YEAR_START: _as_given,
}
"""Codes whose value is no mere number."""
