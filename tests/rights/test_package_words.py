"""Codes of the program are words in a person's copy."""

from __future__ import annotations

import pytest

from forsyn.domain.correspondence.models import NoteKind
from forsyn.domain.rights.rules import Intake, OnBehalf, State, StepKind, Way
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.policy.dossier_words import words


@pytest.mark.parametrize("codes", [NoteKind, AccessKind, Aspect, Intake, OnBehalf, State, StepKind, Way])
def test_every_code_that_a_copy_can_hold_has_words(codes: type) -> None:
    assert [str(code) for code in codes if str(code) not in words().values] == []  # type: ignore[attr-defined]
