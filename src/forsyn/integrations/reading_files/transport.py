"""Opens deliveries and streams them (with byte_stream: all that touches files). Memory stays bounded by a batch.

with open_delivery(path) as delivery:
    for batch in delivery.batches():
        ...
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from forsyn.integrations.reading_files.batch import ReadingBatch
from forsyn.integrations.reading_files.byte_stream import Block, Limits, Raw, blocks
from forsyn.integrations.reading_files.codec import Decoder
from forsyn.integrations.reading_files.csv_rows import column_names, csv_layout, csv_rows, refuse_if_nothing_fits
from forsyn.integrations.reading_files.diagnosis import refuse_if_all_wrong
from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.integrations.reading_files.parquet_rows import check_schema, parquet_rows
from forsyn.integrations.reading_files.profile import (
    Encoding,
    FileFormat,
    Profile,
    choose_profile,
    refuse_if_without_values,
)
from forsyn.integrations.reading_files.profile_file import shipped_profiles

PARQUET_BATCH_ROWS = 2**20
# Damaged names surface as UnicodeError, damaged sizes as MemoryError.
_ARROW_ERRORS = (OSError, pa.ArrowException, UnicodeError, MemoryError)
_SUFFIXES: dict[str, tuple[FileFormat, str | None]] = {
    ".parquet": (FileFormat.PARQUET, None),
    ".csv": (FileFormat.CSV, None),
    ".csv.gz": (FileFormat.CSV, "gzip"),
    ".csv.zst": (FileFormat.CSV, "zstd"),
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before its values are read."""

    name: str
    size_bytes: int
    sha256: str
    profile_key: str
    values_total: int | None
    """Rows times value columns, where the file says how many rows it has (Parquet)."""


class Delivery:
    """One opened file. Use as a context manager; batches() can be gone through once."""

    def __init__(
        self,
        path: Path,
        profile: Profile,
        *,
        parquet: pq.ParquetFile | None = None,
        compression: str | None = None,
        limits: Limits,
    ) -> None:
        self.path = path
        self.profile = profile
        self._compression = compression
        self._limits = limits
        self._parquet = parquet
        self._raw: Raw | None = None
        self._state = _state(path)
        self.size_bytes = path.stat().st_size
        self.bytes_done = 0
        """Bytes of the file on disk behind the last batch; for a progress bar against size_bytes."""
        self.values_done = 0
        self.values_total = parquet.metadata.num_rows * len(profile.value_columns) if parquet else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        if self._parquet is not None:
            self._parquet.close()
        if self._raw is not None:
            self._raw.close()

    def facts(self) -> FileFacts:
        """Reads the whole file once for its fingerprint, in pieces."""
        with self.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return FileFacts(self.path.name, self.size_bytes, sha256, self.profile.key, self.values_total)

    def batches(self) -> Iterator[ReadingBatch]:
        """All values in the file's order (see ReadingBatch for doubled hours). Raises ReadingFileError.

        Also at the end, when somebody has written to the file meanwhile: its fingerprint would not be of these values.
        """
        found = self._parquet_batches(self._parquet) if self._parquet else self._csv_batches()
        for batch in found:
            self.values_done += len(batch)
            if len(batch):
                yield batch
        if _state(self.path) != self._state:
            raise ReadingFileError(
                "it was changed while it was read",
                where=self.path.name,
                mend="wait until it is complete, and try again",
            )
        self.bytes_done = self.size_bytes

    def _parquet_batches(self, parquet: pq.ParquetFile) -> Iterator[ReadingBatch]:
        decoder = Decoder(self.profile)
        columns = list(dict.fromkeys(str(column) for column in self.profile.columns))
        total = max(parquet.metadata.num_rows, 1)
        batches = parquet.iter_batches(PARQUET_BATCH_ROWS, columns=columns, use_threads=False)
        rows_done = 0
        while True:
            try:
                arrow_batch = next(batches, None)
                if arrow_batch is not None:
                    arrow_batch.validate(full=True)
            except _ARROW_ERRORS:
                raise _damaged_parquet(f"{self.path.name}, after row {rows_done:,}") from None
            if arrow_batch is None:
                break
            rows = parquet_rows(arrow_batch, self.profile, first_row=rows_done + 1)
            batch = decoder.decode(rows)
            if rows_done == 0:
                refuse_if_all_wrong(rows, batch, self.profile, where=self.path.name)
            rows_done += arrow_batch.num_rows
            self.bytes_done = self.size_bytes * rows_done // total
            yield batch
        if last := decoder.finish():
            yield last

    def _csv_batches(self) -> Iterator[ReadingBatch]:
        self._raw = Raw(self.path, self._compression, self._limits)
        decoder = Decoder(self.profile)
        layout = None
        where = self.path.name
        started = False
        for block in blocks(self._raw, self.profile.encoding, self._limits):
            if layout is None:
                layout = csv_layout(self.profile, _first_line(block), where=where)
                block = _after_header(block) if self.profile.header else block
            rows = csv_rows(block.text, layout, first_line=block.first_line)
            batch = decoder.decode(rows)
            if not started and (len(rows.line) or rows.malformed):
                refuse_if_nothing_fits(rows, layout, where=where)
                refuse_if_all_wrong(rows, batch, self.profile, where=where)
                started = True
            self.bytes_done = self._raw.position()
            yield batch
        if not started:
            raise _no_rows(where)
        if last := decoder.finish():
            yield last


def open_delivery(
    path: Path,
    *,
    profile: Profile | None = None,
    profiles: Sequence[Profile] | None = None,
    limits: Limits | None = None,
) -> Delivery:
    """Open a file of readings; without a profile, the one of `profiles` (those shipped) that its columns fit.

    Raises ReadingFileError, or its kinds ProfileError and HoldsNoReadingsError, with one sentence for the person who
    handed the file in.
    """
    limits = limits or Limits()
    file_format, compression = _format_of(path)
    if profile is None and profiles is None:
        profiles = shipped_profiles()
    candidates = profiles or ()
    if profile is not None and profile.format is not file_format:
        raise ReadingFileError(
            f"it is a {file_format} file, but profile {profile.key} is for {profile.format}",
            where=path.name,
            mend="use another profile",
        )
    if file_format is FileFormat.PARQUET:
        return _open_parquet(path, profile, candidates, limits)
    encoding = profile.encoding if profile else Encoding.UTF_8
    header = _header(path, compression, encoding, limits)
    if profile is None:
        profile = choose_profile(
            lambda candidate: column_names(header, candidate.delimiter),
            file_format,
            candidates,
            where=path.name,
        )
    elif profile.header:
        refuse_if_without_values(column_names(header, profile.delimiter), profile, where=path.name)
    csv_layout(profile, header, where=path.name)
    return Delivery(path, profile, compression=compression, limits=limits)


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes when somebody writes to a file, or puts another in its place; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _open_parquet(path: Path, profile: Profile | None, candidates: Sequence[Profile], limits: Limits) -> Delivery:
    try:
        parquet = pq.ParquetFile(path, buffer_size=2**20, pre_buffer=False)
    except _ARROW_ERRORS:
        raise _damaged_parquet(path.name) from None
    try:
        schema = parquet.schema_arrow
        if profile is None:
            profile = choose_profile(lambda _: schema.names, FileFormat.PARQUET, candidates, where=path.name)
        else:
            refuse_if_without_values(schema.names, profile, where=path.name)
        check_schema(schema, profile, where=path.name)
        if not parquet.metadata.num_rows:
            raise _no_rows(path.name)
    except ReadingFileError:
        parquet.close()
        raise
    names = [str(name) for name in (profile.meter_number, profile.register, profile.unit) if name is not None]
    texts = [name for name in names if pa.types.is_string(schema.field(name).type)]
    if texts:
        # As dictionaries a long text that stands in a million rows is held once, and numbering meters is quicker.
        parquet.close()
        parquet = pq.ParquetFile(path, buffer_size=2**20, pre_buffer=False, read_dictionary=texts)
    return Delivery(path, profile, parquet=parquet, limits=limits)


def _format_of(path: Path) -> tuple[FileFormat, str | None]:
    """The format by the file's name, if there is such a file with something in it."""
    if path.is_dir():
        raise ReadingFileError("it is a folder", where=str(path), mend="name the files in it, as in folder/*.parquet")
    try:
        if path.exists() and not path.is_file():
            raise ReadingFileError("it is a pipe or a device, not a file", where=str(path), mend="name a file")
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be opened"
        raise ReadingFileError(reason, where=str(path), mend="check its name, and that you may read it") from None
    known = [name for name in _SUFFIXES if path.name.lower().endswith(name)]
    if not known:
        raise ReadingFileError(
            "its name does not tell what kind of file it is",
            where=path.name,
            mend="deliver one that ends in " + ", ".join(_SUFFIXES),
        )
    if empty:
        raise ReadingFileError("it is empty (0 bytes)", where=path.name, mend="fetch it again from the supplier")
    return _SUFFIXES[known[0]]


def _header(path: Path, compression: str | None, encoding: Encoding, limits: Limits) -> str:
    raw = Raw(path, compression, limits)
    try:
        block = next(blocks(raw, encoding, replace(limits, block_bytes=limits.max_line_bytes + 2)), None)
    finally:
        raw.close()
    if block is None:
        raise ReadingFileError("its content is empty", where=path.name, mend="fetch it again from the supplier")
    return _first_line(block)


def _first_line(block: Block) -> str:
    return block.text.partition(b"\n")[0].decode()


def _after_header(block: Block) -> Block:
    return Block(block.text.partition(b"\n")[2], block.first_line + 1)


def _no_rows(where: str) -> ReadingFileError:
    return ReadingFileError("it has no rows, only column names", where=where, mend="fetch it again from the supplier")


def _damaged_parquet(where: str) -> ReadingFileError:
    return ReadingFileError(
        "it is not a whole Parquet file: truncated or damaged", where=where, mend="fetch it again from the supplier"
    )
