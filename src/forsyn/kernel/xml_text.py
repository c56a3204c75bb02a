"""Which characters XML can bear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that XML 1.0 has no way to write (section 2.2)."""


def unwritable(value: object) -> Iterator[str]:
    """The names of those fields of a dataclass, however deep, whose texts XML cannot bear: ``lines[2].text``."""
    return (where for where, text in _texts(value, "") if NOT_XML.search(text))


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, tuple):
        for index, each in enumerate(value, 1):
            yield from _texts(each, f"{where}[{index}]")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), f"{where}.{field.name}".lstrip("."))
