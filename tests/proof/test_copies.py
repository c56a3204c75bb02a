"""What breaks the promise of access: a row that is not in the copy, or a column that nobody gave a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from forsyn.policy.dossier import Gap, Shape
from forsyn.policy.proof import Outcome
from forsyn.workflows import access_data
from forsyn.workflows.proof import trials_access
from forsyn.workflows.proof.prove import prove
from tests.world import NOW, TODAY, World


def _judged() -> Outcome:
    (verdict,) = prove(["SF-20"], now=NOW, today=TODAY).verdicts
    return verdict.outcome


def test_the_promise_is_kept(kept_world: World) -> None:
    assert _judged() is Outcome.KEPT


def test_a_row_that_is_missing_breaks_it(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read = access_data.read

    def without_names(*given: Any, **more: Any) -> access_data.Held:
        held = read(*given, **more)
        held.rows.pop("customers_customer_name")
        return held

    monkeypatch.setattr("forsyn.workflows.access_plan.read", without_names)
    assert _judged() is Outcome.BROKEN


def test_a_copy_unlike_its_schema_breaks_it(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_a_fault(document: Any, schema: Any) -> Iterator[str]:
        yield from faults({**document, "version": 99}, schema)

    faults = trials_access.faults
    monkeypatch.setattr(trials_access, "faults", with_a_fault)
    assert _judged() is Outcome.BROKEN


def test_a_column_without_words_breaks_it(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trials_access.shape

    def with_a_gap(*given: Any) -> Shape:
        return replace(made(*given), gaps=(Gap("customers_customer.shoe_size", "Name it."),))

    monkeypatch.setattr(trials_access, "shape", with_a_gap)
    assert _judged() is Outcome.BROKEN


def test_a_column_that_is_forgotten_breaks_it(kept_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trials_access.shape

    def without_names(*given: Any) -> Shape:
        found = made(*given)
        return replace(found, sheets=tuple(one for one in found.sheets if one.name != "customers_customer_name"))

    monkeypatch.setattr(trials_access, "shape", without_names)
    assert _judged() is Outcome.BROKEN
