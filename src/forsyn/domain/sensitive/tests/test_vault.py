"""Sensitive data in the database: only under their purpose, only on their ground, and never in clear."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from pytest_django import DjangoAssertNumQueries, Settings

from forsyn.config.keys import KeyStore
from forsyn.domain.safeguards import actions_choices
from forsyn.domain.safeguards.choices_models import Channel, Consent
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.domain.sensitive import actions, queries, vault
from forsyn.domain.sensitive.models import MODELS, Cpr, HealthNotice, Offence, ReportReceipt, SealedRow
from forsyn.domain.sensitive.rules import Kind, NotPossible
from forsyn.domain.sensitive.sealing import BrokenSeal, KeyRing, KeyRingUnusable, UnknownKey
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from tests.world import NOW, TODAY, World

from .conftest import UTILITY, SayYes

pytestmark = pytest.mark.django_db
NUMBER, OTHER_NUMBER = "6111901234", "7202851111"
ILLNESS, THREAT, DOG, SEAL = "dialyse tre gange om ugen", "truede med en økse", "stor løs hund", "brudt plombe på M1"
LATER = NOW + timedelta(days=40)
CPR_PURPOSES = {P.ADDRESS_FROM_CPR: "cpr_address", P.PAYOUT_BY_NEMKONTO: "cpr_nemkonto", P.DIGITAL_POST: "cpr_eboks"}


def keep_cpr(customer_id: int, number: str = NUMBER, *, under: P = P.PAYOUT_BY_NEMKONTO) -> None:
    with purpose(under, actor=None):
        actions.keep_cpr(
            policy=UTILITY,
            customer_id=customer_id,
            number=number,
            source=Source.PERSON,
            now=NOW,
            recorded_by_id=None,
        )


def cpr_under(work: P, customer_id: int) -> str | None:
    with purpose(work, actor=None):
        found = queries.reveal_cpr(customer_id=customer_id)
    return found and found.text


def withdraw(customer_id: int, consent: str) -> None:
    actions_choices.withdraw_consent(customer_id=customer_id, consent=consent, channel=Channel.PHONE, now=LATER)


def everything_kept(world: World, say_yes: SayYes) -> None:
    """A row of each kind about Anna, each written under its own purpose."""
    anna, common = world.anna.customer_id, {"policy": UTILITY, "now": NOW, "recorded_by_id": world.clerk.pk}
    common["customer_id"] = anna
    say_yes(anna, "cpr_nemkonto")
    keep_cpr(anna)
    consent = say_yes(anna, "health_notice")
    with purpose(P.INTERRUPTION_HEALTH, actor=world.clerk.pk):
        actions.keep_health_notice(consent_id=consent, text=ILLNESS, **common)
    with purpose(P.INTERRUPTION_SAFETY, actor=world.clerk.pk):
        actions.keep_threat_notice(text=THREAT, **common)
        actions.keep_premises_notice(text=DOG, source=Source.PERSON, **common)
    with purpose(P.OFFENCE_REPORTS, actor=world.clerk.pk):
        actions.record_offence(text=SEAL, **common)


@pytest.fixture
def full(world: World, keys: KeyStore, say_yes: SayYes) -> World:
    everything_kept(world, say_yes)
    return world


# -- CPR numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("work", CPR_PURPOSES)
def test_a_number_is_read_only_for_what_its_holder_agreed_to(
    world: World, keys: KeyStore, say_yes: SayYes, work: P
) -> None:
    anna = world.anna.customer_id
    say_yes(anna, CPR_PURPOSES[work])
    keep_cpr(anna, "611190-1234", under=work)
    assert {other: cpr_under(other, anna) for other in CPR_PURPOSES} == {
        other: NUMBER if other is work else None for other in CPR_PURPOSES
    }
    assert cpr_under(P.PRIVACY_RIGHTS, anna) == NUMBER
    assert cpr_under(P.DEBT_HAND_OVER, anna) is None


def test_a_withdrawn_consent_closes_the_number_at_once(full: World) -> None:
    anna = full.anna.customer_id
    assert cpr_under(P.PAYOUT_BY_NEMKONTO, anna) == NUMBER
    withdraw(anna, "cpr_nemkonto")
    assert cpr_under(P.PAYOUT_BY_NEMKONTO, anna) is None
    with purpose(P.RETENTION, actor=None):
        [gone] = queries.withdrawn()
        assert (gone.kind, gone.customer_id) == (Kind.CPR, anna)
        actions.forget(kind=gone.kind, row_id=gone.id)
        assert queries.withdrawn() == []
    assert not Cpr.objects.exists()


@pytest.mark.parametrize("work", [*CPR_PURPOSES, P.DEBT_HAND_OVER])
def test_without_a_ground_no_number_is_kept(world: World, keys: KeyStore, work: P) -> None:
    with pytest.raises(NotPossible, match=r"ikke gemt\..*samtykke"):
        keep_cpr(world.anna.customer_id, under=work)
    assert not Cpr.objects.exists()


def test_not_even_the_owner_of_the_tables_keeps_a_number_without_a_ground(world: World, keys: KeyStore) -> None:
    with pytest.raises(NotPossible):
        actions.keep_cpr(
            policy=UTILITY,
            customer_id=world.anna.customer_id,
            number=NUMBER,
            source=Source.PERSON,
            now=NOW,
            recorded_by_id=None,
        )


def test_a_claim_being_handed_over_opens_the_number_until_it_is_handed_over(world: World, keys: KeyStore) -> None:
    bo, birgit = world.bo.customer_id, world.birgit.customer_id
    with purpose(P.COLLECTION, actor=world.clerk.pk):
        claim = actions.open_hand_over(customer_id=bo, claim="K-17", now=NOW, opened_by_id=world.clerk.pk)
    keep_cpr(bo, under=P.DEBT_HAND_OVER)
    assert cpr_under(P.DEBT_HAND_OVER, bo) == NUMBER
    with pytest.raises(NotPossible):
        keep_cpr(birgit, OTHER_NUMBER, under=P.DEBT_HAND_OVER)
    with purpose(P.COLLECTION, actor=world.clerk.pk):
        assert [row.claim for row in queries.open_hand_overs(customer_id=bo)] == ["K-17"]
        actions.close_hand_over(hand_over_id=claim, now=LATER, closed_by_id=world.clerk.pk)
        assert queries.open_hand_overs(customer_id=bo) == []
        with pytest.raises(NotPossible, match="allerede afsluttet"):
            actions.close_hand_over(hand_over_id=claim, now=LATER, closed_by_id=world.clerk.pk)
    assert cpr_under(P.DEBT_HAND_OVER, bo) is None
    with purpose(P.RETENTION, actor=None):
        assert [row.customer_id for row in queries.withdrawn()] == [bo]


def test_a_claim_is_handed_over_once_at_a_time(world: World) -> None:
    with purpose(P.COLLECTION, actor=world.clerk.pk):
        actions.open_hand_over(customer_id=world.bo.customer_id, claim="K-17", now=NOW, opened_by_id=None)
        with pytest.raises(NotPossible, match="K-17 er allerede"):
            actions.open_hand_over(customer_id=world.bo.customer_id, claim=" K-17 ", now=NOW, opened_by_id=None)
        with pytest.raises(NotPossible, match="kravets nummer"):
            actions.open_hand_over(customer_id=world.bo.customer_id, claim="  ", now=NOW, opened_by_id=None)


def test_a_number_is_found_among_those_that_the_purpose_sees(
    world: World, keys: KeyStore, say_yes: SayYes, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    anna, gorm = world.anna.customer_id, world.gorm.customer_id
    say_yes(anna, "cpr_nemkonto")
    say_yes(gorm, "cpr_eboks")
    keep_cpr(anna)
    keep_cpr(gorm, under=P.DIGITAL_POST)
    with purpose(P.PAYOUT_BY_NEMKONTO, actor=None), django_assert_num_queries(1):
        assert queries.find_by_cpr(number="611190 1234") == [anna]
    with purpose(P.RETENTION, actor=None):
        assert queries.find_by_cpr(number=NUMBER) == sorted([anna, gorm])
        assert queries.find_by_cpr(number=OTHER_NUMBER) == []


def test_a_new_number_takes_the_place_of_the_old_one(full: World) -> None:
    keep_cpr(full.anna.customer_id, OTHER_NUMBER)
    assert cpr_under(P.PAYOUT_BY_NEMKONTO, full.anna.customer_id) == OTHER_NUMBER
    assert Cpr.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "12345", "3213901234", "6113901234", "abc", "61119012345"])
def test_what_is_no_number_is_refused_without_repeating_it(
    world: World, keys: KeyStore, say_yes: SayYes, typed: str
) -> None:
    say_yes(world.anna.customer_id, "cpr_nemkonto")
    with pytest.raises(InvalidIdentifier) as refusal:
        keep_cpr(world.anna.customer_id, typed)
    assert not typed or typed not in str(refusal.value)


# -- notices ------------------------------------------------------------------------------------------------------


def test_each_notice_is_read_under_its_own_purpose(
    full: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    anna = full.anna.customer_id
    held = {P.INTERRUPTION_HEALTH: {Kind.HEALTH: ILLNESS}, P.OFFENCE_REPORTS: {Kind.OFFENCES: SEAL}}
    held[P.INTERRUPTION_SAFETY] = {Kind.THREATS: THREAT, Kind.PREMISES: DOG}
    for work, texts in held.items():
        with purpose(work, actor=full.clerk.pk):
            for kind, text in texts.items():
                with django_assert_num_queries(1):
                    [notice] = queries.notices(kind=kind, customer_ids=[anna, full.bo.customer_id])
                assert notice.content is not None
                assert notice.content.text == text
                assert (notice.customer_id, notice.recorded_by_id) == (anna, full.clerk.pk)
                assert queries.reveal(kind=kind, row_id=notice.id).text == text


READERS = {
    Kind.CPR: {*CPR_PURPOSES, P.DEBT_HAND_OVER},
    Kind.HEALTH: {P.INTERRUPTION_HEALTH},
    Kind.THREATS: {P.INTERRUPTION_SAFETY},
    Kind.PREMISES: {P.INTERRUPTION_SAFETY},
    Kind.OFFENCES: {P.OFFENCE_REPORTS},
}


def test_other_purposes_see_not_even_that_a_row_is_there(full: World) -> None:
    seen = {
        (kind, work)
        for kind, model in MODELS.items()
        for work in P
        for column in ("id", "customer_id", "recorded_by_id", "sealing_key")
        if _may_count(model._meta.db_table, column, work)
    }
    everything = {P.PRIVACY_RIGHTS, P.RETENTION}
    assert seen == {(kind, work) for kind in MODELS for work in READERS[kind] | everything}


def _may_count(table: str, column: str, work: P) -> bool:
    try:
        with purpose(work, actor=None), connection.cursor() as cursor:
            cursor.execute(f"select count({column}) from {table}")
    except PurposeViolation:
        return False
    return True


def test_a_health_notice_needs_the_customers_own_live_paper(world: World, keys: KeyStore, say_yes: SayYes) -> None:
    anna, bo = world.anna.customer_id, world.bo.customer_id

    def keep(customer_id: int, consent_id: int) -> None:
        with purpose(P.INTERRUPTION_HEALTH, actor=world.clerk.pk):
            actions.keep_health_notice(
                policy=UTILITY,
                customer_id=customer_id,
                consent_id=consent_id,
                text=ILLNESS,
                now=NOW,
                recorded_by_id=world.clerk.pk,
            )

    of_anna, other = say_yes(anna, "health_notice"), say_yes(anna, "newsletter")
    of_bo = say_yes(bo, "health_notice")
    for customer_id, consent_id in ((world.gorm.customer_id, of_anna), (bo, of_anna), (anna, other), (anna, 10**9)):
        with pytest.raises(NotPossible, match="skriftlige samtykke"):
            keep(customer_id, consent_id)
    withdraw(bo, "health_notice")
    with pytest.raises(NotPossible, match="trukket tilbage"):
        keep(bo, of_bo)
    withdraw(anna, "health_notice")
    spoken = Consent.objects.values().get(pk=of_anna) | {"id": None, "withdrawn_at": None, "withdrawn_channel": None}
    without_paper = Consent.objects.create(**spoken | {"proof": None, "proof_name": None, "proof_type": None})
    with pytest.raises(NotPossible):
        keep(anna, without_paper.pk)
    assert not HealthNotice.objects.exists()


def test_what_was_withdrawn_stays_withdrawn_and_the_proof_as_it_was(full: World) -> None:
    given = Consent.objects.filter(consent="cpr_nemkonto", withdrawn_at=None)
    with pytest.raises(IntegrityError, match="withdrawn once"), transaction.atomic():
        given.update(text="Noget andet")
    withdraw(full.anna.customer_id, "cpr_nemkonto")
    with pytest.raises(IntegrityError, match="withdrawn once"), transaction.atomic():
        Consent.objects.filter(consent="cpr_nemkonto").update(withdrawn_at=None, withdrawn_channel=None)


def test_the_database_itself_wants_the_paper(full: World) -> None:
    other = Consent.objects.filter(consent="cpr_nemkonto").values_list("pk", flat=True).get()
    with pytest.raises(IntegrityError, match="live consent"):
        HealthNotice.objects.update(consent_id=other)


def test_the_paper_outlives_the_notice(full: World) -> None:
    with pytest.raises(ProtectedError):
        Consent.objects.filter(consent="health_notice").delete()


def test_a_withdrawn_consent_hides_the_notice_and_lets_it_go(full: World) -> None:
    withdraw(full.anna.customer_id, "health_notice")
    with purpose(P.INTERRUPTION_HEALTH, actor=full.clerk.pk):
        assert queries.notices(kind=Kind.HEALTH, customer_ids=[full.anna.customer_id]) == []
    with purpose(P.RETENTION, actor=None):
        assert [row.kind for row in queries.withdrawn()] == [Kind.HEALTH]


def test_a_source_that_the_policy_does_not_name_is_refused(world: World, keys: KeyStore) -> None:
    with (
        pytest.raises(IntegrityError, match="sensitive_premises_notice_source"),
        purpose(P.INTERRUPTION_SAFETY, actor=1),
    ):
        actions.keep_premises_notice(
            policy=UTILITY,
            customer_id=world.anna.customer_id,
            text=DOG,
            source=Source.OTHER_PERSON,
            now=NOW,
            recorded_by_id=world.clerk.pk,
        )


# -- offences -----------------------------------------------------------------------------------------------------


def test_an_offence_is_reported_handed_over_and_gone(full: World) -> None:
    with purpose(P.OFFENCE_REPORTS, actor=full.clerk.pk):
        [offence] = queries.notices(kind=Kind.OFFENCES, customer_ids=[full.anna.customer_id])
        receipt = actions.report_offence(
            offence_id=offence.id, authority="police", now=NOW, reported_by_id=full.clerk.pk
        )
        assert Offence.objects.count() == 1
        with pytest.raises(NotPossible, match="allerede anmeldt"):
            actions.report_offence(offence_id=offence.id, authority="police", now=NOW, reported_by_id=full.clerk.pk)
        actions.hand_over_offence(receipt_id=receipt, reference=" 5100-12345-26 ", now=LATER)
        assert not Offence.objects.exists()
        assert queries.handed_over_but_kept() == 0
        with pytest.raises(NotPossible, match="allerede kvitteret"):
            actions.hand_over_offence(receipt_id=receipt, reference="", now=LATER)
        [kept] = queries.receipts(customer_id=full.anna.customer_id)
    assert (kept.authority, kept.reference, kept.handed_over_at) == ("police", "5100-12345-26", LATER)
    columns = ReportReceipt.objects.values().get()
    assert not [value for value in columns.values() if isinstance(value, bytes) or "plombe" in str(value)]


def test_an_offence_kept_after_its_hand_over_is_found(full: World) -> None:
    offence = Offence.objects.get()
    ReportReceipt.objects.create(
        customer_id=offence.customer_id, offence_id=offence.pk, authority="police", reported_at=NOW, handed_over_at=NOW
    )
    assert queries.handed_over_but_kept() == 1


# -- reviews ------------------------------------------------------------------------------------------------------


def test_rows_are_due_when_their_day_comes_and_later_again(
    full: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    due_dates = {kind: model.objects.get().review_date for kind, model in MODELS.items()}
    assert due_dates[Kind.OFFENCES] < due_dates[Kind.HEALTH] < due_dates[Kind.CPR]
    with purpose(P.RETENTION, actor=None):
        assert queries.due_for_review(today=TODAY) == []
        with django_assert_num_queries(1):
            due = queries.due_for_review(today=due_dates[Kind.HEALTH])
        assert [row.kind for row in due] == [Kind.OFFENCES, Kind.PREMISES, Kind.HEALTH, Kind.THREATS]
        assert queries.due_for_review(today=due_dates[Kind.HEALTH] - timedelta(days=1)) == due[:1]
    safety = (Kind.THREATS, Kind.PREMISES)
    with purpose(P.INTERRUPTION_SAFETY, actor=full.clerk.pk):
        [dogs, threat] = queries.due_for_review(today=due_dates[Kind.HEALTH], kinds=safety)
        again = actions.review(
            policy=UTILITY, kind=threat.kind, row_id=threat.id, now=LATER, reviewed_by_id=full.clerk.pk
        )
        assert again > due_dates[Kind.HEALTH]
        actions.forget(kind=dogs.kind, row_id=dogs.id)
        assert queries.due_for_review(today=due_dates[Kind.HEALTH], kinds=safety) == []
        [kept] = queries.notices(kind=Kind.THREATS, customer_ids=[full.anna.customer_id])
    assert (kept.reviewed_at, kept.review_date, kept.recorded_at) == (LATER, again, NOW)


@pytest.mark.parametrize("change", [actions.forget, actions.review])
def test_a_row_that_is_not_there_is_not_said_to_be_changed(full: World, change: Callable[..., object]) -> None:
    more = {} if change is actions.forget else {"policy": UTILITY, "now": NOW, "reviewed_by_id": full.clerk.pk}
    with pytest.raises(MODELS[Kind.THREATS].DoesNotExist), purpose(P.INTERRUPTION_SAFETY, actor=full.clerk.pk):
        change(kind=Kind.THREATS, row_id=uuid4(), **more)


def test_nobody_alters_what_is_written(full: World) -> None:
    """Under a purpose that keeps notices they can be reviewed and deleted; another text is another row."""
    for column in ("sealed", "customer_id", "recorded_at", "sealing_key"):
        with (
            pytest.raises(PurposeViolation),
            purpose(P.INTERRUPTION_SAFETY, actor=full.clerk.pk),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"update sensitive_threat_notice set {column} = {column}")


# -- attacks ------------------------------------------------------------------------------------------------------


def test_a_copy_of_the_whole_database_shows_nothing(full: World, caplog: pytest.LogCaptureFixture) -> None:
    """As pg_dump would write it, and what the log heard meanwhile."""
    secrets = (NUMBER, ILLNESS, THREAT, DOG, SEAL)
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert {model._meta.db_table for model in MODELS.values()} <= set(tables)
        for table in tables:
            cursor.execute(f'select whole::text from "{table}" as whole')
            dump = "\n".join(row for (row,) in cursor.fetchall())
            for secret in secrets:
                assert secret not in dump
                assert secret.encode().hex() not in dump, table
    assert not [secret for secret in secrets if secret in caplog.text]


def test_a_number_moved_to_another_customer_does_not_open(full: World, say_yes: SayYes) -> None:
    anna, bo = full.anna.customer_id, full.bo.customer_id
    say_yes(bo, "cpr_nemkonto")
    keep_cpr(bo, OTHER_NUMBER)
    stolen = Cpr.objects.defer(None).get(customer_id=anna)
    Cpr.objects.filter(customer_id=bo).update(sealed=stolen.sealed, sealing_key=stolen.sealing_key)
    with pytest.raises(BrokenSeal) as refusal:
        cpr_under(P.PAYOUT_BY_NEMKONTO, bo)
    assert NUMBER not in str(refusal.value)
    Cpr.objects.filter(customer_id=bo).delete()
    Cpr.objects.filter(customer_id=anna).update(customer_id=bo)
    with pytest.raises(BrokenSeal):
        cpr_under(P.PAYOUT_BY_NEMKONTO, bo)


def test_queries_take_nothing_sealed_along_unless_it_is_asked_for(full: World) -> None:
    for model in MODELS.values():
        assert "sealed" in model.objects.get().get_deferred_fields()
        assert not {"sealed", '"lookup"'} & set(str(model.objects.all().query).replace(".", " ").split())
        assert model.objects.get().sealed  # one more query, by name


def test_a_lost_key_takes_the_content_and_nothing_else(full: World, keys: KeyStore) -> None:
    keys.replace(KeyRing.new(today=TODAY))
    with purpose(P.INTERRUPTION_SAFETY, actor=full.clerk.pk):
        [notice] = queries.notices(kind=Kind.THREATS, customer_ids=[full.anna.customer_id])
        assert notice.content is None
        with pytest.raises(UnknownKey):
            queries.reveal(kind=Kind.THREATS, row_id=notice.id)
    keep_cpr(full.anna.customer_id, OTHER_NUMBER)
    assert cpr_under(P.PAYOUT_BY_NEMKONTO, full.anna.customer_id) == OTHER_NUMBER


def test_a_lost_ring_is_not_made_anew_behind_our_back(full: World, keys: KeyStore) -> None:
    keys.file.unlink()
    with purpose(P.INTERRUPTION_SAFETY, actor=full.clerk.pk):
        [notice] = queries.notices(kind=Kind.PREMISES, customer_ids=[full.anna.customer_id])
        assert notice.content is None
    with pytest.raises(KeyRingUnusable, match="no key ring"):
        keep_cpr(full.anna.customer_id)
    assert not keys.exists()


def test_the_first_use_makes_the_ring(world: World, settings: Settings, tmp_path: Path, say_yes: SayYes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {', '.join(vault.TABLES)}")
    settings.KEY_STORE = KeyStore(tmp_path / "keys.json")
    assert not vault.ever_sealed()
    everything_kept(world, say_yes)
    assert vault.ever_sealed()
    assert settings.KEY_STORE.exists()
    assert cpr_under(P.PAYOUT_BY_NEMKONTO, world.anna.customer_id) == NUMBER


def test_errors_of_the_database_repeat_nothing(full: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    row: SealedRow = Cpr.objects.defer(None).get()
    row.pk = uuid4()
    with pytest.raises(IntegrityError) as twice:
        row.save(force_insert=True)
    assert NUMBER not in f"{twice.value}{caplog.text}"
