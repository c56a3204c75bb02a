"""A file's bytes as blocks of whole UTF-8 lines: decompressed, transcoded, and stopped before it can do harm."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.integrations.reading_files.profile import Encoding

_BREAK = b"\n"
_MARK_BYTES = len(codecs.BOM_UTF8)
_SETTING = "set [file] encoding in the profile"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a delivery may cost before it is refused."""

    max_line_bytes: int = 1_000_000
    max_expansion: int = 200
    """How many times larger than the compressed file its content may be. Readings expand 5 to 40 times."""
    expansion_free_bytes: int = 64 * 2**20
    """Up to so much content the expansion is not looked at."""
    block_bytes: int = 8 * 2**20
    """About 200,000 rows of CSV; reading takes some 25 times as much memory."""


class Block(NamedTuple):
    """Whole lines; the file's last line may lack its line break."""

    text: bytes
    first_line: int


class Raw:
    """The compressed or plain file underneath, of which the position tells the progress."""

    def __init__(self, path: Path, compression: str | None, limits: Limits) -> None:
        self.where = path.name
        self._file = pa.OSFile(str(path))
        self._compression = compression
        self._limits = limits
        self._content: pa.NativeFile = self._file
        if compression is not None:
            self._content = pa.CompressedInputStream(self._file, compression)
        self._read = 0

    def position(self) -> int:
        """How many bytes of the file on disk were read."""
        return int(self._file.tell()) if not self._file.closed else 0

    def close(self) -> None:
        """Give the file back."""
        self._content.close()
        self._file.close()

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of content, b"" at the end. Raises ReadingFileError for broken or exploding ones."""
        try:
            content: bytes = self._content.read(size)
        except (OSError, pa.ArrowException) as error:
            raise self._broken(error) from None
        self._read += len(content)
        if self._compression is not None and self._read > self._limits.expansion_free_bytes:
            self._refuse_explosion()
        return content

    def _refuse_explosion(self) -> None:
        expansion = self._read / max(self.position(), 1)
        if expansion > self._limits.max_expansion:
            raise ReadingFileError(
                f"its content is {expansion:.0f} times larger than the file, after {self._read:,} bytes",
                where=self.where,
                mend=f"readings never expand more than {self._limits.max_expansion} times, so ask the supplier"
                " what it is, or deliver it uncompressed",
            )

    def _broken(self, error: Exception) -> ReadingFileError:
        kind = {"gzip": "gzip", "zstd": "Zstandard"}.get(self._compression or "", "plain")
        reason = str(error).lower()
        place = f"{self.where}, after {self._read:,} bytes of content"
        if "truncated" in reason:
            what = f"the {kind} file ends in the middle (truncated)"
        elif self._read == 0 and self._compression is not None:
            return ReadingFileError(
                f"it is not a {kind} file", where=self.where, mend="correct the file's name, or deliver it anew"
            )
        else:
            what = f"the {kind} file is damaged"
        return ReadingFileError(what, where=place, mend="fetch it again from the supplier")


def blocks(raw: Raw, encoding: Encoding, limits: Limits) -> Iterator[Block]:
    """The content in blocks of about `limits.block_bytes`. Nothing longer than one block and a line is ever held."""
    where = raw.where
    read = raw.read if encoding is Encoding.UTF_8 else _transcoded(raw.read, encoding, where)
    tail, line, done = _without_mark(read(_MARK_BYTES), where), 1, 0
    while piece := read(limits.block_bytes):
        cut = piece.rfind(b"\n") + 1
        if not cut:
            tail += piece
            _refuse_long_line(tail, line, where, limits)
            continue
        text, tail = tail + piece[:cut], piece[cut:]
        _check(text, line, done, where, limits)
        yield Block(text, line)
        line += text.count(b"\n")
        done += len(text)
        _refuse_long_line(tail, line, where, limits)
    if tail:
        _check(tail, line, done, where, limits)
        yield Block(tail, line)


def _transcoded(read: Callable[[int], bytes], encoding: Encoding, where: str) -> Callable[[int], bytes]:
    decoder = codecs.getincrementaldecoder(encoding.value)()
    done = 0
    ended = False

    def transcoded(size: int) -> bytes:
        nonlocal done, ended
        while not ended:
            piece = read(size // 2)
            ended = not piece
            try:
                text = decoder.decode(piece, final=ended)
            except UnicodeError as error:
                at = done + getattr(error, "start", 0)
                raise ReadingFileError(
                    f"it is not in {encoding.value}", where=f"{where}, about byte {at:,}", mend=_SETTING
                ) from None
            done += len(piece)
            if text:
                return text.encode()
        return b""

    return transcoded


def _without_mark(piece: bytes, where: str) -> bytes:
    if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ReadingFileError(
            "it is in UTF-16, as its first two bytes tell", where=where, mend=f'{_SETTING} to "utf-16"'
        )
    return piece.removeprefix(codecs.BOM_UTF8)


def _check(text: bytes, line: int, done: int, where: str, limits: Limits) -> None:
    """Refuse what no row can be read from: long lines, zero bytes, another encoding."""
    _refuse_long_line(text, line, where, limits)
    zero = text.find(b"\0")
    if zero >= 0:
        raise ReadingFileError(
            "it holds a zero byte, so it is damaged or in UTF-16",
            where=f"{where}, line {line + text.count(_BREAK, 0, zero)}",
            mend=f'fetch it again, or {_SETTING} to "utf-16"',
        )
    if text.isascii():
        return
    try:
        text.decode()
    except UnicodeDecodeError as error:
        number = line + text.count(b"\n", 0, error.start)
        raise ReadingFileError(
            f"byte 0x{text[error.start]:02x} is not UTF-8",
            where=f"{where}, line {number} (byte {done + error.start:,})",
            mend=f'{_SETTING}, most likely to "windows-1252" or "latin-1"',
        ) from None


def _refuse_long_line(text: bytes, line: int, where: str, limits: Limits) -> None:
    """Steps from line break to line break a limit apart, so that not every line is looked at."""
    limit = limits.max_line_bytes
    start = 0
    while len(text) - start > limit:
        cut = text.rfind(b"\n", start, start + limit + 1) + 1
        if not cut:
            raise ReadingFileError(
                f"the line is longer than {limit:,} bytes",
                where=f"{where}, line {line + text.count(_BREAK, 0, start)}",
                mend="no reading is so long: check that the file is CSV, with line breaks, and fetch it again",
            )
        start = cut
