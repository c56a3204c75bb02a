"""XML as a stream, from whoever sent it: bounded memory, nothing fetched, nothing expanded. Pure.

Elements that hold many others ("containers") are told as they open and close; whatever else they hold is told as one
small tree. expat reads; a document type definition is refused at its first word, so that there are no entities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

ENCODINGS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15"})
PIECE_BYTES = 65_536
LONGEST_TOKEN = 1_048_576
"""Bytes of one tag, comment or the like; also keeps expat from going over an unfinished one again and again."""
MOST_ELEMENTS = 10_000
MOST_CHARACTERS = 1_000_000
"""In one tree; banks write a few dozen elements."""
DEEPEST = 32
_ASK = "ask the bank to send it again, and hand it in just as it comes"


class Unreadable(Exception):
    """XML that is not read further: ``line``, ``what`` is wrong and the ``mend``."""

    def __init__(self, line: int, what: str, mend: str = _ASK) -> None:
        super().__init__(what)
        self.line, self.what, self.mend = line, what, mend


class Sort(Enum):
    """What a piece tells."""

    OPENED = 1
    TREE = 2
    CLOSED = 3


class Piece(NamedTuple):
    """``name`` is a container's, with its ``namespace`` where it opens; ``tree`` is what that container holds."""

    sort: Sort
    name: str
    line: int
    tree: Element
    namespace: str = ""


Containers = tuple[frozenset[str] | None, ...]
"""Names of the containers at each depth, the root first; None is any."""
_NOTHING = Element("")


def pieces(chunks: Iterable[bytes], containers: Containers) -> Iterator[Piece]:
    """The document, piece by piece; names without namespace, but for elements of another than the root's.

    Raises Unreadable.
    """
    reader = _Reader(containers)
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE_BYTES):
            yield from reader.feed(chunk[start : start + PIECE_BYTES])
    yield from reader.close()


class _Reader:
    def __init__(self, containers: Containers) -> None:
        self._containers = containers
        self._open: list[str] = []
        self._namespace = ""
        self._depth = self._elements = self._characters = self._fed = 0
        self._tree: TreeBuilder | None = None
        self._tree_depth = self._tree_line = 0
        self._found: list[Piece] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, data: bytes) -> list[Piece]:
        self._fed += len(data)
        self._parse(lambda: self._parser.Parse(data, False))
        if self._fed - max(self._parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
            raise self._unreadable(f"one tag or comment is longer than {LONGEST_TOKEN:,} bytes")
        return self._drain()

    def close(self) -> list[Piece]:
        if not self._fed:
            raise Unreadable(1, "the file is empty")
        self._parse(lambda: self._parser.Parse(b"", True), at_end=True)
        return self._drain()

    def _drain(self) -> list[Piece]:
        found, self._found = self._found, []
        return found

    def _parse(self, parse: Callable[[], object], *, at_end: bool = False) -> None:
        try:
            parse()
        except expat.ExpatError as error:
            what = "the file ends in the middle" if at_end else f"this is not XML ({expat.ErrorString(error.code)})"
            raise Unreadable(error.lineno, what) from None
        except (LookupError, ValueError):  # an encoding that Python does not know, or of several bytes a character
            raise self._unreadable("the encoding is none that can be read") from None

    def _unreadable(self, what: str) -> Unreadable:
        return Unreadable(self._parser.CurrentLineNumber, what)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            raise self._unreadable(f"the encoding {encoding[:40]!r} is not one that banks agree on (UTF-8)")

    def _refuse_doctype(self, *_: object) -> None:
        raise self._unreadable("the file has a document type definition, which no bank writes and which can do harm")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        depth, self._depth = self._depth, self._depth + 1
        namespace, _, name = tag.rpartition(" ")
        if depth == 0:
            self._namespace = namespace
        if namespace != self._namespace:
            name = f"{{{namespace}}}{name}"
        if self._tree is None and len(self._open) == depth and self._is_container(depth, name):
            self._open.append(name)
            line = self._parser.CurrentLineNumber
            self._found.append(Piece(Sort.OPENED, name, line, _NOTHING, namespace))
            return
        if self._tree is None:
            self._tree, self._tree_depth, self._tree_line = TreeBuilder(), depth, self._parser.CurrentLineNumber
            self._elements = self._characters = 0
        self._elements += 1
        if depth >= DEEPEST or self._elements > MOST_ELEMENTS:
            raise self._unreadable("more elements lie within each other than any bank writes")
        self._tree.start(name, attributes)

    def _is_container(self, depth: int, name: str) -> bool:
        if depth >= len(self._containers):
            return False
        names = self._containers[depth]
        return names is None or name in names

    def _text(self, text: str) -> None:
        if self._tree is not None:
            self._characters += len(text)
            if self._characters > MOST_CHARACTERS:
                raise self._unreadable("a text is longer than any bank writes")
            self._tree.data(text)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._tree is None:
            self._found.append(Piece(Sort.CLOSED, self._open.pop(), self._parser.CurrentLineNumber, _NOTHING))
            return
        self._tree.end("")
        if self._depth == self._tree_depth:
            tree, self._tree = self._tree.close(), None
            self._found.append(Piece(Sort.TREE, self._open[-1] if self._open else "", self._tree_line, tree))
