"""The door on the database: what it lets out is on record, what it does not is too, and there is no way around."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards import actions_register as registry
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.actions_door import AGAIN_AFTER, LEASE, DisclosureRefused, Made, disclose
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.door_models import (
    Disclosure,
    DisclosureRefusal,
    DisclosureState,
    OutboxMessage,
    RecipientAgreement,
)
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel
from tests.world import World, agree_with_processors

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MAIL = "mail_and_text_messages"
CONTENT = "Kære Anna. Din regning er 12.345,67 kr.".encode()


def let_out(
    world: World | None = None,
    *,
    work: P = P.CUSTOMER_SERVICE,
    customer_ids: Sequence[int] | None = None,
    now: datetime = NOW,
    **changed: Any,
) -> Made:
    """A mail about Anna, unless said otherwise."""
    customers = customer_ids if customer_ids is not None else [world.anna.customer_id] if world else []
    asked: dict[str, Any] = {
        "categories": ("name", "email"),
        "recipient": MAIL,
        "payload": CONTENT,
        "channel": Channel.EMAIL,
        "to_person": True,
    }
    with purpose(work, actor=world.clerk.pk if world else None):
        return disclose(customer_ids=customers, now=now, today=TODAY, **(asked | changed))


def refused(world: World | None = None, **changed: Any) -> tuple[str, ...]:
    with pytest.raises(DisclosureRefused) as error:
        let_out(world, **changed)
    return error.value.codes


class TestOnRecord:
    def test_for_what_to_whom_under_what_and_whose(self, world: World) -> None:
        made = let_out(world)
        kept = Disclosure.objects.get(pk=made.id)
        assert (kept.purpose, kept.recipient, kept.categories) == ("customer_service", MAIL, ["name", "email"])
        assert (kept.agreement.number, kept.countries, kept.state) == ("DBA-10", ["IE"], "waiting")
        assert bytes(kept.payload_sha256) == hashlib.sha256(CONTENT).digest()
        assert (kept.payload_bytes, kept.person_count) == (len(CONTENT), 1)
        assert set(kept.persons.values_list("part", "customer_id", "account_id")) == {
            ("about", world.anna.customer_id, None),
            ("by", None, world.clerk.pk),
        }

    def test_the_content_lies_in_the_outbox_and_only_sealed(self, world: World) -> None:
        made = let_out(world)
        waiting = OutboxMessage.objects.get(disclosure_id=made.id)
        assert CONTENT not in bytes(waiting.sealed)
        assert b"12.345" not in bytes(waiting.sealed)

    def test_a_code_is_not_kept(self, world: World) -> None:
        made = let_out(world, keep=False)
        assert not OutboxMessage.objects.exists()
        assert Disclosure.objects.get(pk=made.id).state == DisclosureState.HANDED_OVER
        with purpose(P.CUSTOMER_SERVICE, actor=None):
            door.handed_over(disclosure_id=made.id, delivered=True, now=NOW)
        assert Disclosure.objects.get(pk=made.id).state == DisclosureState.DELIVERED

    def test_what_is_rolled_back_never_left(self, world: World) -> None:
        def fails() -> None:
            with transaction.atomic():
                let_out(world)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fails()
        assert not Disclosure.objects.exists()
        assert not OutboxMessage.objects.exists()

    def test_many_persons_cost_as_many_queries_as_one(self, world: World, django_assert_num_queries: Any) -> None:
        everybody = [party.customer_id for party in (world.anna, world.bo, world.dorthe, world.gorm)]
        # agreements, sub-processors, persons, the record
        with django_assert_num_queries(4):
            one = let_out(world)
        with django_assert_num_queries(4):
            many = let_out(world, customer_ids=everybody * 250)
        assert Disclosure.objects.get(pk=one.id).person_count == 1
        assert Disclosure.objects.get(pk=many.id).person_count == 4

    def test_under_no_purpose_nothing_leaves(self, world: World) -> None:
        with pytest.raises(DisclosureRefused, match="ikke valgt noget formål"):
            disclose(
                categories=("name",), recipient=MAIL, customer_ids=[], payload=b"", channel=Channel.EMAIL, now=NOW,
                today=TODAY,
            )  # fmt: skip


class TestRefused:
    def test_is_on_record_with_every_reason_and_without_the_content(self, world: World) -> None:
        assert refused(world, categories=("name", "consumption")) == ("category_not_for_recipient",)
        kept = DisclosureRefusal.objects.get()
        assert (kept.purpose, kept.recipient, kept.reasons) == (
            "customer_service",
            MAIL,
            ["category_not_for_recipient"],
        )
        assert "forbrug" in kept.explanation
        assert not Disclosure.objects.exists()

    def test_without_an_agreement(self, db: None) -> None:
        assert refused() == ("no_agreement",)

    def test_from_the_day_on_which_the_agreement_ends(self, world: World) -> None:
        agreement = RecipientAgreement.objects.get(recipient=MAIL)
        registry.end_agreement(agreement_id=agreement.pk, until_date=TODAY + timedelta(days=1))
        let_out(world)
        registry.end_agreement(agreement_id=agreement.pk, until_date=TODAY)
        assert refused(world) == ("agreement_not_valid",)

    def test_when_a_sub_processor_is_in_a_third_country(self, world: World) -> None:
        agreement = RecipientAgreement.objects.get(recipient=MAIL)
        registry.add_sub_processor(
            agreement_id=agreement.pk, name="Nuuk Data", country="GL", service="lager", first_date=TODAY
        )
        assert refused(world) == ("sub_processor_outside_eea",)

    def test_for_a_restricted_person_unless_the_law_lets_the_purpose(self, world: World) -> None:
        restrict(
            customer_id=world.anna.customer_id,
            ground=RestrictionGround.ACCURACY,
            reason="Adressen bestrides",
            recorded_by_id=world.dpo.pk,
            now=NOW,
        )
        assert refused(world) == ("restricted",)
        claim = {"recipient": "debt_collector", "categories": ("name", "arrears"), "to_person": False}
        let_out(world, work=P.COLLECTION, ground="6(1)(b)", **claim)


class TestTheDatabaseItself:
    """Whoever gets around the program meets the same."""

    @pytest.fixture(autouse=True)
    def processors(self, world: World) -> None:
        self.made = let_out(world)

    def copied(self, **changed: Any) -> None:
        kept = Disclosure.objects.get(pk=self.made.id)
        kept.pk = None
        for name, value in changed.items():
            setattr(kept, name, value)
        with transaction.atomic():
            kept.save(force_insert=True)

    @pytest.mark.parametrize(
        ("changed", "constraint"),
        [
            ({"countries": ["IE", "GL"]}, "safeguards_disclosure_inside"),
            ({"countries": []}, "safeguards_disclosure_inside"),
            ({"countries": ["DK"]}, "safeguards_disclosure_inside"),
            ({"categories": []}, "safeguards_disclosure_categories"),
            ({"agreement_id": None}, "safeguards_disclosure_agreement"),
            ({"recipient": "hosting"}, "safeguards_disclosure_agreement"),
            ({"at": NOW - timedelta(days=4000)}, "safeguards_disclosure_agreement"),
            ({"role": "public_authority", "statute": ""}, "safeguards_disclosure_statute"),
        ],
    )
    def test_takes_no_record_of_what_may_not_leave(self, changed: dict[str, Any], constraint: str) -> None:
        with pytest.raises(IntegrityError) as error:
            self.copied(**changed)
        assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into safeguards_disclosure_person (disclosure_id, part, customer_id) values (1, 'about', 1)",
            "delete from safeguards_disclosure",
            "update safeguards_disclosure set recipient = 'somebody_else'",
            "select sealed from safeguards_outbox",
            "select customer_id from safeguards_disclosure_person",
            "delete from safeguards_outbox",
            "update safeguards_recipient_agreement set period = daterange(date '2000-01-01', null)",
        ],
    )
    def test_lets_no_purpose_around_the_door(self, statement: str) -> None:
        with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=None), connection.cursor() as cursor:
            cursor.execute(statement)


class TestDelivery:
    @pytest.fixture(autouse=True)
    def one_waits(self, world: World) -> None:
        self.made = let_out(world)

    def claim(self, *, now: datetime = NOW, work: P = P.CUSTOMER_SERVICE) -> list[door.Claimed]:
        with purpose(work, actor=None):
            return door.claim(now=now)

    def settle(self, message: door.Claimed, error: str | None, *, again: bool = True, now: datetime = NOW) -> bool:
        with purpose(P.CUSTOMER_SERVICE, actor=None):
            return door.settle(message=message, error=error, again=again, now=now)

    @property
    def state(self) -> str:
        return Disclosure.objects.get(pk=self.made.id).state

    def test_the_content_goes_once_it_is_delivered(self) -> None:
        [message] = self.claim()
        assert message.payload() == CONTENT
        assert not self.settle(message, None)
        assert not OutboxMessage.objects.exists()
        assert self.state == DisclosureState.DELIVERED

    def test_only_under_its_own_purpose_and_only_to_one(self) -> None:
        assert self.claim(work=P.SETTLEMENT) == []
        assert len(self.claim()) == 1
        assert self.claim() == []

    def test_waits_longer_each_time_and_then_for_a_person(self) -> None:
        now = NOW
        for wait in AGAIN_AFTER:
            [message] = self.claim(now=now)
            assert self.settle(message, "the server is down", now=now)
            assert self.claim(now=now + wait - timedelta(seconds=1)) == []
            now += wait
        [message] = self.claim(now=now)
        assert not self.settle(message, "the server is down", now=now)
        assert self.claim(now=now + timedelta(days=365)) == []
        assert self.state == DisclosureState.FAILED
        assert OutboxMessage.objects.get().last_error == "the server is down"

    def test_what_cannot_help_is_not_tried_again(self) -> None:
        [message] = self.claim()
        assert not self.settle(message, "no such mailbox", again=False)
        assert self.state == DisclosureState.FAILED

    def test_what_may_have_left_is_never_sent_again_by_itself(self) -> None:
        self.claim()  # and the program stops
        assert self.claim(now=NOW + LEASE) == []
        assert self.claim(now=NOW + LEASE + timedelta(seconds=1)) == []
        assert self.state == DisclosureState.DOUBTFUL

    def test_a_person_may_decide_that_it_is(self) -> None:
        self.claim()
        later = NOW + LEASE + timedelta(seconds=1)
        assert self.claim(now=later) == []
        with purpose(P.PRIVACY_RIGHTS, actor=None):
            assert door.send_again(disclosure_id=self.made.id, now=later)
            assert not door.send_again(disclosure_id=self.made.id, now=later)
        assert len(self.claim(now=later)) == 1

    def test_only_those_who_keep_the_record_decide(self) -> None:
        with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=None):
            door.send_again(disclosure_id=self.made.id, now=NOW)


def test_a_refusal_is_on_record_though_its_transaction_is_rolled_back(own_database: dict[str, str]) -> None:
    with pytest.raises(DisclosureRefused):
        let_out()
    connection.close()
    assert DisclosureRefusal.objects.get().reasons == ["no_agreement"]


def test_two_who_deliver_at_once_never_take_the_same(own_database: dict[str, str]) -> None:
    agree_with_processors()
    for _ in range(12):
        let_out()
    taken: list[int] = []
    together = threading.Barrier(3)

    def deliver() -> None:
        together.wait()
        for _ in range(6):
            with purpose(P.CUSTOMER_SERVICE, actor=None):
                taken.extend(message.id for message in door.claim(now=NOW, most=2))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12


def test_the_list_of_countries_is_the_databases_too(db: None) -> None:
    """Else a changed list needs a migration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = 'safeguards_disclosure_inside'"
        )
        [definition] = cursor.fetchone()
    assert all(f"'{code}'" in definition for code in ("DK", "IE", "NO", "IS", "LI"))
    assert not any(f"'{code}'" in definition for code in ("GL", "FO", "CH", "GB", "US"))


def test_everybody_in_the_world_has_an_agreement(db: None) -> None:
    agree_with_processors()
    assert RecipientAgreement.objects.filter(recipient=MAIL).count() == 1
