"""Reads customer files row by row: bounded memory, whatever the file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from forsyn.integrations.customer_files.errors import CustomerFileError

MAX_LINE_BYTES = 65_536
"""No row of a register is longer; a longer line is another kind of file, or a quote that is never closed."""
_BOM = b"\xef\xbb\xbf"
_OTHER_FORMATS = {
    b"PK\x03\x04": ("an Excel or ZIP file", "save it as CSV (UTF-8) and import that"),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "save it as CSV (UTF-8) and import that"),
    b"\x1f\x8b": ("gzip-packed", "unpack it first"),
    b"\x28\xb5\x2f\xfd": ("zstd-packed", "unpack it first"),
    b"PAR1": ("a Parquet file", "save it as CSV; customers are imported from CSV only"),
    b"%PDF": ("a PDF", "ask for the list as CSV"),
    b"\xff\xfe": ("UTF-16 text", "save it as CSV in UTF-8"),
    b"\xfe\xff": ("UTF-16 text", "save it as CSV in UTF-8"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line it begins in, as a person counts: the header is line 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class CustomerFile:
    """A CSV file on disk, how it is written."""

    path: Path
    encoding: str
    delimiter: str

    def rows(self, progress: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """The header first, then every row that is not empty. ``progress`` gets the bytes read so far.

        Raises CustomerFileError where the file as a whole cannot be read on.
        """
        with self._open() as file:
            reader = csv.reader(self._lines(file, progress), delimiter=self.delimiter, strict=True, doublequote=True)
            found = 0
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    raise self._error(_csv_reason(error), line, "look at the quotes in that row") from None
                if cells is None:
                    break
                if any(cells):
                    found += 1
                    yield Row(line, cells)
        if found < 2:
            what = "the file is empty" if not found else "the file has a header but no rows"
            raise CustomerFileError(what, where=self.path.name, mend="ask its sender for a complete one")

    def state(self) -> tuple[int, ...] | None:
        """What changes when somebody writes to the file, or puts another in its place; None where there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def refuse_if_changed_since(self, before: tuple[int, ...] | None) -> None:
        """Raises CustomerFileError when the file is not as it was."""
        if self.state() != before:
            mend = "wait until it is complete, and try again"
            raise CustomerFileError("it was changed while it was read", where=self.path.name, mend=mend)

    def refuse_to_overwrite(self, other: Path) -> None:
        """Raises CustomerFileError when what would be written is this very file."""
        if other.exists() and self.path.exists() and other.samefile(self.path):
            mend = "name another file, so that this one is not overwritten"
            raise CustomerFileError("this is the file to import itself", where=str(other), mend=mend)

    def _open(self) -> BinaryIO:
        try:
            if self.path.is_dir():
                raise CustomerFileError("this is a folder", where=str(self.path), mend="name a file")
            if self.path.exists() and not self.path.is_file():
                raise CustomerFileError("this is a pipe or a device", where=str(self.path), mend="name a file")
            return self.path.open("rb")
        except FileNotFoundError:
            raise CustomerFileError("there is no such file", where=str(self.path), mend="look at its name") from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise CustomerFileError(reason, where=str(self.path), mend="see that it can be read") from None

    def _lines(self, file: BinaryIO, progress: Callable[[int], None]) -> Iterator[str]:
        start = file.read(8)
        file.seek(0)
        for magic, (what, mend) in _OTHER_FORMATS.items():
            if start.startswith(magic):
                raise CustomerFileError(f"this is {what}", where=self.path.name, mend=mend)
        number = done = 0
        while raw := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            done += len(raw)
            if len(raw) > MAX_LINE_BYTES:
                raise self._error(
                    f"the line is longer than {MAX_LINE_BYTES} bytes",
                    number,
                    "see that this is a CSV file of customers",
                )
            if number == 1:
                raw = raw.removeprefix(_BOM)
            if b"\x00" in raw:
                raise self._error("there is a NUL byte", number, "save the file as CSV in UTF-8")
            yield self._decode(raw, number)
            if number % 1000 == 0:
                progress(done)
        progress(done)

    def _decode(self, raw: bytes, number: int) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            if self.encoding == "utf-8":
                what = f"byte 0x{raw[error.start]:02x} at place {error.start + 1} is not UTF-8"
                mend = 'set [file] encoding = "windows-1252" in the profile, or save the file as UTF-8'
                raise self._error(what, number, mend) from None
            try:
                return raw.decode(self.encoding)
            except UnicodeDecodeError as wrong:
                what = f"byte 0x{raw[wrong.start]:02x} at place {wrong.start + 1} is not {self.encoding}"
                raise self._error(what, number, "set the right [file] encoding in the profile") from None
        if self.encoding != "utf-8":
            raise self._error(
                f"the text is UTF-8, the profile says {self.encoding}", number, 'set [file] encoding = "utf-8"'
            )
        return text

    def _error(self, what: str, line: int, mend: str) -> CustomerFileError:
        return CustomerFileError(what, where=f"{self.path.name}, line {line}", mend=mend)


def _csv_reason(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text or "unexpected end" in text:
        return "a quote is opened in this row and not closed"
    if "expected after" in text:
        return "text follows a closing quote"
    return f"the row cannot be read ({text})"
