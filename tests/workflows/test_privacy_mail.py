"""Mails marked "Persondata", on a real IMAP server, become requests: each one once, whatever stops the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as sent
from django.db import DatabaseError

from forsyn.domain.correspondence.mailbox_queries import TRIES, mails_left
from forsyn.domain.correspondence.models import MailboxLook, MailFailure
from forsyn.domain.rights.models import Request, RequestCustomer, RequestDocument, RequestStep
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.sealing import unseal
from forsyn.integrations.mailbox.address import MailboxSettings
from forsyn.integrations.mailbox.codec import read_mail
from forsyn.integrations.mailbox.transport import MailboxNotRead, OpenMailbox
from forsyn.policy.vocabulary import Right
from forsyn.workflows import privacy_mail, privacy_mail_receipt
from forsyn.workflows.privacy_mail import Fate, NoMailbox, fetch_if_set_up, fetch_marked, look, take_in
from tests.mail_server import HANDLED, PASSWORD, MailServer
from tests.mail_server import mail_server as mail_server
from tests.mail_server import server_certificate as server_certificate
from tests.world import World

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
RECEIVED_AT = NOW - timedelta(hours=3)
CPR = "010190-1234"


def letter(
    subject: str = "Persondata", text: str = "Hvad ved I om mig?", sender: str = "Sofie <sofie@fremmed.example>"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "post@nordbyforsyning.example"
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash((subject, text, sender)))}@fremmed.example>"
    message.set_content(text)
    return message


@pytest.fixture
def box(mail_server: MailServer, settings: Any, tmp_path: Path) -> MailServer:
    """The instance reads this mail box."""
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    settings.MAILBOX = MailboxSettings(
        mail_server.address, password, ca_file=str(mail_server.certificate.authority), largest_bytes=1_000_000
    )
    return mail_server


def put(box: MailServer, message: EmailMessage | bytes, *, at: datetime = RECEIVED_AT) -> None:
    box.put(message if isinstance(message, bytes) else message.as_bytes(), received_at=at)


def fetch(now: datetime = NOW) -> dict[Fate, int]:
    return {fate: count for fate, count in fetch_marked(clock=lambda: now).fates.items() if count}


def test_a_marked_mail_opens_a_request_and_is_moved(world: World, box: MailServer) -> None:
    put(box, letter("Vandet er brunt"))
    put(box, letter())
    assert fetch() == {Fate.OPENED: 1}
    request = Request.objects.get()
    assert (request.channel, request.right, request.state) == ("email", None, "received")
    assert (request.requester_name, request.requester_email) == ("Sofie", "sofie@fremmed.example")
    assert (request.subject, request.wish, request.received_at) == ("Persondata", "Hvad ved I om mig?", RECEIVED_AT)
    assert not RequestCustomer.objects.exists()
    assert [subject for subject, _ in box.mails(HANDLED).values()] == [b"Subject: Persondata"]
    assert list(box.mails().values()) == [(b"Subject: Vandet er brunt", ())]
    assert fetch() == {}


def test_the_sender_gets_a_receipt_that_tells_nothing_of_anybody(world: World, box: MailServer) -> None:
    put(box, letter(sender=f"Anna Prøvesen <{world.anna.email.upper()}>"))
    put(box, letter())
    fetch()
    by_address = {each.to[0].lower(): each for each in sent.outbox}
    assert by_address.keys() == {world.anna.email, "sofie@fremmed.example"}
    texts = [each.body for each in by_address.values()]
    numbers = [request.number for request in Request.objects.order_by("pk")]
    assert texts[0].replace(numbers[0], "") == texts[1].replace(numbers[1], "")
    assert "senest den 21. december 2026" in texts[0]
    assert "by 21 December 2026" in texts[0]
    for text in texts:
        assert "Anna" not in text
        assert "Sofie" not in text
        assert "Hvad ved I" not in text
    assert RequestCustomer.objects.get().customer_id == world.anna.customer_id
    assert set(Disclosure.objects.values_list("purpose", "recipient")) == {("privacy_rights", "mail_and_text_messages")}
    assert RequestStep.objects.filter(kind="receipt_sent").count() == 2


@pytest.mark.parametrize(
    ("subject", "right"),
    [
        ("Persondata: indsigt", Right.ACCESS),
        ("SV: Persondata - Sletning!", Right.ERASURE),
        ("Persondata complaint", Right.COMPLAINT),
        ("Persondata: sletning eller indsigt", None),
        ("Persondata: jeg vil ikke have indsigt", None),
        ("Persondata", None),
    ],
)
def test_a_right_is_read_only_where_the_subject_says_it_plainly(
    world: World, box: MailServer, subject: str, right: Right | None
) -> None:
    put(box, letter(subject))
    fetch()
    assert Request.objects.get().right == right


def test_cpr_numbers_are_taken_out_and_the_sender_hears_so(world: World, box: MailServer) -> None:
    put(box, letter(f"Persondata om {CPR}", f"Mit CPR-nummer er {CPR}.", sender=f'"{CPR}" <sofie@fremmed.example>'))
    fetch()
    request = Request.objects.get()
    assert CPR not in request.subject + request.wish + request.requester_name
    assert request.wish == "Mit CPR-nummer er [CPR-nummer fjernet]."
    assert "Det har vi ikke gemt" in sent.outbox[0].body
    assert CPR not in sent.outbox[0].body


def test_attachments_are_kept_sealed(world: World, box: MailServer) -> None:
    message = letter()
    message.add_attachment(b"%PDF-1.7 fuldmagt", maintype="application", subtype="pdf", filename="../fuldmagt.pdf")
    put(box, message)
    fetch()
    document = RequestDocument.objects.get()
    assert (document.kind, document.name, document.byte_count) == ("attachment", "fuldmagt.pdf", 17)
    assert b"PDF" not in bytes(document.sealed)
    assert unseal(bytes(document.sealed)) == b"%PDF-1.7 fuldmagt"


def test_a_large_attachment_stays_in_the_mail_box_and_the_sender_hears_so(
    world: World, box: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = letter(text="Se filmen. Jeg vil have alt slettet.")
    message.add_attachment(b"\0" * 1_500_000, maintype="video", subtype="mp4", params={"name": "film.mp4"})
    put(box, message)

    def whole(*_: object) -> bytes:
        raise AssertionError("fetched whole")

    monkeypatch.setattr(OpenMailbox, "whole", whole)
    fetch()
    assert Request.objects.get().wish == "Se filmen. Jeg vil have alt slettet."
    document = RequestDocument.objects.get()
    assert (document.name, document.sealed) == ("film.mp4", None)
    assert document.byte_count > 1_500_000
    assert "ligger stadig i postkassen" in document.not_kept
    assert "var for stort" in sent.outbox[0].body
    assert len(box.mails(HANDLED)) == 1


def test_a_mail_that_cannot_be_taken_apart_is_a_request_all_the_same(world: World, box: MailServer) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(150))
    put(box, f"From: a@fremmed.example\r\nSubject: Persondata\r\n{nested}\r\nDybt".encode())
    assert fetch() == {Fate.OPENED: 1}
    assert "Mailens tekst kunne ikke læses" in Request.objects.get().wish
    assert RequestDocument.objects.get().name == "hele mailen"
    assert "Vi kunne ikke læse teksten" in sent.outbox[0].body


def test_hostile_fields_come_to_nothing(world: World) -> None:
    mail = read_mail(
        b"From: =?utf-8?Q?A=0D=0ABcc:_offer@evil.example?= <x@evil.example>\r\n"
        b"Subject: =?utf-8?Q?Persondata=0D=0ABcc:_offer@evil.example?=\r\n\r\nHej \x00\x1b[31mr\xf8d",
        own_addresses=frozenset(),
    )
    assert take_in(mail, received_at=RECEIVED_AT, now=NOW)[0] is Fate.OPENED
    [receipt] = sent.outbox
    assert (receipt.to, receipt.cc, receipt.bcc) == (["x@evil.example"], [], [])
    assert "evil" not in receipt.subject + receipt.body
    request = Request.objects.get()
    assert request.subject == "Persondata Bcc: offer@evil.example"
    assert "Hej [31mrød" in request.wish
    assert "ligner en anden e-mailadresse" in request.wish


def test_a_mail_without_a_sender_is_a_request_without_a_receipt(world: World, box: MailServer) -> None:
    put(box, b"Subject: Persondata\r\n\r\nSlet mig")
    assert fetch() == {Fate.OPENED: 1}
    assert not sent.outbox
    assert "ingen afsenderadresse" in Request.objects.get().wish


def test_a_date_in_the_future_is_not_believed(world: World, box: MailServer) -> None:
    message = letter()
    message["Date"] = "Fri, 01 Jan 2038 00:00:00 +0000"
    put(box, message, at=NOW + timedelta(minutes=2))
    assert fetch() == {Fate.OPENED: 1}
    assert Request.objects.get().received_at == NOW


@pytest.mark.parametrize(
    ("name", "value"),
    [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("From", "post@nordbyforsyning.example")],
)
def test_what_no_person_wrote_opens_nothing_and_is_not_answered(
    world: World, box: MailServer, name: str, value: str
) -> None:
    message = letter()
    del message[name]
    message[name] = value
    put(box, message)
    assert fetch() == {Fate.AUTOMATIC: 1}
    assert not Request.objects.exists()
    assert not sent.outbox
    assert len(box.mails()) == 1


def test_what_answers_a_receipt_is_kept_with_its_request_and_not_answered(world: World, box: MailServer) -> None:
    put(box, letter())
    fetch()
    for hour in range(1, 3):  # a robot that says nothing of being one, or a person with more to say
        put(box, letter(f"SV: {sent.outbox[-1].subject}", f"Jeg er på ferie {hour}"))
        assert fetch(NOW + timedelta(hours=hour)) == {Fate.ADDED: 1}
    assert Request.objects.count() == 1
    assert len(sent.outbox) == 1


def test_an_address_gets_one_receipt_a_day(world: World, box: MailServer) -> None:
    for hour in range(3):
        put(box, letter(text=f"Nummer {hour}"))
        assert fetch(NOW + timedelta(hours=hour)) == {Fate.OPENED: 1}
    assert len(sent.outbox) == 1
    put(box, letter(text="Hej igen"))
    fetch(NOW + timedelta(days=2))
    assert len(sent.outbox) == 2


# -- whatever stops the work ---------------------------------------------------------------------------------------


class Killed(BaseException):
    """As if the process ended here."""


def _kill(*_: object, **__: object) -> None:
    raise Killed


STEPS: list[tuple[str, Callable[[pytest.MonkeyPatch], None]]] = [
    ("before the mail is fetched", lambda patch: patch.setattr(OpenMailbox, "whole", _kill)),
    ("before the request is written", lambda patch: patch.setattr(privacy_mail, "receive_from_mail", _kill)),
    ("before the receipt is written", lambda patch: patch.setattr(privacy_mail, "send_receipt", _kill)),
    ("after the receipt is written", lambda patch: patch.setattr(privacy_mail_receipt, "add_step", _kill)),
    ("before the mail is moved", lambda patch: patch.setattr(OpenMailbox, "set_aside", _kill)),
    ("before old mails are forgotten", lambda patch: patch.setattr(OpenMailbox, "forget_handled", _kill)),
    ("before the look is noted", lambda patch: patch.setattr(privacy_mail, "note_look", _kill)),
]


@pytest.mark.parametrize("stop", [step for _, step in STEPS], ids=[name for name, _ in STEPS])
def test_nothing_is_lost_or_doubled_wherever_it_stops(
    world: World, box: MailServer, stop: Callable[[pytest.MonkeyPatch], None]
) -> None:
    put(box, letter())
    with pytest.MonkeyPatch.context() as patch:
        stop(patch)
        with pytest.raises(Killed):
            fetch()
    fetch()
    fetch()
    assert Request.objects.count() == 1
    assert len(sent.outbox) == 1
    assert (len(box.mails()), len(box.mails(HANDLED))) == (0, 1)


def test_the_same_mail_twice_is_one_request(world: World, box: MailServer) -> None:
    put(box, letter())
    put(box, letter(), at=RECEIVED_AT + timedelta(minutes=1))
    assert fetch() == {Fate.OPENED: 1, Fate.KNOWN: 1}
    assert Request.objects.count() == 1
    assert len(sent.outbox) == 1
    assert len(box.mails(HANDLED)) == 2


def test_one_mail_that_fails_does_not_hold_up_the_others(
    world: World, box: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, letter(text="Den første"))
    put(box, letter(text="Den anden"), at=RECEIVED_AT + timedelta(minutes=1))
    receive = privacy_mail.receive_from_mail

    def fails_at_first(**said: Any) -> Any:
        if said["text"] == "Den første":
            raise DatabaseError("secret")
        return receive(**said)

    with monkeypatch.context() as patch:
        patch.setattr(privacy_mail, "receive_from_mail", fails_at_first)
        with pytest.raises(MailboxNotRead, match="1 opened, 0 added, 0 known, 0 automatic, 1 failed"):
            fetch()
    row = MailboxLook.objects.get()
    assert (row.waiting, row.oldest_waiting_at) == (1, RECEIVED_AT)
    assert [request.wish for request in Request.objects.all()] == ["Den anden"]
    assert fetch() == {Fate.OPENED: 1}
    row.refresh_from_db()
    assert (row.waiting, row.oldest_waiting_at, row.looked_at) == (0, None, NOW)


def _always_fails(patch: pytest.MonkeyPatch, word: str) -> None:
    receive = privacy_mail.receive_from_mail

    def fails(**said: Any) -> Any:
        if word in said["text"]:
            raise DatabaseError("secret")
        return receive(**said)

    patch.setattr(privacy_mail, "receive_from_mail", fails)


def test_mails_that_always_fail_starve_nobody_and_are_left_for_people(
    world: World, box: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(11):
        put(box, letter(text=f"Umulig {number}"), at=RECEIVED_AT + timedelta(minutes=number))
    put(box, letter(text="Mulig"), at=RECEIVED_AT + timedelta(minutes=30))
    _always_fails(monkeypatch, "Umulig")
    for look_again in range(TRIES):
        with pytest.raises(MailboxNotRead, match="11 failed, 0 left"):
            fetch(NOW + look_again * timedelta(minutes=5))
    assert [request.wish for request in Request.objects.all()] == ["Mulig"]
    assert fetch(NOW + timedelta(minutes=20)) == {Fate.LEFT: 11}
    assert MailboxLook.objects.get().waiting == 11
    left = mails_left()
    assert (len(left), left[0].received_at, left[0].trouble) == (11, RECEIVED_AT, "DatabaseError")
    assert len(box.mails()) == 11, "nothing leaves the mail box"
    monkeypatch.undo()
    assert fetch(NOW + timedelta(hours=2)) == {Fate.OPENED: 11}
    assert mails_left() == []


def test_what_people_moved_is_no_longer_left(world: World, box: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    put(box, letter(text="Umulig"))
    _always_fails(monkeypatch, "Umulig")
    with pytest.raises(MailboxNotRead):
        fetch()
    assert MailFailure.objects.count() == 1
    monkeypatch.setattr(privacy_mail, "_marked", lambda *_: [])
    fetch()
    assert not MailFailure.objects.exists()


def test_a_server_that_went_away_is_not_blamed_on_every_mail(
    world: World, box: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("Den første", "Den anden"):
        put(box, letter(text=text))

    def gone(*_: object) -> None:
        raise MailboxNotRead("The server has gone.")

    monkeypatch.setattr(OpenMailbox, "header", gone)
    monkeypatch.setattr(OpenMailbox, "check_open", gone)
    with pytest.raises(MailboxNotRead, match="gone"):
        fetch()
    assert MailFailure.objects.count() == 1


def test_handled_mails_leave_the_mail_box_in_time(world: World, box: MailServer) -> None:
    put(box, letter())
    fetch()
    fetch(NOW + timedelta(days=100))
    assert len(box.mails(HANDLED)) == 1
    fetch(NOW + timedelta(days=101))
    assert len(box.mails(HANDLED)) == 0


def test_looking_changes_nothing(world: World, box: MailServer) -> None:
    put(box, letter(), at=NOW - timedelta(days=300))
    found = look(now=NOW)
    assert (found.marked, found.oldest_at) == (1, NOW - timedelta(days=300))
    assert len(box.mails()) == 1


def test_without_a_mail_box_it_says_what_to_set_and_the_job_has_nothing_to_do(world: World, settings: Any) -> None:
    settings.MAILBOX = None
    MailboxLook.objects.create(mailbox="former", looked_at=NOW, waiting=0)
    assert fetch_if_set_up(clock=lambda: NOW) == "No mail box is set up."
    assert not MailboxLook.objects.exists()
    with pytest.raises(NoMailbox, match="FORSYN_MAILBOX_URL"):
        fetch_marked(clock=lambda: NOW)
