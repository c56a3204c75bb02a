"""A tariff as one JSON file: its key, its names, its parts with their prices and texts; written out, and brought in.

    {"key": "vand", "commodity": "water", "name": {"da": "Vand", "en": "Water"},
     "texts": {"water": {"da": "Vand", "en": "Water"}, …}, "tariff": {…}}

``tariff`` is the canonical JSON of `kernel.charges.tariff.Tariff`; its version and tariff_id are filled in. Enter
`P.SETTLEMENT`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from forsyn.domain.billing import actions_tariffs, tariff_queries
from forsyn.kernel.charges.canonical import FORMAT, FORMAT_KEY, UnreadableBasis, tariff_bytes, tariff_from
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.unusable_file import UnusableFile

TOP = ("key", "commodity", "name", "texts", "tariff")
LANGUAGES = {"da", "en"}


class TariffFileError(UnusableFile):
    """A tariff file that cannot be read; the text says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The draft that a file became. `is_new`: the tariff itself was made, too."""

    tariff_id: int
    version_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class TariffFile:
    """A file's content, read."""

    key: str
    commodity: Commodity
    name: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    tariff: Tariff


def tariff_file(*, key: str) -> dict[str, Any] | None:
    """A tariff as it is in force, or else as it is drafted, in the shape of a file; None: there is none."""
    tariff = tariff_queries.tariff_with_key(key=key)
    if tariff is None:
        return None
    holds = tariff_queries.tariff_in_force(tariff_id=tariff.pk)
    version_id = holds.version_id if holds else _draft_id(tariff.pk)
    file = tariff_queries.version_file(version_id=version_id) if version_id else None
    return {
        "key": tariff.key,
        "commodity": tariff.commodity,
        "name": {"da": tariff.name_da, "en": tariff.name_en},
        "texts": file.texts if file else {},
        "tariff": json.loads(tariff_bytes(file.document)) if file else None,
    }


@transaction.atomic
def import_tariff(*, content: bytes, note: str, account_id: int, today: date, now: datetime) -> Imported:
    """Bring a file in as a draft, over the draft that is there; the tariff is made where it is new.

    Raises TariffFileError, TariffRefused, ImpossibleTariff; then nothing was changed.
    """
    file = read_tariff_file(content)
    known = tariff_queries.tariff_with_key(key=file.key)
    tariff_id: int = known.pk if known else _add(file)
    written = {
        "document": file.tariff,
        "texts": file.texts,
        "note": note,
        "account_id": account_id,
        "today": today,
        "now": now,
    }
    draft_id = _draft_id(tariff_id)
    draft = tariff_queries.version_file(version_id=draft_id) if draft_id else None
    if draft is None:
        return Imported(tariff_id, actions_tariffs.draft_version(tariff_id=tariff_id, **written), known is None)
    actions_tariffs.replace_draft(version_id=draft.row.pk, written_over=draft.row.sha256, **written)
    return Imported(tariff_id, draft.row.pk, known is None)


def read_tariff_file(content: bytes) -> TariffFile:
    """A file's content. Raises TariffFileError, and ImpossibleTariff for prices that contradict each other."""
    try:
        found = json.loads(content)
    except (UnicodeDecodeError, ValueError) as error:
        raise _wrong("the file is no JSON", str(error), "write it as `forsyn tariffs show KEY --json` does") from None
    if not isinstance(found, dict) or set(found) != set(TOP):
        raise _wrong("wrong keys", "the file", f"give exactly {', '.join(TOP)}")
    name, texts = found["name"], found["texts"]
    if not _is_both(name):
        raise _wrong("no name in both languages", "name", 'give {"da": …, "en": …}')
    if not isinstance(texts, dict) or not all(_is_both(text) for text in texts.values()):
        raise _wrong("a text is not in both languages", "texts", 'give {"da": …, "en": …} for each')
    if found["commodity"] not in list(Commodity) or not isinstance(found["key"], str):
        raise _wrong("unknown commodity or key", "commodity, key", f"commodities are {', '.join(Commodity)}")
    return TariffFile(found["key"], Commodity(found["commodity"]), name, texts, _tariff(found["key"], found["tariff"]))


def _tariff(key: str, kept: Any) -> Tariff:
    if not isinstance(kept, dict):
        raise _wrong("no tariff", "tariff", "write it as `forsyn tariffs show KEY --json` does")
    whole = {"version": 1, FORMAT_KEY: FORMAT} | kept | {"tariff_id": key}
    try:
        return tariff_from(json.dumps(whole).encode())
    except UnreadableBasis as error:
        raise _wrong(str(error).rstrip("."), "tariff", "compare it with `forsyn tariffs show KEY --json`") from error


def _add(file: TariffFile) -> int:
    return actions_tariffs.add_tariff(
        key=file.key, commodity=file.commodity, name_da=file.name["da"], name_en=file.name["en"]
    )


def _draft_id(tariff_id: int) -> int | None:
    return next((row.draft_id for row in tariff_queries.tariffs() if row.id == tariff_id), None)


def _is_both(text: Any) -> bool:
    return isinstance(text, dict) and set(text) == LANGUAGES and all(isinstance(each, str) for each in text.values())


def _wrong(what: str, where: str, mend: str) -> TariffFileError:
    return TariffFileError(what, where=where, mend=mend)
