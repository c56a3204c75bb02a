"""What operators see of the breach register, and the record of processing from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from typer.testing import CliRunner, Result

from forsyn.domain.accountability import actions
from forsyn.domain.accountability.rules import Reported
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.main import app
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import PersonGroup
from forsyn.workflows.declarations import current_policy
from tests.world import World

POLICIES = Path(settings.PROJECT_ROOT) / "policies"


class FakeHost:
    """A machine whose database is the test's."""

    policy_file = POLICIES / "utility.toml"

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*words: str, ends: int = 0) -> Result:
    result = CliRunner().invoke(app, list(words), obj=FakeHost())
    assert result.exit_code == ends, result.output
    return result


def _breach(world: World, hours_ago: int) -> None:
    now = timezone.now()
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        actions.register(
            policy=current_policy(),
            reported=Reported(
                "Tabt usb-nøgle", "En nøgle blev glemt i toget.", now - timedelta(hours=hours_ago), True, False, True,
                ("name",), (PersonGroup.CUSTOMER,),
            ),
            registered_by_id=world.dpo.pk,
            now=now,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_monitor_can_tell_that_the_72_hours_are_over(world: World) -> None:
    assert json.loads(run("breaches", "list", "--json").stdout) == []
    _breach(world, 71)
    (row,) = json.loads(run("breaches", "list", "--json").stdout)
    assert (row["clock"], row["next"], row["affected"]) == ("soon", "find", 0)
    _breach(world, 73)
    assert "overdue" in run("breaches", "list", ends=1).stdout


@pytest.mark.django_db
def test_telling_when_nobody_waits_does_nothing(world: World) -> None:
    assert json.loads(run("breaches", "tell", "--json").stdout) == {"mails": 0}


@pytest.mark.parametrize(
    ("flags", "begins"),
    [
        (("--pdf",), b"%PDF-"),
        (("--csv",), b"\xef\xbb\xbfkey;"),
        ((), b"# Fortegnelse"),
        (("--lang", "en"), b"# Record"),
    ],
)
def test_the_record_in_every_form(tmp_path: Path, flags: tuple[str, ...], begins: bytes) -> None:
    file = tmp_path / "record"
    run("record", *flags, "--output", str(file))
    assert file.read_bytes().startswith(begins)


def test_a_processors_record_is_the_suppliers() -> None:
    supplier = ("--policy", str(POLICIES / "supplier.toml"))
    found = json.loads(run("record", "--role", "processor", "--json", *supplier).stdout)
    assert found["role"] == "processor"
    assert len(found["fingerprint"]) == 64
    assert "as processor" not in run("record", *supplier).stdout
    assert "has no purposes in the capacity of processor" in run("record", "--role", "processor", ends=1).stderr
