"""A delivery of any size comes out in chunks of whole meters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forsyn.domain.metering.spool import Chunk, Spool


def _pieces(count: int, meters: int) -> list[Chunk]:
    random = np.random.default_rng(3)
    lines = np.arange(count, dtype=np.int64)
    whole = Chunk(
        random.integers(0, meters, count).astype(np.int32),
        random.integers(0, 3, count).astype(np.int16),
        random.integers(0, 2**33, count),
        random.integers(-(2**40), 2**40, count),
        lines,
    )
    return [whole.take((lines >= begin) & (lines < begin + 700)) for begin in range(0, count, 700)]


@pytest.mark.parametrize(("memory", "chunk"), [(10**6, 10**6), (1_000, 1_500), (1_000, 10**6), (1, 1)])
def test_nothing_is_lost_and_meters_stay_whole(
    memory: int, chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = _pieces(5_000, 400)
    with Spool(memory_values=memory, chunk_values=chunk) as spool:
        for piece in pieces:
            spool.add(piece)
        chunks = list(spool.chunks())
    met: set[int] = set()
    for found in chunks:
        meters = set(found.meter.tolist())
        assert not meters & met, "a meter's values are in one chunk"
        met |= meters
    expected = {line: values for piece in pieces for *values, line in zip(*(a.tolist() for a in piece), strict=True)}
    given = {line: values for found in chunks for *values, line in zip(*(a.tolist() for a in found), strict=True)}
    assert given == expected
    for found in chunks:
        order = np.lexsort((np.arange(len(found.line)), found.meter))
        same = found.meter[order][1:] == found.meter[order][:-1]
        assert (np.diff(found.line[order])[same] > 0).all(), "in the file's order"
    assert (len(chunks) > 1) == (memory < 5_000 and chunk < 5_000)
    assert list(tmp_path.iterdir()) == [], "nothing stays on disk"


def test_an_empty_delivery_has_no_chunk() -> None:
    with Spool() as spool:
        assert list(spool.chunks()) == []
