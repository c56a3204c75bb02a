"""The demo's tariffs with their approvals, a draft that waits for one, and on what terms everybody is billed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.billing import actions_tariffs, tariff_queries
from forsyn.domain.billing.actions_new_terms import NewFactor, NewTerms, begin_factors, begin_terms
from forsyn.domain.billing.tariff_rules import PriceChange, new_version
from forsyn.domain.billing.terms_queries import WithoutTerms, agreements_without_terms
from forsyn.domain.billing.waiting_queries import drafts_waiting
from forsyn.domain.ledger.actions import ensure_accounts
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Tariff
from forsyn.policy.purposes import P
from forsyn.workflows.demo_accounts import APPROVES_TARIFFS, DRAFTS_TARIFFS, NotADemo
from forsyn.workflows.demo_prices import DemoTariff, demo_tariffs
from forsyn.workflows.tariff_preview import make_preview

TARIFF_OF = {"heat": "varme", "water": "vand", "waste_water": "spildevand"}
INSTALMENTS = {"heat": 10, "water": 4, "waste_water": 4}
SQUARE_METRES = {
    "flat": (42, 96), "terraced_house": (78, 126), "house": (104, 214), "holiday_home": (48, 96),
    "business": (160, 900),
}  # fmt: skip
LARGE_METERS = ("2.5", "6.3", "6.3", "10", "16")
"""Of businesses; homes have the smallest."""


def make_demo_tariffs(*, today: date, now: datetime) -> int:
    """The tariffs that are not there yet, approved; return how many were made. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo tariffs are made by `forsyn demo` only.")
    with purpose(P.ACCOUNTING, actor=None):
        ensure_accounts()
    with purpose(P.SIGN_IN, actor=None):
        drafts, approves = (account_with_email(email=email) for email in (DRAFTS_TARIFFS, APPROVES_TARIFFS))
    drafter, approver = (account.pk if account else None for account in (drafts, approves))
    made = 0
    with purpose(P.SETTLEMENT, actor=None):
        for each in demo_tariffs(today.year):
            if approver is not None and tariff_queries.tariff_with_key(key=each.tariff.tariff_id) is None:
                tariff_id = _approved(each, drafter, approver, today, now)
                made += 1
                if each.tariff.tariff_id == TARIFF_OF["heat"]:
                    _next_year(tariff_id, each, drafter, today, now)
        _settle_terms(now)
    return made


def preview_demo_drafts(*, today: date) -> int:
    """Reckon the drafts for last year's consumption, so that they can be approved; return how many. Does it once."""
    if not settings.DEMO:
        raise NotADemo("Demo tariffs are made by `forsyn demo` only.")
    with purpose(P.SETTLEMENT, actor=None):
        drafts = [draft.pk for draft in drafts_waiting() if not draft.is_reckoned]
        for version_id in drafts:
            make_preview(version_id=version_id, today=today)
    return len(drafts)


def _approved(each: DemoTariff, drafter: int | None, approver: int, today: date, now: datetime) -> int:
    tariff_id = actions_tariffs.add_tariff(
        key=each.tariff.tariff_id, commodity=each.tariff.commodity, name_da=each.name[0], name_en=each.name[1]
    )
    version_id = _drafted(tariff_id, each.tariff, each, "Takstblad fra byrådets møde", drafter, today, now)
    make_preview(version_id=version_id, today=today)
    file = tariff_queries.version_file(version_id=version_id)
    if file is not None:
        with purpose(P.SETTLEMENT, actor=approver):
            actions_tariffs.approve(version_id=version_id, sha256=file.row.sha256, account_id=approver, now=now)
    return tariff_id


def _next_year(tariff_id: int, each: DemoTariff, drafter: int | None, today: date, now: datetime) -> None:
    """A draft that waits: next year's heat."""
    begins = date(today.year + 1, 1, 1)
    changes = [PriceChange("subscription", begins, Decimal(660)), PriceChange("floor_area", begins, Decimal("21.6"))]
    draft = new_version(each.tariff, changes, today=today)
    _drafted(tariff_id, draft, each, "Nye faste bidrag fra nytår", drafter, today, now)


def _drafted(
    tariff_id: int, document: Tariff, each: DemoTariff, note: str, drafter: int | None, today: date, now: datetime
) -> int:
    return actions_tariffs.draft_version(
        tariff_id=tariff_id, document=document, texts=each.texts, note=note, account_id=drafter, today=today, now=now
    )


def _settle_terms(now: datetime) -> None:
    """Terms and sizes for every agreement that has none; the same agreement always gets the same."""
    missing = agreements_without_terms()
    ids = {row.key: row.id for row in tariff_queries.tariffs()}
    known = [each for each in missing if TARIFF_OF.get(each.commodity) in ids]
    begin_terms(
        terms=[
            NewTerms(each.id, ids[TARIFF_OF[each.commodity]], each.first, each.until, INSTALMENTS[each.commodity])
            for each in known
        ],
        account_id=None,
        now=now,
    )
    begin_factors(factors=[factor for each in known for factor in _factors(each)], account_id=None, now=now)


def _factors(agreement: WithoutTerms) -> Iterator[NewFactor]:
    """By the home, not by who lives there: all numbers of its agreements begin alike."""
    chance = random.Random(agreement.number.split("-")[0])  # noqa: S311 - no secret
    if agreement.commodity == "heat":
        low, high = SQUARE_METRES.get(agreement.housing_kind, SQUARE_METRES["house"])
        value = Decimal(chance.randint(low, high))
        yield NewFactor(agreement.id, Factor.SQUARE_METRES, agreement.first, agreement.until, value)
    elif agreement.commodity == "water":
        size = chance.choice(LARGE_METERS) if agreement.housing_kind == "business" else "2.5"
        yield NewFactor(agreement.id, Factor.METER_SIZE, agreement.first, agreement.until, Decimal(size))
