"""What a customer pays on account, as data: the plans, why they are what they are, and what may be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from forsyn.domain.billing import bill_queries
from forsyn.domain.billing.bill_queries import BillRow
from forsyn.domain.billing.plan_models import ExpectedFrom
from forsyn.domain.billing.plan_queries import PlanFile, offer_for, plans_of
from forsyn.domain.billing.plan_rules import CannotChange, Draft, Offer, Refused, Standing
from forsyn.domain.customers.queries import AgreementView, agreements_of
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.agreements_page import COMMODITIES
from forsyn.interfaces.portal.amounts import MEASURES, Level
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.kernel.money import round_half_up, vat_of
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_numbers import money_text, short_day_text, short_days_text
from forsyn.workflows.own_forecast import plan_year
from forsyn.workflows.own_plans import is_billed

OERE_IN_KR = 100
METERED_AS = {"waste_water": "water"}
WHY: Mapping[str, str | Promise] = {
    ExpectedFrom.LAST_YEAR: _lazy("Det er beregnet efter det, du har brugt før."),
    ExpectedFrom.DEGREE_DAYS: _lazy(
        "Det er beregnet efter det, du har brugt før, regnet om til et år med normalt vejr."
    ),
    ExpectedFrom.NORM: _lazy(
        "Vi kender ikke dit forbrug endnu, så vi bruger det, som en bolig som din plejer at bruge."
    ),
    ExpectedFrom.STAFF: _lazy("Du har aftalt beløbet med os."),
    ExpectedFrom.CUSTOMER: _lazy("Du har selv valgt beløbet."),
}
REFUSED = {
    Refused.NO_PLAN: _lazy("Du betaler ikke a conto på den her aftale."),
    Refused.NOTHING_LEFT: _lazy("Alle rater er sendt, så der er ikke mere at ændre i den her periode."),
    Refused.WRONG_COUNT: _lazy("Vælg fra 1 til %(most)s rater."),
    Refused.TOO_LITTLE: _lazy("Det er mindre, end vi regner med, at du bruger. Vælg mindst %(least)s."),
    Refused.TOO_MUCH: _lazy("Det er mere, end vi regner med, at du bruger. Vælg højst %(most)s."),
}


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    """One instalment in words; with the bill's address once it has been billed."""

    period: str
    due: str
    amount: str
    href: str
    number: str


@dataclass(frozen=True, slots=True)
class PlanCard:
    """An agreement's plan in the list."""

    heading: str
    href: str
    period: str
    coming: InstalmentLine | None
    total: str
    following: str
    """The period and total of the plans after these; empty where there are none yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """What may be chosen. Amounts are whole kroner with VAT, for all that is left of the period."""

    left: str
    most_instalments: int
    least_kr: int
    most_kr: int
    now_kr: int
    now_instalments: int
    limits: str
    first: date


@dataclass(frozen=True, slots=True)
class PlanPage:
    """All that the template shows of one year of an agreement."""

    agreement_id: int
    heading: str
    period: str
    is_following: bool
    expected: str
    why: str
    lines: list[InstalmentLine]
    total: str
    change: Change | None
    no_change: str
    """Why nothing can be changed here."""


@dataclass(frozen=True, slots=True)
class Held:
    """An agreement that runs or will, with the plans of a year, and whether this customer gets its bills."""

    agreement: AgreementView
    plans: tuple[PlanFile, ...]
    is_billed: bool
    following: tuple[PlanFile, ...] = ()
    """The plans of the year after, made some weeks before it begins."""
    is_following: bool = False

    @property
    def years(self) -> tuple[Held, ...]:
        """This year, and the one after where its plans have been made."""
        after = replace(self, plans=self.following, following=(), is_following=True)
        return (self, after) if self.following else (self,)


def held_plans(*, customer_id: int, today: date) -> list[Held]:
    """The customer's running and coming agreements that are paid on account. 4 queries."""
    agreements = [
        one for one in agreements_of(customer_id=customer_id, today=today)
        if one.period.until is None or one.period.until > today
    ]  # fmt: skip
    by_agreement: dict[int, list[PlanFile]] = {}
    since = date(today.year - 1, 1, 1)
    for plan in plans_of(agreement_ids=[one.id for one in agreements], first=since):
        by_agreement.setdefault(plan.agreement_id, []).append(plan)
    found = []
    for one in agreements:
        plans = by_agreement.get(one.id, [])
        now = plan_year(plans, today) or _year_from(plans, today)
        if now:
            found.append(Held(one, now, is_billed(one, customer_id), _year_from(plans, now[-1].until)))
    return found


def _year_from(plans: Sequence[PlanFile], day: date) -> tuple[PlanFile, ...]:
    """The plans of the first year to begin on a day or later."""
    ahead = [plan for plan in plans if plan.first >= day]
    return plan_year(ahead, min(plan.first for plan in ahead)) if ahead else ()


def card(held: Held, today: date, vat_percent: Decimal) -> PlanCard:
    """One agreement in the list."""
    language = reading_language()
    standing, after = _standing(held.plans), _standing(held.following)
    ahead = [each for each in (*standing, *after) if each.due_date >= today and not each.is_billed]
    return PlanCard(
        heading=heading(held.agreement),
        href=reverse("portal:on_account_plan", args=[held.agreement.id]),
        period=_period(held.plans),
        coming=_line(ahead[0], {}, vat_percent, language) if ahead else None,
        total=_total(standing, vat_percent, language),
        following=f"{_period(held.following)}: {_total(after, vat_percent, language)}" if held.following else "",
    )


def _standing(plans: Sequence[PlanFile]) -> list[Standing]:
    return [each for plan in plans for each in plan.instalments]


def _period(plans: Sequence[PlanFile]) -> str:
    return wording.period_text(Period(plans[0].first, plans[-1].until))


def _total(standing: Sequence[Standing], vat_percent: Decimal, language: Language) -> str:
    return _gross(sum(each.net_oere for each in standing), vat_percent, language)


def heading(agreement: AgreementView) -> str:
    """Varme, Ærøvej 7."""
    return f"{COMMODITIES[agreement.commodity]}, {agreement.place.first_line}"  # type: ignore[index]


def plan_page(held: Held, *, customer_id: int, today: date, vat_percent: Decimal) -> PlanPage:
    """One year of an agreement. 1 query."""
    language, plans = reading_language(), held.plans
    billed, standing = _billed(held, customer_id), _standing(plans)
    change, refused = _change(held, today, vat_percent, language)
    return PlanPage(
        agreement_id=held.agreement.id,
        heading=heading(held.agreement),
        period=_period(plans),
        is_following=held.is_following,
        expected=_expected(held, vat_percent, language),
        why=str(WHY[plans[-1].expected_from]),
        lines=[_line(each, billed, vat_percent, language) for each in standing],
        total=_total(standing, vat_percent, language),
        change=change,
        no_change=refused,
    )


def _billed(held: Held, customer_id: int) -> dict[date, BillRow]:
    """The bills of instalments, by the first day that they are for."""
    bills = bill_queries.on_account_bills(
        customer_id=customer_id,
        agreement_id=held.agreement.id,
        from_date=held.plans[0].first,
        until_date=held.plans[-1].until,
    )
    return {bill.from_date: bill for bill in bills}


def _line(
    each: Standing | Draft, billed: Mapping[date, BillRow], vat_percent: Decimal, language: Language
) -> InstalmentLine:
    bill = billed.get(each.first)
    return InstalmentLine(
        period=short_days_text(each.first, each.until, language),
        due=short_day_text(each.due_date, language),
        amount=_gross(each.net_oere, vat_percent, language),
        href=reverse("portal:bill", args=[bill.number]) if bill else "",
        number=str(bill.number) if bill else "",
    )


def _gross(net_oere: int, vat_percent: Decimal, language: Language) -> str:
    return money_text(net_oere + vat_of(net_oere, vat_percent), language)


def _expected(held: Held, vat_percent: Decimal, language: Language) -> str:
    """ "Vi regner med, at du bruger 18.100 kWh, og at det koster 18.250,00 kr. med moms." """
    cost = _gross(sum(plan.expected_net_oere for plan in held.plans), vat_percent, language)
    measure = MEASURES.get(METERED_AS.get(held.agreement.commodity, held.agreement.commodity))
    amounts = [plan.expected_amount for plan in held.plans]
    if measure is None or any(amount is None for amount in amounts):
        return _("Vi regner med, at det koster %(cost)s med moms.") % {"cost": cost}
    used = measure.scales[Level.YEARS].text(sum(amount for amount in amounts if amount is not None))
    text = _("Vi regner med, at du bruger %(used)s, og at det koster %(cost)s med moms.")
    return text % {"used": used, "cost": cost}


# -- changes ------------------------------------------------------------------------------------------------------


def changeable(held: Held, today: date) -> Offer:
    """What of the plans of a year may still be changed. Raises CannotChange."""
    for plan in held.plans:
        if plan.until > today:
            try:
                return offer_for(plan)
            except CannotChange as refused:
                if refused.code is not Refused.NOTHING_LEFT:
                    raise
    raise CannotChange(Refused.NOTHING_LEFT)


def is_offered(held: Held, first: date, today: date) -> bool:
    """Whether a change from a day on is offered, this year or the next. Raises CannotChange where none is."""
    offered, refused = [], []
    for year in held.years:
        try:
            offered.append(changeable(year, today).first)
        except CannotChange as error:
            refused.append(error)
    if not offered:
        raise refused[0]
    return first in offered


def _change(held: Held, today: date, vat_percent: Decimal, language: Language) -> tuple[Change | None, str]:
    if not held.is_billed:
        return None, _("Regningerne går til den anden på aftalen, som kan ændre, hvad der skal betales.")
    try:
        offer = changeable(held, today)
    except CannotChange as refused:
        return None, refused_words(refused, vat_percent, language)
    least, most = kr_up(offer.least_net_oere, vat_percent), kr_down(offer.most_net_oere, vat_percent)
    limits = {"least": money_text(least * OERE_IN_KR, language), "most": money_text(most * OERE_IN_KR, language)}
    change = Change(
        left=wording.period_text(Period(offer.first, offer.until)),
        most_instalments=offer.most_instalments,
        least_kr=least,
        most_kr=most,
        now_kr=round_half_up(Decimal(offer.now_net_oere + vat_of(offer.now_net_oere, vat_percent)) / OERE_IN_KR),
        now_instalments=len(offer.now),
        limits=_("Mindst %(least)s og højst %(most)s i alt.") % limits,
        first=offer.first,
    )
    return change, ""


def kr_up(net_oere: int, vat_percent: Decimal) -> int:
    """Whole kroner with VAT that are no less."""
    return -(-(net_oere + vat_of(net_oere, vat_percent)) // OERE_IN_KR)


def kr_down(net_oere: int, vat_percent: Decimal) -> int:
    """Whole kroner with VAT that are no more."""
    return (net_oere + vat_of(net_oere, vat_percent)) // OERE_IN_KR


def net_of(kr_with_vat: int, vat_percent: Decimal) -> int:
    """Øre without VAT of whole kroner with it."""
    return round_half_up(Decimal(kr_with_vat * OERE_IN_KR * 100) / (100 + vat_percent))


def preview(drafts: Sequence[Draft], vat_percent: Decimal) -> list[InstalmentLine]:
    """The instalments as they would be."""
    return [_line(draft, {}, vat_percent, reading_language()) for draft in drafts]


def refused_words(refused: CannotChange, vat_percent: Decimal, language: Language) -> str:
    """Why something cannot be changed, with the limits as the customer pays them."""
    limits = {name: str(limit) for name, limit in refused.limits.items()}
    if refused.code is Refused.TOO_LITTLE:
        limits["least"] = money_text(kr_up(refused.limits["least"], vat_percent) * OERE_IN_KR, language)
    if refused.code is Refused.TOO_MUCH:
        limits["most"] = money_text(kr_down(refused.limits["most"], vat_percent) * OERE_IN_KR, language)
    return (str(REFUSED[refused.code]) % limits).replace("kr..", "kr.")
