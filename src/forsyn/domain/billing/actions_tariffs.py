"""The only writer of tariffs: drafted by one member of staff, previewed, approved by another. Kept from then on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from forsyn.domain.billing import tariff_queries
from forsyn.domain.billing.tariff_models import Tariff, TariffTexts, TariffVersion, VersionState
from forsyn.domain.billing.tariff_rules import (
    KEY_LENGTH,
    LANGUAGES,
    Refusal,
    RefusalCode,
    TariffRefused,
    account_refusals,
    check_dates,
    text_refusals,
)
from forsyn.kernel.charges.canonical import sha256, tariff_bytes, tariff_from
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.charges.tariff import Tariff as Document
from forsyn.kernel.local_days import local_day

Texts = Mapping[str, Mapping[str, str]]
"""text_key -> {"da": …, "en": …}"""
PREVIEWED = "sha256"
"""The key in a kept preview that says of which document it was made."""
_KEY = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{KEY_LENGTH - 2}}}[a-z0-9])?")


@transaction.atomic
def add_tariff(*, key: str, commodity: Commodity, name_da: str, name_en: str) -> int:
    """Make a tariff, as yet without prices; return its id. Raises TariffRefused."""
    names = {"da": name_da.strip(), "en": name_en.strip()}
    refusals = [Refusal(RefusalCode.NAME_MISSING, value=language) for language in LANGUAGES if not names[language]]
    if not _KEY.fullmatch(key):
        refusals.append(Refusal(RefusalCode.KEY_WRONG, value=key))
    elif Tariff.objects.filter(key=key).exists():
        refusals.append(Refusal(RefusalCode.KEY_TAKEN, value=key))
    if refusals:
        raise TariffRefused(*refusals)
    made = Tariff.objects.create(key=key, commodity=commodity.value, name_da=names["da"], name_en=names["en"])
    return int(made.pk)


@transaction.atomic
def draft_version(
    *, tariff_id: int, document: Document, texts: Texts, note: str, account_id: int | None, today: date, now: datetime
) -> int:
    """Write the next version as a draft; return its id. Its number and the tariff's key are filled in.

    ``note`` says what changes and why; where something changes that holds already, it must. ``account_id``: None is
    the program itself. Raises TariffRefused with all that is wrong, ImpossibleTariff.
    """
    tariff = Tariff.objects.select_for_update().get(pk=tariff_id)
    last = TariffVersion.objects.filter(tariff=tariff).order_by("-number").values_list("number", "state").first()
    if TariffVersion.objects.filter(tariff=tariff, state=VersionState.DRAFT).exists():
        raise TariffRefused(Refusal(RefusalCode.DRAFT_EXISTS, value=str(last[0] if last else "")))
    number = (last[0] if last else 0) + 1
    canonical = _checked(tariff, number, document, texts, note, today)
    version = TariffVersion.objects.create(
        tariff=tariff,
        number=number,
        document=canonical.decode(),
        sha256=sha256(canonical),
        note=note.strip(),
        state=VersionState.DRAFT,
        drafted_by_id=account_id,
        drafted_at=now,
    )
    TariffTexts.objects.create(version=version, texts=_texts(document, texts))
    return int(version.pk)


@transaction.atomic
def replace_draft(
    *,
    version_id: int,
    written_over: str,
    document: Document,
    texts: Texts,
    note: str,
    account_id: int | None,
    today: date,
    now: datetime,
) -> None:
    """Write a draft anew; who does so is its drafter from now on, and its preview is gone.

    ``written_over``: the sha256 of the draft that was changed. Raises TariffRefused, ImpossibleTariff.
    """
    version = _draft(version_id)
    if version.sha256 != written_over:
        raise TariffRefused(Refusal(RefusalCode.CHANGED_SINCE, value=str(version.number)))
    canonical = _checked(version.tariff, version.number, document, texts, note, today)
    version.document, version.sha256 = canonical.decode(), sha256(canonical)
    version.note, version.preview = note.strip(), None
    version.drafted_by_id, version.drafted_at = account_id, now
    version.save()
    TariffTexts.objects.filter(version=version).update(texts=_texts(document, texts))


@transaction.atomic
def keep_preview(*, version_id: int, made_of: str, preview: Mapping[str, Any]) -> None:
    """Keep what a draft would have cost last year; ``made_of`` is the sha256 of the document that was reckoned with.

    The preview holds counts and sums, nothing of a single customer. Raises TariffRefused.
    """
    version = _draft(version_id)
    if version.sha256 != made_of:
        raise TariffRefused(Refusal(RefusalCode.CHANGED_SINCE, value=str(version.number)))
    version.preview = {**preview, PREVIEWED: made_of}
    version.save(update_fields=["preview"])


@transaction.atomic
def approve(*, version_id: int, sha256: str, account_id: int, now: datetime) -> None:
    """Approve a draft, which is billed by from now on. ``sha256``: of the document that the approver was shown.

    Somebody else than its drafter approves it, and only with a preview of exactly this document. What changes days that
    are past by now needs its reason in the note. Raises TariffRefused.
    """
    version = _draft(version_id)
    number = str(version.number)
    if version.drafted_by_id == account_id:
        raise TariffRefused(Refusal(RefusalCode.SAME_PERSON, value=number))
    if version.sha256 != sha256:
        raise TariffRefused(Refusal(RefusalCode.CHANGED_SINCE, value=number))
    if (version.preview or {}).get(PREVIEWED) != sha256:
        raise TariffRefused(Refusal(RefusalCode.PREVIEW_MISSING, value=number))
    holds = tariff_queries.tariff_in_force(tariff_id=version.tariff_id)
    if holds is not None:  # what was still to come when it was written may be past by now
        document = tariff_from(version.document.encode())
        check_dates(holds.tariff, document, today=local_day(now), why_back=version.note)
    version.state, version.approved_by_id, version.approved_at = VersionState.APPROVED, account_id, now
    version.save(update_fields=["state", "approved_by", "approved_at"])


@transaction.atomic
def withdraw(*, version_id: int) -> None:
    """Give a draft up; it stays to be seen. Raises TariffRefused."""
    version = _draft(version_id)
    version.state = VersionState.WITHDRAWN
    version.save(update_fields=["state"])


def _draft(version_id: int) -> TariffVersion:
    """A draft, locked until the transaction ends, so that what is approved is what was looked at."""
    version: TariffVersion = TariffVersion.objects.select_for_update().get(pk=version_id)
    if version.state != VersionState.DRAFT:
        raise TariffRefused(Refusal(RefusalCode.NOT_A_DRAFT, value=str(version.number)))
    return version


def _checked(tariff: Tariff, number: int, document: Document, texts: Texts, note: str, today: date) -> bytes:
    """The document's canonical bytes, with the tariff's key and the version's number in it."""
    if document.commodity.value != tariff.commodity:
        raise TariffRefused(Refusal(RefusalCode.COMMODITY_DIFFERS, value=document.commodity.value))
    refusals = [*account_refusals(document, tariff_queries.account_keys()), *text_refusals(document, texts)]
    if refusals:
        raise TariffRefused(*refusals)
    holds = tariff_queries.tariff_in_force(tariff_id=tariff.pk)
    if holds is not None:
        check_dates(holds.tariff, document, today=today, why_back=note)
    return tariff_bytes(replace(document, tariff_id=tariff.key, version=number))


def _texts(document: Document, texts: Texts) -> dict[str, dict[str, str]]:
    """The texts that the components name, and no others."""
    keys = dict.fromkeys(component.text_key for component in document.components)
    return {key: {language: texts[key][language].strip() for language in LANGUAGES} for key in keys}
