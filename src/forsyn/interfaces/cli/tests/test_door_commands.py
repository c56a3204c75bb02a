"""`forsyn processors` and `forsyn outbox`, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from django.core import mail
from typer.testing import CliRunner

from forsyn.domain.safeguards.door_models import Disclosure, RecipientAgreement
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.interfaces.cli.main import app
from forsyn.policy.purposes import P
from forsyn.workflows.outgoing import Letter, mail_person
from tests.world import NOW, World

Run = Callable[..., Result]


@pytest.fixture
def run(db: None) -> Run:
    host = SimpleNamespace(database=nullcontext)
    return lambda *words: CliRunner().invoke(app, list(words), obj=host)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / "dba-10.pdf"
    file.write_bytes(b"%PDF-1.7 small")
    return file


def agree(run: Run, paper: Path, *more: str, key: str = "mail_and_text_messages") -> Result:
    dates = ("--signed", "2026-01-10", "--first", "2026-02-01")
    return run("processors", "agree", key, "--document", str(paper), *dates, *(more or ("--storage", "ie")))


def test_lists_who_receives_nothing_and_says_so_to_scripts(run: Run) -> None:
    done = run("processors", "list", "--json")
    assert done.exit_code == 1
    assert {row["standing"] for row in json.loads(done.stdout)} == {"missing"}


def test_all_in_order(run: Run, world: World) -> None:
    done = run("processors", "list")
    assert done.exit_code == 0
    assert "valid" in done.stdout


def test_puts_an_agreement_on_file(run: Run, paper: Path) -> None:
    assert agree(run, paper).exit_code == 0
    made = RecipientAgreement.objects.get()
    assert (made.number, made.storage_country, made.period.upper) == ("DBA-10", "IE", None)


@pytest.mark.parametrize(
    ("more", "key", "told"),
    [
        (("--storage", "XX"), "hosting", "is not on the list"),
        (("--storage", "DK", "--last", "2025-01-01"), "hosting", "must end after its first day"),
        (("--storage", "DK"), "police", "has no processor 'police'"),
        (("--storage", "DK"), "somebody", "names no recipient 'somebody'"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    run: Run, paper: Path, more: tuple[str, ...], key: str, told: str
) -> None:
    done = agree(run, paper, *more, key=key)
    assert done.exit_code == 1
    assert told in " ".join(done.stderr.split())
    assert not RecipientAgreement.objects.exists()


def test_the_outbox_is_shown_and_sent(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: Mail) -> None:
        raise MailNotSent("The mail server refuses the recipient's address (550).", again=False)

    assert "Nothing waits to leave." in run("outbox", "show").stdout
    letter = Letter(world.anna.email, "Hej", "Hej Anna", ("email",), (world.anna.customer_id,))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transport, "send", refuse)
        mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    number = Disclosure.objects.get().pk
    [waiting] = json.loads(run("outbox", "show", "--json").stdout)
    assert (waiting["disclosure"], waiting["state"], waiting["next_try"]) == (number, "failed", None)
    assert world.anna.email not in json.dumps(waiting)
    assert "0 delivered" in run("outbox", "send").stdout
    assert run("outbox", "again", str(number)).exit_code == 0
    assert "1 delivered" in run("outbox", "send").stdout
    assert len(mail.outbox) == 1
    assert run("outbox", "again", str(number)).exit_code == 1
