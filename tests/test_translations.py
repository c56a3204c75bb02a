"""Every Danish text has its English, with the same places to fill in."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polib
import pytest

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "tools"))
from untranslated import PACKAGE, texts_in, translated  # noqa: E402

FILES = sorted(PACKAGE.rglob("locale/en/LC_MESSAGES/*.po"))
PLACE = re.compile(r"%\(\w+\)s|\{\w*\}")


@pytest.mark.parametrize("folder", [file.parents[3] for file in FILES], ids=lambda folder: folder.name)
def test_no_text_is_left_in_danish_on_an_english_page(folder: Path) -> None:
    known = translated()
    texts = texts_in(folder) if folder != PACKAGE else texts_in(PACKAGE / "interfaces" / "templates")
    assert sorted(text for text, _ in texts if text not in known) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parents[3].name)
def test_places_to_fill_in_are_the_same(file: Path) -> None:
    for entry in polib.pofile(str(file)).translated_entries():
        danish = set(PLACE.findall(entry.msgid))
        if not entry.msgstr_plural:
            assert set(PLACE.findall(entry.msgstr)) == danish, entry.msgid
        for english in entry.msgstr_plural.values():
            assert set(PLACE.findall(english)) <= danish | set(PLACE.findall(entry.msgid_plural)), entry.msgid
