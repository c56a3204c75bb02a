"""Requests from portal, desk and mail box in one queue, and our letters: who may ask for whom, who is written to."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pypdf
import pytest
from django.core import mail
from django.db import transaction

from forsyn.domain.customers import actions as customers
from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.rights import actions, actions_answers, actions_identity, own_queries, queries
from forsyn.domain.rights.actions_identity import CodeAnswer
from forsyn.domain.rights.letters import Result
from forsyn.domain.rights.models import Request, RequestDocument, RequestStep
from forsyn.domain.rights.rules import Intake, OnBehalf, Outcome, RefusalGround, RequestRefused, State, StepKind
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.door_models import Disclosure, DisclosurePerson, DisclosureRefusal, RecipientAgreement
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Right, Source
from forsyn.workflows import privacy_answers
from forsyn.workflows.privacy_requests import (
    Received,
    receive_at_desk,
    receive_from_mail,
    receive_from_portal,
    withdraw_own,
)
from tests.world import NOW, Party, World

LATER = NOW + timedelta(days=1)
TODAY = LATER.date()
DIGEST = "ab" * 32


def _asked(party: Party, right: Right = Right.ACCESS, **more: Any) -> Received:
    facts = {"account_id": party.account.pk, "customer_id": party.customer_id, "wish": "", "now": LATER}
    return receive_from_portal(right=right, **(facts | more))


def _mailed(address: str, **more: Any) -> Received:
    facts = {
        "sender_address": address,
        "sender_name": "Nogen",
        "subject": "Persondata",
        "text": "Slet mig.",
        "attachments": (),
        "received_at": LATER,
        "message_digest": DIGEST,
        "now": LATER,
        "today": TODAY,
    }
    return receive_from_mail(**(facts | more))


def _at_desk(world: World, party: Party | None, right: Right = Right.ACCESS, **more: Any) -> Received:
    facts = {
        "by_id": world.dpo.pk,
        "channel": Intake.PHONE,
        "said": WordsOfRequest(name=party.name if party else "Ukendt Ukendtsen"),
        "received_at": LATER,
        "now": LATER,
        "customer_ids": [party.customer_id] if party else [],
    }
    return receive_at_desk(right=right, **(facts | more))


def _seen(world: World, received: Received) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions_identity.note_identity_seen(
            request_id=received.request_id, note="Pas; foto passer", by_id=world.dpo.pk, now=LATER, today=TODAY
        )


def _carried_out(world: World, received: Received) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        plan_id = actions_answers.record_plan(
            request_id=received.request_id, plan={"steps": []}, made_by_id=world.dpo.pk, now=LATER
        )
        actions_answers.record_carried_out(plan_id=plan_id, counts={"rows": 3}, by_id=world.dpo.pk, now=LATER)


def _answered(world: World, received: Received, **more: Any) -> privacy_answers.Sent:
    facts = {"result": Result(Outcome.GRANTED), "by_id": world.dpo.pk, "now": LATER, "today": TODAY}
    return privacy_answers.answer(request_id=received.request_id, **(facts | more))


def _own(party: Party) -> list[str]:
    with purpose(P.SELF_SERVICE, actor=party.account.pk):
        found = own_queries.own_requests(account_id=party.account.pk, customer_ids=[party.customer_id])
    return [each.number for each in found]


# -- the portal ----------------------------------------------------------------------------------------------------


def test_who_is_signed_in_need_not_say_who_it_is(world: World) -> None:
    received = _asked(world.anna, wish="Alt, tak.")
    request = Request.objects.get(pk=received.request_id)
    assert (request.state, request.identity_way, request.requester_name) == (State.OPEN, "portal", "Anna Prøvesen")
    assert received.deadline_date == request.deadline_date == date(2026, 12, 3)
    assert _own(world.anna) == [received.number]
    assert _own(world.gorm) == []


def test_nobody_asks_for_another_in_the_portal(world: World) -> None:
    with pytest.raises(RequestRefused, match="for dig selv"), transaction.atomic():
        _asked(world.gorm, customer_id=world.anna.customer_id)
    assert not Request.objects.exists()


def test_one_takes_back_ones_own_request_only(world: World) -> None:
    received = _asked(world.anna)
    with pytest.raises(RequestRefused, match="ikke din"), transaction.atomic():
        withdraw_own(account_id=world.gorm.account.pk, request_id=received.request_id, now=LATER)
    withdraw_own(account_id=world.anna.account.pk, request_id=received.request_id, now=LATER)
    assert Request.objects.get(pk=received.request_id).state == State.WITHDRAWN


def test_a_complaint_is_linked_to_ones_own_request_only(world: World) -> None:
    first = _asked(world.anna)
    complaint = _asked(world.anna, Right.COMPLAINT, concerns_id=first.request_id, wish="Det går for langsomt.")
    assert Request.objects.get(pk=complaint.request_id).concerns_id == first.request_id
    with pytest.raises(RequestRefused, match="ikke din"), transaction.atomic():
        _asked(world.gorm, Right.COMPLAINT, concerns_id=first.request_id)


def test_a_household_with_two_contract_holders_is_two_persons(world: World) -> None:
    """Bo and Birgit share their agreements, and here their sign-in too; each asks for himself or herself."""
    customers.grant_portal_access(
        account_id=world.bo.account.pk, customer_id=world.birgit.customer_id, first_date=date(2026, 1, 1)
    )
    with pytest.raises(RequestRefused, match="andet navn"), transaction.atomic():
        _asked(world.bo, also_customer_ids=[world.birgit.customer_id])
    received = _asked(world.bo)
    assert received.customer_ids == (world.bo.customer_id,)
    assert _own(world.birgit) == []


def test_a_person_with_several_customer_numbers_asks_once(world: World) -> None:
    second = customers.register_customer(
        number="1099",
        kind="person",
        name="Anna Prøvesen",
        birth_date=date(1968, 4, 12),
        contacts={},
        since=date(2025, 1, 1),
        source=Source.PERSON,
        today=NOW.date(),
        now=NOW,
    )
    customers.grant_portal_access(account_id=world.anna.account.pk, customer_id=second, first_date=date(2025, 1, 1))
    received = _asked(world.anna, also_customer_ids=[second])
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert queries.customers_of(request_id=received.request_id) == (world.anna.customer_id, second)
        found = queries.queue(today=TODAY)
    assert [(line.number, line.customer_ids) for line in found] == [(received.number, (world.anna.customer_id, second))]


# -- the mail box --------------------------------------------------------------------------------------------------


def test_a_mail_from_an_address_on_file_links_the_customer_and_believes_nothing(world: World) -> None:
    received = _mailed(world.anna.email.upper())
    request = Request.objects.get(pk=received.request_id)
    assert received.customer_ids == (world.anna.customer_id,)
    assert (request.state, request.right, request.identity_settled_at) == (State.RECEIVED, None, None)
    assert _own(world.anna) == []  # not shown as hers before it is settled


def test_the_same_mail_again_changes_nothing(world: World) -> None:
    first, again = _mailed(world.anna.email), _mailed(world.anna.email)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.request_id == first.request_id
    assert Request.objects.count() == 1


def test_a_mail_from_nobody_we_know_is_a_request_all_the_same(world: World) -> None:
    received = _mailed("ukendt@fremmed.example", sender_name="\u202eDraug", text="Mit nr. er 010190-1234\x00")
    request = Request.objects.get(pk=received.request_id)
    assert received.customer_ids == ()
    assert (request.requester_name, request.wish) == ("Draug", "Mit nr. er [CPR-nummer fjernet]")


def test_an_address_that_several_share_links_nobody(world: World) -> None:
    shared = {"kind": "email", "value": world.bo.email, "source": Source.PERSON, "today": TODAY, "now": LATER}
    customers.change_contact_point(customer_id=world.birgit.customer_id, **shared)
    assert _mailed(world.bo.email).customer_ids == ()


def test_a_later_mail_is_kept_with_the_request_that_it_names(world: World) -> None:
    first = _mailed(world.anna.email)
    reply = {"subject": f"SV: Persondata ({first.number})", "message_digest": "cd" * 32, "text": "Koden er 123456."}
    for _ in range(2):
        again = _mailed(world.anna.email, **reply)
        assert (again.request_id, again.is_new, again.is_reply) == (first.request_id, False, True)
    assert RequestDocument.objects.filter(request_id=first.request_id, kind="reply").count() == 1
    stranger = _mailed("ukendt@fremmed.example", **(reply | {"message_digest": "ef" * 32}))
    assert stranger.is_new


# -- our letters ---------------------------------------------------------------------------------------------------


def test_an_answer_goes_by_mail_to_the_address_on_file_and_is_kept(world: World) -> None:
    received = _asked(world.anna)
    _carried_out(world, received)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions.withhold(
            request_id=received.request_id,
            item="note:1",
            reason="Et notat handler om en nabo.",
            by_id=world.dpo.pk,
            now=LATER,
        )
    sent = _answered(world, received, result=Result(Outcome.PARTLY, done=("Pakken ligger i selvbetjeningen.",)))
    (message,) = mail.outbox
    assert message.to == [world.anna.email]
    for said in ("Pakken ligger", "handler om en nabo", received.number, "Datatilsynet", "den 3. december 2026"):
        assert said in message.body
    assert sent.pdf.startswith(b"%PDF")
    assert not sent.to_print
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        whose = {"account_id": world.anna.account.pk, "customer_ids": [world.anna.customer_id]}
        own = own_queries.own_request(request_id=received.request_id, **whose)
        letter, content = own_queries.own_document(
            request_id=received.request_id, document_id=own.answer_id or 0, **whose
        )
    assert (own.state, own.outcome, content) == (State.ANSWERED, Outcome.PARTLY, sent.pdf)
    disclosure = Disclosure.objects.get(pk=RequestDocument.objects.get(pk=letter.id).disclosure_id)
    assert (disclosure.purpose, disclosure.to_person) == ("privacy_rights", True)
    assert DisclosurePerson.objects.filter(disclosure=disclosure, customer_id=world.anna.customer_id).exists()


def test_an_answer_that_the_door_refuses_leaves_the_request_open(world: World) -> None:
    received = _asked(world.anna)
    _carried_out(world, received)
    RecipientAgreement.objects.all().delete()
    with pytest.raises(PermissionError), transaction.atomic():
        _answered(world, received)
    assert Request.objects.get(pk=received.request_id).state == State.PLANNED
    assert not RequestDocument.objects.exists()
    assert DisclosureRefusal.objects.exists()


def test_a_mails_own_sender_is_not_believed_when_it_is_answered(world: World) -> None:
    received = _at_desk(world, world.anna, said=WordsOfRequest(name="Anna", email="fremmed@ondt.example"))
    _seen(world, received)
    _carried_out(world, received)
    _answered(world, received)
    assert [message.to for message in mail.outbox] == [[world.anna.email]]


def test_a_letter_is_answered_by_a_letter_unless_a_mail_is_chosen(world: World) -> None:
    received = _at_desk(world, world.anna, channel=Intake.LETTER)
    _seen(world, received)
    _carried_out(world, received)
    sent = _answered(world, received)
    assert (sent.channel, sent.to_print, mail.outbox) == (Channel.LETTER, True, [])
    assert "Ærøvej 7" in _text(sent)
    other = _at_desk(world, world.anna, channel=Intake.LETTER)
    _seen(world, other)
    _carried_out(world, other)
    assert not _answered(world, other, channel=Channel.EMAIL).to_print


def test_a_moved_person_is_written_to_where_he_or_she_lives_now(world: World) -> None:
    """Dorthe has moved and has no e-mail with us any more; nothing goes to the dwelling where Erik lives now."""
    ContactPoint.objects.filter(customer_id=world.dorthe.customer_id).delete()
    received = _at_desk(world, world.dorthe)
    _seen(world, received)
    _carried_out(world, received)
    with pytest.raises(RequestRefused, match="ingen adresse"), transaction.atomic():
        _answered(world, received)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions.set_answer_address(
            request_id=received.request_id,
            email="",
            address="Prøvevej 3\n9998 Nystad",
            by_id=world.dpo.pk,
            now=LATER,
        )
        assert privacy_answers.addressee(request_id=received.request_id, today=TODAY).address == (
            "Prøvevej 3",
            "9998 Nystad",
        )
    assert _answered(world, received).to_print
    assert Disclosure.objects.get().channel == Channel.LETTER
    assert mail.outbox == []


def test_whose_name_was_wrong_is_written_to_by_the_right_one(world: World) -> None:
    received = _at_desk(world, world.anna, said=WordsOfRequest(name="Ane Prøvesen"))
    _seen(world, received)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert privacy_answers.addressee(request_id=received.request_id, today=TODAY).name == "Anna Prøvesen"


def test_the_contact_of_an_estate_gets_what_the_estate_needs(world: World) -> None:
    """The GDPR does not cover the dead; the estate's contact is answered after the letter of probate has been seen."""
    said = WordsOfRequest(name="Adam Arving", address="Arvevej 1\n9999 Nordby")
    received = _at_desk(world, world.gorm, said=said, on_behalf=OnBehalf.ESTATE)
    _seen(world, received)
    with pytest.raises(RequestRefused, match="på vegne af en anden"), transaction.atomic():
        _carried_out(world, received)
    _authority(world, received, OnBehalf.ESTATE, "Skifteretsattest")
    _carried_out(world, received)
    sent = _answered(world, received, channel=Channel.LETTER)
    assert sent.to_print
    assert mail.outbox == []  # not to the dead man's mailbox
    assert "gælder ikke for afdøde" in _text(sent)


def test_what_only_the_dead_could_decide_is_not_decided_for_them(world: World) -> None:
    for right in (Right.OBJECTION, Right.WITHDRAWAL, Right.PORTABILITY, Right.ERASURE, Right.RESTRICTION):
        received = _at_desk(world, world.gorm, right, on_behalf=OnBehalf.ESTATE)
        _seen(world, received)
        _authority(world, received, OnBehalf.ESTATE, "Skifteretsattest")
        with pytest.raises(RequestRefused, match="afdød"), transaction.atomic():
            _carried_out(world, received)


def test_a_parent_asks_for_a_minor_after_custody_was_seen(world: World) -> None:
    said = WordsOfRequest(name="Freja Frøprøve", email="foraelder@kunde.example")
    received = _at_desk(world, world.ingrid, said=said, on_behalf=OnBehalf.CHILD)
    _seen(world, received)
    _authority(world, received, OnBehalf.CHILD, "Forældremyndighed, set i borger.dk")
    _carried_out(world, received)
    _answered(world, received)
    assert [message.to for message in mail.outbox] == [["foraelder@kunde.example"]]
    assert _own(world.ingrid) == []  # a parent's case is not laid open in the child's own portal


def test_a_companys_contact_asks_for_himself_and_the_company_has_no_rights(world: World) -> None:
    received = _at_desk(world, world.aeblegaarden, on_behalf=OnBehalf.COMPANY)
    _seen(world, received)
    sent = privacy_answers.refuse(
        request_id=received.request_id,
        ground=RefusalGround.NOT_COVERED,
        reason="Du er velkommen til at bede om det, der handler om dig selv.",
        by_id=world.dpo.pk,
        now=LATER,
        today=TODAY,
    )
    assert "Den gælder ikke for virksomheder" in mail.outbox[0].body
    assert not sent.to_print


def test_a_request_for_another_person_is_refused_without_a_word_of_that_person(world: World) -> None:
    received = _mailed("nysgerrig@nabo.example", text="Send mig Annas forbrug.", sender_name="Naboen")
    privacy_answers.refuse(
        request_id=received.request_id,
        ground=RefusalGround.NO_AUTHORITY,
        reason="",
        by_id=world.dpo.pk,
        now=LATER,
        today=TODAY,
    )
    (message,) = mail.outbox
    assert message.to == ["nysgerrig@nabo.example"]
    for never in ("Anna", "Prøvesen", "forbrug", world.anna.number, "Naboen"):
        assert never not in message.body
    assert "be- eller afkræfte" in message.body
    assert Request.objects.get(pk=received.request_id).state == State.REFUSED
    assert DisclosurePerson.objects.filter(part="about").count() == 0


def test_receipt_question_code_and_extension_are_letters_with_a_record(world: World) -> None:
    received = _mailed(world.anna.email)
    facts = {"request_id": received.request_id, "by_id": world.dpo.pk, "now": LATER, "today": TODAY}
    privacy_answers.send_receipt(**facts)
    privacy_answers.ask_identity(reason="Ved ikke, om det er hende.", **facts)
    point = ContactPoint.objects.get(customer_id=world.anna.customer_id, kind="email").pk
    assert privacy_answers.send_code(contact_point_id=point, **facts) == "1•••@kunde.example"
    code = mail.outbox[-1].body.split("koden er ")[-1].split("Din kode er ")[-1][:6]
    assert code not in mail.outbox[-1].subject
    assert privacy_answers.check_code(code=code, **facts) is CodeAnswer.RIGHT
    privacy_answers.extend(reason="Der er mange målere at gå igennem.", **facts)
    assert [message.to for message in mail.outbox] == [[world.anna.email]] * 4
    assert "3. februar 2027" in mail.outbox[-1].body
    kinds = RequestDocument.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["receipt", "question", "extension"]
    steps = RequestStep.objects.filter(request_id=received.request_id).values_list("kind", flat=True)
    assert {StepKind.RECEIPT_SENT, StepKind.CODE_SENT, StepKind.CLOCK_RESUMED, StepKind.EXTENDED} <= set(steps)


def test_letters_are_in_the_language_of_the_person(world: World) -> None:
    said = WordsOfRequest(name="Ann Example", address="Test Road 1\n9999 Nordby", language="en")
    received = _at_desk(world, world.anna, said=said)
    sent = privacy_answers.send_receipt(request_id=received.request_id, now=LATER, today=TODAY, channel=Channel.LETTER)
    assert "Thank you for your request for access" in _text(sent)


def _authority(world: World, received: Received, on_behalf: OnBehalf, note: str) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions_identity.note_authority_seen(
            request_id=received.request_id, on_behalf=on_behalf, note=note, by_id=world.dpo.pk, now=LATER
        )


def _text(sent: privacy_answers.Sent) -> str:
    pages = pypdf.PdfReader(io.BytesIO(sent.pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
