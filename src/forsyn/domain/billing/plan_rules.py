"""On-account plans: their instalments, and how far a customer may change them.

Pure. Dates are local and half-open, money øre without VAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import unique
from fractions import Fraction
from typing import NamedTuple

from forsyn.domain.billing.basis_rules import Stretch
from forsyn.domain.billing.expectation_rules import CUSTOM, Custom
from forsyn.kernel.charges.days import share_of_year
from forsyn.kernel.charges.tariff import YearStart
from forsyn.kernel.charges.worded import Worded
from forsyn.kernel.deadlines import months_after, working_day_from
from forsyn.kernel.money import OERE_PER_KR, round_half_up

MOST_INSTALMENTS = 12


@unique
class Refused(Worded):
    """Why a plan is not changed."""

    NO_PLAN = "there is no plan to change"
    NOTHING_LEFT = "every instalment has been billed already"
    WRONG_COUNT = "choose from 1 to {most} instalments"
    TOO_LITTLE = "it is less than what we expect allows: choose {least} or more"
    TOO_MUCH = "it is more than what we expect allows: choose {most} or less"


class CannotChange(Exception):
    """A change of a plan that is refused; `code` says why, with the limits in øre or as a number."""

    def __init__(self, code: Refused, **limits: int) -> None:
        super().__init__(code.value.format(**{"least": "", "most": ""} | limits))
        self.code, self.limits = code, limits


class Draft(NamedTuple):
    """An instalment: for [first, until), due on a day, without VAT."""

    first: date
    until: date
    due_date: date
    net_oere: int


# -- instalments ------------------------------------------------------------------------------------------------------


def number_of(period: Stretch, a_year: int) -> int:
    """How many of `a_year` instalments fall in a period: its share of the year, at most one for each month begun."""
    if a_year <= 0:
        return 0
    return max(1, min(round_half_up(a_year * share_of_year(YearStart(), *period)), len(_months(period))))


def split(period: Stretch, number: int, net_oere: int, *, due_from: date | None = None) -> list[Draft]:
    """A net as instalments that follow on each other and cover the period, whole kroner each but the last.

    Each is due on the first working day of its own days; none before `due_from`.
    """
    months = _months(period)
    number = min(number, len(months))
    if number < 1:
        return []
    each = net_oere // number // OERE_PER_KR * OERE_PER_KR
    edges = [months[place * len(months) // number] for place in range(number)] + [period.until]
    drafts = []
    for place in range(number):
        net = each if place < number - 1 else net_oere - each * (number - 1)
        due = working_day_from(max(edges[place], due_from or edges[place]))
        drafts.append(Draft(edges[place], edges[place + 1], due, net))
    return drafts


def _months(period: Stretch) -> list[date]:
    """The first days of the months, or parts of months, of a period."""
    found = [period.first]
    following = months_after(period.first.replace(day=1), 1)
    while following < period.until:
        found.append(following)
        following = months_after(following, 1)
    return found


# -- a change by the customer -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a plan may still be changed: days [first, until) that nothing has been billed of yet."""

    plan_id: int
    first: date
    until: date
    expected_net_oere: int
    """What we expect these days to cost."""
    now: tuple[Draft, ...]
    """The instalments as they stand."""
    least_net_oere: int
    most_net_oere: int
    most_instalments: int

    @property
    def now_net_oere(self) -> int:
        return sum(draft.net_oere for draft in self.now)


class Standing(NamedTuple):
    """An instalment of a plan, and whether it has been billed, or a run has a bill of it that may still be posted."""

    first: date
    until: date
    due_date: date
    net_oere: int
    is_billed: bool
    is_in_a_run: bool = False

    @property
    def is_taken(self) -> bool:
        return self.is_billed or self.is_in_a_run


def offer(
    *, plan_id: int, period: Stretch, expected_net_oere: int, instalments: Sequence[Standing], custom: Custom = CUSTOM
) -> Offer:
    """What may be changed of a plan. Raises CannotChange where everything was billed."""
    ordered = sorted(instalments)
    billed_until = max((each.until for each in ordered if each.is_taken), default=period.first)
    left = [each for each in ordered if each.first >= billed_until]
    if not left or billed_until >= period.until:
        raise CannotChange(Refused.NOTHING_LEFT)
    days, of_days = (period.until - billed_until).days, (period.until - period.first).days
    base = round_half_up(Fraction(expected_net_oere * days, of_days))
    return Offer(
        plan_id,
        billed_until,
        period.until,
        base,
        tuple(Draft(each.first, each.until, each.due_date, each.net_oere) for each in left),
        _whole_kroner(Fraction(custom.least_of_expected) * base, up=True),
        _whole_kroner(Fraction(custom.most_of_expected) * base, up=False),
        min(MOST_INSTALMENTS, len(_months(Stretch(billed_until, period.until)))),
    )


def _whole_kroner(oere: Fraction, *, up: bool) -> int:
    kroner = oere / OERE_PER_KR
    return (-(-kroner.numerator // kroner.denominator) if up else kroner.numerator // kroner.denominator) * OERE_PER_KR


def changed(offered: Offer, *, net_oere: int, number: int, day: date, within_limits: bool = True) -> list[Draft]:
    """The instalments of the days that are left, as somebody wants them on a day. Raises CannotChange.

    None is due before that day, nor the first earlier than it was. Staff may go beyond the limits.
    """
    if not 1 <= number <= offered.most_instalments:
        raise CannotChange(Refused.WRONG_COUNT, most=offered.most_instalments)
    if within_limits and net_oere < offered.least_net_oere:
        raise CannotChange(Refused.TOO_LITTLE, least=offered.least_net_oere)
    if net_oere < 0 or (within_limits and net_oere > offered.most_net_oere):
        raise CannotChange(Refused.TOO_MUCH, most=offered.most_net_oere)
    first_due = min(draft.due_date for draft in offered.now)
    return split(Stretch(offered.first, offered.until), number, net_oere, due_from=max(first_due, day))
