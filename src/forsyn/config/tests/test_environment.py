"""The secret key is made once, whole, whoever asks at the same time; mail goes over TLS, whatever is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forsyn.config.environment import mail_security, mailbox, secret_key
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


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("URL", "PASSWORD_FILE", "CA", "HANDLED", "LARGEST_MB", "KEEP_DAYS"):
        monkeypatch.delenv(f"FORSYN_MAILBOX_{name}", raising=False)
    return monkeypatch


def test_without_an_address_there_is_no_mail_box(said: pytest.MonkeyPatch) -> None:
    assert mailbox() is None


def test_a_mail_box_has_an_address_and_a_file_with_its_password(said: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("æ hemmelig \n", encoding="utf-8")
    said.setenv("FORSYN_MAILBOX_URL", "imaps://persondata%40nordby.example@imap.nordby.example/Delt/Post")
    said.setenv("FORSYN_MAILBOX_PASSWORD_FILE", str(file))
    said.setenv("FORSYN_MAILBOX_LARGEST_MB", "2")
    box = mailbox()
    assert box is not None
    assert (box.address.user, box.address.where) == ("persondata@nordby.example", "imap.nordby.example:993")
    assert (box.address.folder, box.handled_folder) == ("Delt/Post", "Forsyn")
    assert (box.largest_bytes, box.keep_days, box.password()) == (2 * 2**20, 100, "æ hemmelig ")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("imap://a@b.example/INBOX", "over TLS only"),
        ("imaps://a:secret@b.example", "holds a password"),
        ("imaps://b.example/INBOX", "lacks the user or the host"),
        ("imaps://a@b.example:x/", "is no address"),
        ("imaps://a@b.example", "PASSWORD_FILE is not"),
    ],
)
def test_a_mail_box_that_cannot_be_read_stops_the_start(said: pytest.MonkeyPatch, url: str, told: str) -> None:
    said.setenv("FORSYN_MAILBOX_URL", url)
    with pytest.raises(InstanceError, match=told) as refused:
        mailbox()
    assert "secret" not in str(refused.value)
