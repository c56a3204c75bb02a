"""What strangers' mails say, however they are written."""

from __future__ import annotations

import time
import unicodedata
from email.message import EmailMessage
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.mailbox import codec
from forsyn.integrations.mailbox.codec import IncomingMail, LeftOut, MailNotReadable, is_marked, read_mail, read_outline
from forsyn.integrations.mailbox.headers import extended_value
from forsyn.integrations.mailbox.html_text import words_of

OWN = frozenset({"post@nordbyforsyning.example"})


def read(content: bytes) -> IncomingMail:
    return read_mail(content, own_addresses=OWN)


def written(*fields: str, text: str = "Hvad ved I om mig?") -> bytes:
    return ("\r\n".join(fields) + "\r\n\r\n" + text).encode("utf-8", "surrogateescape")


ODD_NAME = ("name_with_address",)
ANNA = "From: Anna Ager <anna@kunde.example>"


def test_an_ordinary_mail() -> None:
    message = EmailMessage()
    message["From"] = "Søren Ærø <soren@kunde.example>"
    message["Subject"] = "Persondata: indsigt på æblevej"
    message["Message-ID"] = "<1@kunde.example>"
    message.set_content("Kære forsyning\n\nJeg vil gerne vide, hvad I ved.\n", charset="iso-8859-1")
    message.add_alternative("<p>En anden tekst</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="fuldmagt på ærø.pdf")
    mail = read(message.as_bytes())
    assert (mail.envelope.sender_name, mail.envelope.sender_address) == ("Søren Ærø", "soren@kunde.example")
    assert mail.envelope.subject == "Persondata: indsigt på æblevej"
    assert mail.text == "Kære forsyning\n\nJeg vil gerne vide, hvad I ved."
    assert [(each.name, each.media_type, each.content) for each in mail.attachments] == [
        ("fuldmagt på ærø.pdf", "application/pdf", b"%PDF-1.7")
    ]
    assert (mail.envelope.automatic, mail.envelope.quiet, mail.envelope.oddities) == (False, False, ())
    assert "Jeg vil" not in repr(mail)
    assert "%PDF" not in repr(mail)


@pytest.mark.parametrize(
    "subject",
    [
        "Persondata",
        "SV: PERSONDATA: indsigt",
        "=?utf-8?B?UGVyc29uZGF0YQ==?=",
        "=?iso-8859-1?Q?Om_Person?= =?utf-8?Q?data?=",
        "Per\u00adson\u200bdata",
        "Ｐｅｒｓｏｎｄａｔａ",
        "Person data",
        "Hej\r\n om persondata",
    ],
)
def test_the_mark_is_found(subject: str) -> None:
    assert is_marked(f"Subject: {subject}\r\n".encode(), "Persondata")


@pytest.mark.parametrize("subject", ["", "Min regning", "=?utf-8?B?####?=", "\x00\xff", "Data om personer"])
def test_other_subjects_bear_no_mark(subject: str) -> None:
    assert not is_marked(b"Subject: " + subject.encode() + b"\r\n", "Persondata")
    assert not is_marked(b"", "Persondata")


def test_only_html() -> None:
    page = (
        '<html><head><title>Ud</title><style>p{color:red}</style></head><body onload="evil()"><h1>Hej</h1>'
        '<p>Slet mig&nbsp;nu &amp; for<b>evigt</b>.<br>Tak<img src="https://spy.example/x.gif"><script>evil()</script></p>'
        "<table><tr><td>1</td><td>2</td></tr></table></body></html>"
    )
    mail = read(written(ANNA, "Content-Type: text/html; charset=utf-8", text=page))
    assert mail.text == "Hej\n\nSlet mig nu & forevigt.\nTak\n\n1 2"


@pytest.mark.parametrize(
    "page", ["<![if !supportLists]>Hej", "<!", "<a", "&#x110000;&#0;Hej", "<script>Hej", "<![CDATA[x"]
)
def test_broken_html_raises_nothing(page: str) -> None:
    words_of(page)


@pytest.mark.parametrize(
    ("fields", "address", "name", "oddities"),
    [
        (["From: anna@kunde.example"], "anna@kunde.example", "", ()),
        ([], "", "", ("no_address",)),
        (["From: "], "", "", ("no_address",)),
        (["From: undisclosed-recipients:;"], "", "undisclosed-recipients:;", ("no_address",)),
        (["From: <>"], "", "<>", ("no_address",)),
        (["From: Anna <anna@localhost>"], "", "Anna", ("no_address",)),
        (["From: Anna <anna@kunde..example>"], "", "Anna", ("no_address",)),
        (["From: a@kunde.example, b@kunde.example"], "a@kunde.example", "", ("several_senders",)),
        (["From: a@kunde.example", "From: b@kunde.example"], "a@kunde.example", "", ("several_senders",)),
        (['From: "dpo@nordby.example" <x@evil.example>'], "x@evil.example", "dpo@nordby.example", ODD_NAME),
        (["From: \u202egnireS\u202c <x@evil.example>"], "x@evil.example", "gnireS", ()),
        (["From: Аnna <x@evil.example>"], "x@evil.example", "Аnna", ("mixed_alphabets",)),
        (["From: =?utf-8?Q?A=0D=0ABcc:_x@y.dk?= <x@evil.example>"], "x@evil.example", "A Bcc: x@y.dk", ODD_NAME),
    ],
)  # fmt: skip
def test_who_says_to_have_sent_it(fields: list[str], address: str, name: str, oddities: tuple[str, ...]) -> None:
    envelope = read(written(*fields, "Subject: Persondata")).envelope
    assert (envelope.sender_address, envelope.sender_name, envelope.oddities) == (address, name, oddities)
    assert envelope.quiet is (not address or "several_senders" in oddities)


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x",
        "Precedence: bulk",
        "Precedence: Junk",
        "List-Id: <nyt.example>",
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=x",
        "From: Nordby <POST@nordbyforsyning.example>",
    ],
)
def test_what_no_person_wrote_wants_no_case_and_no_answer(field: str) -> None:
    envelope = read(written(ANNA, field, "Subject: Persondata")).envelope
    assert envelope.automatic
    assert envelope.quiet


@pytest.mark.parametrize("field", ["Auto-Submitted: no", "Precedence: normal", "Return-Path: <anna@kunde.example>"])
def test_what_a_person_wrote_does(field: str) -> None:
    envelope = read(written(ANNA, field, "Subject: Persondata")).envelope
    assert (envelope.automatic, envelope.quiet) == (False, False)


def test_a_mail_that_wants_no_automatic_answer_is_a_case_all_the_same() -> None:
    envelope = read(written(ANNA, "X-Auto-Response-Suppress: All")).envelope
    assert not envelope.automatic
    assert envelope.quiet


def test_texts_in_a_broken_or_forbidden_encoding() -> None:
    for charset in ("no-such", "unicode_escape", "idna", "hex", "utf-8; x", '"', "us-ascii"):
        mail = read(f"{ANNA}\r\nContent-Type: text/plain; charset={charset}\r\n\r\nKære \\u0041 venner\0\x07".encode())
        assert mail.text == "Kære \\u0041 venner"
    assert read(b"Content-Type: text/plain\r\n\r\nK\xe6re venner").text == "Kære venner"
    assert read(b"Content-Transfer-Encoding: base64\r\n\r\n!!! not base64 ###").text is not None


def test_ten_thousand_received_fields_are_read_at_once() -> None:
    received = [f"Received: from a{number}.example by b.example" for number in range(10_000)]
    started = time.perf_counter()
    mail = read(written(*received, ANNA, "Subject: Persondata"))
    assert mail.envelope.sender_address == "anna@kunde.example"
    assert time.perf_counter() - started < 5


def test_a_long_field_is_read_at_once() -> None:
    started = time.perf_counter()
    read(written("From: " + "(" * 500_000 + "anna@kunde.example", "Subject: " + "=?utf-8?Q?a?= " * 50_000))
    assert time.perf_counter() - started < 5


def test_multiparts_within_multiparts() -> None:
    def nested(depth: int) -> bytes:
        opening = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
        return f"{ANNA}\r\n{opening}\r\nInderst".encode()

    assert read(nested(50)).text == "Inderst"
    with pytest.raises(MailNotReadable, match="more than 100 multiparts"):
        read(nested(5_000))


def test_too_many_parts() -> None:
    parts = "--b\r\n\r\nx\r\n" * 1_500
    with pytest.raises(MailNotReadable, match="more than 1000 parts"):
        read(written(ANNA, 'Content-Type: multipart/mixed; boundary="b"', text=parts))


def test_too_many_attachments_are_named_and_left() -> None:
    message = EmailMessage()
    message.set_content("Se vedhæftet")
    for number in range(60):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    mail = read(message.as_bytes())
    assert len(mail.attachments) == 50
    assert mail.left_out[0] == LeftOut("50.png", 1)


def test_a_mail_within_the_mail_is_an_attachment() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Gammel"
    inner.set_content("Det her stod der")
    message = EmailMessage()
    message.set_content("Se nedenfor")
    message.add_attachment(inner)
    mail = read(message.as_bytes())
    assert mail.text == "Se nedenfor"
    (attachment,) = mail.attachments
    assert attachment.media_type == "message/rfc822"
    assert b"Det her stod der" in attachment.content


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\cpr.pdf", "cpr.pdf"),
        ("faktura\u202efdp.exe", "fakturafdp.exe"),
        ("a\r\nContent-Type: x.pdf", "a Content-Type_ x.pdf"),
        ("..", "vedhaeftet-1"),
        ("", "vedhaeftet-1"),
        (".htaccess", "htaccess"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_of_attachments(name: str, safe: str) -> None:
    assert codec.safe_name(name, 1) == safe


@given(st.text(max_size=400), st.integers(1, 9))
def test_a_safe_name_is_one_file_in_one_folder(name: str, number: int) -> None:
    safe = codec.safe_name(name, number)
    assert 0 < len(safe) <= 120
    assert PurePosixPath(safe).name == safe
    assert not set(safe) & set('\\<>:"|?*\n')
    assert codec.safe_name(safe, number) == safe


def test_the_digest_is_that_of_the_mail_and_not_of_its_way() -> None:
    first = read(written("Received: from x", ANNA, "Message-ID: <1@x>", "Subject: Persondata"))
    assert read(written("Received: from y", ANNA, "Message-ID: <1@x>", "Subject: Persondata")).digest == first.digest
    for other in (
        written(ANNA, "Message-ID: <2@x>", "Subject: Persondata"),
        written(ANNA, "Message-ID: <1@x>", "Subject: Persondata", text="Noget andet"),
        written("From: bo@kunde.example", "Message-ID: <1@x>", "Subject: Persondata"),
    ):
        assert read(other).digest != first.digest


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("utf-8''m%C3%A5ler.mp4", "måler.mp4"),
        ("iso-8859-1'da'm%E5ler.mp4", "måler.mp4"),
        ("unicode_escape''%5Cu0041", "\\u0041"),
        ("det's.pdf", "det's.pdf"),
        ("'", "'"),
    ],
)
def test_a_parameter_in_another_charset(text: str, value: str) -> None:
    assert extended_value(text) == value


def test_an_outline() -> None:
    mail = read_outline(
        b"From: Anna <anna@kunde.example>\r\nSubject: Persondata\r\nMessage-ID: <1@x>\r\n\r\n",
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        b"PHA+U2xldCBtaWc8L3A+",
        left_out=(LeftOut("../film\x00.mp4", 50_000_000),),
        own_addresses=OWN,
    )
    assert (mail.envelope.sender_address, mail.text) == ("anna@kunde.example", "Slet mig")
    assert mail.left_out == (LeftOut("film.mp4", 50_000_000),)
    assert codec.read_envelope(b"From: a@kunde.example\r\n", own_addresses=OWN).text == ""


# -- whatever comes ------------------------------------------------------------------------------------------------

FIELD = st.sampled_from(
    ["From", "Subject", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Message-ID",
     "MIME-Version", "Auto-Submitted", "Return-Path", "Date", "Sender"]
)  # fmt: skip
VALUE = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [b"multipart/mixed; boundary=b", b"text/html; charset=utf-7", b"text/plain; charset=\"", b"base64", b"uuencode",
         b"quoted-printable", b"attachment; filename*0*=utf-8''%ff%; filename*2=x", b"=?utf-8?B?w6Y?= <x@y.example>",
         b"=?x?Q?a?=", b"attachment; filename=\"=?utf-8?Q?=00?=\"", b"message/rfc822", b"<[>@x", b"a@[1.2.3.4]", b'"',
         b"(", b"@"]
    ),
)  # fmt: skip


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    fields = draw(st.lists(st.tuples(FIELD, VALUE), max_size=8))
    head = b"\r\n".join(name.encode() + b": " + value for name, value in fields)
    body = b"\r\n".join(
        draw(st.lists(st.sampled_from([b"--b", b"--b--", b"", b"begin 644 x", b"end"]) | VALUE, max_size=8))
    )
    return head + b"\r\n\r\n" + body


def every_text(mail: IncomingMail) -> list[str]:
    envelope = mail.envelope
    files = [*(each.name for each in mail.attachments), *(each.name for each in mail.left_out)]
    return [envelope.sender_name, envelope.sender_address, envelope.subject, *files]


@given(mails() | st.binary(max_size=300))
@settings(max_examples=300)
def test_whatever_comes_is_read_or_refused_and_shows_no_controls(content: bytes) -> None:
    try:
        mail = read(content)
    except MailNotReadable:
        return
    for text in every_text(mail):
        assert not {unicodedata.category(one) for one in text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not {unicodedata.category(one) for one in mail.text.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(mail.digest) == 64
    assert read(content) == mail


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_an_outline_holds_is_read_or_refused(header: bytes, part_header: bytes, part: bytes) -> None:
    try:
        read_outline(header, part_header, part, left_out=(), own_addresses=OWN)
    except MailNotReadable:
        return
    is_marked(header, "Persondata")
