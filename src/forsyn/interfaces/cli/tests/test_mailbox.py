"""`forsyn mailbox`, as an operator types it, against a real IMAP server."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from forsyn.domain.rights.models import Request
from forsyn.integrations.mailbox.address import MailboxSettings
from forsyn.integrations.mailbox.transport import MailboxNotRead
from forsyn.interfaces.cli.failures import explained
from forsyn.interfaces.cli.main import app
from tests.mail_server import PASSWORD, MailServer
from tests.mail_server import mail_server as mail_server
from tests.mail_server import server_certificate as server_certificate
from tests.world import World

Run = Callable[..., Result]
MARKED = b"From: a@fremmed.example\r\nSubject: Persondata\r\n\r\nHvad ved I om mig?"


@pytest.fixture
def run(db: None) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, ["mailbox", *words], obj=host)


@pytest.fixture
def box(mail_server: MailServer, settings: Any, tmp_path: Path) -> MailServer:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    settings.MAILBOX = MailboxSettings(mail_server.address, password, ca_file=str(mail_server.certificate.authority))
    return mail_server


def test_counts_and_then_takes_in(run: Run, box: MailServer, world: World) -> None:
    box.put(MARKED)
    assert "1 marked mails wait" in run("check").stdout
    assert json.loads(run("check", "--json").stdout)["marked"] == 1
    assert not Request.objects.exists()
    assert "1 opened" in run("fetch").stdout
    assert json.loads(run("fetch", "--json").stdout)["opened"] == 0
    assert Request.objects.count() == 1
    assert "0 marked mails wait" in run("check").stdout


@pytest.mark.parametrize("command", ["check", "fetch"])
def test_without_a_mail_box_says_what_to_set(run: Run, settings: Any, command: str) -> None:
    settings.MAILBOX = None
    done = run(command)
    assert done.exit_code == 2
    assert "FORSYN_MAILBOX_URL" in done.stderr


@pytest.mark.parametrize("command", ["check", "fetch"])
def test_a_wrong_password_is_told_in_a_sentence(run: Run, box: MailServer, settings: Any, command: str) -> None:
    settings.MAILBOX.password_file.write_text("another")
    done = run(command)
    assert isinstance(done.exception, MailboxNotRead)
    assert "refuses the user or the password" in (explained(done.exception) or "")
