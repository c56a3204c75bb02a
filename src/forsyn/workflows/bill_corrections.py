"""Corrections: bills of whose days something else is known now, reckoned again; one exact difference each.

A run of corrections that was carried out leaves nothing to correct: the corrections stand in the place of the bills.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forsyn.domain.billing import standing_queries
from forsyn.domain.billing.basis_queries import Wanted, prepared
from forsyn.domain.billing.correction_rules import Billed, can_be_one, correct, corrected_with
from forsyn.domain.billing.models import Run
from forsyn.domain.billing.run_rules import NewBill, Reckoned, StopCode, Stopped, stopped_because, stopped_for
from forsyn.domain.billing.standing_queries import Standing
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.basis import Basis
from forsyn.kernel.charges.canonical import basis_from, bill_from
from forsyn.policy.purposes import P

AGREEMENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Stands:
    """A bill that stands, and what it was made of."""

    row: Standing
    billed: Billed


def corrections(run: Run, asking: frozenset[int], actor: int | None) -> Iterator[tuple[list[NewBill], int, int]]:
    """The corrections of a run, a chunk of agreements at a time, with how many of how many have been looked at.

    Looked at are agreements of which something was recorded after a bill of the run's period; or the run's own alone.
    """
    with purpose(P.SETTLEMENT, actor=actor):
        found = [run.agreement_id] if run.agreement_id is not None else _changed(run)
    done = 0
    for start in range(0, len(found), AGREEMENTS_AT_ONCE):
        chunk = found[start : start + AGREEMENTS_AT_ONCE]
        with purpose(P.SETTLEMENT, actor=actor):
            bills = corrections_of(run, chunk, asking)
        done += len(chunk)
        yield bills, done, len(found)


def _changed(run: Run) -> list[int]:
    rows = standing_queries.agreements_changed_since_billed(commodity=run.commodity, first_date=run.period.lower)
    return [agreement_id for agreement_id, _ in rows]


def corrections_of(run: Run, agreement_ids: Sequence[int], asking: frozenset[int]) -> list[NewBill]:
    """The corrections that the bills of these agreements need now, by their numbers. The caller entered settlement."""
    rows = [
        row
        for row in standing_queries.standing_bills(agreement_ids=agreement_ids)
        if row.from_date < run.period.upper and row.until_date > run.period.lower
    ]
    stands = [_Stands(row, Billed(basis_from(row.basis.encode()), bill_from(row.calculation.encode()))) for row in rows]
    fresh = _read_anew(run, [[each] for each in stands])
    by_agreement: defaultdict[int, list[_Stands]] = defaultdict(list)
    for each in stands:
        by_agreement[each.row.agreement_id].append(each)
    made: list[NewBill] = []
    together: list[list[_Stands]] = []
    for held in by_agreement.values():
        for chain, outcome in _differing(held, fresh):
            if outcome is None:
                together.append(chain)
            else:
                made.append(_correction(chain, outcome, asking))
    anew = _read_anew(run, together)
    for chain in together:
        outcome = _outcome(chain, anew)
        if outcome is not None:
            made.append(_correction(chain, outcome, asking))
    return sorted(made, key=lambda bill: (bill.agreement_number.encode(), bill.from_date))


Days = tuple[int, date, date]
Read = Mapping[Days, Basis | Stopped]


def _read_anew(run: Run, chains: Sequence[Sequence[_Stands]]) -> Read:
    """What is known now of the days of each, by the last bill's version of the tariff."""
    wanted = [
        Wanted(chain[0].row.agreement_id, chain[0].row.from_date, last.row.until_date, last.row.tariff_version_id)
        for chain in chains
        for last in [chain[-1]]
    ]
    found = prepared(wanted=wanted, issue_date=run.issue_date)
    return {
        (each.agreement_id, each.from_date, each.until_date): each.basis or stopped_for(each.reasons) for each in found
    }


def _differing(held: Sequence[_Stands], fresh: Read) -> Iterator[tuple[list[_Stands], Reckoned | Stopped | None]]:
    """An agreement's bills that differ, each with its correction; None: to be reckoned together with those after it."""
    passed = 0
    for place, each in enumerate(held):
        if place < passed:
            continue
        outcome = _outcome([each], fresh)
        if outcome is None and not _after_the_end(held[place + 1 :]):
            continue
        if isinstance(outcome, Stopped):
            yield [each], outcome
            continue
        by_billed = {id(one.billed): one for one in held}
        chain = [by_billed[id(one)] for one in corrected_with(each.billed, [one.billed for one in held[place + 1 :]])]
        chain += _after_the_end(held[place + len(chain) :])
        passed = place + len(chain)
        yield chain, outcome if len(chain) == 1 else None


def _after_the_end(later: Sequence[_Stands]) -> Sequence[_Stands]:
    """Bills of days that are not the agreement's any more: they are given back with the bill before them."""
    return later if later and later[0].row.owed_until <= later[0].row.from_date else ()


def _outcome(chain: Sequence[_Stands], fresh: Read) -> Reckoned | Stopped | None:
    billed = [each.billed for each in chain]
    known = fresh.get((chain[0].row.agreement_id, chain[0].row.from_date, chain[-1].row.owed_until))
    if known is None or not can_be_one(billed):
        return stopped_because(StopCode.NEEDS_STAFF)
    return known if isinstance(known, Stopped) else correct(billed, known, ended=chain[-1].row.is_last)


def _correction(chain: Sequence[_Stands], outcome: Reckoned | Stopped, asking: frozenset[int]) -> NewBill:
    """It corrects the last bill of its days; those before it lie in its days."""
    first, last = chain[0].row, chain[-1].row
    return NewBill(
        agreement_id=last.agreement_id,
        agreement_number=last.agreement_number,
        customer_id=last.customer_id,
        from_date=first.from_date,
        until_date=last.until_date,
        outcome=stopped_because(StopCode.OPEN_PRIVACY_REQUEST) if last.customer_id in asking else outcome,
        tariff_version_id=last.tariff_version_id,
        corrects_id=last.bill_id,
    )
