"""Collects a delivery of any size, then hands it out in chunks of whole meters, in bounded memory.

What the rules decide must not depend on where a batch of the file happened to end: so a chunk holds all values that
the file has of its meters. Small deliveries stay in memory; of larger ones each value is put on disk by its meter.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

MEMORY_VALUES = 5_000_000
"""Up to so many values a delivery stays in memory and is one chunk; at 30 bytes a value."""
CHUNK_VALUES = 2_500_000
"""Size of the chunks of larger ones, as far as whole parts allow."""
PARTS = 256
"""Parts on disk: a delivery of a thousand million values still has chunks of four million."""


class Chunk(NamedTuple):
    """Values in the file's order, one element a value in each array."""

    meter: npt.NDArray[np.int32]
    """Index into the delivery's meter numbers."""
    register: npt.NDArray[np.int16]
    """Index into the delivery's register codes."""
    at: npt.NDArray[np.int64]
    value: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Chunk:
        return Chunk(*(array[index] for array in self))


_RECORD = np.dtype([("meter", "i4"), ("register", "i2"), ("at", "i8"), ("value", "i8"), ("line", "i8")])


class Spool:
    """Add chunks, then go through `chunks()` once. A context manager: it leaves nothing on disk."""

    def __init__(self, *, memory_values: int = MEMORY_VALUES, chunk_values: int = CHUNK_VALUES) -> None:
        self._memory_values = memory_values
        self._chunk_values = chunk_values
        self._pieces: list[Chunk] = []
        self._held = 0
        self._folder: Path | None = None
        self._counts = np.zeros(PARTS, np.int64)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, piece: Chunk) -> None:
        """Keep values; those of one meter come out in the order in which they went in."""
        self._pieces.append(piece)
        self._held += len(piece.value)
        if self._held > self._memory_values:
            self._spill()

    def chunks(self) -> Iterator[Chunk]:
        """All values, each meter's in one chunk."""
        if self._folder is None:
            if self._held:
                whole = _together(self._pieces)
                self._pieces = []
                yield whole
            return
        self._spill()
        parts: list[int] = []
        for part in range(PARTS):
            parts.append(part)
            if self._counts[parts].sum() >= self._chunk_values or part == PARTS - 1:
                if self._counts[parts].any():
                    yield self._read(parts)
                parts = []

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="forsyn-delivery-"))
        for piece in self._pieces:
            part = piece.meter % PARTS
            order = np.argsort(part, kind="stable")
            records = np.empty(len(part), _RECORD)
            for name, array in zip(Chunk._fields, piece, strict=True):
                records[name] = array[order]
            counts = np.bincount(part, minlength=PARTS)
            self._append(records, np.concatenate(([0], np.cumsum(counts))))
            self._counts += counts
        self._pieces, self._held = [], 0

    def _append(self, records: npt.NDArray[np.void], bounds: npt.NDArray[np.int64]) -> None:
        for part in np.flatnonzero(np.diff(bounds)).tolist():
            with self._file(part).open("ab") as file:
                records[bounds[part] : bounds[part + 1]].tofile(file)

    def _file(self, part: int) -> Path:
        if self._folder is None:
            raise RuntimeError("nothing was put on disk")
        return self._folder / f"{part}"

    def _read(self, parts: list[int]) -> Chunk:
        records = np.concatenate([np.fromfile(self._file(part), _RECORD) for part in parts if self._counts[part]])
        return Chunk(*(np.ascontiguousarray(records[name]) for name in Chunk._fields))


def _together(pieces: list[Chunk]) -> Chunk:
    if len(pieces) == 1:
        return pieces[0]
    return Chunk(*(np.concatenate(arrays) for arrays in zip(*pieces, strict=True)))
