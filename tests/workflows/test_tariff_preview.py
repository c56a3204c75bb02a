"""A draft of a tariff beside the version in force, for the consumption of those who are on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing import actions_tariffs
from forsyn.domain.billing.basis_rules import NotReady, NotReadyCode, Prepared
from forsyn.domain.billing.models import TariffVersion, Terms
from forsyn.domain.billing.tariff_preview_rules import changed_most, preview_from
from forsyn.domain.billing.tariff_rules import PriceChange, RefusalCode, TariffRefused, new_version
from forsyn.domain.ledger.actions import ensure_accounts
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.charges.tariff import Tariff as Document
from forsyn.policy.purposes import P
from forsyn.workflows.tariff_preview import make_preview, reckon
from tests.charge_samples import LONG_AGO, always, basis, fixed, heat, tariff, variable
from tests.world import NOW, TODAY, World

NEW_YEAR = date(2027, 1, 1)
TEXTS = {key: {"da": key, "en": key} for key in ("standing", "energy")}


def document() -> Document:
    return tariff(
        replace(fixed("standing", always("500")), account="sales_heat_fixed"),
        replace(variable("energy", always("600")), account="sales_heat_variable"),
    )


def draft(tariff_id: int, of: Document) -> int:
    return actions_tariffs.draft_version(
        tariff_id=tariff_id, document=of, texts=TEXTS, note="", account_id=None, today=TODAY, now=NOW
    )


@pytest.fixture
def heat_tariff(world: World) -> Iterator[int]:
    """An approved tariff that seven agreements are on; billing is at work."""
    ensure_accounts()
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        tariff_id = actions_tariffs.add_tariff(key="heat", commodity=Commodity.HEAT, name_da="Varme", name_en="Heat")
        version_id = draft(tariff_id, document())
        digest = TariffVersion.objects.get(pk=version_id).sha256
        actions_tariffs.keep_preview(version_id=version_id, made_of=digest, preview={})
        actions_tariffs.approve(version_id=version_id, sha256=digest, account_id=world.billing.pk, now=NOW)
        parties = (world.anna, world.bo, world.aeblegaarden, world.dorthe, world.freja_shop, world.ingrid, world.gorm)
        Terms.objects.bulk_create(
            Terms(
                agreement_id=party.agreements["heat"],
                tariff_id=tariff_id,
                period=DateRange(LONG_AGO, None),
                instalments=4,
                recorded_at=NOW,
            )
            for party in parties
        )
        yield tariff_id


def dearer() -> Document:
    return new_version(document(), [PriceChange("energy", NEW_YEAR, Decimal(660))], today=TODAY)


def used(**asked: Any) -> Iterator[Prepared]:
    """Each agreement uses a MWh more than the one before; the last has no readings."""
    (of,) = asked["instead"].values()
    period = (asked["from_date"], asked["until_date"])
    assert period == (date(2025, 1, 1), date(2026, 1, 1))
    for place, agreement_id in enumerate(asked["agreement_ids"]):
        spans = [heat(*period, place * 1_000_000)] if place < 6 else []
        yield Prepared(agreement_id, f"A{agreement_id}", 1, *period, 1, basis(of, spans, period))


def test_the_new_price_costs_what_it_costs(heat_tariff: int) -> None:
    version_id = draft(heat_tariff, dearer())
    reckoned = make_preview(version_id=version_id, today=TODAY, bases=used)
    preview = reckoned.preview
    assert (preview.on_tariff, preview.compared, preview.stopped, preview.newly_stopped) == (7, 6, 1, 0)
    assert preview.before_oere == 6 * 500_00 + 15 * 600_00
    assert preview.after_oere == preview.before_oere + 15 * 60_00
    assert (preview.first, preview.consumption_first) == (NEW_YEAR, date(2025, 1, 1))
    assert preview.reasons == {"missing_consumption": 1}
    assert (preview.bands["same"], preview.bands["higher_5"]) == (1, 5)
    assert [each.change_oere for each in changed_most(reckoned.compared, 2)] == [5 * 60_00, 4 * 60_00]
    kept = TariffVersion.objects.get(pk=version_id).preview
    assert preview_from(kept) == preview
    assert kept["sha256"] == TariffVersion.objects.get(pk=version_id).sha256


def test_a_preview_keeps_no_agreement_by_number(heat_tariff: int) -> None:
    version_id = draft(heat_tariff, dearer())
    reckoned = make_preview(version_id=version_id, today=TODAY, bases=used)
    text = str(TariffVersion.objects.get(pk=version_id).preview)
    assert not any(each.agreement in text for each in reckoned.compared)


def test_of_many_some_are_drawn(heat_tariff: int) -> None:
    preview = reckon(version_id=draft(heat_tariff, dearer()), today=TODAY, most=3, bases=used).preview
    assert (preview.on_tariff, preview.drawn, preview.before_oere) == (7, 3, None), "of so few no sums are told"


def test_days_without_terms_and_other_tariffs_are_no_part_of_it(heat_tariff: int) -> None:
    def strange(**asked: Any) -> Iterator[Prepared]:
        period = (asked["from_date"], asked["until_date"])
        first, second, *_ = asked["agreement_ids"]
        other = replace(document(), tariff_id="other")
        yield Prepared(first, "A1", 1, *period, 1, basis(other, [heat(*period, 5)], period))
        yield Prepared(first, "A1", 1, *period, None, None, (NotReady(NotReadyCode.NO_TERMS, *period, "A1"),))
        yield Prepared(second, "A2", 1, *period, None, None, (NotReady(NotReadyCode.NO_PRIMARY_HOLDER, *period, "A2"),))

    preview = reckon(version_id=draft(heat_tariff, dearer()), today=TODAY, bases=strange).preview
    assert (preview.drawn, preview.stopped, preview.reasons) == (1, 1, {"no_primary_holder": 1})


def test_without_readings_it_says_so_through_the_real_store(heat_tariff: int) -> None:
    preview = make_preview(version_id=draft(heat_tariff, dearer()), today=TODAY).preview
    assert preview.compared == 0
    assert preview.stopped > 0
    assert preview.reasons == {"missing_consumption": preview.stopped}


def test_what_is_decided_gets_no_new_preview(heat_tariff: int) -> None:
    with pytest.raises(TariffRefused) as refused:
        make_preview(version_id=TariffVersion.objects.get(state="approved").pk, today=TODAY, bases=used)
    assert refused.value.refusals[0].code is RefusalCode.NOT_A_DRAFT
    with pytest.raises(LookupError):
        reckon(version_id=0, today=TODAY)
