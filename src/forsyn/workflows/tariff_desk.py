"""The office's work with one tariff: what is charged now and is coming, and new prices written as a draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forsyn.domain.billing import actions_tariffs, tariff_queries
from forsyn.domain.billing.models import Tariff, TariffVersion
from forsyn.domain.billing.tariff_queries import InForce, Texts, VersionFile
from forsyn.domain.billing.tariff_rules import Change, PriceChange, Refusal, TariffRefused, new_version
from forsyn.domain.billing.tariff_series_rules import series_of
from forsyn.integrations.price_sheets.codec import Sheet, SheetProblem, SheetRow, read_sheet, write_sheet
from forsyn.kernel.charges.components import Percent, Price
from forsyn.kernel.charges.tariff import Tariff as Document


@dataclass(frozen=True, slots=True)
class TariffDesk:
    """A tariff with its versions, the newest first: what is in force, and the draft, if there is one."""

    tariff: Tariff
    versions: Sequence[TariffVersion]
    holds: InForce | None
    draft: VersionFile | None
    texts: Texts
    """Of the draft, or else of what is in force."""

    @property
    def base(self) -> Document | None:
        """What new prices are laid over."""
        return self.draft.document if self.draft else self.holds.tariff if self.holds else None


@dataclass(frozen=True, slots=True)
class LineRefusal:
    """What is refused of a sheet, and in which line; 0: the sheet as a whole."""

    line: int
    refusal: Refusal


class SheetRefused(ValueError):
    """A price sheet that is not taken, not even in part."""

    def __init__(self, problems: Iterable[SheetProblem] = (), refusals: Iterable[LineRefusal] = ()) -> None:
        self.problems, self.refusals = tuple(problems), tuple(refusals)
        super().__init__(
            " ".join(
                [f"Line {each.line}: {each.code} {each.column} {each.value}".strip() + "." for each in self.problems]
                + [f"Line {each.line}: {each.refusal.sentence}" for each in self.refusals]
            )
        )


def tariff_desk(*, tariff_id: int) -> TariffDesk | None:
    """All of one tariff, or None. At most 7 queries."""
    tariff = tariff_queries.tariff(tariff_id=tariff_id)
    if tariff is None:
        return None
    versions = tariff_queries.versions_of(tariff_id=tariff_id)
    holds = tariff_queries.tariff_in_force(tariff_id=tariff_id)
    waiting = next((version for version in versions if version.state == "draft"), None)
    draft = tariff_queries.version_file(version_id=waiting.pk) if waiting else None
    texts: Texts = draft.texts if draft else {}
    if draft is None and holds is not None:
        texts = tariff_queries.texts_of(version_ids=[holds.version_id])[holds.version_id]
    return TariffDesk(tariff, versions, holds, draft, texts)


def change_prices(
    *, tariff_id: int, changes: Sequence[Change], note: str, account_id: int, today: date, now: datetime
) -> int:
    """Lay new prices over the draft, or over what is in force as a new draft; return the version's id.

    Raises TariffRefused, ImpossibleTariff, and LookupError for a tariff without any version.
    """
    desk = tariff_desk(tariff_id=tariff_id)
    if desk is None or desk.base is None:
        raise LookupError(f"Tariff {tariff_id} has no version that prices could be laid over.")
    before, draft = desk.holds.tariff if desk.holds else desk.base, desk.draft
    document = new_version(before, changes, today=today, why_back=note, draft=draft.document if draft else None)
    written = {"document": document, "texts": desk.texts, "note": note, "today": today, "now": now}
    if draft is None:
        return actions_tariffs.draft_version(tariff_id=tariff_id, account_id=account_id, **written)
    actions_tariffs.replace_draft(
        version_id=draft.row.pk, written_over=draft.row.sha256, account_id=account_id, **written
    )
    return int(draft.row.pk)


def change_by_sheet(*, tariff_id: int, content: bytes, note: str, account_id: int, today: date, now: datetime) -> int:
    """The same with the prices of a CSV file: all of them or none. Raises SheetRefused, ImpossibleTariff."""
    sheet = read_sheet(content)
    if sheet.problems:
        raise SheetRefused(problems=sheet.problems)
    changes = [PriceChange(row.key, row.from_date, row.kr, row.until_date, row.part) for row in sheet.rows]
    try:
        return change_prices(
            tariff_id=tariff_id, changes=changes, note=note, account_id=account_id, today=today, now=now
        )
    except TariffRefused as refused:
        lines = [LineRefusal(_line_of(refusal, sheet), refusal) for refusal in refused.refusals]
        raise SheetRefused(refusals=sorted(lines, key=lambda each: each.line)) from refused


def sheet_of(document: Document) -> bytes:
    """Every dated price and percentage of a tariff as a sheet to edit."""
    return write_sheet(
        SheetRow(
            0,
            component.key,
            part,
            entry.from_date,
            entry.until_date,
            entry.kr_per_unit if isinstance(entry, Price) else entry.percent,
        )
        for component in document.components
        for part, entries in series_of(component).items()
        for entry in entries
        if isinstance(entry, Price | Percent)
    )


def _line_of(refusal: Refusal, sheet: Sheet) -> int:
    """The line that a refusal is about: of its component and, where it can be told, its day or part."""
    rows = [row for row in sheet.rows if row.key == refusal.component]
    exact = [row for row in rows if row.from_date == refusal.first or (row.part and row.part == refusal.value)]
    found = (exact[-1:] or rows[:1]) if rows else []
    return found[0].line if found else 0
