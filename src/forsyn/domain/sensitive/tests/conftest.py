"""A key ring of each test's own, and a customer's yes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as project
from pytest_django import Settings

from forsyn.config.keys import KeyStore
from forsyn.domain.safeguards import actions_choices
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.policy.loading import load_policy
from forsyn.policy.vocabulary import Language
from tests.world import NOW, TODAY

UTILITY = load_policy(Path(project.PROJECT_ROOT, "policies", "utility.toml"))
PAPER = Proof(b"%PDF-1.7 signed", "samtykke.pdf", "application/pdf")
SayYes = Callable[..., int]


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> KeyStore:
    """The instance's key ring, new for the test."""
    store = KeyStore(tmp_path / "keys.json")
    store.make(today=TODAY)
    settings.KEY_STORE = store
    return store


@pytest.fixture
def say_yes() -> SayYes:
    """Record a customer's consent; a health notice's comes on paper."""

    def given(customer_id: int, consent: str) -> int:
        return actions_choices.give_consent(
            policy=UTILITY,
            customer_id=customer_id,
            consent=consent,
            text_version=UTILITY.version,
            language=Language.DANISH,
            channel=Channel.LETTER,
            now=NOW,
            proof=PAPER if consent == "health_notice" else None,
        )

    return given
