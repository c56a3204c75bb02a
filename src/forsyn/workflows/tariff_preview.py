"""A draft of a tariff reckoned for last year's consumption of those who are on it, beside the version in force.

The tariff is moved back to the days of the consumption, so that seasons, steps and a tariff's own year fall where they
would. Enter `P.SETTLEMENT`; who is restricted is not reckoned with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forsyn.domain.billing import actions_tariffs, tariff_queries
from forsyn.domain.billing.basis_queries import bases
from forsyn.domain.billing.basis_rules import NotReadyCode, Prepared
from forsyn.domain.billing.tariff_preview_rules import (
    Compared,
    Preview,
    PreviewDays,
    kept,
    moved,
    preview_days,
    tally,
)
from forsyn.domain.billing.tariff_queries import InForce, VersionFile
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.reasons import CannotBill
from forsyn.kernel.charges.tariff import Tariff

MOST = 2_000
"""So many agreements are reckoned with; of more, so many drawn evenly."""
Bases = Callable[..., Iterable[Prepared]]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A draft's preview, and what it was made of: the latter is shown once and kept nowhere."""

    preview: Preview
    compared: tuple[Compared, ...]


def make_preview(*, version_id: int, today: date, most: int = MOST, bases: Bases = bases) -> Reckoned:
    """Reckon a draft and keep its preview with it. Raises TariffRefused where it is no draft (any more)."""
    file = _file(version_id)
    reckoned = _reckon(file, today, most, bases)
    actions_tariffs.keep_preview(version_id=version_id, made_of=file.row.sha256, preview=kept(reckoned.preview))
    return reckoned


def reckon(*, version_id: int, today: date, most: int = MOST, bases: Bases = bases) -> Reckoned:
    """Reckon a version and keep nothing."""
    return _reckon(_file(version_id), today, most, bases)


def _file(version_id: int) -> VersionFile:
    file = tariff_queries.version_file(version_id=version_id)
    if file is None:
        raise LookupError(f"There is no version {version_id} of any tariff.")
    return file


def _reckon(file: VersionFile, today: date, most: int, bases: Bases) -> Reckoned:
    tariff_id: int = file.row.tariff_id
    holds = tariff_queries.tariff_in_force(tariff_id=tariff_id)
    days = preview_days(holds.tariff if holds else None, file.document, today)
    first, until = days.consumption_first, days.consumption_until
    drawn = tariff_queries.agreements_on(tariff_id=tariff_id, first=first, until=until, most=most)
    asked = {"agreement_ids": drawn.agreement_ids, "from_date": first, "until_date": until, "issue_date": today}

    def billed(tariff: Tariff) -> dict[str, _Billed]:
        instead = {tariff_id: moved(tariff, -days.years_back)}
        return _billed(bases(**asked, instead=instead), file.row.tariff.key)

    after = billed(file.document)
    before = billed(holds.tariff) if holds else {}
    compared = tuple(_compared(after, before))
    return Reckoned(_together(compared, days, holds, drawn.count), compared)


@dataclass(slots=True)
class _Billed:
    """What an agreement's year comes to, or the keys of what stops it."""

    net_oere: int = 0
    reasons: tuple[str, ...] = ()


def _billed(prepared: Iterable[Prepared], key: str) -> dict[str, _Billed]:
    """By agreement; days on another tariff, or on none, are no part of it."""
    found: dict[str, _Billed] = {}
    for each in prepared:
        if each.basis is None:
            reasons = tuple(reason.code.key for reason in each.reasons if reason.code is not NotReadyCode.NO_TERMS)
            if reasons:
                found.setdefault(each.agreement, _Billed()).reasons += reasons
        elif each.basis.tariff.tariff_id == key:
            billed = found.setdefault(each.agreement, _Billed())
            try:
                billed.net_oere += calculate(each.basis).net_oere
            except CannotBill as stopped:
                billed.reasons += tuple(dict.fromkeys(reason.code.key for reason in stopped.reasons))
    return found


def _compared(after: Mapping[str, _Billed], before: Mapping[str, _Billed]) -> Iterator[Compared]:
    for agreement, billed in after.items():
        earlier = before.get(agreement)
        yield Compared(
            agreement,
            None if earlier is None or earlier.reasons else earlier.net_oere,
            None if billed.reasons else billed.net_oere,
            tuple(dict.fromkeys(billed.reasons)),
        )


def _together(compared: tuple[Compared, ...], days: PreviewDays, holds: InForce | None, on_tariff: int) -> Preview:
    return tally(compared, days=days, compared_with=holds.number if holds else None, on_tariff=on_tariff)
