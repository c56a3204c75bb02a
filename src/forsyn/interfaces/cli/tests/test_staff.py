"""`forsyn staff`: accounts of those who work here."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from forsyn.domain.accounts.models import Session
from forsyn.domain.accounts.queries import account_with_email
from forsyn.interfaces.cli.main import app
from tests.signing_in import SignedIn

pytestmark = pytest.mark.django_db
KARLA = "karla@nordby.example"


class Host:
    """A machine whose database runs already."""

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["staff", *arguments], obj=Host(), env={"TERM": "dumb", "COLUMNS": "200"})


@pytest.fixture
def karla() -> None:
    assert run("add", KARLA, "--name", "Karla Kontor", "--role", "clerk", "--role", "dpo").exit_code == 0


def test_an_account_is_made_without_a_password(karla: None) -> None:
    account = account_with_email(email=KARLA)
    assert account is not None
    assert not account.has_usable_password()
    [listed] = json.loads(run("list", "--json").output)
    assert listed == {"email": KARLA, "name": "Karla Kontor", "roles": ["clerk", "dpo"], "active": True}
    assert "Karla Kontor" in run("list").output


def test_closing_signs_out_everywhere(karla: None, signed_in: SignedIn) -> None:
    account = account_with_email(email=KARLA)
    assert account is not None
    signed_in(account)
    assert run("close", KARLA.upper()).exit_code == 0
    assert not Session.objects.filter(account=account).exists()
    assert "closed" in run("list").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", KARLA, "--name", "Karla", "--role", "clerk"), "already"),
        (("add", "karla", "--name", "Karla", "--role", "clerk"), "not an e-mail address"),
        (("close", "nobody@nordby.example"), "Nobody on the staff"),
        (("reset-second-factor", "nobody@nordby.example"), "Nobody on the staff"),
    ],
)
def test_slips_are_explained(karla: None, arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert told in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["", "  ", "K" * 201, "Karla\nBcc: bo@nordby.example", "Karla \x1b[31m"])
def test_a_name_that_nobody_has_is_refused_in_words(db: None, name: str) -> None:
    done = run("add", KARLA, "--name", name, "--role", "clerk")
    assert done.exit_code == 1
    assert "The name must have 1 to 200 characters" in done.stderr
    assert account_with_email(email=KARLA) is None


def test_an_address_too_long_to_keep_is_refused_in_words(db: None) -> None:
    done = run("add", f"{'k' * 60}@{'nordby.' * 30}example", "--name", "Karla", "--role", "clerk")
    assert done.exit_code == 1
    assert "is not an e-mail address" in done.stderr


def test_a_name_is_shown_as_it_is(db: None) -> None:
    name = "[/bold] Karla [red]"
    assert f"{name} can now choose a password" in run("add", KARLA, "--name", name, "--role", "clerk").stdout
    assert name in run("list").stdout
