"""Batches are whole or not there; their lists tell every file; tables bring no formula."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.integrations.outgoing_files.codec import (
    FORMULA,
    Manifest,
    NotAManifest,
    batch_name,
    csv_bytes,
    listed,
    manifest_bytes,
    manifest_from,
)
from forsyn.integrations.outgoing_files.transport import PART, delete, manifest_of, new_batch, unfinished, waiting

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def a_manifest(*contents: bytes) -> Manifest:
    files = tuple(listed(f"{place}.xml", content) for place, content in enumerate(contents))
    return Manifest("print", 7, "2026-01-15T08:00:00+00:00", files, {"letters": len(files)})


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_a_list_reads_back_as_it_was_written(contents: list[bytes]) -> None:
    manifest = a_manifest(*contents)
    assert manifest_from(manifest_bytes(manifest)) == manifest
    assert manifest.byte_count == sum(map(len, contents))


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_batches_share_a_name_only_where_they_are_the_same(one: bytes, other: bytes) -> None:
    names = {batch_name(each, manifest_bytes(each)) for each in (a_manifest(one), a_manifest(other))}
    assert len(names) == len({one, other})
    assert all(len(name) <= 60 for name in names)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"files": [{"a": 1}]}', b"\xff", b'{"files": 3}'])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(NotAManifest, match=r"manifest\.json cannot be read"):
        manifest_from(content)


@given(st.lists(st.tuples(TEXTS, st.integers()), max_size=6))
def test_a_table_says_what_was_given_and_never_a_formula(rows: list[tuple[str, int]]) -> None:
    written = csv_bytes(("name", "number"), rows)
    assert written.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]
    assert [(cell.removeprefix("'"), int(number)) for cell, number in read] == [
        (cell.removeprefix("'"), number) for cell, number in rows
    ]
    assert not any(cell.startswith(FORMULA) for cell, _ in read)


def test_a_batch_is_seen_only_when_it_has_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "ud"
    batch = new_batch(folder)
    batch.write("1.xml", b"one")
    name, content = batch.close(Manifest("print", 7, "", tuple(batch.files), {}))
    assert waiting(folder) == []
    assert batch.publish(name) == folder / name
    assert waiting(folder) == [name]
    assert json.loads(content)["files"][0]["name"] == "1.xml"
    assert manifest_of(folder, name).files == tuple(batch.files)
    delete(folder, name)
    assert list(folder.iterdir()) == []


def test_what_was_left_behind_is_found_and_what_has_no_list_goes(tmp_path: Path) -> None:
    listed_one, bare = new_batch(tmp_path), new_batch(tmp_path)
    listed_one.write("1.xml", b"one")
    bare.write("2.xml", b"two")
    name, _ = listed_one.close(Manifest("print", 7, "", tuple(listed_one.files), {}))
    (found,) = unfinished(tmp_path)
    assert found.name == name
    assert not bare.part.exists()
    found.publish()
    assert waiting(tmp_path) == [name]
    assert list(unfinished(tmp_path)) == []


@pytest.mark.parametrize("name", ["../1.xml", "a/b.xml", "manifest.json", "1.xml"])
def test_a_file_stays_within_its_batch_and_has_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    batch = new_batch(tmp_path)
    batch.write("1.xml", b"one")
    with pytest.raises(ValueError, match="cannot be the name of a file in a batch"):
        batch.write(name, b"two")


def test_nobody_else_may_read_any_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "ud"
    batch = new_batch(folder)
    batch.write("1.xml", b"one")
    assert folder.stat().st_mode & 0o777 == batch.part.stat().st_mode & 0o777 == 0o700
    assert (batch.part / "1.xml").stat().st_mode & 0o777 == 0o600
    assert batch.part.name.startswith(PART)
