"""What the coming annual statement may come to: what was used so far, and for the rest what was used a year before.

A guess, and told as one. Prices are those of the tariff in force; incentives and fees are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forsyn.domain.billing.basis_queries import NoVatRate, Wanted, prepared
from forsyn.domain.billing.basis_rules import Stretch, charged_units
from forsyn.domain.billing.expectation_rules import expected_basis
from forsyn.domain.billing.plan_queries import PlanFile
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.calendar import year_before
from forsyn.kernel.charges.basis import Basis, Consumption
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.reasons import CannotBill
from forsyn.kernel.money import vat_of
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P

LEAST_DAYS = 30
"""With fewer days known of the year, nothing is guessed."""
LONGEST_YEAR = 366


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a year [first, until) may come to, with VAT. ``used`` base units: of the days before `known_until`."""

    first: date
    until: date
    known_until: date
    unit: BaseUnit
    used: int
    amount: int
    gross_oere: int
    on_account_oere: int

    @property
    def to_pay_oere(self) -> int:
        """What the annual statement may ask for; below 0 is given back."""
        return self.gross_oere - self.on_account_oere


def plan_year(plans: Sequence[PlanFile], day: date) -> tuple[PlanFile, ...]:
    """The plans that follow on each other around a day and make up a year at most: one that was changed is several."""
    ordered = sorted(plans, key=lambda plan: plan.first)
    place = next((place for place, plan in enumerate(ordered) if plan.first <= day < plan.until), None)
    if place is None:
        return ()
    first = last = place
    while last + 1 < len(ordered) and _go_together(ordered[first], ordered[last], ordered[last + 1]):
        last += 1
    while first > 0 and _go_together(ordered[first - 1], ordered[first - 1], ordered[first], until=ordered[last].until):
        first -= 1
    return tuple(ordered[first : last + 1])


def _go_together(first: PlanFile, one: PlanFile, following: PlanFile, *, until: date | None = None) -> bool:
    return following.first == one.until and ((until or following.until) - first.first).days <= LONGEST_YEAR


def forecast(*, plans: Sequence[PlanFile], today: date, account_id: int) -> Forecast | None:
    """What the year of these plans may come to; None where too little is known. 25 queries at most.

    The agreement must be one that the account may see. Reckoning is settlement's, and so is the purpose in here, which
    does not see customers whose data are restricted.
    """
    year = Stretch(plans[0].first, plans[-1].until)
    agreement_id = plans[0].agreement_id
    with purpose(P.SETTLEMENT, actor=account_id):
        try:
            found = _bases([Wanted(agreement_id, year.first, min(today, year.until))], today)
            basis = found[0] if len(found) == 1 else None
            known = _known(basis, year.first) if basis is not None else None
            if basis is None or known is None:
                return None
            rest = Stretch(known[0], year.until)
            past = [Wanted(agreement_id, year_before(rest.first), year_before(rest.until))]
            before = _bases(past, today) if _days(rest) else []
            return _reckoned(basis, year, known, rest, before, plans)
        except (CannotBill, NoVatRate):
            return None


def _bases(wanted: Sequence[Wanted], today: date) -> list[Basis]:
    found = [row.basis for row in prepared(wanted=wanted, issue_date=today)]
    return [basis for basis in found if basis is not None]


def _days(stretch: Stretch) -> int:
    return (stretch.until - stretch.first).days


def _of(consumption: Sequence[Consumption], unit: BaseUnit, since: date) -> list[Consumption]:
    return [span for span in consumption if span.unit is unit and span.from_date >= since]


def _known(basis: Basis, first: date) -> tuple[date, Mapping[BaseUnit, int]] | None:
    """Until when all is known from the year's first day on, and how much was used by then, of each unit."""
    amounts, untils = {}, set()
    for unit in charged_units(basis.tariff):
        spans = _of(basis.consumption, unit, first)
        until = max((span.until_date for span in spans), default=first)
        if sum((span.until_date - span.from_date).days for span in spans) != (until - first).days:
            return None
        amounts[unit] = sum(span.amount for span in spans)
        untils.add(until)
    if len(untils) != 1 or (min(untils) - first).days < LEAST_DAYS:
        return None
    return untils.pop(), amounts


def _reckoned(
    basis: Basis,
    year: Stretch,
    known: tuple[date, Mapping[BaseUnit, int]],
    rest: Stretch,
    before: Sequence[Basis],
    plans: Sequence[PlanFile],
) -> Forecast | None:
    known_until, used = known
    amounts = dict(used)
    for unit in used:
        left = _rest(unit, rest, before)
        if left is None:
            return None
        amounts[unit] += left
    bill = calculate(
        expected_basis(
            agreement=basis.agreement, commodity=basis.commodity, tariff=basis.tariff, period=year,
            vat_percent=basis.vat_percent, amounts=amounts, factors=basis.factors,
        )
    )  # fmt: skip
    nets = [instalment.net_oere for plan in plans for instalment in plan.instalments]
    unit = next(iter(used))
    return Forecast(
        first=year.first,
        until=year.until,
        known_until=known_until,
        unit=unit,
        used=used[unit],
        amount=amounts[unit],
        gross_oere=bill.gross_oere,
        on_account_oere=sum(net + vat_of(net, basis.vat_percent) for net in nets),
    )


def _rest(unit: BaseUnit, rest: Stretch, before: Sequence[Basis]) -> int | None:
    """What was used in the same days a year before; None unless all of them are known."""
    if not _days(rest):
        return 0
    spans = [span for basis in before for span in _of(basis.consumption, unit, basis.from_date)]
    days = (year_before(rest.until) - year_before(rest.first)).days
    if sum((span.until_date - span.from_date).days for span in spans) != days:
        return None
    return sum(span.amount for span in spans)
