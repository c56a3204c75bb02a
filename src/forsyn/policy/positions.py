"""Line numbers of a TOML text that `tomllib` has accepted, which itself keeps none.

`line_numbers` walks the text once and notes where each key, array item and table begins. It checks
nothing: the text is known to be valid TOML 1.0.
"""

import re
from collections.abc import Iterator

Steps = tuple[str | int, ...]
"""The way to a value: keys, and places in arrays: ``("purposes", "settlement", "bases", 0)``."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def line_numbers(text: str) -> dict[Steps, int]:
    """Map the way to each value to the 1-based line where its key, item or table header stands."""
    return _Walk(text.replace("\r\n", "\n")).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Steps, int] = {(): 1}
        self.arrays: dict[Steps, int] = {}
        table: Steps = ()
        while self._skip(_BLANK) < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        if match:
            self.line += self.text.count("\n", self.at, match.end())
            self.at = match.end()
        return self.at

    def _header(self) -> Steps:
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        names = list(self._keys())
        self.at += 2 if double else 1
        steps: Steps = ()
        for place, name in enumerate(names, start=1):
            steps = (*steps, name)
            self.lines.setdefault(steps, self.line)
            if double and place == len(names):
                self.arrays[steps] = self.arrays.get(steps, -1) + 1
            if steps in self.arrays:
                steps = (*steps, self.arrays[steps])
                self.lines.setdefault(steps, self.line)
        return steps

    def _keys(self) -> Iterator[str]:
        while True:
            self._skip(_SPACE)
            yield self._key()
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return
            self.at += 1

    def _key(self) -> str:
        start = self.at
        if self.text[start] == '"':
            self._skip(_STRINGS[2])
            return _ESCAPE.sub(_unescape, self.text[start + 1 : self.at - 1])
        if self.text[start] == "'":
            self._skip(_STRINGS[3])
            return self.text[start + 1 : self.at - 1]
        self._skip(_BARE)
        return self.text[start : self.at]

    def _pair(self, table: Steps) -> None:
        steps = table
        for name in self._keys():
            steps = (*steps, name)
            self.lines.setdefault(steps, self.line)
        self.at += 1  # the equals sign
        self._value(steps)

    def _value(self, steps: Steps) -> None:
        self._skip(_SPACE)
        if self.text.startswith("[", self.at):
            self._array(steps)
        elif self.text.startswith("{", self.at):
            self._inline_table(steps)
        else:
            self._scalar()

    def _array(self, steps: Steps) -> None:
        self.at += 1
        place = 0
        while self.text[self._skip(_BLANK)] != "]":
            self.lines[(*steps, place)] = self.line
            self._value((*steps, place))
            place += 1
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, steps: Steps) -> None:
        self.at += 1
        while self.text[self._skip(_BLANK)] != "}":
            self._pair(steps)
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _scalar(self) -> None:
        for pattern in _STRINGS:
            start = self.at
            if self._skip(pattern) > start:
                return
        self._skip(_PLAIN)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])
