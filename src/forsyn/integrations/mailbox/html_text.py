"""The words of a web page that came as a mail; pure. Nothing of it is loaded, run or followed."""

from __future__ import annotations

from html.parser import HTMLParser

_UNSEEN = frozenset({"head", "script", "style", "template", "title", "svg", "object", "iframe", "noscript"})
_LINES = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "header", "hr", "li"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"}
)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._within: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._within is None and tag in _UNSEEN:
            self._within = tag
        elif tag in _LINES:
            self.words.append("\n")
        elif tag == "td":
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within or tag == "body":
            self._within = None
        if tag in _LINES:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if self._within is None:
            self.words.append(" ".join(data.split()) if not data.isspace() else " ")
            if data[-1:].isspace():
                self.words.append(" ")


def words_of(page: str) -> str:
    """What a reader would see, block by block; of a page that is no HTML, what can be made out. Raises nothing."""
    reader = _Words()
    try:
        reader.feed(page)
        reader.close()
    except (AssertionError, ValueError, RecursionError):  # what html.parser says of declarations that it cannot read
        pass
    return "".join(reader.words)
