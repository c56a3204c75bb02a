"""New versions of tariffs: dated prices over those of the approved version, and what is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import unique
from itertools import pairwise

from forsyn.domain.billing.tariff_difference_rules import differences
from forsyn.domain.billing.tariff_series_rules import (
    Entry,
    entry_like,
    gaps,
    laid_over,
    may_have,
    series_of,
    with_series,
)
from forsyn.kernel.charges.bill import PREPAYMENTS, RECEIVABLES, VAT_PAYABLE
from forsyn.kernel.charges.components import AnyComponent, Incentive, PriceStep, SteppedCharge
from forsyn.kernel.charges.incentive import IncentiveTerms
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.charges.worded import Worded

RESERVED_ACCOUNTS = frozenset({RECEIVABLES, PREPAYMENTS, VAT_PAYABLE})
"""Every bill posts to these by itself; no component may."""
LANGUAGES = ("da", "en")
KEY_LENGTH = 60


@unique
class RefusalCode(Worded):
    """Why a version is not made; its text has the places that a Refusal fills."""

    NO_SUCH_COMPONENT = "the tariff has no component {component}: name one that it has"
    NO_SUCH_PART = "{component} has no part {value}: name a meter size in m³/h, or the number of a step with prices"
    NOT_DATED_SO = "{component} does not take that kind of change"
    EMPTY_DATES = "{component} gets a price from {first} that ends before it begins: mend the dates"
    TWICE = "{component} gets two prices for {first}: keep one"
    GAP = "{component} would have no price between {first} and {value}: let the new price begin or end where others do"
    STEP_WITHOUT_PRICE = "{component} has no prices for step {value}: give a share of the first step's price"
    BACK_IN_TIME = "{component} changes from {first}, which is past: say why, so that bills already sent can be mended"
    NOTHING_CHANGES = "nothing changes: every price is what it was"
    # What the office's register of tariffs refuses.
    KEY_TAKEN = "there is a tariff with the key {value} already: choose another"
    KEY_WRONG = "{value} is no key: use small letters, digits and hyphens, {length} at most"
    NAME_MISSING = "the tariff has no name in {value}: give one"
    COMMODITY_DIFFERS = "the tariff is for another commodity than {value}"
    UNKNOWN_ACCOUNT = "{component} posts to the account {value}, which the ledger lacks: name one that it has"
    RESERVED_ACCOUNT = "{component} posts to the account {value}, which bills use themselves: name another"
    TEXT_MISSING = "{component} has no text in {value}: give it a name in Danish and English"
    DRAFT_EXISTS = "there is a draft already (version {value}): change or withdraw that one"
    NOT_A_DRAFT = "version {value} is no draft any more"
    SAME_PERSON = "version {value} must be approved by somebody else than who wrote it"
    PREVIEW_MISSING = "version {value} has no preview: make one first"
    CHANGED_SINCE = "version {value} has been changed since: look at it again"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that stands in the way, with the component, the day and the value that it is about."""

    code: RefusalCode
    component: str = ""
    first: date | None = None
    value: str = ""

    @property
    def sentence(self) -> str:
        """In English, for operators."""
        text = self.code.value.format(component=self.component, first=self.first, value=self.value, length=KEY_LENGTH)
        return f"{text[0].upper()}{text[1:]}."


class TariffRefused(ValueError):
    """A version that is not made; `refusals` names everything that is wrong."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = tuple(dict.fromkeys(refusals))
        super().__init__(" ".join(refusal.sentence for refusal in self.refusals))


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price (kr without VAT) or percentage in [from_date, until_date); None: until the next one begins."""

    component: str
    from_date: date
    value: Decimal
    until_date: date | None = None
    part: str = ""
    """Meter size or number of a step; see `tariff_series_rules`."""


@dataclass(frozen=True, slots=True)
class TermsChange:
    """An incentive's terms from their first day on."""

    component: str
    terms: IncentiveTerms


@dataclass(frozen=True, slots=True)
class StepsChange:
    """Where the steps of a charge begin, and their shares. Steps have no dates: this holds for all time.

    None for a share: the step keeps the prices that it has.
    """

    component: str
    steps: tuple[tuple[Decimal, Decimal | None], ...]


Change = PriceChange | TermsChange | StepsChange


def new_version(
    before: Tariff, changes: Sequence[Change], *, today: date, why_back: str = "", draft: Tariff | None = None
) -> Tariff:
    """The next version: ``before``, or its draft so far, with the changes, in order of their dates.

    ``why_back`` says why something changes that holds already. Raises TariffRefused with all that is refused, and
    ImpossibleTariff for prices that contradict each other.
    """
    components = {component.key: component for component in (draft or before).components}
    refusals = [*_unknown(components, changes), *_contradictions(components, changes)]
    if refusals:
        raise TariffRefused(*refusals)
    for change in sorted(changes, key=_first_day):
        component = components[change.component]
        refusals += _gap(component, change)
        components[change.component] = _changed(component, change)
    if refusals:
        raise TariffRefused(*refusals)
    after = replace(draft or before, version=before.version + 1, components=tuple(components.values()))
    check_dates(before, after, today=today, why_back=why_back)
    return after


def check_dates(before: Tariff, after: Tariff, *, today: date, why_back: str = "") -> None:
    """Refuse a version that changes nothing, or changes what holds already and does not say why."""
    found = differences(before, after)
    if not found:
        raise TariffRefused(Refusal(RefusalCode.NOTHING_CHANGES))
    past = [change for change in found if change.from_date is None or change.from_date < today]
    if past and not why_back.strip():
        raise TariffRefused(*(Refusal(RefusalCode.BACK_IN_TIME, change.component, change.from_date) for change in past))


def account_refusals(tariff: Tariff, accounts: Iterable[str]) -> list[Refusal]:
    """Components whose ledger account is unknown, or not theirs to post to."""
    known = frozenset(accounts)
    found = []
    for component in tariff.components:
        if component.account in RESERVED_ACCOUNTS:
            found.append(Refusal(RefusalCode.RESERVED_ACCOUNT, component.key, value=component.account))
        elif component.account not in known:
            found.append(Refusal(RefusalCode.UNKNOWN_ACCOUNT, component.key, value=component.account))
    return found


def text_refusals(tariff: Tariff, texts: Mapping[str, Mapping[str, str]]) -> list[Refusal]:
    """Components without a name in Danish or English."""
    return [
        Refusal(RefusalCode.TEXT_MISSING, component.key, value=language)
        for component in tariff.components
        for language in LANGUAGES
        if not texts.get(component.text_key, {}).get(language, "").strip()
    ]


def prices_that_end(tariff: Tariff, today: date) -> list[Refusal]:
    """Components that will have no price from some day on: bills would stop there. No refusal, but to be told."""
    found = []
    for component in tariff.components:
        for part, entries in series_of(component).items():
            last = entries[-1].until_date if entries else None
            holes = [first for first, until in gaps(entries) if until > today]
            holes += [last] if last is not None and last > today else []
            found += [Refusal(RefusalCode.GAP, component.key, hole, part) for hole in holes]
    return found


def _unknown(components: Mapping[str, AnyComponent], changes: Iterable[Change]) -> Iterator[Refusal]:
    for change in changes:
        component = components.get(change.component)
        if component is None:
            yield Refusal(RefusalCode.NO_SUCH_COMPONENT, change.component)
        elif not _fits(component, change):
            yield Refusal(RefusalCode.NOT_DATED_SO, change.component)
        elif isinstance(change, PriceChange) and not may_have(component, change.part):
            yield Refusal(RefusalCode.NO_SUCH_PART, change.component, value=change.part)
        elif isinstance(change, StepsChange) and isinstance(component, SteppedCharge):
            yield from _steps_without_price(component, change)


def _fits(component: AnyComponent, change: Change) -> bool:
    match change:
        case PriceChange():
            return not isinstance(component, Incentive)
        case TermsChange():
            return isinstance(component, Incentive)
        case _:
            return isinstance(component, SteppedCharge)


def _steps_without_price(component: SteppedCharge, change: StepsChange) -> Iterator[Refusal]:
    priced = series_of(component)
    for number, (_, share) in enumerate(change.steps, 1):
        if share is None and str(number) not in priced:
            yield Refusal(RefusalCode.STEP_WITHOUT_PRICE, component.key, value=str(number))


def _contradictions(components: Mapping[str, AnyComponent], changes: Iterable[Change]) -> Iterator[Refusal]:
    """Changes that end before they begin, or fall on each other's days."""
    by_series: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    for change in changes:
        if isinstance(change, StepsChange):
            continue
        first, until = _days(change)
        if until is not None and until <= first:
            yield Refusal(RefusalCode.EMPTY_DATES, change.component, first)
        part = change.part if isinstance(change, PriceChange) else ""
        by_series.setdefault((change.component, part), []).append((first, until))
    for (component_key, _), days in by_series.items():
        for (first, until), (following, _) in pairwise(sorted(days, key=lambda each: each[0])):
            if following == first or (until is not None and following < until):
                yield Refusal(RefusalCode.TWICE, component_key, following)


def _gap(component: AnyComponent, change: Change) -> Iterator[Refusal]:
    """Whether days would be left without a price between the new one and those there are."""
    if isinstance(change, StepsChange):
        return
    entries = series_of(component).get(change.part if isinstance(change, PriceChange) else "", ())
    if not entries:
        return
    first, until = _days(change)
    last, earliest = entries[-1].until_date, entries[0].from_date
    if last is not None and last < first:
        yield Refusal(RefusalCode.GAP, component.key, last, str(first))
    if until is not None and until < earliest:
        yield Refusal(RefusalCode.GAP, component.key, until, str(earliest))


def _changed(component: AnyComponent, change: Change) -> AnyComponent:
    if isinstance(change, StepsChange):
        return _with_steps(component, change)
    part = change.part if isinstance(change, PriceChange) else ""
    new: Entry
    if isinstance(change, TermsChange):
        new = change.terms
    else:
        new = entry_like(component, part, change.from_date, change.until_date, change.value)
    return with_series(component, part, laid_over(series_of(component).get(part, ()), new))


def _with_steps(component: AnyComponent, change: StepsChange) -> AnyComponent:
    if not isinstance(component, SteppedCharge):
        return component
    steps = tuple(
        PriceStep(above, share) if share is not None else replace(component.steps[number], above=above, share=None)
        for number, (above, share) in enumerate(change.steps)
    )
    return replace(component, steps=steps)


def _days(change: PriceChange | TermsChange) -> tuple[date, date | None]:
    if isinstance(change, TermsChange):
        return change.terms.from_date, change.terms.until_date
    return change.from_date, change.until_date


def _first_day(change: Change) -> date:
    return date.min if isinstance(change, StepsChange) else _days(change)[0]
