"""Restrictions and objections: what will follow can be read first; then it holds at once, also in the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core import mail

from forsyn.domain.customers.corrections_queries import recipients_told
from forsyn.domain.customers.models import ContactPoint, CustomerName
from forsyn.domain.safeguards.actions_choices import give_consent, object_to, withdraw_consent
from forsyn.domain.safeguards.actions_door import disclose
from forsyn.domain.safeguards.choices_models import Channel as Told
from forsyn.domain.safeguards.choices_models import Restriction, RestrictionGround
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, objectable
from forsyn.domain.safeguards.door_models import Disclosure, OutboxMessage
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Language, Objection
from forsyn.workflows.choice_plans import (
    announce_lifting,
    carry_out_lifting,
    carry_out_restriction,
    plan_objection,
    plan_restriction,
)
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Delivery, Letter, deliver_due, mail_person
from tests.world import NOW, TODAY, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def server_is_down() -> Iterator[pytest.MonkeyPatch]:
    """Mails wait in the outbox until ``undo()``."""
    patched = pytest.MonkeyPatch()

    def refuse(message: Mail) -> None:
        raise MailNotSent("The mail server could not be used (ConnectionRefusedError).", again=True)

    patched.setattr(transport, "send", refuse)
    yield patched
    patched.undo()


def given_to_the_collector(world: World) -> None:
    with purpose(P.COLLECTION, actor=None):
        disclose(
            categories=("name", "arrears"),
            recipient="debt_collector",
            customer_ids=[world.anna.customer_id],
            payload=b"file",
            channel=Channel.FILE,
            ground="6(1)(b)",
            keep=False,
            now=NOW,
            today=TODAY,
        )


def restricted(world: World) -> int:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        carry_out_restriction(
            current_policy(),
            customer_id=world.anna.customer_id,
            ground=RestrictionGround.ACCURACY,
            reason="Navnet undersøges.",
            actor=world.dpo.pk,
            now=NOW + HOUR,
        )
    return Restriction.objects.get().pk


# -- restriction ------------------------------------------------------------------------------------------------------


def test_the_plan_names_who_stops_who_goes_on_and_who_is_told(world: World) -> None:
    given_to_the_collector(world)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan = plan_restriction(current_policy(), customer_id=world.anna.customer_id)
    assert {"customer_service", "settlement", "supply_area_marketing"} <= set(plan.stops)
    assert {"privacy_rights", "legal_claims", "self_service"} <= set(plan.goes_on)
    assert [one.recipient for one in plan.recipients] == ["debt_collector"]
    assert plan.already_since is None
    assert not Restriction.objects.exists()


def test_each_purpose_of_the_plan_really_stops_or_goes_on(world: World) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan = plan_restriction(current_policy(), customer_id=world.anna.customer_id)
    restricted(world)
    for key in ("customer_service", "settlement", "agreements", "accounting", "legal_claims", "privacy_rights"):
        with purpose(P(key), actor=world.dpo.pk):
            seen = CustomerName.objects.filter(customer_id=world.anna.customer_id).exists()
        assert seen is (key in plan.goes_on), key


def test_recipients_hear_of_a_restriction_and_of_its_end(world: World) -> None:
    given_to_the_collector(world)
    restriction_id = restricted(world)
    [told] = mail.outbox
    assert (told.to, told.subject) == (["persondata@inkasso.example"], "Begrænset behandling")
    assert "kundenummer 1001" in told.body
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        with pytest.raises(ChoiceRefused, match="besked, før"):
            carry_out_lifting(
                current_policy(), restriction_id=restriction_id, person_informed=False, actor=world.dpo.pk, now=NOW
            )
        carry_out_lifting(
            current_policy(),
            restriction_id=restriction_id,
            person_informed=True,
            actor=world.dpo.pk,
            now=NOW + 2 * HOUR,
        )
    assert mail.outbox[-1].subject == "Begrænsningen er hævet"
    told_of = recipients_told(customer_id=world.anna.customer_id)
    assert [one.cause for one in told_of] == ["lifting", "restriction"]


def test_the_person_is_told_before_it_is_lifted(world: World) -> None:
    restriction_id = restricted(world)
    values = {"restriction_id": restriction_id, "lift_date": date(2026, 11, 9), "actor": world.dpo.pk, "now": NOW}
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        with pytest.raises(ChoiceRefused, match="hvorfor"):
            announce_lifting(current_policy(), why=" ", **values)
        announced = announce_lifting(current_policy(), why="Navnet er rettet.", **values)
    assert announced.mailed
    assert mail.outbox[-1].to == [world.anna.email]
    for words in ("9. november 2026", "Navnet er rettet.", "Datatilsynet"):
        assert words in mail.outbox[-1].body
    assert Restriction.objects.get().ended_at is None


def test_without_an_address_staff_get_the_words_to_send(world: World) -> None:
    restriction_id = restricted(world)
    ContactPoint.objects.filter(customer_id=world.anna.customer_id, kind="email").delete()
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        announced = announce_lifting(
            current_policy(),
            restriction_id=restriction_id,
            why="Navnet er rettet.",
            lift_date=date(2026, 11, 9),
            actor=world.dpo.pk,
            now=NOW,
        )
    assert not announced.mailed
    assert "Navnet er rettet." in announced.words.text
    assert not mail.outbox


def test_what_waits_for_a_restricted_person_waits_on(world: World, server_is_down: pytest.MonkeyPatch) -> None:
    letter = Letter(world.anna.email, "Målerskift", "Vi kommer.", ("name", "email"), (world.anna.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    restriction_id = restricted(world)
    server_is_down.undo()
    assert deliver_due(now=NOW + 2 * HOUR) == Delivery()
    assert OutboxMessage.objects.count() == 1
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        carry_out_lifting(
            current_policy(),
            restriction_id=restriction_id,
            person_informed=True,
            actor=world.dpo.pk,
            now=NOW + 3 * HOUR,
        )
    assert deliver_due(now=NOW + 2 * DAY) == Delivery(delivered=1)


# -- objection and withdrawal: what waits is taken back ----------------------------------------------------------------


def test_a_no_to_marketing_stops_all_of_it_without_anybodys_decision(world: World) -> None:
    policy = current_policy()
    stopping = [one.key for one in objectable(policy)[Objection.STOPS]]
    assert set(stopping) == {"supply_area_marketing", "satisfaction_surveys"}
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan = plan_objection(
            policy, customer_id=world.anna.customer_id, purpose="supply_area_marketing", reason="", today=TODAY
        )
        assert (plan.hidden, plan.stands_alone, plan.already_since) == (True, True, None)
        for key in stopping:
            object_to(policy=policy, customer_id=world.anna.customer_id, purpose=key, reason="", now=NOW)
    for work in (P.SUPPLY_AREA_MARKETING, P.SATISFACTION_SURVEYS):
        with purpose(work, actor=None):
            assert not CustomerName.objects.filter(customer_id=world.anna.customer_id).exists()
            assert CustomerName.objects.filter(customer_id=world.gorm.customer_id).exists()


def test_another_objection_is_decided_by_a_named_person_within_the_month(world: World) -> None:
    policy, values = current_policy(), {"customer_id": world.anna.customer_id, "today": TODAY}
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan = plan_objection(policy, purpose="operation_optimisation", reason="Jeg bor alene.", **values)
        assert plan.decide_by is not None
        with pytest.raises(ChoiceRefused, match="ingen indsigelsesret"):
            plan_objection(policy, purpose="settlement", reason="Jeg vil ikke.", **values)


def test_a_survey_that_waits_for_somebody_who_objects_never_leaves(
    world: World, server_is_down: pytest.MonkeyPatch
) -> None:
    for party in (world.anna, world.gorm):
        letter = Letter(party.email, "Hvad synes du?", "Svar her.", ("name", "email"), (party.customer_id,))
        mail_person(P.SATISFACTION_SURVEYS, letter, actor=None, now=NOW)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        object_to(
            policy=current_policy(),
            customer_id=world.anna.customer_id,
            purpose="satisfaction_surveys",
            reason="",
            now=NOW,
        )
    server_is_down.undo()
    assert deliver_due(now=NOW + HOUR) == Delivery(delivered=1)
    assert [message.to for message in mail.outbox] == [[world.gorm.email]]
    assert not OutboxMessage.objects.exists()
    assert Disclosure.objects.count() == 1


def test_a_message_that_waits_for_a_consent_withdrawn_since_never_leaves(world: World) -> None:
    policy = current_policy()
    give_consent(
        policy=policy,
        customer_id=world.anna.customer_id,
        consent="cpr_eboks",
        text_version=policy.version,
        language=Language.DANISH,
        channel=Told.PORTAL,
        now=NOW,
    )
    with purpose(P.DIGITAL_POST, actor=None):
        disclose(
            categories=("invoices",),
            recipient="digital_post",
            customer_ids=[world.anna.customer_id],
            payload=b"a bill",
            channel=Channel.API,
            statute="lov om Digital Post",
            now=NOW,
            today=TODAY,
        )
    withdraw_consent(customer_id=world.anna.customer_id, consent="cpr_eboks", channel=Told.PORTAL, now=NOW + HOUR)
    assert deliver_due(now=NOW + 2 * HOUR) == Delivery()
    assert not OutboxMessage.objects.exists()
    assert not Disclosure.objects.exists()
