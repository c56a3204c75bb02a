"""`forsyn payments creditor`: where customers pay, from a day on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.utils import timezone
from typer.testing import CliRunner, Result

from forsyn.domain.billing.creditor_queries import creditor_on
from forsyn.domain.billing.models import Creditor
from forsyn.interfaces.cli.main import app

pytestmark = pytest.mark.django_db
NUMBERS = ["--fi", "87654321", "--account", "1234-0012345678"]


class FakeHost:
    """The tests' database is there already."""

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*words: str, ends: int = 0) -> Result:
    env = {"TERM": "dumb", "COLUMNS": "200"}
    result = CliRunner().invoke(app, ["payments", "creditor", *words], obj=FakeHost(), env=env)
    assert result.exit_code == ends, result.output
    return result


def test_a_new_number_ends_the_former(db: None) -> None:
    assert "Nobody can pay" in run().stdout
    run("--from", "2025-01-01", *NUMBERS)
    begins = timezone.localdate() + timedelta(days=30)
    run("--from", f"{begins}", "--fi", "11111118", "--account", "9999-1", "--pbs", "01234567", "--debtor-group", "1")
    former, now = creditor_on(begins - timedelta(days=1)), creditor_on(begins)
    assert former is not None
    assert now is not None
    assert (former.fi_creditor, former.period.lower) == ("87654321", date(2025, 1, 1))
    assert (now.fi_creditor, now.bank_registration, now.bank_account) == ("11111118", "9999", "1")
    assert [row["until"] for row in json.loads(run("--json").stdout)] == [f"{begins}", None]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--from", "2025-01-01", "--fi", "8765432", "--account", "1234-1"], "cannot be the FI creditor number"),
        (["--from", "2025-01-01", "--fi", "87654321", "--account", "12341"], "cannot be the bank account"),
        (["--from", "2025-01-01", *NUMBERS, "--pbs", "1"], "cannot be the PBS number"),
        (["--from", "2024-06-01", *NUMBERS], "on record from 2025-01-01"),
        (["--from", "2025-06-01", *NUMBERS], "bills of that day name another number"),
        (["--from", "2025-01-01", "--fi", "87654321"], "needs --from, --fi and --account"),
    ],
)
def test_what_cannot_be_is_refused(db: None, words: list[str], why: str) -> None:
    if "2025-01-01" not in words:
        run("--from", "2025-01-01", *NUMBERS)
    before = Creditor.objects.count()
    assert why in run(*words, ends=1).stderr.replace("\n", " ")
    assert Creditor.objects.count() == before
