"""The desk's pages of holds and of retention nights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.retention.actions import NewStep, begin_night, finish_night, note_chunk
from forsyn.domain.retention.models import Step, Work
from forsyn.domain.safeguards.actions_holds import hold
from forsyn.domain.safeguards.holds_models import Hold
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.workflows.declarations import current_policy
from tests.world import NOW, TODAY, World

GIVEN = {
    "ground": "sag 12/2026",
    "reason": "Kunden har stævnet os.",
    "end_date": "2090-01-31",
    "review_date": "2090-01-01",
}


@pytest.fixture
def desk(signed_in: Callable[..., Client], world: World) -> Client:
    return signed_in(world.dpo)


def held(world: World, *, review: date) -> int:
    return hold(
        policy=current_policy(), customer_id=world.anna.customer_id, categories=["name", "consumption"],
        ground="sag 12/2026", reason="Stævnet.", owner_id=world.dpo.pk, end_date=date(2090, 1, 1), review_date=review,
        today=TODAY, now=NOW,
    )  # fmt: skip


def test_a_hold_is_made_by_whom_answers_for_it(desk: Client, world: World) -> None:
    page = desk.post(reverse("privacy_desk:new_hold"), GIVEN | {"number": world.anna.number}, follow=True)
    assert "Den natlige oprydning rører dem ikke" in page.content.decode()
    row = Hold.objects.get()
    assert (row.customer_id, row.owner_id, row.categories) == (world.anna.customer_id, world.dpo.pk, None)
    assert AccessEntry.objects.filter(customer_id=world.anna.customer_id, kind="change").exists()


@pytest.mark.parametrize(
    ("change", "answer"),
    [({"number": "4711"}, "ingen kunde med nummer 4711"), ({"end_date": "2001-01-01"}, "uden ende findes ikke")],
)
def test_a_hold_that_cannot_be_says_why(desk: Client, world: World, change: dict[str, str], answer: str) -> None:
    page = desk.post(reverse("privacy_desk:new_hold"), GIVEN | {"number": world.anna.number} | change)
    assert answer in page.content.decode()
    assert not Hold.objects.exists()


def test_an_overdue_review_stands_first_and_is_told(desk: Client, world: World) -> None:
    held(world, review=date(2026, 11, 3))
    with_alert = desk.get(reverse("privacy_desk:holds")).content.decode()
    assert "1 tilbagehold skulle være set efter" in with_alert
    assert "overskredet" in with_alert
    assert "navn, forbrug" in with_alert or "forbrug, navn" in with_alert


def test_a_hold_is_reviewed_and_released(desk: Client, world: World) -> None:
    key = held(world, review=date(2026, 11, 3))
    desk.post(reverse("privacy_desk:review_hold", args=[key]), {"end_date": "2090-01-01", "review_date": "2089-01-01"})
    assert Hold.objects.get().review_date == date(2089, 1, 1)
    page = desk.post(reverse("privacy_desk:release_hold", args=[key]), {"reason": "Forligt."}, follow=True)
    assert "bliver slettet i nat" in page.content.decode()
    row = Hold.objects.get()
    assert (row.released_by_id, row.released_reason) == (world.dpo.pk, "Forligt.")
    assert "blev ophævet" in desk.get(reverse("privacy_desk:review_hold", args=[key])).content.decode()


def test_a_clerk_does_not_see_holds_or_nights(signed_in: Callable[..., Client], world: World) -> None:
    client = signed_in(world.clerk)
    for name in ("holds", "new_hold", "nights", "coming_night"):
        assert client.get(reverse(f"privacy_desk:{name}")).status_code == 404


def test_a_night_shows_what_went_by_table_and_rule(desk: Client) -> None:
    steps = [NewStep(Work.ROWS, "correspondence_note", "dialogue", "deleted", 1200)]
    night = begin_night(today=TODAY, now=NOW, version="1.0", sha256="0" * 64, held_customers=2, steps=steps)
    assert "i gang" in desk.get(reverse("privacy_desk:nights")).content.decode()
    note_chunk(counts={Step.objects.get().pk: 1199}, cursor=None, now=NOW)
    finish_night(night_id=night, now=datetime(2026, 11, 2, 9, 5, tzinfo=UTC))
    listed = desk.get(reverse("privacy_desk:nights")).content.decode()
    assert "1.199" in listed
    page = desk.get(reverse("privacy_desk:night", args=[night])).content.decode()
    for text in ("correspondence_note", "1.200", "1.199", "Breve, notater og klager", "2 kunder var holdt"):
        assert text in page


def test_the_coming_night_is_counted_and_nothing_goes(desk: Client, world: World) -> None:
    page = desk.get(reverse("privacy_desk:coming_night"))
    assert page.status_code == 200
    assert not Step.objects.exists()
