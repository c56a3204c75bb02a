"""Corrections: bills of whose days something else is known now, reckoned again; one exact difference each.

A run of corrections that was carried out leaves nothing to correct: the corrections stand in the place of the bills.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.basis_queries import Wanted, prepared
from forsyn.domain.billing.correction_rules import Billed, can_be_one, correct, corrected_with
from forsyn.domain.billing.models import Run
from forsyn.domain.billing.run_queries import Standing
from forsyn.domain.billing.run_rules import NewBill, Reckoned, StopCode, Stopped, stopped_because, stopped_for
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


def corrections(
    run: Run, asking: frozenset[int], actor: int | None
) -> Iterator[tuple[list[NewBill], int, int]]:
    """The corrections of a run, a chunk of agreements at a time, with how many of how many have been looked at.

    Looked at are agreements of which something was recorded after a bill of the run's period; or the run's own alone.
    """
    with purpose(P.SETTLEMENT, actor=actor):
        found = [run.agreement_id] if run.agreement_id is not None else _changed(run)
    done = 0
    for start in range(0, len(found), AGREEMENTS_AT_ONCE):
        chunk = found[start : start + AGREEMENTS_AT_ONCE]
        with purpose(P.SETTLEMENT, actor=actor):
            bills = _corrections_of(run, chunk, asking)
        done += len(chunk)
        yield bills, done, len(found)


def _changed(run: Run) -> list[int]:
    rows = run_queries.agreements_changed_since_billed(commodity=run.commodity, first_date=run.period.lower)
    return [agreement_id for agreement_id, _ in rows]
