"""Consents, restrictions and objections as the database keeps them: one live at a time, and history stays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from forsyn.domain.safeguards import actions_choices as actions
from forsyn.domain.safeguards import choices_queries as queries
from forsyn.domain.safeguards.choices_models import Channel, Consent, Objection, Restriction, RestrictionGround
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, Proof
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy, Text
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from tests.world import NOW, World

UTILITY = load_policy(Path(settings.PROJECT_ROOT, "policies", "utility.toml"))
PAPER = Proof(b"%PDF-1.7 signed", " erklæring.pdf ", "application/pdf")
LATER = NOW + timedelta(days=3)


def say_yes(customer_id: int, consent: str = "newsletter", *, policy: Policy = UTILITY, **other: object) -> int:
    given = {"language": Language.DANISH, "channel": Channel.PORTAL, "now": NOW, "text_version": policy.version}
    return actions.give_consent(policy=policy, customer_id=customer_id, consent=consent, **(given | other))  # type: ignore[arg-type]


def withdraw(customer_id: int, *consents: str) -> int:
    return actions.withdraw_consents(customer_id=customer_id, consents=consents, channel=Channel.PHONE, now=LATER)


def test_a_consent_keeps_text_version_time_and_channel(world: World) -> None:
    key = say_yes(world.anna.customer_id, language=Language.ENGLISH)
    (row,) = queries.consents_of(customer_id=world.anna.customer_id)
    assert row.id == key
    assert (row.text, row.language) == ("We may send you newsletters by e-mail.", "en")
    assert (row.text_version, row.channel, row.given_at, row.withdrawn_at) == ("1.0", "portal", NOW, None)
    assert row.recorded_by_id is None
    assert queries.proof_of(consent_id=key, customer_id=world.anna.customer_id) is None


def test_a_written_consent_keeps_its_paper(world: World) -> None:
    with pytest.raises(ChoiceRefused, match="skal være skriftligt"):
        say_yes(world.anna.customer_id, "health_notice")
    key = say_yes(
        world.anna.customer_id, "health_notice", channel=Channel.LETTER, proof=PAPER, recorded_by_id=world.dpo.pk
    )
    assert queries.proof_of(consent_id=key, customer_id=world.anna.customer_id) == replace(PAPER, name="erklæring.pdf")
    assert queries.live_consent_id(customer_id=world.anna.customer_id, consent="health_notice") == key


def test_a_withdrawal_is_at_once_and_leaves_the_history(world: World) -> None:
    anna = world.anna.customer_id
    for consent in ("newsletter", "newsletter_tracking", "cpr_nemkonto"):
        say_yes(anna, consent)
    assert withdraw(anna, "newsletter_tracking") == 1
    assert queries.live_consent_counts() == {"newsletter": 1, "cpr_nemkonto": 1}
    assert withdraw(anna, "newsletter", "cpr_nemkonto") == 2
    rows = queries.consents_of(customer_id=anna)
    assert [(row.withdrawn_at, row.withdrawn_channel) for row in rows] == [(LATER, "phone")] * 3
    say_yes(anna, now=LATER)
    assert len(queries.consents_of(customer_id=anna)) == 4


@pytest.mark.parametrize("consents", [(), ("newsletter",), ("cpr_nemkonto", "newsletter"), ("cheese",)])
def test_a_withdrawal_of_nothing_withdraws_nothing(world: World, consents: tuple[str, ...]) -> None:
    say_yes(world.anna.customer_id, "cpr_nemkonto")
    say_yes(world.bo.customer_id, "newsletter")
    with pytest.raises(ChoiceRefused, match="intet samtykke at trække tilbage"):
        withdraw(world.anna.customer_id, *consents)
    assert queries.live_consent_counts() == {"newsletter": 1, "cpr_nemkonto": 1}


def test_a_second_yes_is_refused_until_the_text_changes(world: World) -> None:
    anna = world.anna.customer_id
    first = say_yes(anna)
    with pytest.raises(ChoiceRefused, match="allerede givet"):
        say_yes(anna)
    words = replace(UTILITY.consents["newsletter"], explanation=Text("Også på papir.", "On paper too."))
    newer = replace(UTILITY, version="2.0", consents={**UTILITY.consents, "newsletter": words})
    with pytest.raises(ChoiceRefused, match="Teksten er blevet ændret"):
        say_yes(anna, policy=newer, text_version="1.0")
    second = say_yes(anna, policy=newer, now=LATER)
    now, before = queries.consents_of(customer_id=anna)
    assert (now.id, now.text, now.text_version, now.withdrawn_at) == (second, "Også på papir.", "2.0", None)
    assert (before.id, before.withdrawn_at) == (first, LATER)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_say_yes_once(world: World) -> None:
    together = Barrier(2)

    def one(_: int) -> str:
        try:
            together.wait(timeout=10)
            say_yes(world.anna.customer_id)
        except ChoiceRefused:
            return "refused"
        finally:
            connection.close()
        return "given"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == ["given", "refused"]
    assert queries.live_consent_counts() == {"newsletter": 1}


# -- restrictions --------------------------------------------------------------------------------------------------


def put_on_hold(world: World, **other: object) -> int:
    given = {
        "customer_id": world.anna.customer_id,
        "ground": RestrictionGround.ACCURACY,
        "reason": " Forbruget er ikke mit. ",
        "recorded_by_id": world.dpo.pk,
        "now": NOW,
    }
    return actions.restrict(**(given | other))  # type: ignore[arg-type]


def test_a_restriction_holds_until_it_is_lifted_by_somebody(world: World) -> None:
    key = put_on_hold(world)
    assert queries.restriction_of(customer_id=world.anna.customer_id) == queries.OnHold(key, "accuracy", NOW)
    (row,) = queries.live_restrictions()
    assert (row.pk, row.reason, row.recorded_by_id) == (key, "Forbruget er ikke mit.", world.dpo.pk)
    actions.lift_restriction(restriction_id=key, person_informed=True, ended_by_id=world.dpo.pk, now=LATER)
    assert queries.restriction_of(customer_id=world.anna.customer_id) is None
    (ended,) = queries.ended_restrictions(limit=10)
    assert (ended.ended_at, ended.ended_by_id) == (LATER, world.dpo.pk)
    assert put_on_hold(world, ground=RestrictionGround.CLAIM, now=LATER) != key


def test_what_cannot_be_restricted_or_lifted_is_refused(world: World) -> None:
    with pytest.raises(ChoiceRefused, match="Begrænsningen skal begrundes"):
        put_on_hold(world, reason=" ")
    key = put_on_hold(world)
    with pytest.raises(ChoiceRefused, match="allerede under begrænset behandling"):
        put_on_hold(world, ground=RestrictionGround.CLAIM)
    lifting = {"restriction_id": key, "ended_by_id": world.dpo.pk, "now": LATER}
    with pytest.raises(ChoiceRefused, match="skal have besked"):
        actions.lift_restriction(person_informed=False, **lifting)  # type: ignore[arg-type]
    actions.lift_restriction(person_informed=True, **lifting)  # type: ignore[arg-type]
    with pytest.raises(ChoiceRefused, match="allerede ophævet"):
        actions.lift_restriction(person_informed=True, **lifting)  # type: ignore[arg-type]
    with pytest.raises(Restriction.DoesNotExist):
        actions.lift_restriction(person_informed=True, **(lifting | {"restriction_id": 0}))  # type: ignore[arg-type]


# -- objections ----------------------------------------------------------------------------------------------------


def say_no(world: World, purpose: str = "operation_optimisation", reason: str = "Mine vaner er mine egne.") -> int:
    return actions.object_to(
        policy=UTILITY,
        customer_id=world.anna.customer_id,
        purpose=purpose,
        reason=reason,
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )


def decide(world: World, key: int, *, upheld: bool, decision: str = "Et retskrav går forud.") -> None:
    actions.decide_objection(
        policy=UTILITY, objection_id=key, upheld=upheld, decision=decision, decided_by_id=world.dpo.pk, now=LATER
    )


def standing(world: World) -> list[int]:
    """As the row policies read it."""
    rows = Objection.objects.raw(
        "select id from safeguards_objection where ended_at is null and (decided_at is null or upheld)"
        " and customer_id = %s order by id",
        [world.anna.customer_id],
    )
    return [row.pk for row in rows]


def test_an_objection_stands_until_it_is_overruled(world: World) -> None:
    key = say_no(world)
    assert standing(world) == [key]
    assert [row.pk for row in queries.undecided_objections(purposes=["operation_optimisation"])] == [key]
    decide(world, key, upheld=False)
    assert standing(world) == []
    assert [row.pk for row in queries.past_objections(limit=10)] == [key]
    again = say_no(world, reason="Noget nyt er sket.")
    decide(world, again, upheld=True)
    assert standing(world) == [again]
    assert [row.pk for row in queries.standing_objections(decided_too=["operation_optimisation"], limit=10)] == [again]


def test_a_no_to_marketing_stands_without_a_decision(world: World) -> None:
    key = say_no(world, "supply_area_marketing", reason="")
    assert standing(world) == [key]
    assert queries.undecided_objections(purposes=["operation_optimisation"]) == []
    with pytest.raises(ChoiceRefused, match="kan ikke afvises"):
        decide(world, key, upheld=False)
    actions.take_back_objection(objection_id=key, now=LATER)
    assert standing(world) == []
    with pytest.raises(ChoiceRefused, match="står ikke længere ved magt"):
        actions.take_back_objection(objection_id=key, now=LATER)


def test_what_cannot_be_objected_to_or_decided_is_refused(world: World) -> None:
    with pytest.raises(ChoiceRefused, match="ingen indsigelsesret"):
        say_no(world, "settlement")
    key = say_no(world)
    with pytest.raises(ChoiceRefused, match="allerede gjort indsigelse"):
        say_no(world)
    with pytest.raises(ChoiceRefused, match="skal begrundes"):
        decide(world, key, upheld=True, decision=" ")
    decide(world, key, upheld=True)
    with pytest.raises(ChoiceRefused, match="allerede afgjort"):
        decide(world, key, upheld=False)
    other = say_no(world, "legal_claims")
    actions.take_back_objection(objection_id=other, now=LATER)
    with pytest.raises(ChoiceRefused, match="taget indsigelsen tilbage"):
        decide(world, other, upheld=True)
    with pytest.raises(Objection.DoesNotExist):
        actions.take_back_objection(objection_id=0, now=LATER)


def test_the_desk_sees_what_stands_open(world: World) -> None:
    nothing = queries.open_choices(assessed=["operation_optimisation"])
    assert (nothing.restricted, nothing.undecided, nothing.oldest_restriction_at) == (0, 0, None)
    put_on_hold(world)
    say_no(world)
    say_no(world, "supply_area_marketing")
    found = queries.open_choices(assessed=["operation_optimisation"])
    assert (found.restricted, found.undecided) == (1, 1)
    assert (found.oldest_restriction_at, found.oldest_undecided_at) == (NOW, NOW)


# -- what follows in the database --------------------------------------------------------------------------------------


def sees(work: P, customer_id: int) -> bool:
    with purpose(work, actor=None), connection.cursor() as cursor:
        cursor.execute("select number from customers_customer where id = %s", [customer_id])
        return cursor.fetchone() is not None


def test_a_consented_purpose_sees_a_customer_from_yes_to_withdrawal(world: World) -> None:
    anna, bo = world.anna.customer_id, world.bo.customer_id
    assert not sees(P.PAYOUT_BY_NEMKONTO, anna)
    say_yes(anna, "cpr_nemkonto")
    assert sees(P.PAYOUT_BY_NEMKONTO, anna)
    assert not sees(P.PAYOUT_BY_NEMKONTO, bo)
    assert not sees(P.ADDRESS_FROM_CPR, anna), "each consent opens its own purpose only"
    withdraw(anna, "cpr_nemkonto")
    assert not sees(P.PAYOUT_BY_NEMKONTO, anna)


def test_a_restricted_customer_is_seen_by_those_that_may(world: World) -> None:
    anna = world.anna.customer_id
    assert sees(P.SETTLEMENT, anna)
    key = put_on_hold(world)
    assert not sees(P.SETTLEMENT, anna)
    assert sees(P.SETTLEMENT, world.bo.customer_id)
    assert sees(P.PRIVACY_RIGHTS, anna)
    assert sees(P.LEGAL_CLAIMS, anna)
    actions.lift_restriction(restriction_id=key, person_informed=True, ended_by_id=world.dpo.pk, now=LATER)
    assert sees(P.SETTLEMENT, anna)


def test_an_objection_hides_from_its_purpose_alone(world: World) -> None:
    anna = world.anna.customer_id
    assert sees(P.SATISFACTION_SURVEYS, anna)
    key = say_no(world, "satisfaction_surveys", reason="")
    assert not sees(P.SATISFACTION_SURVEYS, anna)
    assert sees(P.SATISFACTION_SURVEYS, world.bo.customer_id)
    assert sees(P.SETTLEMENT, anna)
    actions.take_back_objection(objection_id=key, now=LATER)
    assert sees(P.SATISFACTION_SURVEYS, anna)
    weighed = say_no(world, "legal_claims")
    assert not sees(P.LEGAL_CLAIMS, anna)
    decide(world, weighed, upheld=False)
    assert sees(P.LEGAL_CLAIMS, anna)


@pytest.mark.parametrize(
    ("work", "change"),
    [
        (P.SETTLEMENT, lambda world: say_yes(world.anna.customer_id)),
        (P.SELF_SERVICE, put_on_hold),
        (P.CUSTOMER_SERVICE, put_on_hold),
        (P.CUSTOMER_SERVICE, say_no),
    ],
)
def test_other_purposes_choose_for_nobody(world: World, work: P, change: Callable[[World], object]) -> None:
    with pytest.raises(PurposeViolation), purpose(work, actor=world.anna.account.pk):
        change(world)


def test_in_self_service_nobody_says_yes_for_another(world: World) -> None:
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        say_yes(world.anna.customer_id)
    with pytest.raises(PurposeViolation), purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        say_yes(world.bo.customer_id)
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        say_yes(world.bo.customer_id, channel=Channel.PHONE, recorded_by_id=world.clerk.pk)
    assert queries.live_consent_counts() == {"newsletter": 2}


# -- what the database refuses by itself -----------------------------------------------------------------------------


def at_once(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("set constraints all immediate")


@pytest.mark.parametrize(
    "change",
    [
        "update safeguards_consent set channel = 'dream'",
        "update safeguards_consent set language = 'fr'",
        "update safeguards_consent set withdrawn_at = now()",
        "update safeguards_consent set withdrawn_at = given_at - interval '1 day', withdrawn_channel = 'portal'",
        "update safeguards_consent set proof = 'x'",
        "insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at)"
        " select customer_id, consent, text_version, text, language, channel, given_at from safeguards_consent",
        "update safeguards_restriction set ended_at = now()",
        "update safeguards_restriction set ground = 'whim'",
        "update safeguards_restriction set reason = ''",
        "insert into safeguards_restriction (customer_id, ground, reason, began_at, recorded_by_id)"
        " select customer_id, ground, reason, began_at, recorded_by_id from safeguards_restriction",
        "update safeguards_objection set decided_at = now(), decision = 'x'",
        "update safeguards_objection set upheld = false",
        "update safeguards_objection set decided_at = now(), upheld = true, decided_by_id = recorded_by_id",
        "update safeguards_objection set ended_at = made_at - interval '1 day'",
        "insert into safeguards_objection (customer_id, purpose, reason, made_at, decision)"
        " select customer_id, purpose, reason, made_at, '' from safeguards_objection",
        *(f"update safeguards_{table} set customer_id = 0" for table in ("consent", "restriction", "objection")),
        *(f"update safeguards_{table} set recorded_by_id = 0" for table in ("consent", "restriction", "objection")),
    ],
)
def test_the_database_refuses_half_a_choice(world: World, change: str) -> None:
    say_yes(world.anna.customer_id)
    put_on_hold(world)
    say_no(world)
    with pytest.raises(IntegrityError):
        at_once(change)


def test_pages_read_with_one_query_each(world: World, django_assert_num_queries: object) -> None:
    anna = world.anna.customer_id
    say_yes(anna, "health_notice", channel=Channel.LETTER, proof=PAPER)
    put_on_hold(world)
    say_no(world)
    for read in (
        lambda: queries.consents_of(customer_id=anna),
        lambda: queries.restriction_of(customer_id=anna),
        queries.live_restrictions,
        lambda: queries.standing_objections_of(customer_id=anna),
        lambda: queries.undecided_objections(purposes=["operation_optimisation"]),
        lambda: queries.open_choices(assessed=["operation_optimisation"]),
    ):
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert read()
    assert Consent.objects.defer("proof").count() == 1
