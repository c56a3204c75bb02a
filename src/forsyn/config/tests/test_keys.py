"""The key ring's file: for our eyes only, whole or not at all, and explained when it is wrong."""

from __future__ import annotations

import base64
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from forsyn.config.keys import KeyStore
from forsyn.domain.sensitive.sealing import KeyRing, KeyRingUnusable, Use, new_key

TODAY = date(2026, 11, 21)


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    made = KeyStore(tmp_path / "kept" / "keys.json")
    made.make(today=TODAY)
    return made


def test_the_first_ring_is_made_once_and_readable_by_us_alone(store: KeyStore) -> None:
    ring = store.ring()
    assert [key.use for key in ring.keys] == list(Use)
    assert store.file.stat().st_mode & 0o777 == 0o600
    store.make(today=TODAY)
    assert KeyStore(store.file).ring() == ring
    assert [path.name for path in store.file.parent.iterdir()] == ["keys.json"]


def test_two_who_make_it_at_once_agree(tmp_path: Path) -> None:
    stores = [KeyStore(tmp_path / "keys.json") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda store: store.make(today=TODAY), stores))
    assert len({store.ring() for store in stores}) == 1


def test_a_replaced_ring_is_seen_by_others_at_once(store: KeyStore) -> None:
    other = KeyStore(store.file)
    assert other.ring() == store.ring()
    renewed = store.ring().with_new(new_key(Use.SEALING, today=TODAY), today=TODAY)
    store.replace(renewed)
    assert other.ring() == renewed
    assert store.file.stat().st_mode & 0o777 == 0o600


def test_a_ring_that_cannot_be_written_stays_as_it_was(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = store.file.read_text()
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(KeyRingUnusable, match=r"cannot be written: No space left on device\. Nothing was changed"):
        store.replace(KeyRing.new(today=TODAY))
    assert store.file.read_text() == before
    assert len(list(store.file.parent.iterdir())) == 1


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_ring_that_others_can_read_is_not_used(store: KeyStore, mode: int) -> None:
    store.file.chmod(mode)
    with pytest.raises(KeyRingUnusable, match=rf"mode {mode:04o}.*chmod 600"):
        store.ring()


def test_a_ring_that_became_readable_is_no_longer_used(store: KeyStore) -> None:
    store.ring()
    store.file.chmod(0o644)
    with pytest.raises(KeyRingUnusable, match="chmod 600"):
        store.ring()


def test_a_missing_ring_is_explained(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys.json")
    assert not store.exists()
    with pytest.raises(KeyRingUnusable, match=r"no key ring at .*keys\.json.*forsyn keys check"):
        store.ring()


def test_a_folder_is_no_key_ring(tmp_path: Path) -> None:
    with pytest.raises(KeyRingUnusable, match="is no key ring"):
        KeyStore(tmp_path).ring()


def spoiled(ring: dict[str, object]) -> list[tuple[str, str]]:
    """Texts of rings that are not what they should be, each with a word of the explanation."""
    keys = ring["keys"]
    assert isinstance(keys, list)
    seal, lookup = keys

    def with_keys(*changed: object) -> str:
        return json.dumps({"format": 1, "keys": changed})

    return [
        ("", "is not JSON"),
        ("[]", "lacks"),
        ("{}", "lacks"),
        ("12", "lacks"),
        (json.dumps(ring | {"format": 2}), "format"),
        (with_keys(seal, "key"), "lacks"),
        (with_keys({**seal, "secret": 5}, lookup), "lacks"),
        (with_keys({**seal, "secret": "%%%"}, lookup), "Base64"),
        (with_keys({**seal, "secret": base64.b64encode(b"short").decode()}, lookup), "32 secret bytes"),
        (with_keys({**seal, "created": "yesterday"}, lookup), "date or a use"),
        (with_keys({**seal, "use": "opening"}, lookup), "date or a use"),
        (with_keys({k: v for k, v in seal.items() if k != "id"}, lookup), "lacks"),
        (with_keys(seal, lookup, {**seal, "retired": "2026-01-01"}), "two keys"),
        (with_keys(seal), "0 keys of the use 'lookup'"),
        (with_keys(seal, lookup, {**seal, "id": "other"}), "2 keys of the use 'sealing'"),
    ]


def test_a_spoiled_ring_is_explained_and_shows_no_key(store: KeyStore) -> None:
    ring = json.loads(store.file.read_text())
    secrets = [key["secret"] for key in ring["keys"]]
    for text, told in spoiled(ring):
        store.file.write_text(text)
        for reader in (KeyStore(store.file), KeyStore(store.file, text)):
            with pytest.raises(KeyRingUnusable, match=told) as refusal:
                reader.ring()
            assert refusal.value.__suppress_context__
            assert not [secret for secret in secrets if secret in f"{refusal.value!r}{refusal.value}"]


def test_bytes_that_are_no_text_are_explained(store: KeyStore) -> None:
    store.file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyRingUnusable, match="not text"):
        store.ring()


def test_the_environment_names_the_file_or_holds_the_ring(
    store: KeyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORSYN_KEY_RING", raising=False)
    monkeypatch.delenv("FORSYN_KEYS", raising=False)
    assert KeyStore.from_environment(tmp_path).file == tmp_path / "keys.json"
    monkeypatch.setenv("FORSYN_KEYS", str(store.file))
    assert KeyStore.from_environment(tmp_path).ring() == store.ring()
    monkeypatch.setenv("FORSYN_KEY_RING", store.file.read_text())
    held = KeyStore.from_environment(tmp_path)
    assert held.ring() == store.ring()
    assert "secret" not in repr(held)
    with pytest.raises(KeyRingUnusable, match="FORSYN_KEY_RING, which this program cannot change"):
        held.replace(KeyRing.new(today=TODAY))
