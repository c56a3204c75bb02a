"""Reads of tariffs: what is billed by, what is drafted, what its parts are called, and who is billed by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db import connection

from forsyn.domain.billing.tariff_models import Tariff, TariffTexts, TariffVersion, VatRate, VersionState
from forsyn.domain.customers.models import AgreementHolder
from forsyn.domain.ledger.models import LedgerAccount
from forsyn.kernel.charges.canonical import sha256, tariff_from
from forsyn.kernel.charges.tariff import Tariff as Document

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class InForce:
    """The approved version of a tariff with the highest number: what is billed by."""

    tariff_id: int
    version_id: int
    number: int
    sha256: str
    tariff: Document


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A tariff in the list. ``in_force`` is a version's number; None: none has been approved yet."""

    id: int
    key: str
    commodity: str
    name_da: str
    name_en: str
    in_force: int | None
    draft_id: int | None
    draft_number: int | None


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One version, read: its row (with the tariff and who did what), its document and its texts."""

    row: TariffVersion
    document: Document
    texts: Texts


@dataclass(frozen=True, slots=True)
class Drawn:
    """Agreements on a tariff in some days: those drawn, evenly by number, and how many there are."""

    agreement_ids: tuple[int, ...]
    count: int


_TARIFFS = """
select t.id, t.key, t.commodity, t.name_da, t.name_en,
       (select max(v.number) from billing_tariff_version as v where v.tariff_id = t.id and v.state = 'approved'),
       draft.id, draft.number
  from billing_tariff as t
  left join billing_tariff_version as draft on draft.tariff_id = t.id and draft.state = 'draft'
 order by array_position(array['heat', 'water', 'waste_water', 'waste'], t.commodity::text), t.name_da, t.id
"""

_DRAWN = """
with on_it as (
    select agreement_id, row_number() over (order by agreement_id) - 1 as place, count(*) over () as count
      from (select distinct agreement_id from billing_terms
             where tariff_id = %(tariff_id)s and period && daterange(%(first)s, %(until)s)) as found
)
select coalesce(array_agg(agreement_id order by agreement_id)
                filter (where count <= %(most)s or place * %(most)s %% count < %(most)s), '{}'),
       coalesce(max(count), 0)
  from on_it
"""
"""Of n agreements in order, those at which place × most ÷ n reaches the next whole number: evenly spread."""


def tariffs() -> list[TariffRow]:
    """Every tariff, by commodity and name. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_TARIFFS)
        return [TariffRow(*row) for row in cursor.fetchall()]


def tariff(*, tariff_id: int) -> Tariff | None:
    """One tariff. 1 query."""
    found: Tariff | None = Tariff.objects.filter(pk=tariff_id).first()
    return found


def tariff_with_key(*, key: str) -> Tariff | None:
    """The tariff of a key. 1 query."""
    found: Tariff | None = Tariff.objects.filter(key=key).first()
    return found


def tariffs_in_force(*, tariff_ids: Collection[int] | None = None) -> dict[int, InForce]:
    """What is billed by, by the tariff's id; of all tariffs, or of some. 1 query, and 1 for each not read before."""
    approved = TariffVersion.objects.filter(state=VersionState.APPROVED)
    if tariff_ids is not None:
        approved = approved.filter(tariff_id__in=list(tariff_ids))
    latest = approved.order_by("tariff_id", "-number").distinct("tariff_id")
    return {
        tariff_id: InForce(tariff_id, version_id, number, digest, _read(version_id, digest))
        for tariff_id, version_id, number, digest in latest.values_list("tariff_id", "pk", "number", "sha256")
    }


def tariff_in_force(*, tariff_id: int) -> InForce | None:
    """What a tariff is billed by. 1 query, 2 where it has not been read before."""
    return tariffs_in_force(tariff_ids=[tariff_id]).get(tariff_id)


def version_before(*, tariff_id: int, number: int) -> InForce | None:
    """What a tariff was billed by before a version; None where it was the first. 1 query, 2 where not read before."""
    approved = TariffVersion.objects.filter(tariff_id=tariff_id, state=VersionState.APPROVED, number__lt=number)
    found = approved.order_by("-number").values_list("pk", "number", "sha256").first()
    return InForce(tariff_id, *found, _read(found[0], found[2])) if found else None


def versions_of(*, tariff_id: int) -> list[TariffVersion]:
    """A tariff's versions, the newest first, without their documents, with who wrote and approved them. 1 query."""
    found = TariffVersion.objects.filter(tariff_id=tariff_id).defer("document", "preview")
    return list(found.select_related("drafted_by", "approved_by").order_by("-number"))


def version_file(*, version_id: int) -> VersionFile | None:
    """One version with its document and texts, or None. 2 queries."""
    row = TariffVersion.objects.select_related("tariff", "drafted_by", "approved_by").filter(pk=version_id).first()
    if row is None:
        return None
    return VersionFile(row, tariff_from(row.document.encode()), texts_of(version_ids=[version_id])[version_id])


def texts_of(*, version_ids: Collection[int]) -> dict[int, Texts]:
    """What the parts of versions are called, by the version's id. 1 query."""
    found = TariffTexts.objects.filter(version_id__in=list(version_ids))
    return dict(found.values_list("version_id", "texts"))


def account_keys() -> frozenset[str]:
    """The keys of the ledger's accounts. 1 query."""
    return frozenset(LedgerAccount.objects.values_list("key", flat=True))


def vat_percent(*, on: date) -> Decimal | None:
    """The standard rate of VAT on a day; None where none is on record. 1 query."""
    return VatRate.objects.filter(period__contains=on).values_list("percent", flat=True).first()


def agreements_on(*, tariff_id: int, first: date, until: date, most: int) -> Drawn:
    """Agreements that were on a tariff in [first, until): all, or at most so many. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, {"tariff_id": tariff_id, "first": first, "until": until, "most": most})
        ids, count = cursor.fetchone()
    return Drawn(tuple(ids), count)


def holders_of(*, numbers: Collection[str]) -> dict[str, list[int]]:
    """The customers who hold agreements, the one who gets the bill first, by the agreement's number. 1 query."""
    found: dict[str, list[int]] = {}
    holders = AgreementHolder.objects.filter(agreement__number__in=list(numbers)).order_by("-is_primary", "pk")
    for number, customer_id in holders.values_list("agreement__number", "customer_id"):
        found.setdefault(number, []).append(customer_id)
    return found


class ChangedDocument(RuntimeError):
    """A version's document is not the one that its fingerprint was made of: the database was tampered with."""


@lru_cache(maxsize=256)
def _read(version_id: int, digest: str) -> Document:
    """A version's document, parsed once a process."""
    document = TariffVersion.objects.values_list("document", flat=True).get(pk=version_id).encode()
    if sha256(document) != digest:
        raise ChangedDocument(f"Version {version_id} of a tariff is not what was approved. Restore it from a backup.")
    return tariff_from(document)
