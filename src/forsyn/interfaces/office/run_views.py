"""Billing runs: the list, one run with its preview, its bills, and how far the work has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.left_out_queries import left_out
from forsyn.domain.billing.models import Bill, BillState, Run, RunState
from forsyn.domain.billing.staff_bill_queries import ORDERS, Chosen, bills_of_run
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office import billing_words
from forsyn.interfaces.office.requests import page_number
from forsyn.interfaces.office.run_page import preview_of, reasons_of, work_at
from forsyn.policy.purposes import P

PAGE_SIZE = BILLS = 25
OVER = (RunState.RELEASED, RunState.UNDONE, RunState.DISCARDED)
SHOWN: dict[str, dict[str, Any]] = {
    "aabne": {"state__in": [state for state in RunState if state not in OVER]},
    "mange": {"agreement": None},
}
"""Which runs are shown, by the address's word: a move makes a run of one agreement."""
runs_required = staff_required(P.SETTLEMENT)
STOPPED, LEFT_OUT = "stoppede", "udeladte"
"""The address's words for bills that were stopped, and for those left out since they changed."""


@require_safe
@runs_required
def runs(request: HttpRequest) -> HttpResponse:
    """The newest first: all, those that are not done, or those of more than one agreement."""
    page = page_number(request)
    shown = request.GET.get("vis", "")
    wanted = run_queries.runs().filter(**SHOWN.get(shown, {})).select_related("made_by")
    found = list(wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    context = {
        "shown": shown if shown in SHOWN else "",
        "runs": [(run, preview_of(run)) for run in found[:PAGE_SIZE]],
        "page": page,
        "has_more": len(found) > PAGE_SIZE,
    }
    return render(request, "office/runs.html", context)


@require_safe
@never_cache
@runs_required
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: its preview in numbers, and what can be done now."""
    found = found_run(run_id)
    counts = run_queries.counts_by_state(run_id=run_id) if found.state == RunState.EXECUTED else {}
    context = {
        "run": found,
        "preview": preview_of(found),
        "progress": work_at(found),
        "is_mine": found.made_by_id == request.user.pk,
        "released": counts.get("released", 0),
        "waiting": counts.get("posted", 0),
        "held_back": _held_back(found),
        "left_out": left_out(run_id=run_id) if found.executed_at else None,
    }
    return render(request, "office/run.html", context)


def _held_back(found: Run) -> int:
    """Bills of customers whose data have only been stored since the preview: not posted, or not released."""
    states = (BillState.PREVIEWED, BillState.POSTED) if found.state == RunState.EXECUTED else ()
    return sum(run_queries.held_back(run_id=found.pk, state=state) for state in states)


@require_safe
@never_cache
@runs_required
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The part of the run's page that changes while it is worked at."""
    found = found_run(run_id)
    context = {"run": found, "progress": work_at(found)}
    return render(request, "office/run_progress.html", context)


@dataclass(frozen=True)
class Listed:
    """A bill in a run's list."""

    bill: Bill
    customer: Introduction | None
    reasons: list[str]
    change: str


@require_safe
@runs_required
def bills(request: HttpRequest, run_id: int) -> HttpResponse:
    """The bills of a run: all, those stopped, or those with one remark; sorted."""
    found, page, chosen = found_run(run_id), page_number(request), _chosen(request)
    rows = bills_of_run(run_id=run_id, chosen=chosen, first=(page - 1) * BILLS, count=BILLS + 1)
    shown = rows[:BILLS]
    people = introductions(customer_ids={bill.customer_id for bill in shown}, today=timezone.localdate())
    record(kind=AccessKind.LIST, aspect=Aspect.BILLS, customer_ids=people)
    why = reasons_of(shown) if any(bill.reasons for bill in shown) else {}
    context = {
        "run": found,
        "chosen": chosen,
        "bills": [Listed(bill, people.get(bill.customer_id), why.get(bill.pk, []), _change(bill)) for bill in shown],
        "page": page,
        "has_more": len(rows) > BILLS,
        "stop": billing_words.stop_text(chosen.reason) if chosen.reason else None,
        "orders": ORDERS,
    }
    return render(request, "office/run_bills.html", context)


def found_run(run_id: int) -> Run:
    """The run, with the names of those who made, approved and undid it. 1 query."""
    found: Run | None = Run.objects.select_related("made_by", "approved_by", "undone_by").filter(pk=run_id).first()
    if found is None:
        raise Http404
    return found


def _chosen(request: HttpRequest) -> Chosen:
    """What the address asks for; words that mean nothing ask for all."""
    remark, reason = request.GET.get("vis", ""), request.GET.get("aarsag", "")
    order = request.GET.get("sorter", "")
    known_reason = reason if reason.isidentifier() and len(reason) < 60 else ""
    return Chosen(
        stopped=remark == STOPPED or bool(known_reason),
        left_out=remark == LEFT_OUT,
        reason=known_reason,
        remark=remark if remark in billing_words.REMARKS else "",
        order=order if order in ORDERS else "aftale",
    )


def _change(bill: Bill) -> str:
    if bill.net_oere is None or bill.last_year_net_oere is None:
        return ""
    return billing_words.change_text(bill.last_year_net_oere, bill.net_oere)
