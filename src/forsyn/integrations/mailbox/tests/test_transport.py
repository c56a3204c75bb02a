"""Reading a mail box on a real IMAP server, over TLS."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient.response_parser import parse_fetch_response

from forsyn.integrations.mailbox.codec import is_marked
from forsyn.integrations.mailbox.transport import MailboxNotRead, OpenMailbox, _parts_or_none, opened
from tests.certificates import certificate
from tests.mail_server import HANDLED, PASSWORD, MailServer, running
from tests.mail_server import mail_server as mail_server
from tests.mail_server import server_certificate as server_certificate

RECEIVED_AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
SINCE = date(2026, 11, 19)


def mail(subject: str, text: str = "Jeg vil gerne se mine oplysninger.", **fields: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Anna Ager <anna@kunde.example>"
    message["Subject"] = subject
    for name, value in fields.items():
        message[name] = value
    message.set_content(text)
    return message


@pytest.fixture
def box(mail_server: MailServer):  # type: ignore[no-untyped-def]
    with opened(
        mail_server.address,
        password=PASSWORD,
        ca_file=str(mail_server.certificate.authority),
        handled_folder=HANDLED,
    ) as box:
        yield box


def test_finds_what_is_marked_and_looks_at_what_is_new(mail_server: MailServer, box: OpenMailbox) -> None:
    long_ago = RECEIVED_AT - timedelta(days=300)
    mail_server.put(mail("Persondata: indsigt").as_bytes(), received_at=long_ago)
    mail_server.put(mail("Min regning").as_bytes(), received_at=long_ago)
    mail_server.put(mail("Sletning, persondata ønskes slettet").as_bytes(), received_at=RECEIVED_AT)
    mail_server.put(mail("Vandet er brunt").as_bytes(), received_at=RECEIVED_AT)
    found = list(box.waiting("Persondata", since=SINCE))
    assert [is_marked(each.subject, "Persondata") for each in found] == [True, True, False]
    assert found[1].received_at == RECEIVED_AT
    assert found[1].size == len(mail("Sletning, persondata ønskes slettet").as_bytes().replace(b"\n", b"\r\n"))


def test_nothing_is_marked_as_read(mail_server: MailServer, box: OpenMailbox) -> None:
    mail_server.put(mail("Persondata").as_bytes(), received_at=RECEIVED_AT)
    (found,) = box.waiting("Persondata", since=SINCE)
    assert b"Jeg vil gerne" in box.whole(found.uid)
    assert b"Persondata" in box.header(found.uid)
    box.outline(found.uid)
    assert list(mail_server.mails().values()) == [(b"Subject: Persondata", ())]


def test_what_is_handled_moves_and_is_not_found_again(mail_server: MailServer, box: OpenMailbox) -> None:
    mail_server.put(mail("Persondata 1").as_bytes(), received_at=RECEIVED_AT)
    mail_server.put(mail("Persondata 2").as_bytes(), received_at=RECEIVED_AT)
    first, _ = box.waiting("Persondata", since=SINCE)
    box.set_aside(first.uid)
    box.set_aside(first.uid)
    assert [subject for subject, _ in mail_server.mails(HANDLED).values()] == [b"Subject: Persondata 1"]
    assert [subject for subject, _ in mail_server.mails().values()] == [b"Subject: Persondata 2"]
    assert len(list(box.waiting("Persondata", since=SINCE))) == 1


def test_what_is_passed_by_stays_where_it_is_unread(mail_server: MailServer, box: OpenMailbox) -> None:
    mail_server.put(mail("Persondata").as_bytes(), received_at=RECEIVED_AT)
    (found,) = box.waiting("Persondata", since=SINCE)
    box.pass_by(found.uid)  # this server keeps no keywords; that is no error
    ((_, flags),) = mail_server.mails().values()
    assert b"\\Seen" not in flags


def test_handled_mails_are_forgotten_in_time(mail_server: MailServer, box: OpenMailbox) -> None:
    assert box.forget_handled(SINCE) == 0
    for days in (0, 200):
        mail_server.put(mail(f"Persondata {days}").as_bytes(), received_at=RECEIVED_AT - timedelta(days=days))
    for found in list(box.waiting("Persondata", since=SINCE)):
        box.set_aside(found.uid)
    assert box.forget_handled(SINCE) == 1
    assert [subject for subject, _ in mail_server.mails(HANDLED).values()] == [b"Subject: Persondata 0"]
    assert box.forget_handled(SINCE) == 0


def test_a_large_mail_is_fetched_in_part_only(mail_server: MailServer, box: OpenMailbox) -> None:
    message = mail("Persondata", "Her er min film.", Received="x" * 200)
    message.add_attachment(b"\0" * 3_000_000, maintype="video", subtype="mp4", params={"name": "film.mp4"})
    mail_server.put(message.as_bytes(), received_at=RECEIVED_AT)
    (found,) = box.waiting("Persondata", since=SINCE)
    assert found.size > 4_000_000
    outline = box.outline(found.uid)
    assert b"anna@kunde.example" in outline.header
    assert b"Received" not in outline.header
    assert b"Her er min film." in outline.part
    assert [(each.name, each.size > 4_000_000) for each in outline.left_out] == [("film.mp4", True)]
    assert len(outline.header) + len(outline.part_header) + len(outline.part) < 2_000


TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 12 1 NIL NIL NIL NIL)'
PAGE = b'("text" "html" ("charset" "utf-8") NIL NIL "8bit" 12 1 NIL NIL NIL NIL)'
FILM = (
    b'("video" "mp4" NIL NIL NIL "base64" 41052632 NIL ("attachment" ("filename*" "utf-8\'\'m%C3%A5ler.mp4")) NIL NIL)'
)
MAIL = (
    b'("message" "rfc822" NIL NIL NIL "7bit" 342 (NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL) '
    + TEXT
    + b" 9 NIL NIL NIL NIL)"
)


@pytest.mark.parametrize(
    ("structure", "found"),
    [
        (b"(" + TEXT + FILM + b' "mixed" ("boundary" "x") NIL NIL NIL)', [("1", ""), ("2", "måler.mp4")]),
        (
            b"((" + TEXT + PAGE + b' "alternative" NIL NIL NIL NIL)' + FILM + MAIL + b' "mixed" NIL NIL NIL NIL)',
            [("1.1", ""), ("1.2", ""), ("2", "måler.mp4"), ("3", "")],
        ),
        (TEXT, [("1", "")]),
        (b'("text" "plain")', []),
        (b'(NIL "mixed")', []),
    ],
)
def test_a_structure_as_servers_tell_it(structure: bytes, found: list[tuple[str, str]]) -> None:
    """RFC 3501, 7.4.2; the first is Dovecot's."""
    answer = parse_fetch_response([b"1 (UID 7 BODYSTRUCTURE " + structure + b")"])
    parts = _parts_or_none(answer[7][b"BODYSTRUCTURE"])
    assert [(part.path, part.name) for part in parts] == found
    assert [part.path for part in parts if part.is_file] == [path for path, name in found if name or path == "3"]


def test_a_large_mail_of_one_part(mail_server: MailServer, box: OpenMailbox) -> None:
    mail_server.put(mail("Persondata", "Æbler " * 300_000).as_bytes(), received_at=RECEIVED_AT)
    (found,) = box.waiting("Persondata", since=SINCE)
    outline = box.outline(found.uid)
    assert len(outline.part) == 262_144
    assert b"charset" in outline.part_header


@pytest.mark.parametrize(("password", "folder"), [("another", "INBOX"), (PASSWORD, "Nowhere")])
def test_says_what_the_server_refuses(mail_server: MailServer, password: str, folder: str) -> None:
    address = mail_server.address
    there = type(address)(address.host, address.port, address.user, folder)
    ca_file = str(mail_server.certificate.authority)
    with (
        pytest.raises(MailboxNotRead, match="FORSYN_MAILBOX_") as refused,
        opened(there, password=password, ca_file=ca_file, handled_folder=HANDLED),
    ):
        pass
    assert password not in str(refused.value)
    assert isinstance(refused.value, OSError)


@pytest.mark.parametrize(
    ("name", "lasts", "trusted"),
    [("mail.example", 36500, True), ("localhost", 1, True), ("localhost", 36500, False)],
    ids=["another name", "expired", "unknown authority"],
)
def test_nothing_is_read_under_a_certificate_that_is_not_valid(
    tmp_path: Path, name: str, lasts: int, trusted: bool
) -> None:
    files = certificate(tmp_path, name, lasts=timedelta(days=lasts))
    with (
        running(files) as server,
        pytest.raises(MailboxNotRead, match=r"certificate of the mail box's server localhost:\d+ is not valid"),
        opened(
            server.address,
            password=PASSWORD,
            ca_file=str(files.authority) if trusted else None,
            handled_folder=HANDLED,
        ),
    ):
        pass


def test_a_server_that_is_not_there(mail_server: MailServer) -> None:
    address = type(mail_server.address)("localhost", 9, "nobody", "INBOX")
    with (
        pytest.raises(MailboxNotRead, match="could not be used"),
        opened(address, password="", ca_file=None, handled_folder=HANDLED),
    ):
        pass
