from pathlib import Path

import pytest

from forsyn.policy.loading import load_policy, parse_policy
from forsyn.policy.policy import Policy

POLICIES = Path(__file__).parents[4] / "policies"
MINIMAL = Path(__file__).with_name("minimal.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def utility() -> Policy:
    return load_policy(POLICIES / "utility.toml")


@pytest.fixture(scope="session")
def supplier() -> Policy:
    return load_policy(POLICIES / "supplier.toml")


@pytest.fixture(scope="session")
def minimal() -> Policy:
    return parse_policy(MINIMAL, "minimal.toml")


@pytest.fixture(scope="session")
def minimal_text() -> str:
    return MINIMAL


@pytest.fixture(scope="session")
def utility_text() -> str:
    return (POLICIES / "utility.toml").read_text(encoding="utf-8")
