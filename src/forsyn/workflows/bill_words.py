"""What a bill, its explanation and the reasons against one say to people, in Danish and English; pure and quick.

The texts stand in `bill_words.toml`. The names of a tariff's components come with the tariff, as `TariffTexts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from tomllib import loads

from forsyn.kernel.charges.bill import Explained, ExplainedStep, Explanation
from forsyn.kernel.charges.components import AnyComponent
from forsyn.kernel.charges.reasons import Reason, ReasonCode
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import NO_BREAK, day_text, days_text, kr_number_text, number_text
from forsyn.workflows.bill_reason_values import value_text

TariffTexts = Mapping[str, Mapping[str, str]]
"""text_key -> {"da": …, "en": …}, as a tariff's version keeps them."""

_KR = {"price", "kr", "base", "minimum", "charged", "before", "rounded"}
_AS_IT_IS = {"year"}
_BY_SIGN = {
    Explained.EXPECTED_RETURN: "deviation",
    Explained.EXPECTED_COOLING: "deviation",
    Explained.COUNTED: "percent",
    Explained.LIMITED: "percent",
}
"""Steps that read otherwise where this number is below zero."""
_UNSIGNED = {"deviation", "counted", "percent"}


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of one language, by section and key."""

    language: Language
    sections: Mapping[str, Mapping[str, str]]

    def of(self, section: str, key: str) -> str:
        """The text, or the key itself where there is none."""
        return self.sections[section].get(key, key)


@cache
def words(language: Language) -> Words:
    """The words of this program's bills in one language."""
    found = loads(files("forsyn.workflows").joinpath("bill_words.toml").read_text(encoding="utf-8"))
    place = 0 if language is Language.DANISH else 1
    return Words(language, {name: {key: both[place] for key, both in one.items()} for name, one in found.items()})


def component_text(text_key: str, texts: TariffTexts, language: Language) -> str:
    """What a line is called; the other language's text, or the key, where the tariff has no text in this one."""
    both = texts.get(text_key, {})
    return both.get(language.value) or next((text for text in both.values() if text), text_key)


def component_names(components: Iterable[AnyComponent], texts: TariffTexts, language: Language) -> dict[str, str]:
    """What each component of a tariff is called, by its key: what reasons name."""
    return {component.key: component_text(component.text_key, texts, language) for component in components}


def quantity_text(quantity: str, unit: str, language: Language) -> str:
    """ "18,1 MWh"; nothing for lines that count nothing (a difference, a minimum)."""
    told = words(language)
    if unit not in told.sections["units"]:
        return ""
    return f"{number_text(quantity, language)}{NO_BREAK}{unit_text(unit, quantity, language)}"


def unit_text(unit: str, quantity: str, language: Language) -> str:
    """The unit of so many: one "bolig", two "boliger"."""
    told = words(language)
    plural = told.sections["plural_units"].get(unit)
    return plural if plural is not None and quantity not in ("1", "-1") else told.of("units", unit)


def price_text(price: str, unit: str, language: Language) -> str:
    """ "810,00 kr. pr. MWh"; nothing where there is no price of one (a percentage, a difference)."""
    per = words(language).sections["price_units"].get(unit)
    return f"{kr_number_text(price, language)} {per}" if per else ""


def quality_text(qualities: str, language: Language) -> str:
    """ "målt, skønnet" of the kernel's "measured, estimated"."""
    return ", ".join(words(language).of("qualities", quality) for quality in qualities.split(", "))


def explained(explanation: Explanation, language: Language) -> list[str]:
    """The sentences of an explanation, in order, but for a rounding that rounds nothing."""
    return [step_sentence(step, language) for step in explanation if not _rounds_nothing(step)]


def step_sentence(step: ExplainedStep, language: Language) -> str:
    """One step as a sentence."""
    told, values = words(language), dict(step.values)
    key = step.says.key
    deciding = _BY_SIGN.get(step.says)
    if deciding is not None:
        if values[deciding].startswith("-"):
            key += "_below_zero"
        values |= {name: values[name].lstrip("-") for name in _UNSIGNED & values.keys()}
    elif step.says is Explained.MINIMUM and values["kr"] == "0":
        key = "minimum_reached"
    return _one_full_stop(told.sections["steps"][key].format(**_places(values, told)))


def _one_full_stop(sentence: str) -> str:
    """An abbreviation's full stop ends the sentence, too."""
    return sentence.replace("kr..", "kr.")


def _rounds_nothing(step: ExplainedStep) -> bool:
    return step.says is Explained.ROUNDED and step.value["kr"] == step.value["rounded"]


def _places(values: Mapping[str, str], told: Words) -> dict[str, str]:
    """What stands in the places of a step's sentence."""
    language = told.language
    amounts = {"quantity", "amount", "part", "accrued"} & values.keys()
    deciding = next((values[name] for name in ("quantity", "part", "amount") if name in amounts), "")
    shown: dict[str, str] = {}
    for name, value in values.items():
        if name in _KR:
            shown[name] = kr_number_text(value, language)
        elif name == "unit":
            shown[name] = unit_text(value, deciding, language)
        elif name == "quality":
            shown[name] = quality_text(value, language)
        elif name == "factor":
            shown[name] = _factor_text(value, values["value"], told)
        elif name not in ("first", "until"):
            shown[name] = value if name in _AS_IT_IS else number_text(value, language)
    return shown | _dates(_day(values.get("first")), _day(values.get("until")), language)


def _factor_text(factor: str, value: str, told: Words) -> str:
    plural = told.sections["plural_factors"].get(factor)
    return plural if plural is not None and value != "1" else told.of("factors", factor)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _dates(first: date | None, until: date | None, language: Language) -> dict[str, str]:
    """The places for dates: a period's days in words, and its first day alone."""
    if first is None:
        return {}
    period = days_text(first, until, language)
    return {"first": day_text(first, language), "period": period, "Period": period[0].upper() + period[1:]}


def reason_sentence(reason: Reason, names: Mapping[str, str], language: Language) -> str:
    """What stands in the way of a bill or a tariff, and what to do; ``names`` are `component_names`."""
    told = words(language)
    places = {"component": f"»{names.get(reason.component, reason.component)}«", "first": "", "period": ""}
    places |= _dates(reason.first, reason.until, language)
    if reason.first is None:
        places["period"] = days_text(None, None, language)
    places["value"] = value_text(reason, told.sections["values"], names, language)
    return _one_full_stop(told.sections["reasons"][reason.code.key].format(**places))


def reason_sentences(reasons: Sequence[Reason], names: Mapping[str, str], language: Language) -> list[str]:
    """Each reason once, in order."""
    return list(dict.fromkeys(reason_sentence(reason, names, language) for reason in reasons))


StoredReason = Mapping[str, str | None]
"""As a bill keeps why it was stopped or left out: {code, component, from, until, value}."""


def stored_reason_sentences(reasons: Iterable[StoredReason], names: Mapping[str, str], language: Language) -> list[str]:
    """Why a bill was stopped or left out, each reason once, in order; ``names`` are `component_names`."""
    return list(dict.fromkeys(_stored_sentence(reason, names, language) for reason in reasons))


def _stored_sentence(reason: StoredReason, names: Mapping[str, str], language: Language) -> str:
    code, value = reason["code"] or "", reason["value"] or ""
    first, until = _day(reason["from"]), _day(reason["until"])
    if code.upper() in ReasonCode.__members__:
        known = Reason(ReasonCode[code.upper()], reason["component"] or "", first, until, value)
        return reason_sentence(known, names, language)
    told = words(language)
    places = {"period": days_text(None, None, language)} | _dates(first, until, language)
    return _one_full_stop(told.of("stops", code).format(value=told.of("changed", value), **places))
