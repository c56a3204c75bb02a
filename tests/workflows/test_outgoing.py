"""Mails to persons: on record, kept until delivered unless they hold a code, and never around the door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.door_models import (
    Disclosure,
    DisclosurePerson,
    DisclosureRefusal,
    DisclosureState,
    OutboxMessage,
    RecipientAgreement,
)
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.outgoing import Delivery, Letter, deliver_due, mail_code, mail_person
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def letter(world: World) -> Letter:
    return Letter(
        to=world.anna.email,
        subject="Målerskift",
        text="Vi kommer på torsdag.",
        categories=("name", "email"),
        customer_ids=(world.anna.customer_id,),
    )


@pytest.fixture
def server_is_down() -> Iterator[Callable[..., pytest.MonkeyPatch]]:
    """From the call on no mail is taken, until ``undo()``."""
    patched = pytest.MonkeyPatch()

    def down(*, again: bool = True) -> pytest.MonkeyPatch:
        def refuse(message: Mail) -> None:
            raise MailNotSent("The mail server could not be used (ConnectionRefusedError).", again=again)

        patched.setattr(transport, "send", refuse)
        return patched

    yield down
    patched.undo()


def test_leaves_after_the_commit_and_is_no_longer_kept(letter: Letter) -> None:
    with transaction.atomic():
        mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
        assert not mail.outbox
        assert OutboxMessage.objects.count() == 1
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([letter.to], "Målerskift", "Vi kommer på torsdag.")
    assert sent.from_email == "Nordby Forsyning A/S <post@nordbyforsyning.example>"
    assert sent.extra_headers["Message-ID"].endswith("@nordbyforsyning.example>")
    assert not OutboxMessage.objects.exists()
    assert Disclosure.objects.get().state == DisclosureState.DELIVERED


def test_what_is_rolled_back_does_not_leave(letter: Letter) -> None:
    def fails() -> None:
        with transaction.atomic():
            mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not mail.outbox
    assert not Disclosure.objects.exists()


def test_waits_until_the_server_is_back_and_keeps_its_id(letter: Letter, server_is_down: Callable[..., Any]) -> None:
    down = server_is_down()
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    waiting = OutboxMessage.objects.get()
    assert (waiting.attempts, waiting.due_at) == (1, NOW + MINUTE)
    assert letter.to not in waiting.last_error
    assert deliver_due(now=NOW + MINUTE) == Delivery(again=1)
    down.undo()
    assert deliver_due(now=NOW + 2 * MINUTE) == Delivery()
    assert deliver_due(now=NOW + 7 * MINUTE) == Delivery(delivered=1)
    assert deliver_due(now=NOW + 8 * MINUTE) == Delivery()
    assert len(mail.outbox) == 1


def test_a_mailbox_that_is_not_there_is_given_up(letter: Letter, server_is_down: Callable[..., Any]) -> None:
    server_is_down(again=False)
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    assert Disclosure.objects.get().state == DisclosureState.FAILED


def test_a_code_is_never_kept(letter: Letter, server_is_down: Callable[..., Any]) -> None:
    mail_code(P.SELF_SERVICE, letter_of_email(letter), actor=None, now=NOW)
    assert len(mail.outbox) == 1
    assert not OutboxMessage.objects.exists()
    assert Disclosure.objects.get().state == DisclosureState.DELIVERED
    told: list[bool] = []
    server_is_down()
    mail_code(P.SELF_SERVICE, letter_of_email(letter), actor=None, now=NOW, not_sent=lambda: told.append(True))
    assert told == [True]
    assert not OutboxMessage.objects.exists()
    assert Disclosure.objects.latest("id").state == DisclosureState.FAILED


def letter_of_email(letter: Letter) -> Letter:
    return Letter(letter.to, letter.subject, letter.text, ("email",), letter.customer_ids)


def test_the_sender_speaks_the_readers_language(letter: Letter, world: World) -> None:
    english = Letter(letter.to, "Meter", "We come on Thursday.", ("email",), language=Language.ENGLISH)
    mail_person(P.CUSTOMER_SERVICE, english, actor=world.clerk.pk, now=NOW)
    assert mail.outbox[-1].from_email.startswith("Nordby Forsyning A/S")
    assert set(DisclosurePerson.objects.values_list("part", "account_id")) == {("by", world.clerk.pk)}


def test_without_an_agreement_nothing_leaves_and_that_is_on_record(letter: Letter) -> None:
    RecipientAgreement.objects.all().delete()
    with pytest.raises(DisclosureRefused) as refused:
        mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    assert refused.value.codes == ("no_agreement",)
    assert not mail.outbox
    assert DisclosureRefusal.objects.get().reasons == ["no_agreement"]


def test_what_was_sealed_with_a_lost_key_waits_for_a_person(
    letter: Letter, server_is_down: Callable[..., Any], settings: Any
) -> None:
    down = server_is_down()
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    down.undo()
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key altogether"
    assert deliver_due(now=NOW + MINUTE) == Delivery(failed=1)
    assert "FORSYN_OLD_SECRET_KEYS" in OutboxMessage.objects.get().last_error
    settings.SECRET_KEY_FALLBACKS = [former]
    OutboxMessage.objects.update(due_at=NOW)
    assert deliver_due(now=NOW + MINUTE) == Delivery(delivered=1)
