"""What a tariff's page shows: its prices now and coming, and what its incentives ask. Words and numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from forsyn.domain.billing.tariff_queries import Texts
from forsyn.domain.billing.tariff_series_rules import Entry, entry_on, series_of, value_of
from forsyn.interfaces.office import tariff_wording as wording
from forsyn.kernel.charges.components import (
    AnyComponent,
    Fee,
    FixedCharge,
    Incentive,
    Minimum,
    Percent,
    Price,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.incentive import FixedCooling, FixedReturn, IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.pieces import YEARLY_UNIT
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.charges.work import plain
from forsyn.kernel.money import Vat, decimal_of, exactly
from forsyn.workflows.bill_numbers import number_text, short_day_text
from forsyn.workflows.bill_words import component_text, words


@dataclass(frozen=True, slots=True)
class Amount:
    """A price in words, without and with VAT; the latter empty where there is none."""

    without_vat: str
    with_vat: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """A price that holds from a day on; no amount: it ends then."""

    from_day: str
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a price sheet. `key` is as the CSV has it."""

    key: str
    name: str
    part: str
    unit: str
    now: Amount | None
    coming: tuple[Coming, ...]


@dataclass(frozen=True, slots=True)
class TermsLine:
    """An incentive's terms in sentences, with its table."""

    name: str
    from_day: str
    sentences: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


def price_sheet(tariff: Tariff, texts: Texts, *, today: date, vat_percent: Decimal | None) -> list[SheetLine]:
    """Every price that holds today or later, in the order of the bill."""
    lines = []
    for component in tariff.components:
        if isinstance(component, Incentive):
            continue
        name = component_text(component.text_key, texts, wording.language())
        lines += list(_lines(component, name, today, vat_percent))
    return lines


def incentive_terms(tariff: Tariff, texts: Texts, *, today: date) -> list[TermsLine]:
    """What incentives ask and give, today and later."""
    return [
        _terms_line(component_text(component.text_key, texts, wording.language()), terms)
        for component in tariff.components
        if isinstance(component, Incentive)
        for terms in component.terms
        if terms.until_date is None or terms.until_date > today
    ]


def unit_key(component: AnyComponent) -> str:
    """Which of the bill's units a price of the component is per."""
    match component:
        case FixedCharge():
            return YEARLY_UNIT[component.factor]
        case VariableCharge() | SteppedCharge():
            return component.unit.value
        case Fee():
            return "piece"
        case Minimum():
            return "year"
        case _:
            return "percent"


def unit_text(component: AnyComponent) -> str:
    """pr. MWh; of percentages what they are of."""
    return words(wording.language()).sections["price_units"].get(unit_key(component), "")


def part_text(component: AnyComponent, part: str) -> str:
    """måler 2,5 m³/h, or trin 1."""
    if isinstance(component, SteppedCharge):
        return _("trin %(number)s, over %(above)s %(unit)s om året") % {
            "number": part,
            "above": wording.number(component.steps[int(part) - 1].above),
            "unit": words(wording.language()).of("units", component.unit.value),
        }
    return _("måler %(size)s m³/h") % {"size": number_text(part, wording.language())} if part else ""


def amount(component: AnyComponent, entry: Entry | None, vat_percent: Decimal | None) -> Amount | None:
    """A price without and, where it has any, with VAT."""
    if isinstance(entry, Percent):
        return Amount(f"{wording.number(entry.percent)} %")
    if not isinstance(entry, Price):
        return None
    without = wording.kr(entry.kr_per_unit)
    if component.vat is Vat.OUTSIDE or vat_percent is None:
        return Amount(without)
    gross = exactly(entry.kr_per_unit) * (100 + exactly(vat_percent)) / 100
    return Amount(without, wording.kr(decimal_of(gross, 6)))


def _lines(component: AnyComponent, name: str, today: date, vat_percent: Decimal | None) -> Iterator[SheetLine]:
    for part, entries in series_of(component).items():
        yield SheetLine(
            f"{component.key}:{part}" if part else component.key,
            name,
            part_text(component, part),
            unit_text(component),
            amount(component, entry_on(entries, today), vat_percent),
            tuple(_coming(component, entries, today, vat_percent)),
        )
    if isinstance(component, SteppedCharge):
        first = entry_on(component.steps[0].prices, today)
        for number, step in enumerate(component.steps, 1):
            if step.share is not None:
                yield SheetLine(
                    "", name, part_text(component, str(number)), unit_text(component),
                    amount(component, _shared(first, step.share), vat_percent), (),
                )  # fmt: skip


def _shared(first: Price | None, share: Decimal) -> Price | None:
    if first is None:
        return None
    return Price(first.from_date, first.until_date, decimal_of(exactly(first.kr_per_unit) * exactly(share), 6))


def _coming(
    component: AnyComponent, entries: Sequence[Entry], today: date, vat_percent: Decimal | None
) -> Iterator[Coming]:
    days = sorted({day for entry in entries for day in (entry.from_date, entry.until_date) if day and day > today})
    for day in days:
        yield Coming(day_words(day), amount(component, entry_on(entries, day), vat_percent))


def _terms_line(name: str, terms: IncentiveTerms) -> TermsLine:
    rows: Iterable[tuple[str, str]] = ()
    if isinstance(terms.expected, ReturnByFlow):
        rows = ((str(flow), wording.number(celsius)) for flow, celsius in terms.expected.rows)
    return TermsLine(name, day_words(terms.from_date), tuple(sentences(terms)), tuple(rows))


def sentences(terms: IncentiveTerms) -> Iterator[str]:
    """An incentive in words, but for its table."""
    match terms.expected:
        case FixedReturn(celsius):
            yield _("Vi forventer et returløb på %(celsius)s °C.") % {"celsius": wording.number(celsius)}
        case FixedCooling(degrees):
            yield _("Vi forventer, at vandet køles %(degrees)s grader.") % {"degrees": wording.number(degrees)}
    if terms.surcharge_percent is not None:
        text = _("Tillæg: %(percent)s %% for hver grad, vandet køles mindre end forventet.")
        yield text % {"percent": wording.number(terms.surcharge_percent)}
        if terms.surcharge_free_degrees:
            yield _("Op til %(free)s grader koster intet.") % {"free": wording.number(terms.surcharge_free_degrees)}
    if terms.bonus_percent is not None:
        text = _("Fradrag: %(percent)s %% for hver grad, vandet køles mere end forventet.")
        yield text % {"percent": wording.number(terms.bonus_percent)}
        if terms.bonus_free_degrees:
            yield _("Op til %(free)s grader giver intet.") % {"free": wording.number(terms.bonus_free_degrees)}
    if terms.single_pipe_exempt:
        yield _("Anlæg med ét rør er fritaget.")


def day_words(day: date) -> str:
    """1.1.2027."""
    return short_day_text(day, wording.language())


def plain_number(value: Decimal) -> str:
    """As a field shows it: with the language's decimal mark, without thousands."""
    return plain(value).replace(".", ",") if wording.language().value == "da" else plain(value)


def value_text(entry: Entry | None) -> str:
    """What a series says, for a field's hint."""
    value = value_of(entry) if entry else None
    return plain_number(value) if isinstance(value, Decimal) else ""
