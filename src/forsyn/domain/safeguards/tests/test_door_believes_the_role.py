"""The door's functions run as the tables' owner; so they believe the role, and not what they are told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from forsyn.domain.safeguards.actions_choices import object_to, restrict
from forsyn.domain.safeguards.choices_models import Consent, RestrictionGround
from forsyn.domain.safeguards.door_models import Disclosure, DisclosureRefusal
from forsyn.domain.safeguards.door_queries import persons_facts
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose, rules
from forsyn.policy.purposes import P
from tests.world import NOW, World

HEALTH, NEWS = "health_notice", "newsletter"
DISCLOSE = "select safeguards_disclose(%s::jsonb, '\\x00'::bytea, %s::bigint[], %s, %s, 'test', null)"
REFUSE = "select safeguards_refuse(%s::jsonb)"


def consent(customer_id: int, key: str) -> None:
    Consent.objects.create(
        customer_id=customer_id, consent=key, text=rules().matrix.policy.consents[key].explanation.da,
        text_version="1.0", language="da", channel="letter",
        given_at=NOW,
    )  # fmt: skip


@pytest.fixture
def chosen(world: World) -> World:
    """Anna has said yes to both, and her data are restricted; Bo objects to the survey."""
    for key in (HEALTH, NEWS):
        consent(world.anna.customer_id, key)
    restrict(
        customer_id=world.anna.customer_id,
        ground=RestrictionGround.ACCURACY,
        reason="Adressen bestrides",
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )
    object_to(
        policy=rules().matrix.policy,
        customer_id=world.bo.customer_id,
        purpose=str(P.SATISFACTION_SURVEYS),
        reason="Jeg vil ikke spørges.",
        now=NOW,
    )
    return world


def told(world: World, work: P, needed: str | None = None) -> tuple[int, int, int]:
    """What a purpose is told of Anna and Bo: restricted, objecting, without the consent."""
    ids = [world.anna.customer_id, world.bo.customer_id]
    with purpose(work, actor=None):
        facts = persons_facts(customer_ids=ids, purpose=str(work), consent=needed)
    return facts.restricted, facts.objecting, facts.without_consent


def facts(work: P, **changed: object) -> str:
    """Something that might leave for nobody's processor."""
    return json.dumps(
        {
            "at": NOW.isoformat(), "purpose": work, "recipient": "police", "role": "public_authority",
            "agreement_id": None, "categories": ["name"], "countries": ["DK"], "ground": "", "statute": "§ 1",
            "channel": "file", "to_person": False, "person_count": 1, "payload_bytes": 1,
            "reasons": ["restricted"], "explanation": "Nej.",
        } | changed
    )  # fmt: skip


def run(statement: str, *parameters: Any, work: P = P.CUSTOMER_SERVICE, actor: int | None = None) -> None:
    with purpose(work, actor=actor), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


class TestWhomThePurposeMayNotSee:
    def test_is_told_by_its_own_rules(self, chosen: World) -> None:
        assert told(chosen, P.CUSTOMER_SERVICE) == (1, 0, 0)
        assert told(chosen, P.SATISFACTION_SURVEYS) == (1, 1, 0)
        assert told(chosen, P.NEWSLETTER, NEWS) == (1, 0, 1)
        assert told(chosen, P.INTERRUPTION_HEALTH, HEALTH) == (0, 0, 1)

    @pytest.mark.parametrize("work", [P.COLLECTION, P.ACCOUNTING, P.PRIVACY_RIGHTS, P.SIGN_IN])
    def test_is_nobody_where_it_sees_all(self, chosen: World, work: P) -> None:
        assert told(chosen, work) == (0, 0, 0)

    @pytest.mark.parametrize("work", [work for work in P if work is not P.INTERRUPTION_HEALTH])
    def test_no_other_purpose_learns_who_is_ill(self, chosen: World, work: P) -> None:
        """Its answer is the same with and without the consent."""
        declared = rules().matrix.policy.purpose_for(work)
        if declared is None or declared.key != str(work):
            pytest.skip(f"the policy has no purpose {work} of its own")
        before = told(chosen, work, HEALTH)
        Consent.objects.filter(consent=HEALTH).delete()
        assert told(chosen, work, HEALTH) == before

    @pytest.mark.parametrize("asked", ["interruption_health", "satisfaction_surveys", "x", "", None])
    def test_no_purpose_asks_for_another(self, chosen: World, asked: str | None) -> None:
        with pytest.raises(PurposeViolation, match="may not ask whom"):
            run("select * from safeguards_door_persons(%s, %s, %s)", [chosen.anna.customer_id], asked, HEALTH)

    @pytest.mark.parametrize("asked", ["interruption_health", "", None])
    def test_nobody_asks_without_a_role(self, chosen: World, asked: str | None) -> None:
        with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select * from safeguards_door_persons('{1}', %s, %s)", [asked, HEALTH])
        assert isinstance(error.value.__cause__, InsufficientPrivilege)


class TestTheRecord:
    def test_is_for_the_purpose_of_the_role(self, world: World) -> None:
        run(DISCLOSE, facts(P.CUSTOMER_SERVICE), [world.anna.customer_id], None, world.clerk.pk, actor=world.clerk.pk)
        assert Disclosure.objects.get().purpose == "customer_service"
        run(REFUSE, facts(P.CUSTOMER_SERVICE))
        assert DisclosureRefusal.objects.get().purpose == "customer_service"

    @pytest.mark.parametrize("wrong", ["collection", "forsyn prove", "", None])
    def test_is_never_for_another(self, world: World, wrong: str | None) -> None:
        said = facts(P.CUSTOMER_SERVICE, purpose=wrong)
        with pytest.raises(PurposeViolation, match="puts nothing on record"):
            run(DISCLOSE, said, [world.anna.customer_id], None, None)
        with pytest.raises(PurposeViolation, match="puts nothing on record"):
            run(REFUSE, said)
        assert not Disclosure.objects.exists()
        assert not DisclosureRefusal.objects.exists()

    def test_names_the_one_who_works(self, world: World) -> None:
        for working, named in ((world.clerk.pk, world.dpo.pk), (world.clerk.pk, None), (None, world.clerk.pk)):
            with pytest.raises(PurposeViolation, match="is not the one that works"):
                run(DISCLOSE, facts(P.CUSTOMER_SERVICE), [], None, named, actor=working)

    @pytest.mark.parametrize(("customers", "account"), [([2**40], None), ([None], None), ([], 2**40)])
    def test_is_about_somebody_who_exists(self, world: World, customers: list[int | None], account: int | None) -> None:
        with pytest.raises(IntegrityError, match="that there is not"):
            run(DISCLOSE, facts(P.CUSTOMER_SERVICE), customers, account, None)
        assert not Disclosure.objects.exists()
