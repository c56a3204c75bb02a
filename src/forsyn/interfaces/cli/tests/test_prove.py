"""`forsyn prove`: what it says to a person and to a program, and the status that it ends with."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from forsyn.interfaces.cli import prove as command
from forsyn.interfaces.cli.main import app
from forsyn.policy.claims import chosen
from forsyn.policy.policy import Text
from forsyn.policy.proof import Evidence, Kind, judge
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.proof.prove import Proof


class Here:
    """A machine whose database runs already."""

    def database(self) -> AbstractContextManager[None]:
        return nullcontext()


@pytest.fixture
def letting_through(monkeypatch: pytest.MonkeyPatch) -> object:
    """Make every claim's proof one control that lets so many attempts through."""

    def let(count: int) -> None:
        def prove(ids: tuple[str, ...], **_: object) -> Proof:
            one = Evidence(
                "trial", Kind.CONTROL, Text("Noget.", "Something [is] tried."), Text("Gik.", "It went."),
                "select 1 from sensitive_cpr", 3, count, 1.26,
            )  # fmt: skip
            verdicts = tuple(judge(claim, [one], editions={"SF"}) for claim in chosen(ids))
            return Proof(current_policy(), verdicts, datetime(2026, 11, 2, tzinfo=UTC), 0.5)

        monkeypatch.setattr(command, "prove", prove)

    return let


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["prove", *arguments], obj=Here())


def test_a_broken_claim_ends_with_status_1_and_shows_its_evidence(letting_through: object) -> None:
    letting_through(2)  # type: ignore[operator]
    result = run()
    said = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "SF-08 broken The CPR number is used only with consent" in said
    assert "wrong control: Something [is] tried." in said
    assert "select 1 from sensitive_cpr" in said
    assert "30 broken, 27 not this policy" in said


def test_gaps_are_no_failure_and_say_what_is_missing(letting_through: object) -> None:
    letting_through(0)  # type: ignore[operator]
    result = run()
    assert result.exit_code == 0
    assert "Backups are not built yet" in result.output
    assert "select 1" not in result.output, "evidence only where asked for"
    assert "select 1" in run("--evidence").output
    assert "select 1" in run("sf-08").output


def test_a_program_gets_everything(letting_through: object) -> None:
    letting_through(2)  # type: ignore[operator]
    result = run("SF-08", "SV-03", "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["outcomes"] == {"kept": 0, "broken": 1, "gap": 0, "other_policy": 1}
    cpr, external = answer["claims"]
    assert (cpr["id"], cpr["outcome"], external["outcome"]) == ("SF-08", "broken", "other_policy")
    assert cpr["evidence"] == [
        {
            "trial": "trial",
            "kind": "control",
            "tells": "Something [is] tried.",
            "passed": False,
            "found": "It went.",
            "statement": "select 1 from sensitive_cpr",
            "tried": 3,
            "count": 2,
            "milliseconds": 1.3,
        }
    ]


@pytest.mark.django_db
def test_an_unknown_claim_is_explained() -> None:
    result = run("SF-99")
    assert result.exit_code == 1
    assert "There is no claim 'SF-99'. They are SF-01 to SF-30 and SV-01 to SV-27." in " ".join(result.stderr.split())
    assert json.loads(run("SF-99", "--json").stdout)["error"].startswith("There is no claim")


@pytest.mark.django_db
def test_tries_the_live_database() -> None:
    result = run("SF-10", "--json")
    (claim,) = json.loads(result.stdout)["claims"]
    assert (result.exit_code, claim["outcome"]) == (0, "kept")
    assert {one["kind"] for one in claim["evidence"]} == {"control", "invariant"}
