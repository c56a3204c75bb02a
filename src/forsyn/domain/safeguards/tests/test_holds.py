"""Holds as the database keeps them: with a reason, an owner and an end; one of a kind at a time; history stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from forsyn.domain.safeguards import actions_holds as actions
from forsyn.domain.safeguards import holds_queries as queries
from forsyn.domain.safeguards.holds_models import Hold
from forsyn.domain.safeguards.holds_rules import Held, HoldRefused, is_overdue
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from tests.world import NOW, TODAY, World

NEXT_YEAR = date(2027, 11, 2)
IN_SPRING = date(2027, 3, 1)
CATEGORIES = ("invoices", "email")


def keep(world: World, customer_id: int, **other: object) -> int:
    said = {
        "categories": ["name", "invoices"],
        "ground": "sag 12/2026 ved Retten i Nordby",
        "reason": "Kunden har stævnet os om regningen for 2025.",
        "owner_id": world.dpo.pk,
        "end_date": NEXT_YEAR,
        "review_date": IN_SPRING,
        "today": TODAY,
        "now": NOW,
    }
    return actions.hold(policy=current_policy(), customer_id=customer_id, **(said | other))  # type: ignore[arg-type]


def test_a_hold_counts_until_the_day_of_its_end(world: World) -> None:
    key = keep(world, world.anna.customer_id)
    held = Held(
        key, world.anna.customer_id, frozenset({"invoices", "name"}), "sag 12/2026 ved Retten i Nordby", NEXT_YEAR
    )
    assert queries.live_holds(today=TODAY) == (held,)
    assert queries.live_holds(today=NEXT_YEAR - timedelta(days=1), customer_ids=[world.anna.customer_id]) == (held,)
    assert queries.live_holds(today=NEXT_YEAR) == ()
    assert queries.live_holds(today=TODAY, customer_ids=[world.gorm.customer_id]) == ()


def test_a_hold_covers_its_categories_or_all(world: World) -> None:
    keep(world, world.anna.customer_id)
    keep(world, world.gorm.customer_id, categories=None)
    holds = queries.live_holds(today=TODAY)
    covered = {category: {held.customer_id for held in holds if held.covers([category])} for category in CATEGORIES}
    assert covered == {"invoices": {world.anna.customer_id, world.gorm.customer_id}, "email": {world.gorm.customer_id}}


def test_the_same_hold_is_made_once_and_again_when_it_is_over(world: World) -> None:
    first = keep(world, world.anna.customer_id, categories=None)
    with pytest.raises(HoldRefused, match="allerede et tilbagehold på samme grundlag"):
        keep(world, world.anna.customer_id, categories=None)
    keep(world, world.anna.customer_id, ground="et andet krav")
    later = NOW + timedelta(days=400)
    keep(
        world, world.anna.customer_id, categories=None, today=later.date(), now=later,
        end_date=later.date() + timedelta(days=9), review_date=later.date() + timedelta(days=9),
    )  # fmt: skip
    over = Hold.objects.get(pk=first)
    assert (over.released_at, over.released_by_id, over.released_reason) == (later, None, actions.ENDED)


def test_a_review_says_how_long_it_is_still_needed(world: World) -> None:
    key = keep(world, world.anna.customer_id)
    actions.review_hold(
        hold_id=key, end_date=NEXT_YEAR, review_date=date(2027, 9, 1), reviewed_by_id=world.dpo.pk, today=IN_SPRING,
        now=NOW + timedelta(days=119),
    )  # fmt: skip
    assert list(queries.listed_holds().values_list("review_date", flat=True)) == [date(2027, 9, 1)]


def test_a_released_hold_counts_no_more_and_is_released_once(world: World) -> None:
    key = keep(world, world.anna.customer_id)
    actions.release_hold(hold_id=key, reason="Sagen er forligt.", released_by_id=world.dpo.pk, now=NOW)
    assert queries.live_holds(today=TODAY) == ()
    assert [row.released_reason for row in queries.listed_holds(released=True)] == ["Sagen er forligt."]
    with pytest.raises(HoldRefused, match="allerede ophævet"):
        actions.release_hold(hold_id=key, reason="Igen.", released_by_id=world.dpo.pk, now=NOW)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"ground": " "}, "grundlaget"),
        ({"reason": ""}, "hvorfor netop denne kundes"),
        ({"categories": []}, "mindst én slags"),
        ({"categories": ["shoe_size"]}, "kender ikke shoe_size"),
        ({"end_date": TODAY, "review_date": TODAY}, "uden ende findes ikke"),
        ({"review_date": TODAY}, "efter i dag"),
        ({"review_date": NEXT_YEAR + timedelta(days=1)}, "senest på slutdatoen"),
    ],
)
def test_a_hold_that_says_too_little_is_refused(world: World, said: dict[str, object], answer: str) -> None:
    with pytest.raises(HoldRefused, match=answer):
        keep(world, world.anna.customer_id, **said)
    assert not Hold.objects.exists()


def test_the_database_refuses_a_hold_without_reason_or_owner(world: World) -> None:
    key = keep(world, world.anna.customer_id)
    for column, value in (("reason", ""), ("ground", ""), ("released_at", NOW), ("categories", []), ("owner_id", 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            change_and_check(key, column, value)


def change_and_check(key: int, column: str, value: object) -> None:
    Hold.objects.filter(pk=key).update(**{column: value})
    transaction.get_connection().check_constraints()


def test_holds_are_for_the_privacy_desk(world: World) -> None:
    keep(world, world.anna.customer_id)
    with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=world.dpo.pk):
        list(queries.live_holds(today=TODAY))
    with purpose(P.RETENTION, actor=None):
        assert len(queries.live_holds(today=TODAY)) == 1


def test_a_review_is_overdue_from_its_day_until_the_end() -> None:
    days = {"review_date": IN_SPRING, "end_date": NEXT_YEAR}
    assert [is_overdue(**days, today=day) for day in (date(2027, 2, 28), IN_SPRING, NEXT_YEAR)] == [False, True, False]
