"""The secret key is made once, whole, whoever asks at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forsyn.config.environment import secret_key


@pytest.fixture(autouse=True)
def none_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORSYN_SECRET_KEY", raising=False)


def test_commands_that_start_together_have_one_key(tmp_path: Path) -> None:
    for trial in range(20):
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda _, trial=trial: secret_key(tmp_path / str(trial)), range(8)))
        assert len(keys) == 1
        assert len(keys.pop()) >= 48
    assert [file.name for file in (tmp_path / "0").iterdir()] == ["secret-key"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    secret_key(tmp_path)
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
