"""The secret key is made once, whole, whoever asks at the same time; mail leaves over TLS, whatever is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forsyn.config.environment import mail_security, secret_key
from forsyn.config.instance import InstanceError


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


@pytest.mark.parametrize(
    ("said", "host", "security"),
    [
        (None, "mail.example", "starttls"),
        ("1", "mail.example", "starttls"),
        ("implicit", "mail.example", "implicit"),
        ("loopback", "127.0.0.1", "loopback"),
    ],
)
def test_mail_leaves_over_tls(monkeypatch: pytest.MonkeyPatch, said: str | None, host: str, security: str) -> None:
    monkeypatch.delenv("FORSYN_EMAIL_TLS", raising=False)
    if said is not None:
        monkeypatch.setenv("FORSYN_EMAIL_TLS", said)
    assert mail_security(host) == security


@pytest.mark.parametrize(("said", "told"), [("off", "over TLS only"), ("loopback", "is not this machine")])
def test_mail_cannot_be_told_to_leave_without(monkeypatch: pytest.MonkeyPatch, said: str, told: str) -> None:
    monkeypatch.setenv("FORSYN_EMAIL_TLS", said)
    with pytest.raises(InstanceError, match=told):
        mail_security("mail.example")
