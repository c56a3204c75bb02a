"""The retention night: what is over goes, what is held stays, and what runs is what was previewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from forsyn.domain.correspondence.models import Note
from forsyn.domain.customers.models import (
    Agreement,
    AgreementHolder,
    ContactPoint,
    Customer,
    CustomerName,
    PortalAccess,
)
from forsyn.domain.retention.models import Night, NightState, Step, StepState, Work
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.actions_holds import hold, release_hold
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.kernel.local_days import local_day
from forsyn.policy.ends import end_date
from forsyn.policy.periods import Period
from forsyn.policy.policy import Policy
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night import NightDone, Pace, run_night
from forsyn.workflows.night_steps import preview_night
from tests.metered_world import MeteredWorld
from tests.world import TODAY, World

QUICK = Pace(pause_seconds=0, lock_seconds=0.2)
SMALL = Pace(rows_at_once=2, persons_at_once=1, pause_seconds=0, lock_seconds=0.2)
DORTHES_TIME_IS_OVER = date(2032, 1, 1)
"""Her agreement ended in 2026, and the accounting year 2026 five years before."""


def midday(day: date) -> datetime:
    return datetime.combine(day, time(11), UTC)


def night(today: date, *, pace: Pace = QUICK, policy: Policy | None = None, **other: object) -> NightDone:
    return run_night(
        policy or current_policy(), today=today, clock=lambda: midday(today), sleep=lambda _: None, pace=pace, **other
    )  # type: ignore[arg-type]


def evidence(done: NightDone) -> dict[tuple[str, str], int]:
    """What went, by work and table, of the steps that did something."""
    steps = Step.objects.filter(night_id=done.night_id).exclude(work=Work.DEAD)
    return {(step.work, step.table_name): step.done_count for step in steps if step.done_count}


@pytest.fixture(autouse=True)
def nothing_is_vacuumed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """VACUUM works in no test that undoes what it did; the tests that commit do it."""
    if "own_database" not in request.fixturenames:
        monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))


# -- persons ---------------------------------------------------------------------------------------------------------


def test_a_customer_goes_whole_when_the_last_bill_is_old_enough(metered_world: MeteredWorld) -> None:
    dorthe = metered_world.world.dorthe.customer_id
    night(DORTHES_TIME_IS_OVER - timedelta(days=1))
    assert CustomerName.objects.filter(customer_id=dorthe).exists()
    assert not ContactPoint.objects.filter(customer_id=dorthe).exists()  # half a year is enough for these
    assert not PortalAccess.objects.filter(customer_id=dorthe).exists()
    night(DORTHES_TIME_IS_OVER)
    assert not Customer.objects.filter(pk=dorthe).exists()
    assert not AgreementHolder.objects.filter(customer_id=dorthe).exists()


def test_nobody_else_is_touched(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    before = [
        list(model.objects.exclude(pk=world.dorthe.customer_id).order_by("pk").values())
        if model is Customer
        else list(model.objects.exclude(customer_id=world.dorthe.customer_id).order_by("pk").values())
        for model in (Customer, CustomerName, ContactPoint, AgreementHolder, PortalAccess)
    ]
    night(DORTHES_TIME_IS_OVER)
    after = [list(model.objects.order_by("pk").values()) for model in (
        Customer, CustomerName, ContactPoint, AgreementHolder, PortalAccess
    )]  # fmt: skip
    assert after == before


def test_a_preview_is_what_runs(metered_world: MeteredWorld) -> None:
    notes(metered_world.world, date(2020, 1, 1), date(2031, 1, 1))
    for today in (date(2027, 6, 1), DORTHES_TIME_IS_OVER):
        previewed = preview_night(current_policy(), today=today, now=midday(today))
        done = night(today, pace=SMALL)
        steps = Step.objects.filter(night_id=done.night_id).exclude(work__in=[Work.HOURS, Work.DAYS, Work.DEAD])
        counted = {(step.number, step.work, step.table_name): step.done_count for step in steps}
        promised = {
            (number, step.work, step.table): step.previewed
            for number, step in enumerate(previewed, 1)
            if step.work not in (Work.HOURS, Work.DAYS, Work.DEAD)
        }
        assert counted == promised
        assert any(counted.values())
        assert not [step for step in steps if step.previewed != step.done_count]


def test_running_it_twice_changes_nothing(metered_world: MeteredWorld) -> None:
    night(DORTHES_TIME_IS_OVER)
    assert evidence(night(DORTHES_TIME_IS_OVER)) == {}


def test_an_agreement_of_two_stays_until_the_time_of_both_is_over(world: World) -> None:
    """Dorthe and Erik hold one together; Erik has another, which runs."""
    shared = Agreement.objects.filter(holders__customer_id=world.dorthe.customer_id).first()
    assert shared is not None
    AgreementHolder.objects.create(agreement=shared, customer_id=world.erik.customer_id, is_primary=False)
    night(DORTHES_TIME_IS_OVER)
    assert Agreement.objects.filter(pk=shared.pk).exists()
    assert list(AgreementHolder.objects.filter(agreement=shared).values_list("customer_id", flat=True)) == [
        world.erik.customer_id
    ]


def test_one_ended_and_one_running_agreement_keep_the_customer(world: World) -> None:
    running = Agreement.objects.filter(holders__customer_id=world.erik.customer_id).first()
    assert running is not None
    AgreementHolder.objects.create(agreement=running, customer_id=world.dorthe.customer_id, is_primary=False)
    night(DORTHES_TIME_IS_OVER)
    assert CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).exists()


# -- rows ------------------------------------------------------------------------------------------------------------


def notes(world: World, *days: date, customer_id: int | None = None) -> list[int]:
    made = Note.objects.bulk_create(
        Note(customer_id=customer_id or world.anna.customer_id, written_at=midday(day), account_id=world.clerk.pk,
             kind="phone", text=f"Talte om {day}.", cpr_taken_out=0)
        for day in days
    )  # fmt: skip
    return [note.pk for note in made]


def test_a_note_goes_three_years_after_it_was_written(world: World) -> None:
    last, kept = notes(world, date(2026, 2, 28), date(2026, 3, 1))
    done = night(date(2029, 2, 28))
    assert set(Note.objects.values_list("pk", flat=True)) == {kept}
    assert last not in {kept}
    assert evidence(done)["rows", "correspondence_note"] == 1


@pytest.mark.parametrize("today", [date(2029, 2, 28), date(2029, 3, 1), date(2028, 10, 29), date(2028, 3, 26)])
def test_the_database_takes_what_the_rule_says_row_by_row(world: World, today: date) -> None:
    """Around the day that many years before, at each hour where a local day begins or ends."""
    around = today.replace(year=today.year - 3, day=min(today.day, 28))
    moments = [
        datetime.combine(around + timedelta(days=day), time(hour, 30), UTC)
        for day in range(-4, 5)
        for hour in (0, 11, 21, 22, 23)
    ]
    made = Note.objects.bulk_create(
        Note(customer_id=world.anna.customer_id, written_at=moment, account_id=world.clerk.pk, kind="phone", text="Ja.",
             cpr_taken_out=0)
        for moment in moments
    )  # fmt: skip
    policy = current_policy()
    rule = policy.retention["dialogue"]
    kept = {note.pk for note in made if end_date(policy, rule, local_day(note.written_at)) > today}
    assert 0 < len(kept) < len(made)
    night(today)
    assert set(Note.objects.values_list("pk", flat=True)) == kept


def test_a_rule_made_shorter_counts_the_same_night(world: World) -> None:
    (note,) = notes(world, date(2026, 1, 1))
    policy = current_policy()
    shorter = replace(policy.retention["dialogue"], period=Period(years=1))
    policy = replace(policy, retention={**policy.retention, "dialogue": shorter})
    night(date(2026, 12, 31), policy=policy)
    assert Note.objects.filter(pk=note).exists()
    night(date(2027, 1, 1), policy=policy)
    assert not Note.objects.filter(pk=note).exists()


# -- holds -----------------------------------------------------------------------------------------------------------


def keep(world: World, customer_id: int, *, today: date, end: date, categories: list[str] | None) -> int:
    return hold(
        policy=current_policy(), customer_id=customer_id, categories=categories, ground="sag 7/2031", reason="Stævnet.",
        owner_id=world.dpo.pk, end_date=end, review_date=end, today=today, now=midday(today),
    )  # fmt: skip


def test_what_is_held_stays_and_goes_the_night_after_its_release(metered_world: MeteredWorld) -> None:
    world, dorthe = metered_world.world, metered_world.world.dorthe.customer_id
    key = keep(world, dorthe, today=date(2026, 12, 1), end=date(2034, 1, 1), categories=None)
    notes(world, date(2026, 1, 1), customer_id=dorthe)
    night(DORTHES_TIME_IS_OVER)
    assert CustomerName.objects.filter(customer_id=dorthe).exists()
    assert ContactPoint.objects.filter(customer_id=dorthe).exists()
    assert Note.objects.filter(customer_id=dorthe).exists()
    assert Night.objects.latest("started_at").held_customers == 1
    release_hold(hold_id=key, reason="Forligt.", released_by_id=world.dpo.pk, now=midday(date(2032, 1, 2)))
    night(date(2032, 1, 3))
    assert not CustomerName.objects.filter(customer_id=dorthe).exists()
    assert not Note.objects.filter(customer_id=dorthe).exists()
    assert Customer.objects.filter(pk=dorthe).exists()  # the released hold itself is on record for five years
    night(date(2037, 1, 3))
    assert not Customer.objects.filter(pk=dorthe).exists()


def test_a_hold_on_one_kind_of_data_keeps_that_and_the_way_to_it(metered_world: MeteredWorld) -> None:
    world, dorthe = metered_world.world, metered_world.world.dorthe.customer_id
    keep(world, dorthe, today=date(2026, 12, 1), end=date(2034, 1, 1), categories=["consumption"])
    done = evidence(night(DORTHES_TIME_IS_OVER))
    assert ("persons", "metering_day") not in done
    assert ("persons", "metering_month") not in done
    assert AgreementHolder.objects.filter(customer_id=dorthe).exists()
    assert not ContactPoint.objects.filter(customer_id=dorthe).exists()
    assert not CustomerName.objects.filter(customer_id=dorthe).exists()


def test_a_hold_ends_by_itself(world: World) -> None:
    dorthe = world.dorthe.customer_id
    keep(world, dorthe, today=date(2026, 12, 1), end=date(2033, 1, 1), categories=None)
    night(date(2032, 12, 31))
    assert CustomerName.objects.filter(customer_id=dorthe).exists()
    night(date(2033, 1, 1))
    assert not CustomerName.objects.filter(customer_id=dorthe).exists()


def test_a_restricted_persons_data_are_only_stored(world: World) -> None:
    dorthe = world.dorthe.customer_id
    restrict(
        customer_id=dorthe, ground=RestrictionGround.CLAIM, reason="Kunden skal bruge dem i en retssag.",
        recorded_by_id=world.dpo.pk, now=midday(TODAY),
    )  # fmt: skip
    night(DORTHES_TIME_IS_OVER)
    assert CustomerName.objects.filter(customer_id=dorthe).exists()
    assert ContactPoint.objects.filter(customer_id=dorthe).exists()


# -- broken off ------------------------------------------------------------------------------------------------------


def test_a_night_goes_on_where_it_was_broken_off(metered_world: MeteredWorld) -> None:
    notes(metered_world.world, *(date(2020, 1, 1) + timedelta(days=n) for n in range(9)))
    first = night(DORTHES_TIME_IS_OVER, pace=SMALL, budget_seconds=0)
    assert not first.finished
    assert Night.objects.get().state == NightState.RUNNING
    whole = night(DORTHES_TIME_IS_OVER + timedelta(days=1), pace=SMALL)
    assert whole.finished
    assert whole.night_id == first.night_id
    (done,) = Night.objects.all()
    assert (done.today, done.state) == (DORTHES_TIME_IS_OVER, NightState.FINISHED)
    assert evidence(whole)["rows", "correspondence_note"] == 9
    assert not [step for step in done.steps.all() if step.state != StepState.DONE]


def test_ids_that_nobody_has_cost_nothing(world: World) -> None:
    """An installation that took customers over from another system may begin at any number."""
    before = night(TODAY).chunks
    somebody = Customer.objects.get(pk=world.anna.customer_id)
    somebody.pk, somebody.number = 2_000_000_000, "900001"
    somebody.save(force_insert=True)
    assert night(TODAY + timedelta(days=1)).chunks <= before + 1


def test_other_rules_begin_a_night_of_their_own(world: World) -> None:
    first = night(TODAY, pace=SMALL, budget_seconds=0)
    policy = current_policy()
    shorter = replace(policy.retention["dialogue"], period=Period(years=1))
    second = night(TODAY, policy=replace(policy, retention={**policy.retention, "dialogue": shorter}))
    assert second.night_id != first.night_id
    assert Night.objects.get(pk=first.night_id).state == NightState.FINISHED
    assert Step.objects.filter(night_id=first.night_id, state=StepState.HELD_UP).exists()
