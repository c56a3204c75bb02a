"""`forsyn staff`: accounts of those who work here."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone
from typer.testing import CliRunner, Result

from forsyn.domain.accounts.models import Session, StaffRole
from forsyn.domain.accounts.queries import account_with_email, roles_of
from forsyn.interfaces.cli import staff, staff_words
from forsyn.interfaces.cli.main import app
from forsyn.workflows import staff_access
from forsyn.workflows.declarations import current_policy
from tests.signing_in import SignedIn

pytestmark = pytest.mark.django_db
KARLA = "karla@nordby.example"
NAME = ("--name", "Karla Kontor")
REASON = ("--reason", "Ny i kundeservice.")


class Host:
    """A machine whose database runs already."""

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["staff", *arguments], obj=Host(), env={"TERM": "dumb", "COLUMNS": "200"})


@pytest.fixture
def karla() -> None:
    assert run("add", KARLA, *NAME, "--role", "clerk", "--role", "dpo", *REASON).exit_code == 0


def test_an_account_is_made_without_a_password(karla: None) -> None:
    account = account_with_email(email=KARLA)
    assert account is not None
    assert not account.has_usable_password()
    [listed] = json.loads(run("list", "--json").output)
    assert {role["role"]: role["reason"] for role in listed.pop("roles")} == dict.fromkeys(("clerk", "dpo"), REASON[1])
    expected = {"email": KARLA, "name": "Karla Kontor", "employer": None, "active": True, "agreement_until": None}
    assert listed == expected
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
        (("add", KARLA, *NAME, "--role", "clerk", *REASON), "already"),
        (("add", "karla", *NAME, "--role", "clerk", *REASON), "not an e-mail address"),
        (("add", "bo@nordby.example", *NAME, "--role", "clerk", "--reason", " "), "Say why"),
        (("add", "bo@nordby.example", *NAME, "--role", "clerk", "--reason", "x" * 1001), "Say it shorter"),
        (("add", "bo@nordby.example", *NAME, "--role", "external_support", *REASON), "other companies"),
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
    done = run("add", KARLA, "--name", name, "--role", "clerk", *REASON)
    assert done.exit_code == 1
    assert "The name must have 1 to 200 characters" in done.stderr
    assert account_with_email(email=KARLA) is None


def test_an_address_too_long_to_keep_is_refused_in_words(db: None) -> None:
    done = run("add", f"{'k' * 60}@{'nordby.' * 30}example", *NAME, "--role", "clerk", *REASON)
    assert done.exit_code == 1
    assert "is not an e-mail address" in done.stderr


def test_a_name_is_shown_as_it_is(db: None) -> None:
    name = "[/bold] Karla [red]"
    assert f"{name} can now choose a password" in run("add", KARLA, "--name", name, "--role", "clerk", *REASON).stdout
    assert name in run("list").stdout


def test_an_access_lasts_as_long_as_the_policy_grants_and_is_reviewed(karla: None) -> None:
    today = timezone.localdate()
    clerk = StaffRole.objects.get(role="clerk")
    assert clerk.granted_by_id is None
    assert today + timedelta(days=364) <= clerk.period.upper <= today + timedelta(days=366)
    assert today + timedelta(days=180) <= clerk.review_date <= today + timedelta(days=185)


def test_a_role_that_nobody_knows_is_refused(db: None) -> None:
    done = run("add", KARLA, *NAME, "--role", "clark", *REASON)
    assert done.exit_code == 2
    assert "'clark' is not one of" in done.stderr


def test_a_role_that_the_policy_does_not_declare_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = current_policy()
    roles = {key: role for key, role in policy.staff_roles.items() if key != "safety"}
    for module in (staff_access, staff_words):
        monkeypatch.setattr(module, "current_policy", lambda: replace(policy, staff_roles=roles))
    done = run("add", KARLA, *NAME, "--role", "safety", *REASON)
    assert done.exit_code == 1
    assert "The policy declares no role 'safety'. Its [staff_roles] are clerk, billing" in done.stderr
    assert account_with_email(email=KARLA) is None


ERIK = "erik@fjernbit.example"


def add_external(folder: Path, document: bytes = b"%PDF-1.7 tavshed", **other: str) -> Result:
    paper = folder / "tavshed.pdf"
    paper.write_bytes(document)
    today = timezone.localdate()
    options = {
        "--name": "Erik Ekstern",
        "--employer": "Fjernbit ApS",
        "--agreement": str(paper),
        "--signed": f"{today}",
        "--until": f"{today + timedelta(days=60)}",
        "--role": "external_support",
        "--reason": "Retter fejl i aflæsningen.",
    } | {f"--{key}": value for key, value in other.items()}
    return run("add-external", ERIK, *(word for option in options.items() for word in option))


def test_somebody_from_outside_gets_in_under_an_agreement_and_no_longer(db: None, tmp_path: Path) -> None:
    assert add_external(tmp_path).exit_code == 0
    account, today = account_with_email(email=ERIK), timezone.localdate()
    assert account is not None
    assert account.is_active
    last = today + timedelta(days=60)
    assert roles_of(account_id=account.pk, today=today) == {"external_support"}
    assert roles_of(account_id=account.pk, today=last + timedelta(days=1)) == frozenset()
    [listed] = json.loads(run("list", "--json").output)
    assert listed["employer"] == "Fjernbit ApS"
    assert listed["agreement_until"] == listed["roles"][0]["last_date"] == last.isoformat()


@pytest.mark.parametrize(
    ("document", "other", "told"),
    [
        (b"", {}, "is empty"),
        (b"tavshed", {}, "no PDF"),
        (b"%PDF-1.7", {"until": "2020-01-01", "signed": "2019-01-01"}, "is over already"),
        (b"%PDF-1.7", {"signed": "2999-01-01", "until": "2999-02-01"}, "signed after today"),
        (b"%PDF-1.7", {"employer": " "}, "The employer must have"),
        (b"%PDF-1.7", {"role": "access_manager", "reason": ""}, "Say why"),
    ],
)
def test_without_a_good_agreement_nothing_is_made(
    db: None, tmp_path: Path, document: bytes, other: dict[str, str], told: str
) -> None:
    done = add_external(tmp_path, document, **other)
    assert done.exit_code == 1
    assert told in done.stderr
    assert account_with_email(email=ERIK) is None


def test_the_night_ends_what_time_has_ended(
    karla: None, tmp_path: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_external(tmp_path)
    erik = account_with_email(email=ERIK)
    assert erik is not None
    signed_in(erik)
    later = timezone.localdate() + timedelta(days=200)
    monkeypatch.setattr(staff, "timezone", SimpleNamespace(localdate=lambda: later, now=timezone.now))
    done = run("expire")
    assert "Ended 3 roles that nobody reviewed; closed 1 accounts without an agreement." in done.stdout
    erik.refresh_from_db()
    assert not erik.is_active
    assert not Session.objects.filter(account=erik).exists()
    assert set(StaffRole.objects.values_list("end_reason", flat=True)) == {"Ikke gennemgået til tiden."}
    assert "Ended 0 roles that nobody reviewed; closed 0 accounts" in run("expire").stdout


def test_a_policy_without_a_role_that_people_have_is_told(karla: None) -> None:
    policy, today = current_policy(), timezone.localdate()
    assert staff_access.undeclared_roles(policy, today=today) == []
    bare = replace(policy, staff_roles={key: role for key, role in policy.staff_roles.items() if key != "clerk"})
    [problem] = staff_access.undeclared_roles(bare, today=today)
    assert "1 person has the role 'clerk'" in problem.what
    assert staff_access.undeclared_roles(bare, today=today + timedelta(days=400)) == []
