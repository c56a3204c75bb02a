"""The log of erasures: what is on it stays, in its order, and whatever is done to it is seen."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.erasure_log.codec import BEGINNING, Entry, LogBroken, entries_of, line_of, person_hash
from forsyn.integrations.erasure_log.transport import ErasureLog

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given one
        st.binary(min_size=32, max_size=32).map(bytes.hex),
        st.text(st.characters(codec="utf-8"), max_size=10),
    ),
    min_size=1,
    max_size=8,
)


def _lines(entries: list[Entry]) -> list[str]:
    lines, chain = [], BEGINNING
    for entry in entries:
        line, chain = line_of(entry, chain)
        lines.append(line)
    return lines


@given(ENTRIES)
def test_what_is_written_is_read(entries: list[Entry]) -> None:
    assert [entry for entry, _ in entries_of(_lines(entries))] == entries


@given(ENTRIES, st.data())
def test_a_line_taken_out_or_changed_is_seen(entries: list[Entry], data: st.DataObject) -> None:
    lines = _lines(entries)
    at = data.draw(st.integers(0, len(lines) - 1))
    changed = Entry(entries[at].at + timedelta(days=1), entries[at].person, entries[at].policy)
    chain = [chain for _, chain in entries_of(lines)]
    forged = line_of(changed, "f" * 64)[0]
    with pytest.raises(LogBroken, match=f"Line {at + 1}"):
        list(entries_of([*lines[:at], forged, *lines[at + 1 :]]))
    if at < len(lines) - 1 and chain[at] != (chain[at - 1] if at else BEGINNING):
        with pytest.raises(LogBroken, match=f"Line {at + 1}"):
            list(entries_of(lines[:at] + lines[at + 1 :]))


def test_nobody_is_told_from_it_without_the_key(tmp_path: Path) -> None:
    log = ErasureLog(tmp_path / "erasures.log")
    log.append([Entry(NOW, log.hashed("100012"), "1.0")])
    assert "100012" not in log.file.read_text()
    assert log.entries()[0].person == log.hashed("100012") != person_hash(b"\0" * 32, "100012")
    assert [stat.S_IMODE(file.stat().st_mode) for file in (log.file, log.key_file)] == [0o600, 0o600]


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_line_that_was_cut_off_never_was(tmp_path: Path, cut: int) -> None:
    log = ErasureLog(tmp_path / "erasures.log")
    log.append([Entry(NOW, log.hashed(str(number)), "1.0") for number in range(3)])
    log.file.write_bytes(log.file.read_bytes()[:-cut])
    assert len(log.entries()) == 2
    log.append([Entry(NOW, log.hashed("7"), "1.0")])
    assert [entry.person for entry in log.entries()] == [log.hashed(number) for number in ("0", "1", "7")]


def _add(file: str, number: int) -> None:
    log = ErasureLog(Path(file))
    for turn in range(20):
        log.append([Entry(NOW, log.hashed(f"{number}-{turn}"), "1.0")])


def test_a_key_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes while another makes the key must not take half of it, and a crash leaves no empty one."""
    log, seen = ErasureLog(tmp_path / "erasures.log"), []
    synced = os.fsync

    def look(descriptor: int) -> None:
        seen.append(log.key_file.exists())
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    log.hashed("100012")
    assert seen[0] is False
    assert len(log.key_file.read_bytes()) == 32
    assert [file.name for file in tmp_path.iterdir()] == [log.key_file.name]


def test_of_two_keys_the_first_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = ErasureLog(tmp_path / "erasures.log")
    linked = os.link

    def somebody_was_first(source: str, target: Path) -> None:
        log.key_file.write_bytes(b"1" * 32)
        linked(source, target)

    monkeypatch.setattr(os, "link", somebody_was_first)
    assert log.hashed("100012") == person_hash(b"1" * 32, "100012")


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    file = tmp_path / "erasures.log"
    context = get_context("spawn")
    writers = [context.Process(target=_add, args=(str(file), number)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    log = ErasureLog(file)
    assert {entry.person for entry in log.entries()} == {
        log.hashed(f"{number}-{turn}") for number in range(2) for turn in range(20)
    }
