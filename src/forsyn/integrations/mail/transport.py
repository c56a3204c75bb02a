"""Sends mails: over TLS or not at all. Nothing else in the program speaks SMTP."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from forsyn.integrations.mail.codec import Mail

STARTTLS = "starttls"
IMPLICIT = "implicit"
LOOPBACK = "loopback"
HERE = frozenset({"127.0.0.1", "::1", "localhost"})
PERMANENT = 500


class MailNotSent(Exception):
    """A mail that did not leave. ``again``: trying later may help. It tells operators why, and names no address."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


class TlsBackend(EmailBackend):
    """Django's SMTP backend, with TLS that cannot be left out. ``security`` as settings.EMAIL_SECURITY."""

    def __init__(self, *args: Any, security: str | None = None, ca_file: str | None = None, **rest: Any) -> None:
        self.security = security or settings.EMAIL_SECURITY
        self.ca_file = ca_file or settings.EMAIL_CA_FILE or None
        rest |= {"use_tls": self.security == STARTTLS, "use_ssl": self.security == IMPLICIT, "fail_silently": False}
        super().__init__(*args, **rest)

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """Verifies the certificate and the server's name."""
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def open(self) -> bool | None:
        """Connect. Raises MailNotSent rather than send anything without TLS."""
        where = f"{self.host}:{self.port}"
        if self.security not in (STARTTLS, IMPLICIT) and not (self.security == LOOPBACK and self.host in HERE):
            raise MailNotSent(
                f"Mail to {where} would leave without TLS, so nothing was sent. Set FORSYN_EMAIL_TLS to starttls or "
                "implicit; loopback is for a relay on this machine only.",
                again=True,
            )
        try:
            return super().open()
        except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
            raise MailNotSent(_without_tls(where, error), again=True) from None
        finally:
            if self._partial_connection is not None:  # half open: what was said so far was nobody's data
                self._partial_connection.close()
                self._partial_connection = None


def _without_tls(where: str, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of the mail server {where} is not valid: {error.verify_message} Nothing was sent. "
            "Name the server as its certificate does, or its authority in FORSYN_EMAIL_CA."
        )
    if isinstance(error, ssl.SSLError):
        return (
            f"No TLS could be agreed with the mail server {where} ({error.reason}), so nothing was sent. "
            "See FORSYN_EMAIL_PORT and FORSYN_EMAIL_TLS, and that the server speaks TLS 1.2 or newer."
        )
    return (
        f"The mail server {where} offers no STARTTLS ({error}), so nothing was sent. Turn TLS on there, or use its "
        "port for TLS with FORSYN_EMAIL_TLS=implicit."
    )


def send(mail: Mail) -> None:
    """Hand one mail to the mail server (in the demo and in tests: to a folder or to memory). Raises MailNotSent."""
    message = EmailMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender,
        to=[mail.to],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},  # RFC 3834: asks for no reply
    )
    try:
        get_connection().send_messages([message])
    except MailNotSent:
        raise
    except smtplib.SMTPAuthenticationError as error:
        raise MailNotSent(
            f"The mail server refuses the user or the password ({error.smtp_code}). See FORSYN_EMAIL_USER and "
            "FORSYN_EMAIL_PASSWORD.",
            again=True,
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        code = max((answer[0] for answer in error.recipients.values()), default=PERMANENT)
        raise MailNotSent(
            f"The mail server refuses the recipient's address ({code}).", again=code < PERMANENT
        ) from None
    except smtplib.SMTPResponseException as error:
        raise MailNotSent(
            f"The mail server refuses the mail ({error.smtp_code}).", again=error.smtp_code < PERMANENT
        ) from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise MailNotSent(
            f"The mail server could not be used ({type(error).__name__}). See FORSYN_EMAIL_HOST and _PORT.", again=True
        ) from None
