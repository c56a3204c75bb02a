"""What the pages of runs show: totals in words, why bills were stopped, how far the work has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.models import Bill, Run, RunState
from forsyn.domain.billing.run_rules import OUTLIERS, Remark, Totals, totals_from
from forsyn.domain.billing.staff_bill_queries import agreements_of_run, tariffs_of
from forsyn.interfaces.office import billing_words
from forsyn.interfaces.office.billing_words import StopText
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_words import component_names, stored_reason_sentences

WORKING = (RunState.DRAFT, RunState.EXECUTING, RunState.UNDOING, RunState.DISCARDED)
"""States in which a job may have something to do."""


@dataclass(frozen=True)
class Progress:
    """How far a run has come; ``percent`` is None where that is not known."""

    done: int
    of: int | None

    @property
    def percent(self) -> int | None:
        """0 to 100."""
        return min(100, self.done * 100 // self.of) if self.of else None


def work_at(run: Run) -> Progress | None:
    """How far a job has come with a run; None where no job has to do with it. At most 2 queries."""
    if run.state not in WORKING:
        return None
    counts = run_queries.counts_by_state(run_id=run.pk)
    if run.state == RunState.DISCARDED:
        left = sum(counts.values())
        return Progress(max(_kept_of(run) - left, 0), _kept_of(run)) if left else None
    return _progress(run, counts)


def _kept_of(run: Run) -> int:
    """How many bills its preview made."""
    totals = totals_from(run.totals) if run.totals else None
    return totals.bills + totals.stopped if totals else 0


def _progress(run: Run, counts: Mapping[str, int]) -> Progress:
    every = sum(counts.values())
    if run.state == RunState.DRAFT and run.previewed_at:
        return Progress(0, None)  # its bills are those of the preview before, which go first
    if run.state == RunState.DRAFT:
        return Progress(every, agreements_of_run(run=run) if run.kind != "on_account" else None)
    if run.state == RunState.UNDOING:
        return Progress(counts.get("undone", 0), counts.get("undone", 0) + counts.get("posted", 0))
    looked_at = sum(counts.get(state, 0) for state in ("posted", "released", "left_out"))
    return Progress(looked_at, looked_at + counts.get("previewed", 0))


@dataclass(frozen=True)
class Remarked:
    """So many bills with one remark."""

    key: str
    count: int


@dataclass(frozen=True)
class StoppedFor:
    """So many bills stopped for one reason."""

    code: str
    text: StopText
    count: int


@dataclass(frozen=True)
class Preview:
    """A run's totals, and what the approver should look at."""

    totals: Totals
    remarks: tuple[Remarked, ...]
    stopped: tuple[StoppedFor, ...]

    @property
    def change(self) -> str:
        """How much more, or less, than the same customers' bills of the year before."""
        return billing_words.change_text(self.totals.last_year_net_oere, self.totals.compared_net_oere)

    @property
    def outliers(self) -> int:
        """Bills far from those of the year before."""
        return sum(self.totals.remarks.get(remark.value, 0) for remark in OUTLIERS)


def preview_of(run: Run) -> Preview | None:
    """What the run keeps of its preview; None where it has none, or is to be reckoned anew."""
    if not run.totals or run.state == RunState.DRAFT:
        return None
    totals = totals_from(run.totals)
    remarks = tuple(Remarked(one.value, totals.remarks[one.value]) for one in Remark if one.value in totals.remarks)
    by_count = sorted(totals.reasons.items(), key=lambda reason: (-reason[1], reason[0]))
    stopped = tuple(StoppedFor(code, billing_words.stop_text(code), count) for code, count in by_count)
    return Preview(totals, remarks, stopped)


def reasons_of(bills: Sequence[Bill]) -> dict[int, list[str]]:
    """Why each of these bills was stopped or left out, in sentences, by the bill's id. 2 queries."""
    stopped = [bill for bill in bills if bill.reasons]
    found = tariffs_of(version_ids={bill.tariff_version_id for bill in stopped if bill.tariff_version_id})
    language = language_now()
    names = {pk: component_names(tariff.components, texts, language) for pk, (tariff, texts) in found.items()}
    return {
        bill.pk: stored_reason_sentences(bill.reasons, names.get(bill.tariff_version_id, {}), language)
        for bill in stopped
    }


def language_now() -> Language:
    """The page's."""
    return Language.ENGLISH if get_language() == "en" else Language.DANISH
