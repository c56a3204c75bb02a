"""What a version's page shows: what it changes, and what its preview came to. Words and numbers only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from forsyn.domain.billing.tariff_difference_rules import Difference, What, differences
from forsyn.domain.billing.tariff_preview_rules import BANDS, Compared, Preview
from forsyn.domain.billing.tariff_queries import Texts
from forsyn.domain.billing.tariff_series_rules import Value
from forsyn.interfaces.office import tariff_wording as wording
from forsyn.interfaces.office.tariff_page import day_words, part_text, sentences
from forsyn.kernel.charges.components import AnyComponent, Discount
from forsyn.kernel.charges.incentive import IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.tariff import Tariff
from forsyn.workflows.bill_numbers import amount_text, with_currency
from forsyn.workflows.bill_words import component_text

Text = str | Promise


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One thing that a draft changes."""

    name: str
    what: Text
    before: str
    after: str
    from_day: str
    until_day: str


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A preview in words."""

    preview: Preview
    before: str
    after: str
    change: str
    percent: str
    bands: tuple[tuple[Text, int], ...]
    stops: tuple[tuple[Text, int], ...]


def difference_lines(before: Tariff | None, after: Tariff, texts: Texts) -> list[DifferenceLine]:
    """What a version changes; nothing for a first one."""
    if before is None:
        return []
    components = {component.key: component for component in (*before.components, *after.components)}
    return [_difference_line(each, components.get(each.component), texts) for each in differences(before, after)]


def preview_page(preview: Preview) -> PreviewPage:
    """A preview's sums without VAT, bands and reasons."""
    commonest = sorted(preview.reasons, key=lambda key: (-preview.reasons[key], key))  # JSON keeps no order
    before, after, percent = preview.before_oere, preview.after_oere, preview.change_percent
    return PreviewPage(
        preview,
        money(before),
        money(after),
        money(None if before is None or after is None else after - before),
        "" if percent is None else f"{wording.number(percent)} %",
        tuple((wording.BANDS[key], preview.bands[key]) for key in BANDS if key in preview.bands),
        tuple((wording.stop_text(key), preview.reasons[key]) for key in commonest),
    )


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One agreement that changes or stops; `customer_id` is who gets the bill."""

    agreement: str
    customer_id: int | None
    before: str
    after: str
    change: str
    reasons: tuple[Text, ...] = ()


def change_line(each: Compared, holders: Mapping[str, Sequence[int]]) -> AgreementLine:
    """An agreement whose bill changes."""
    amounts = (money(oere) for oere in (each.before_oere, each.after_oere, each.change_oere))
    return AgreementLine(each.agreement, _first(holders, each), *amounts)


def stopped_line(each: Compared, holders: Mapping[str, Sequence[int]]) -> AgreementLine:
    """An agreement whose bill would stop."""
    reasons = tuple(wording.stop_text(key) for key in each.reasons)
    return AgreementLine(each.agreement, _first(holders, each), money(each.before_oere), "", "", reasons)


def _first(holders: Mapping[str, Sequence[int]], each: Compared) -> int | None:
    return next(iter(holders.get(each.agreement, ())), None)


def money(oere: int | None) -> str:
    """1.234,50 kr."""
    return "" if oere is None else with_currency(amount_text(oere, wording.language()), wording.language())


def _difference_line(each: Difference, component: AnyComponent | None, texts: Texts) -> DifferenceLine:
    name = component_text(component.text_key, texts, wording.language()) if component else ""
    what: Text = wording.WHAT[each.what]
    if each.what is What.OTHER:
        what = wording.OTHER.get(each.part, each.part)
    elif component is not None and each.what is What.PRICE:
        what = part_text(component, each.part) or what
    elif each.what is What.STEP:
        what = f"{what} {each.part}"
    shown = [_shown(value, component) for value in (each.before, each.after)]
    if each.what in (What.ADDED, What.REMOVED):
        shown = ["–", "–"]
    return DifferenceLine(
        name,
        what,
        *shown,
        day_words(each.from_date) if each.from_date else _("altid"),
        day_words(each.until_date) if each.until_date else "",
    )


def _table(terms: IncentiveTerms) -> Iterator[str]:
    if isinstance(terms.expected, ReturnByFlow):
        pairs = (f"{flow}: {wording.number(celsius)}" for flow, celsius in terms.expected.rows)
        yield _("Frem og forventet retur: %(pairs)s.") % {"pairs": "; ".join(pairs)}


def _shown(value: Value | str | None, component: AnyComponent | None) -> str:
    match value:
        case None:
            return _("ingen")
        case Decimal():
            return f"{wording.number(value)} %" if isinstance(component, Discount) else wording.kr(value)
        case IncentiveTerms():
            return " ".join([*sentences(value), *_table(value)])
        case _:
            return value
