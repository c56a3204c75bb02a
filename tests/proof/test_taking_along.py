"""What breaks the promise of portability: something assigned in the package, or something given that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forsyn.policy.proof import Outcome
from forsyn.workflows import portability_data
from forsyn.workflows.portability_data import Portable
from forsyn.workflows.proof import trials_portability
from forsyn.workflows.proof.prove import prove
from tests.world import NOW, TODAY, World


def _judged() -> Outcome:
    (verdict,) = prove(["SF-25"], now=NOW, today=TODAY).verdicts
    return verdict.outcome


def test_the_promise_is_kept(kept_world: World) -> None:
    assert _judged() is Outcome.KEPT


def test_an_assigned_number_in_the_package_breaks_it(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = portability_data._portable

    def with_numbers(policy: Any) -> Portable:
        found = made(policy)
        parts = tuple(
            replace(part, given=(*part.given, "number")) if part.name == "customers_customer" else part
            for part in found.parts
        )
        return replace(found, parts=parts)

    monkeypatch.setattr(portability_data, "_portable", with_numbers)
    assert _judged() is Outcome.BROKEN


def test_something_given_that_is_not_in_it_breaks_it(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = portability_data.portable

    def without_names(policy: Any) -> Portable:
        found = made(policy)
        return replace(found, parts=tuple(part for part in found.parts if part.name != "customers_customer_name"))

    monkeypatch.setattr(trials_portability, "portable", without_names)
    assert _judged() is Outcome.BROKEN
