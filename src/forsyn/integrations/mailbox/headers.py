"""Header fields of a mail that a stranger wrote: decoded, cleaned and short; pure."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from email import policy
from email.message import Message

LONGEST_HEADER = 2_000
"""Characters of one header field that are looked at; the parser's time grows faster than the field."""
LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z0-9-]{2,}"
)
_BRACKETED = re.compile(r"<([^<>\s]{3,254})>\s*$")
_CHARSETS = frozenset(
    {"utf-8", "utf-8-sig", "ascii", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "gb18030", "gbk", "gb2312"}
    | {"big5", "shift_jis", "euc_jp", "euc_kr", "iso2022_jp", "mac-roman"}
    | {f"iso8859-{number}" for number in range(1, 17)}
    | {f"cp{number}" for number in (437, 850, 865, *range(1250, 1259))}
)
"""What may be decoded from, by Python's names: never escapes, compressions or other transformations."""
_NEVER_SHOWN = {"Cc": " ", "Cf": "", "Cs": "", "Cn": "", "Co": "", "Zl": " ", "Zp": " "}
"""Unicode's controls, formats (writing directions, joiners), halves of pairs, what is no character, line separators."""


def raw(message: Message, name: str) -> list[str]:
    """All fields of a name as they stand, each cut and with its bytes read as UTF-8, else as Windows-1252."""
    wanted = name.lower()
    return [_as_text(value) for key, value in message.raw_items() if key.lower() == wanted]


def line(message: Message, name: str, *, longest: int) -> str:
    """A field as one line of readable text; "" where there is none."""
    for value in raw(message, name):
        return clean_line(unfolded("Subject", value), longest=longest)
    return ""


def senders(message: Message) -> list[tuple[str, str]]:
    """Name and address of each sender; an address that cannot be written to is ""."""
    return [sender for value in raw(message, "From") for sender in _addresses(value)]


def addresses(message: Message, name: str) -> set[str]:
    """The addresses of a field, in lower case."""
    return {address.lower() for value in raw(message, name) for _, address in _addresses(value) if address}


def decoded(content: bytes, charset: str | None) -> str:
    """Bytes as text: in the charset said where that is one of text, else UTF-8, else Windows-1252. Raises nothing."""
    for name in (charset, "utf-8"):
        if name is None or (known := known_charset(name)) is None:
            continue
        try:
            return content.decode(known)
        except (UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def known_charset(name: str) -> str | None:
    """Python's name of a charset that may be decoded from."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return found if found in _CHARSETS else None


def extended_value(text: str) -> str:
    """A parameter's value as RFC 2231 encodes it, ``utf-8'da'm%C3%A5ler.mp4``; another text as it is."""
    charset, mark, rest = text.partition("'")
    _, second, value = rest.partition("'")
    if not mark or not second:
        return text
    content = value.encode("utf-8", "surrogateescape")
    return decoded(re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), content), charset)


def clean_line(text: str, *, longest: int) -> str:
    """One line: composed (NFC), without anything that is not shown or turns the writing direction, blanks joined."""
    shown = "".join(_NEVER_SHOWN.get(unicodedata.category(one), one) for one in text[: longest * 4])
    return cut(" ".join(unicodedata.normalize("NFC", shown).split()), longest)


def clean_text(text: str, *, longest: int) -> str:
    """Lines of readable text, as `clean_line`, with at most one empty line between two others."""
    lines = re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", text[: longest * 2])
    cleaned = "\n".join(clean_line(each, longest=longest) for each in lines)
    return cut(re.sub(r"\n{3,}", "\n\n", cleaned).strip(), longest)


def cut(text: str, longest: int) -> str:
    """At most so many characters, the last one a sign that some are missing."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _as_text(value: object) -> str:
    text = str(value)[:LONGEST_HEADER]
    return decoded(text.encode("utf-8", "surrogateescape"), None) if not text.isascii() else text


def unfolded(name: str, value: str) -> str:
    """A field with its encoded words (RFC 2047) read."""
    flat = re.sub(r"[\r\n\x00]+", " ", value)
    try:
        return str(policy.default.header_factory(name, flat))
    except Exception:
        return flat


def _addresses(value: str) -> Iterator[tuple[str, str]]:
    flat = re.sub(r"[\r\n\x00]+", " ", value)
    found = _parsed(flat)
    if not any(_fits(address) for _, address in found):
        found = _parsed_leniently(flat)
    for name, address in found:
        fits = _fits(address)
        yield clean_line(name or ("" if fits else flat), longest=200), address if fits else ""


def _parsed(flat: str) -> list[tuple[str, str]]:
    try:
        header = policy.default.header_factory("From", flat)
        return [(each.display_name, each.addr_spec) for each in header.addresses]
    except Exception:  # the parser knows many ways to fail on what strangers write
        return []


def _parsed_leniently(flat: str) -> list[tuple[str, str]]:
    last = _BRACKETED.search(flat)
    return [(unfolded("Subject", flat[: last.start()].strip(' "')), last[1])] if last else [(flat, "")]


def _fits(address: str) -> bool:
    return len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None and ".." not in address
