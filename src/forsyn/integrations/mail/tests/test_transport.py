"""Mails against real SMTP servers on this machine: with TLS, with a bad certificate, and with none."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import IMPLICIT, LOOPBACK, STARTTLS, MailNotSent, send
from tests.certificates import Certificate, certificate

MAIL = Mail(
    to="anna@kunde.example",
    sender="Nordby Forsyning <post@nordbyforsyning.example>",
    subject="Æblegrød",
    text="Kære Anna\n\nDin kode er ABCD-EFGH.\n",
    message_id="<1@nordbyforsyning.example>",
)


@dataclass
class Received:
    """A server that takes everything, or answers as it is told."""

    answer: str = "250 OK"
    recipient_answer: str = ""
    mails: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.mails.append(bytes(envelope.content).decode())
            self.encrypted.append(
                session.ssl is not None or isinstance(server.transport.get_extra_info("ssl_object"), ssl.SSLObject)
            )
        return self.answer


class AnyPort(Controller):
    """Listens on a free port, which is only known once it does."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def certify(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Certificate]:
    """A certificate for a name, from an authority of our own."""
    return lambda name="localhost", **rest: certificate(tmp_path_factory.mktemp("tls"), name, **rest)


@pytest.fixture
def server(settings: Any) -> Callable[..., Any]:
    """A server, and the settings that point to it."""

    @contextmanager
    def running(
        security: str, certificate: Certificate | None = None, *, trusted: bool = True, **answers: str
    ) -> Iterator[Received]:
        received = Received(**answers)
        tls: dict[str, Any] = {}
        if certificate is not None:
            tls = {"ssl_context" if security == IMPLICIT else "tls_context": certificate.context()}
        controller = AnyPort(received, hostname="127.0.0.1", port=0, **tls)
        controller.start()
        try:
            settings.EMAIL_BACKEND = "forsyn.integrations.mail.transport.TlsBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", controller.port
            settings.EMAIL_SECURITY = security
            settings.EMAIL_CA_FILE = str(certificate.authority) if certificate and trusted else ""
            yield received
        finally:
            controller.stop()

    return running


@pytest.mark.parametrize("security", [STARTTLS, IMPLICIT])
def test_leaves_over_tls(server: Any, certify: Any, security: str) -> None:
    with server(security, certify()) as received:
        send(MAIL)
    assert received.encrypted == [True]
    assert "Message-ID: <1@nordbyforsyning.example>" in received.mails[0]
    assert "Auto-Submitted: auto-generated" in received.mails[0]
    assert "ABCD-EFGH" in received.mails[0]


def test_nothing_leaves_to_a_server_without_tls(server: Any) -> None:
    with server(STARTTLS) as received, pytest.raises(MailNotSent, match="offers no STARTTLS") as refused:
        send(MAIL)
    assert received.mails == []
    assert refused.value.again
    assert "anna" not in str(refused.value)


def test_nothing_leaves_to_a_server_that_speaks_plainly_where_tls_is_expected(server: Any, settings: Any) -> None:
    with server(LOOPBACK) as received:
        settings.EMAIL_SECURITY = IMPLICIT
        with pytest.raises(MailNotSent, match="No TLS could be agreed"):
            send(MAIL)
    assert received.mails == []


@pytest.mark.parametrize(
    ("made_for", "trusted"),
    [
        ({"name": "mail.example"}, True),
        ({"lasts": timedelta(days=1)}, True),
        ({}, False),
    ],
    ids=["another name", "expired", "unknown authority"],
)
def test_nothing_leaves_under_a_certificate_that_is_not_valid(
    server: Any, certify: Any, made_for: dict[str, Any], trusted: bool
) -> None:
    with (
        server(STARTTLS, certify(**made_for), trusted=trusted) as received,
        pytest.raises(MailNotSent, match=r"certificate of the mail server localhost:\d+ is not valid"),
    ):
        send(MAIL)
    assert received.mails == []


def test_a_relay_on_this_machine_may_be_said_to_be_one(server: Any) -> None:
    with server(LOOPBACK) as received:
        send(MAIL)
    assert received.encrypted == [False]


@pytest.mark.parametrize(("security", "host"), [(LOOPBACK, "mail.example"), ("none", "localhost"), ("", "localhost")])
def test_nothing_leaves_without_tls_otherwise(settings: Any, security: str, host: str) -> None:
    settings.EMAIL_BACKEND = "forsyn.integrations.mail.transport.TlsBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_SECURITY = host, 9, security
    settings.EMAIL_CA_FILE = ""
    with pytest.raises(MailNotSent, match="would leave without TLS" if security else "."):
        send(MAIL)


@pytest.mark.parametrize(
    ("answers", "again", "told"),
    [
        ({"recipient_answer": "550 no such mailbox"}, False, "refuses the recipient's address"),
        ({"recipient_answer": "450 try later"}, True, "refuses the recipient's address"),
        ({"answer": "554 not wanted"}, False, "refuses the mail"),
        ({"answer": "451 full"}, True, "refuses the mail"),
    ],
)
def test_says_whether_to_try_again(server: Any, certify: Any, answers: dict[str, str], again: bool, told: str) -> None:
    with server(STARTTLS, certify(), **answers), pytest.raises(MailNotSent, match=told) as refused:
        send(MAIL)
    assert refused.value.again is again
    assert "anna" not in str(refused.value)


def test_a_server_that_is_not_there(server: Any) -> None:
    with server(LOOPBACK):
        pass
    with pytest.raises(MailNotSent, match="could not be used") as refused:
        send(MAIL)
    assert refused.value.again
