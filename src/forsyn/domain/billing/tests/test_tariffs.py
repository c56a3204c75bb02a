"""Tariffs as the office keeps them: drafted by one, previewed, approved by another, and never changed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing import actions_tariffs, tariff_queries
from forsyn.domain.billing.models import TariffVersion, Terms
from forsyn.domain.billing.tariff_rules import PriceChange, RefusalCode, TariffRefused, new_version
from forsyn.domain.ledger.actions import ensure_accounts
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.charges.tariff import Tariff as Document
from forsyn.policy.purposes import P
from tests.charge_samples import always, fixed, tariff, variable
from tests.world import NOW, TODAY, World

NEW_YEAR = date(2027, 1, 1)
TEXTS = {
    "standing": {"da": "Fast bidrag", "en": "Standing charge"},
    "energy": {"da": "Energi", "en": "Energy"},
}


def document(kr: str = "600") -> Document:
    return tariff(
        replace(fixed("standing", always("500")), account="sales_heat_fixed"),
        replace(variable("energy", always(kr)), account="sales_heat_variable"),
    )


@pytest.fixture
def heat(world: World) -> Iterator[int]:
    """A tariff without versions, and the office at work on it as billing does."""
    ensure_accounts()
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        yield actions_tariffs.add_tariff(
            key="heat-homes", commodity=Commodity.HEAT, name_da="Varme, boliger", name_en="Heat, homes"
        )


def draft(tariff_id: int, of: Document | None = None, by: int | None = None, note: str = "") -> int:
    return actions_tariffs.draft_version(
        tariff_id=tariff_id,
        document=of or document(),
        texts=TEXTS,
        note=note,
        account_id=by,
        today=TODAY,
        now=NOW,
    )


def approved(tariff_id: int, world: World, of: Document | None = None, note: str = "") -> int:
    version_id = draft(tariff_id, of, note=note)
    digest = TariffVersion.objects.get(pk=version_id).sha256
    actions_tariffs.keep_preview(version_id=version_id, made_of=digest, preview={"agreements": 0})
    actions_tariffs.approve(version_id=version_id, sha256=digest, account_id=world.billing.pk, now=NOW)
    return version_id


def codes(refused: pytest.ExceptionInfo[TariffRefused]) -> list[RefusalCode]:
    return [refusal.code for refusal in refused.value.refusals]


def test_a_version_is_drafted_previewed_and_approved(heat: int, world: World) -> None:
    version_id = draft(heat, by=world.clerk.pk)
    file = tariff_queries.version_file(version_id=version_id)
    assert file is not None
    assert (file.row.number, file.row.state, file.row.drafted_by.name) == (1, "draft", world.clerk.name)
    assert (file.document.tariff_id, file.document.version) == ("heat-homes", 1)
    assert file.texts == TEXTS
    assert tariff_queries.tariff_in_force(tariff_id=heat) is None
    actions_tariffs.keep_preview(version_id=version_id, made_of=file.row.sha256, preview={"agreements": 3})
    actions_tariffs.approve(version_id=version_id, sha256=file.row.sha256, account_id=world.billing.pk, now=NOW)
    holds = tariff_queries.tariff_in_force(tariff_id=heat)
    assert holds is not None
    assert (holds.number, holds.sha256, holds.tariff) == (1, file.row.sha256, file.document)
    row = tariff_queries.tariffs()[0]
    assert (row.key, row.in_force, row.draft_id) == ("heat-homes", 1, None)


def test_nobody_approves_what_they_wrote(heat: int, world: World) -> None:
    version_id = draft(heat, by=world.billing.pk)
    digest = TariffVersion.objects.get(pk=version_id).sha256
    actions_tariffs.keep_preview(version_id=version_id, made_of=digest, preview={})
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.approve(version_id=version_id, sha256=digest, account_id=world.billing.pk, now=NOW)
    assert codes(refused) == [RefusalCode.SAME_PERSON]


def test_nothing_is_approved_unseen(heat: int, world: World) -> None:
    version_id = draft(heat)
    digest = TariffVersion.objects.get(pk=version_id).sha256
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.approve(version_id=version_id, sha256=digest, account_id=world.billing.pk, now=NOW)
    assert codes(refused) == [RefusalCode.PREVIEW_MISSING]
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.keep_preview(version_id=version_id, made_of="0" * 64, preview={})
    assert codes(refused) == [RefusalCode.CHANGED_SINCE]


def test_a_draft_written_anew_has_to_be_previewed_and_looked_at_again(heat: int, world: World) -> None:
    version_id = draft(heat)
    seen = TariffVersion.objects.get(pk=version_id).sha256
    actions_tariffs.keep_preview(version_id=version_id, made_of=seen, preview={})
    again = {"texts": TEXTS, "note": "", "account_id": world.clerk.pk, "today": TODAY, "now": NOW}
    with purpose(P.SETTLEMENT, actor=world.clerk.pk):
        actions_tariffs.replace_draft(version_id=version_id, written_over=seen, document=document("601"), **again)
    row = TariffVersion.objects.get(pk=version_id)
    assert (row.preview, row.drafted_by_id) == (None, world.clerk.pk)
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.approve(version_id=version_id, sha256=seen, account_id=world.billing.pk, now=NOW)
    assert codes(refused) == [RefusalCode.CHANGED_SINCE]
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.replace_draft(version_id=version_id, written_over=seen, document=document("602"), **again)
    assert codes(refused) == [RefusalCode.CHANGED_SINCE]


def test_what_is_decided_stays(heat: int, world: World) -> None:
    version_id = approved(heat, world)
    for decided in (lambda: actions_tariffs.withdraw(version_id=version_id),):
        with pytest.raises(TariffRefused) as refused:
            decided()
        assert codes(refused) == [RefusalCode.NOT_A_DRAFT]
    with pytest.raises(IntegrityError, match="write a new version"), transaction.atomic():
        TariffVersion.objects.filter(pk=version_id).update(note="x")


def test_a_withdrawn_draft_keeps_its_number(heat: int) -> None:
    actions_tariffs.withdraw(version_id=draft(heat))
    second = draft(heat)
    assert TariffVersion.objects.get(pk=second).number == 2
    assert [row.state for row in tariff_queries.versions_of(tariff_id=heat)] == ["draft", "withdrawn"]
    with pytest.raises(TariffRefused) as refused:
        draft(heat)
    assert codes(refused) == [RefusalCode.DRAFT_EXISTS]


def test_the_newest_approved_version_is_billed_by_and_read_once(
    heat: int, world: World, django_assert_num_queries: Callable[..., Any]
) -> None:
    approved(heat, world)
    with pytest.raises(TariffRefused) as refused:
        draft(heat)
    assert codes(refused) == [RefusalCode.NOTHING_CHANGES]
    before = tariff_queries.tariff_in_force(tariff_id=heat)
    assert before is not None
    change = PriceChange("energy", NEW_YEAR, Decimal(700))
    second = approved(heat, world, new_version(before.tariff, [change], today=TODAY))
    assert tariff_queries.tariffs_in_force()[heat].version_id == second
    with django_assert_num_queries(1):
        tariff_queries.tariffs_in_force(tariff_ids=[heat])


def test_a_change_of_what_holds_already_needs_its_reason_in_the_note(heat: int, world: World) -> None:
    approved(heat, world)
    with pytest.raises(TariffRefused) as refused:
        draft(heat, document("601"))
    assert codes(refused) == [RefusalCode.BACK_IN_TIME]
    assert draft(heat, document("601"), note="The sheet said 601.")


def test_an_approval_that_comes_too_late_needs_a_reason_as_well(heat: int, world: World) -> None:
    approved(heat, world)
    holds = tariff_queries.tariff_in_force(tariff_id=heat)
    assert holds is not None
    change = PriceChange("energy", NEW_YEAR, Decimal(700))
    version_id = draft(heat, new_version(holds.tariff, [change], today=TODAY))
    digest = TariffVersion.objects.get(pk=version_id).sha256
    actions_tariffs.keep_preview(version_id=version_id, made_of=digest, preview={})
    late = {"version_id": version_id, "sha256": digest, "account_id": world.billing.pk}
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.approve(**late, now=NOW.replace(year=2027))
    assert codes(refused) == [RefusalCode.BACK_IN_TIME]
    actions_tariffs.approve(**late, now=NOW)
    former = tariff_queries.version_before(tariff_id=heat, number=2)
    assert former == holds
    assert tariff_queries.version_before(tariff_id=heat, number=1) is None


def test_accounts_and_names_must_be_there(heat: int) -> None:
    wrong = tariff(variable("energy", always("1")), fixed("nameless", always("1")))
    with pytest.raises(TariffRefused) as refused:
        draft(heat, wrong)
    assert [(each.code, each.component, each.value) for each in refused.value.refusals] == [
        (RefusalCode.UNKNOWN_ACCOUNT, "energy", "sales"),
        (RefusalCode.UNKNOWN_ACCOUNT, "nameless", "sales"),
        (RefusalCode.TEXT_MISSING, "nameless", "da"),
        (RefusalCode.TEXT_MISSING, "nameless", "en"),
    ]
    with pytest.raises(TariffRefused) as refused:
        draft(heat, replace(document(), commodity=Commodity.WATER))
    assert codes(refused) == [RefusalCode.COMMODITY_DIFFERS]


@pytest.mark.parametrize(
    ("key", "name", "code"),
    [
        ("heat-homes", "Varme", RefusalCode.KEY_TAKEN),
        ("Varme!", "Varme", RefusalCode.KEY_WRONG),
        ("heat", " ", RefusalCode.NAME_MISSING),
    ],
)
def test_a_tariff_has_a_key_of_its_own_and_names(heat: int, key: str, name: str, code: RefusalCode) -> None:
    with pytest.raises(TariffRefused) as refused:
        actions_tariffs.add_tariff(key=key, commodity=Commodity.HEAT, name_da=name, name_en="Heat")
    assert codes(refused) == [code]


def test_customer_service_writes_no_tariffs(world: World) -> None:
    with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        actions_tariffs.add_tariff(key="heat", commodity=Commodity.HEAT, name_da="Varme", name_en="Heat")


def test_a_document_that_was_tampered_with_is_not_billed_by(heat: int, world: World) -> None:
    version_id = draft(heat)
    digest = "f" * 64
    TariffVersion.objects.filter(pk=version_id).update(sha256=digest)
    actions_tariffs.keep_preview(version_id=version_id, made_of=digest, preview={})
    actions_tariffs.approve(version_id=version_id, sha256=digest, account_id=world.billing.pk, now=NOW)
    with pytest.raises(tariff_queries.ChangedDocument):
        tariff_queries.tariff_in_force(tariff_id=heat)


def test_the_standard_rate_of_vat_is_on_record(heat: int) -> None:
    assert tariff_queries.vat_percent(on=TODAY) == 25
    assert tariff_queries.vat_percent(on=date(1990, 1, 1)) is None


def test_agreements_are_drawn_evenly(heat: int, world: World) -> None:
    parties = (world.anna, world.bo, world.aeblegaarden, world.dorthe, world.freja_shop, world.ingrid, world.gorm)
    ids = sorted(party.agreements["heat"] for party in parties)
    Terms.objects.bulk_create(
        Terms(
            agreement_id=agreement_id,
            tariff_id=heat,
            period=DateRange(date(2025, 1, 1), date(2026, 10, 1) if agreement_id == ids[-1] else None),
            instalments=4,
            recorded_at=NOW,
        )
        for agreement_id in ids
    )
    year = {"tariff_id": heat, "first": date(2026, 1, 1), "until": date(2027, 1, 1)}
    assert tariff_queries.agreements_on(**year, most=100) == tariff_queries.Drawn(tuple(ids), 7)
    assert tariff_queries.agreements_on(**year, most=3) == tariff_queries.Drawn((ids[0], ids[3], ids[5]), 7)
    later = {"tariff_id": heat, "first": date(2026, 11, 1), "until": date(2027, 1, 1)}
    assert tariff_queries.agreements_on(**later, most=100).count == 6
    assert tariff_queries.agreements_on(tariff_id=0, first=TODAY, until=NEW_YEAR, most=1).count == 0


def test_lists_need_few_queries(heat: int, world: World, django_assert_num_queries: Callable[..., Any]) -> None:
    approved(heat, world)
    for _ in range(2):
        actions_tariffs.withdraw(version_id=draft(heat, document("602"), note="x"))
    with django_assert_num_queries(1):
        assert len(tariff_queries.versions_of(tariff_id=heat)) == 3
    with django_assert_num_queries(1):
        assert len(tariff_queries.tariffs()) == 1
    assert connection.in_atomic_block
