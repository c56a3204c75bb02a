"""Erasure (Art. 17) on the real database: what goes, what stays and why, and that nobody else loses a byte."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from forsyn.domain.customers.models import ContactPoint, CustomerName
from forsyn.domain.metering.importing import IMPORT_LOCK
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.choices_models import Consent, Restriction, RestrictionGround
from forsyn.domain.safeguards.holds_models import Hold
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.erasure import Outcome
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.workflows import erasure
from forsyn.workflows.erasure import ErasureRefused
from forsyn.workflows.erasure_plan import ErasurePlan
from forsyn.workflows.outgoing import Letter, mail_person
from tests.meter_values import MeterStore
from tests.world import NOW, TODAY, Party, World

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=365)
OWN_EVIDENCE = {"safeguards_restriction", "safeguards_consent"}


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any) -> ErasureLog:
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


@pytest.fixture
def metered(world: World) -> World:
    """Heat of every hour in September and October at the terrace, where Dorthe moved out and Erik in; and at Bo's."""
    store = MeterStore()
    for party in (world.dorthe, world.bo):
        meter = store.meter(party.installations["heat"], "heat", date(2020, 1, 1))
        store.fill(meter, date(2026, 9, 1), date(2026, 10, 31), lambda day, hour: 100 + day.day + hour)
    return world


def _plan(world: World, *parties: Party, today: date = TODAY) -> ErasurePlan:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        return erasure.plan_erasure(
            customer_ids=[party.customer_id for party in parties], today=today, now=NOW, actor=world.dpo.id
        )


def _carry_out(world: World, plan: ErasurePlan, *parties: Party, today: date = TODAY) -> ErasurePlan:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        return erasure.carry_out_erasure(
            customer_ids=[party.customer_id for party in parties],
            fingerprint=plan.fingerprint,
            today=today,
            now=NOW,
            actor=world.dpo.id,
        )


def _outcomes(plan: ErasurePlan) -> dict[str, Outcome]:
    return {line.table: line.outcome for line in plan.lines}


def everything() -> dict[str, set[str]]:
    """Every row of every table, as a fingerprint."""
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_class where relkind in ('r', 'p') and not relispartition"
                       " and relnamespace = 'public'::regnamespace")  # fmt: skip
        found = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f"select md5(t::text) from public.{name} as t")
            found[name] = {row for (row,) in cursor.fetchall()}
        return found


def test_while_the_agreement_runs_only_what_nobody_needs_goes(world: World) -> None:
    plan = _plan(world, world.anna)
    outcomes = _outcomes(plan)
    assert outcomes["customers_contact_point"] is Outcome.ERASED
    assert outcomes["customers_customer_name"] is Outcome.KEPT
    assert outcomes["customers_agreement"] is Outcome.KEPT
    assert not plan.becomes_restricted
    assert not plan.gaps
    assert ContactPoint.objects.filter(customer_id=world.anna.customer_id).exists()


def test_of_somebody_who_moved_the_law_keeps_a_little_until_a_day(world: World) -> None:
    plan = _plan(world, world.dorthe)
    kept = {line.table: line for line in plan.lines if line.outcome in (Outcome.KEPT, Outcome.MASKED)}
    assert kept["customers_customer_name"].until == date(2032, 1, 1)
    assert "bogføringsloven" in kept["customers_customer_name"].ground.da
    assert "accounting" in kept["customers_customer_name"].needed_by
    assert plan.becomes_restricted
    done = _carry_out(world, plan, world.dorthe)
    assert done == plan
    assert Restriction.objects.get(customer_id=world.dorthe.customer_id).ground == RestrictionGround.KEPT
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.id):
        assert not CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
    with purpose(P.ACCOUNTING, actor=world.billing.id):
        assert CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()


def test_when_the_law_asks_for_no_more_everything_goes(world: World) -> None:
    late = date(2033, 1, 2)
    plan = _plan(world, world.dorthe, today=late)
    assert {line.outcome for line in plan.lines if line.table.startswith("customers_")} <= {Outcome.ERASED}
    _carry_out(world, plan, world.dorthe, today=late)
    assert not CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()


def test_of_a_household_the_other_keeps_every_byte(metered: World) -> None:
    world = metered
    late = date(2033, 1, 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_agreement set period = daterange(lower(period), '2026-10-01')"
            " where lower(period) < '2026-10-01'"
        )
    before = everything()
    plan = _plan(world, world.bo, today=late)
    _carry_out(world, plan, world.bo, today=late)
    after = everything()
    gone = {name: before[name] - after[name] for name in before if before[name] - after[name]}
    assert set(gone) <= {
        "customers_customer", "customers_customer_name", "customers_contact_point", "customers_agreement_holder",
        "customers_portal_access", "accounts_account", "account_emailaddress",
    }, set(gone)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from customers_agreement_holder where customer_id = %s",
                       [world.birgit.customer_id])  # fmt: skip
        assert cursor.fetchone()[0] > 0
    for name in ("customers_customer_name", "customers_contact_point"):
        with connection.cursor() as cursor:
            cursor.execute(f"select md5(t::text) from {name} as t where customer_id = %s", [world.birgit.customer_id])
            assert {row for (row,) in cursor.fetchall()} <= after[name]


def test_doing_it_twice_changes_nothing_more(world: World) -> None:
    _carry_out(world, _plan(world, world.dorthe), world.dorthe)
    before = everything()
    again = _plan(world, world.dorthe)
    assert not [line for line in again.lines if line.outcome is Outcome.ERASED]
    _carry_out(world, again, world.dorthe)
    after = everything()
    assert {name for name in before if before[name] != after[name]} <= OWN_EVIDENCE


def test_a_plan_changes_nothing(world: World) -> None:
    before = everything()
    _plan(world, world.dorthe)
    assert everything() == before


def test_what_changed_since_the_plan_was_read_stops_it(world: World) -> None:
    plan = _plan(world, world.dorthe)
    ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).delete()
    with pytest.raises(ErasureRefused, match="Noget er ændret"):
        _carry_out(world, plan, world.dorthe)


def test_a_hold_keeps_what_it_covers(world: World) -> None:
    Hold.objects.create(
        customer_id=world.dorthe.customer_id, categories=None, reason="Sag ved retten", ground="retskrav, sag 12/2026",
        owner_id=world.dpo.id, began_at=NOW, end_date=TODAY + timedelta(days=90),
        review_date=TODAY + timedelta(days=30),
    )  # fmt: skip
    plan = _plan(world, world.dorthe)
    assert all(line.outcome is Outcome.KEPT for line in plan.lines)
    assert any(line.ground and "retskrav" in line.ground.da for line in plan.lines)


def test_whoever_wants_it_kept_is_not_erased(world: World) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        restrict(customer_id=world.dorthe.customer_id, ground=RestrictionGround.CLAIM, reason="Skal bruge dem",
                 recorded_by_id=world.dpo.id, now=NOW)  # fmt: skip
    assert all(line.outcome is Outcome.KEPT for line in _plan(world, world.dorthe).lines)


def _hours(party: Party, first: date, until: date) -> tuple[int, int]:
    """Days at the party's place, and those of them with hours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where cardinality(d.values) > 1) from metering_day as d"
            " join metering_mounting as m on m.meter_id = d.meter_id where m.installation_id = %s"
            " and d.day >= %s and d.day < %s",
            [party.installations["heat"], first, until],
        )
        days, hours = cursor.fetchone()
        return days, hours


def _month_total(party: Party, first: date) -> list[tuple[date, int, int]]:
    """The months at the party's place that begin then: until when, how many days, the sum."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select month.until_day, month.days, month.total from metering_month as month"
            " join metering_mounting as m on m.meter_id = month.meter_id"
            " where m.installation_id = %s and month.first_day = %s",
            [party.installations["heat"], first],
        )
        return cursor.fetchall()


def _day_total(party: Party, first: date, until: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select sum(d.total) from metering_day as d join metering_mounting as m on m.meter_id = d.meter_id"
            " where m.installation_id = %s and d.day >= %s and d.day < %s",
            [party.installations["heat"], first, until],
        )
        return int(cursor.fetchone()[0])


def test_days_become_months_for_the_books_and_the_next_tenant_keeps_every_hour(metered: World) -> None:
    dorthe, moved, end = metered.dorthe, date(2026, 10, 1), date(2026, 11, 1)
    used = _day_total(dorthe, date(2026, 9, 1), moved)
    plan = _plan(metered, dorthe)
    (days,) = [line for line in plan.lines if line.table == "metering_day"]
    assert (days.outcome, days.count) == (Outcome.THINNED, 30)
    assert "bogføringsloven" in days.ground.da
    _carry_out(metered, plan, dorthe)
    assert _hours(dorthe, date(2026, 9, 1), moved) == (0, 0)
    assert _month_total(dorthe, date(2026, 9, 1)) == [(moved, 30, used)]
    assert _hours(dorthe, moved, end) == (31, 31)
    again = _plan(metered, dorthe)
    (months,) = [line for line in again.lines if line.table.startswith("metering_")]
    assert (months.table, months.outcome) == ("metering_month", Outcome.KEPT)


def test_while_a_delivery_is_taken_in_it_waits_and_then_says_so(
    metered: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "LOCK_SECONDS", 0.1)
    beside = connection.copy()
    try:
        beside.set_autocommit(False)
        with beside.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        with pytest.raises(ErasureRefused, match="indlæsning af målinger"):
            _plan(metered, metered.dorthe)
    finally:
        beside.close()


def test_a_customer_of_whom_nothing_stays_is_on_the_log_too(world: World, log: ErasureLog) -> None:
    late = date(2033, 1, 2)
    _carry_out(world, _plan(world, world.dorthe, today=late), world.dorthe, today=late)
    assert not CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert [entry.person for entry in log.entries()] == [log.hashed(world.dorthe.number)]


def test_what_leads_to_held_consumption_stays_without_what_can_be_masked(metered: World) -> None:
    """Held for a case about the consumption: whose it was must be told as long."""
    Hold.objects.create(
        customer_id=metered.dorthe.customer_id, categories=["consumption"], reason="Sag", ground="retskrav",
        owner_id=metered.dpo.id, began_at=NOW, end_date=date(2034, 1, 1), review_date=date(2033, 6, 1),
    )  # fmt: skip
    plan = _plan(metered, metered.dorthe, today=date(2033, 1, 2))
    outcomes = {line.table: (line.outcome, line.until) for line in plan.lines}
    assert outcomes["metering_day"] == (Outcome.KEPT, date(2034, 1, 1))
    assert outcomes["customers_agreement_holder"] == (Outcome.KEPT, date(2034, 1, 1))
    assert outcomes["customers_customer_name"][0] is Outcome.ERASED


def test_the_log_outside_the_database_tells_no_name(world: World, log: ErasureLog) -> None:
    _carry_out(world, _plan(world, world.dorthe), world.dorthe)
    text = log.file.read_text()
    assert world.dorthe.number not in text
    assert [entry.person for entry in log.entries()] == [log.hashed(world.dorthe.number)]
    assert log.file.stat().st_mode & 0o077 == 0


def test_a_wish_to_be_erased_takes_every_yes_back(world: World) -> None:
    Consent.objects.create(
        customer_id=world.anna.customer_id, consent="newsletter", text_version="1.0", text="Ja", language="da",
        channel="portal", given_at=NOW - timedelta(days=3),
    )  # fmt: skip
    plan = _plan(world, world.anna)
    assert plan.consents == ("newsletter",)
    _carry_out(world, plan, world.anna)
    assert Consent.objects.get(customer_id=world.anna.customer_id).withdrawn_at is not None


@pytest.fixture
def no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything waits."""
    monkeypatch.setattr("forsyn.workflows.outgoing.deliver_due", lambda **_: None)


@pytest.mark.usefixtures("no_mail_server")
def test_mails_that_have_not_left_are_taken_back_but_answers(world: World) -> None:
    letter = Letter("1005@kunde.example", "Hej", "Tekst", ("name", "email"), (world.dorthe.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=world.clerk.id, now=NOW)
    answer = mail_person(P.PRIVACY_RIGHTS, letter, actor=world.dpo.id, now=NOW)
    plan = _plan(world, world.dorthe)
    assert plan.mails_taken_back == 1
    _carry_out(world, plan, world.dorthe)
    with connection.cursor() as cursor:
        cursor.execute("select disclosure_id from safeguards_outbox")
        assert cursor.fetchall() == [(answer,)]


@pytest.mark.usefixtures("no_mail_server")
def test_while_the_agreement_runs_what_waits_still_leaves(world: World) -> None:
    letter = Letter("1001@kunde.example", "Hej", "Tekst", ("name", "email"), (world.anna.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=world.clerk.id, now=NOW)
    assert _plan(world, world.anna).mails_taken_back == 0


def test_under_the_suppliers_policy_everything_has_an_answer_too(world: World) -> None:
    """Another controller, other rules: nothing is left undecided, for former customers and for those of today."""
    policy = load_policy(Path(__file__).parents[2] / "policies" / "supplier.toml")
    for party in (world.dorthe, world.anna, world.aeblegaarden):
        with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
            plan = erasure.plan_erasure(
                customer_ids=[party.customer_id], today=TODAY, now=NOW, actor=world.dpo.id, policy=policy
            )
        assert not plan.gaps
        assert all(line.ground for line in plan.lines if line.outcome is Outcome.KEPT)


@pytest.mark.usefixtures("no_mail_server")
def test_a_visit_that_ends_and_a_mail_that_leaves_make_no_other_plan(world: World) -> None:
    letter = Letter("1005@kunde.example", "Hej", "Tekst", ("name", "email"), (world.dorthe.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=world.clerk.id, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into accounts_session (session_key, session_data, expire_date, account_id)"
            " values ('a', '', now(), %s), ('b', '', now(), %s)",
            [world.dorthe.account.pk, world.clerk.pk],
        )
        plan = _plan(world, world.dorthe)
        assert ("accounts_session", 1) in [(line.table, line.count) for line in plan.lines]
        cursor.execute("delete from accounts_session where session_key = 'a'")
        cursor.execute("delete from safeguards_outbox")
        _carry_out(world, plan, world.dorthe)
        cursor.execute("select session_key from accounts_session")
        assert cursor.fetchall() == [("b",)]
