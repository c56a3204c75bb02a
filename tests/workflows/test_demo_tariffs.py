"""The demo's tariffs: approved, with terms for everybody, and one that waits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from forsyn.domain.billing import tariff_queries
from forsyn.domain.billing.models import FactorOf, TariffVersion, Terms
from forsyn.domain.billing.tariff_rules import prices_that_end
from forsyn.domain.customers.models import Agreement
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.purposes import P
from forsyn.workflows.demo_accounts import NotADemo, make_demo_staff
from forsyn.workflows.demo_prices import demo_tariffs
from forsyn.workflows.demo_tariffs import make_demo_tariffs, preview_demo_drafts
from tests.charge_samples import basis, square_metres, water
from tests.world import NOW, TODAY, World


def make() -> int:
    return make_demo_tariffs(today=TODAY, now=NOW)


def test_everybody_gets_terms_and_sizes_once(world: World, settings: Any) -> None:
    settings.DEMO = True
    make_demo_staff(today=TODAY, now=NOW)
    assert make() == 4
    assert Terms.objects.count() == Agreement.objects.count()
    assert set(FactorOf.objects.values_list("factor", flat=True)) == {"square_metres", "meter_size"}
    moved = FactorOf.objects.filter(agreement_id__in=[world.dorthe.agreements["heat"], world.erik.agreements["heat"]])
    assert len(set(moved.values_list("value", flat=True))) == 1, "the home stays as large when somebody moves"
    waiting = TariffVersion.objects.get(state="draft")
    assert (waiting.tariff.key, waiting.number) == ("varme", 2)
    assert make() == 0
    assert Terms.objects.count() == Agreement.objects.count()


def test_the_draft_is_reckoned_once_so_that_somebody_can_approve_it(world: World, settings: Any) -> None:
    settings.DEMO = True
    make_demo_staff(today=TODAY, now=NOW)
    make()
    assert TariffVersion.objects.get(state="draft").preview is None
    assert preview_demo_drafts(today=TODAY) == 1
    assert TariffVersion.objects.get(state="draft").preview is not None
    assert preview_demo_drafts(today=TODAY) == 0
    settings.DEMO = False
    with pytest.raises(NotADemo):
        preview_demo_drafts(today=TODAY)


def test_each_tariff_is_approved_by_another_than_wrote_it(world: World, settings: Any) -> None:
    settings.DEMO = True
    make_demo_staff(today=TODAY, now=NOW)
    make()
    with purpose(P.SETTLEMENT, actor=None):
        held = tariff_queries.tariffs_in_force()
    assert sorted(each.tariff.tariff_id for each in held.values()) == [
        "spildevand",
        "vand",
        "varme",
        "varme-motivation",
    ]
    for version in TariffVersion.objects.filter(state="approved"):
        assert None not in (version.drafted_by_id, version.approved_by_id)


def test_it_is_for_the_demo_only(db: None) -> None:
    with pytest.raises(NotADemo):
        make_demo_tariffs(today=TODAY, now=datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2030])
def test_prices_have_no_gaps_and_no_end(year: int) -> None:
    for each in demo_tariffs(year):
        assert prices_that_end(each.tariff, date(year - 4, 1, 1)) == []
        assert set(each.texts) >= {component.text_key for component in each.tariff.components}


def test_a_years_water_can_be_checked_by_hand() -> None:
    tariff = next(each.tariff for each in demo_tariffs(2026) if each.tariff.commodity is Commodity.WATER)
    size = square_metres("2.5")
    meter = type(size)(Factor.METER_SIZE, size.from_date, None, Decimal("2.5"))
    bill = calculate(basis(tariff, [water(date(2026, 1, 1), date(2027, 1, 1), 100_000)], factors=(meter,)))
    assert bill.net_oere == 440_00 + 100 * 10_40 + 100 * 6_37
    assert {line.account for line in bill.lines} == {"sales_water_fixed", "sales_water_variable", "water_tax_payable"}
