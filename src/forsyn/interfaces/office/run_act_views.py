"""What is done to a run: made, reckoned anew, approved, posted, released, undone, discarded. Each is shown first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forsyn.domain.billing import actions_execution, actions_runs, run_queries
from forsyn.domain.billing.models import BillKind, Run, RunState
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office.billing_words import Text
from forsyn.interfaces.office.run_forms import (
    MOST_AT_ONCE,
    ApprovalForm,
    DiscardForm,
    ReasonForm,
    ReleaseForm,
    RunForm,
    proposed,
)
from forsyn.interfaces.office.run_page import preview_of
from forsyn.interfaces.office.run_views import found_run, runs_required
from forsyn.kernel.charges.tariff import Commodity
from forsyn.workflows.billing_runs import begin_undo, release_run


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@runs_required
def make(request: HttpRequest) -> HttpResponse:
    """Make a run; it is reckoned right after."""
    form = RunForm(request.POST or None, initial=proposed(timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            run_id = actions_runs.make_run(
                kind=BillKind(asked["kind"]),
                commodity=Commodity(asked["commodity"]),
                from_date=asked["first"],
                until_date=asked["last"] + timedelta(days=1),
                issue_date=asked["issue_date"],
                due_date=asked["due_date"],
                made_by_id=request.user.pk,
                now=timezone.now(),
                note=form.settled.text,
            )
        except RunRefused as refused:
            form.add_error(None, refused.danish)
        else:
            return redirect("office:run", run_id)
    return render(request, "office/make_run.html", {"form": form}, status=422 if form.errors else 200)


Deed = Callable[[HttpRequest, Run, Any], str]


@dataclass(frozen=True)
class Act:
    """One thing that can be done to a run: in which states, what is asked, what is done."""

    title: Text
    button: Text
    states: tuple[str, ...]
    form: type[forms.Form]
    do: Deed


def _reckon(request: HttpRequest, run: Run, form: forms.Form) -> str:
    actions_runs.reckon_anew(run_id=run.pk)
    return _("Kørslen bliver beregnet igen.")


def _approve(request: HttpRequest, run: Run, form: forms.Form) -> str:
    actions_runs.approve_run(
        run_id=run.pk, sha256=form.cleaned_data["seen"], approved_by_id=request.user.pk, now=timezone.now()
    )
    return _("Kørslen er godkendt. Nu kan den bogføres.")


def _execute(request: HttpRequest, run: Run, form: forms.Form) -> str:
    with actions_execution.only_run():
        actions_execution.begin_execution(run_id=run.pk, now=timezone.now())
    return _("Kørslen bliver bogført. Du kan lukke siden imens.")


def _release(request: HttpRequest, run: Run, form: forms.Form) -> str:
    count = form.cleaned_data["count"]
    released = release_run(run_id=run.pk, now=timezone.now(), actor=request.user.pk, limit=count)
    return ngettext("%(count)s regning er frigivet.", "%(count)s regninger er frigivet.", released) % {
        "count": released
    }


def _undo(request: HttpRequest, run: Run, form: ReasonForm) -> str:
    begin_undo(run_id=run.pk, undone_by_id=request.user.pk, reason=form.settled.text, now=timezone.now())
    return _("Kørslen bliver fortrudt. Du kan lukke siden imens.")


def _discard(request: HttpRequest, run: Run, form: DiscardForm) -> str:
    with actions_execution.only_run():
        actions_runs.discard_run(run_id=run.pk, reason=form.settled.text)
    return _("Kørslen er kasseret. Dens regninger bliver slettet.")


ACTS: dict[str, Act] = {
    "beregn": Act(
        gettext_lazy("Beregn kørslen igen"), gettext_lazy("Beregn igen"), (RunState.PREVIEWED,), forms.Form, _reckon
    ),
    "godkend": Act(
        gettext_lazy("Godkend kørslen"), gettext_lazy("Godkend"), (RunState.PREVIEWED,), ApprovalForm, _approve
    ),
    "bogfoer": Act(gettext_lazy("Bogfør kørslen"), gettext_lazy("Bogfør"), (RunState.APPROVED,), forms.Form, _execute),
    "frigiv": Act(
        gettext_lazy("Frigiv regninger"), gettext_lazy("Frigiv"), (RunState.EXECUTED,), ReleaseForm, _release
    ),
    "fortryd": Act(
        gettext_lazy("Fortryd kørslen"), gettext_lazy("Fortryd kørslen"), (RunState.EXECUTED,), ReasonForm, _undo
    ),
    "kasser": Act(
        gettext_lazy("Kassér kørslen"),
        gettext_lazy("Kassér"),
        (RunState.DRAFT, RunState.PREVIEWED, RunState.APPROVED),
        DiscardForm,
        _discard,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@runs_required
def act(request: HttpRequest, run_id: int, act: str) -> HttpResponse:
    """What will happen, and, once it is confirmed, it happens."""
    found, chosen = found_run(run_id), ACTS.get(act)
    if chosen is None:
        raise Http404
    if found.state not in chosen.states:
        messages.info(request, _("Kørslen er kommet videre, siden du så den."))
        return redirect("office:run", run_id)
    counts = run_queries.counts_by_state(run_id=run_id)
    form = chosen.form(request.POST if request.method == "POST" else None, initial=_initial(act, found, counts))
    if request.method == "POST" and form.is_valid() and _done(request, chosen, found, form):
        return redirect("office:run", run_id)
    context = {
        "run": found,
        "act": act,
        "chosen": chosen,
        "form": form,
        "preview": preview_of(found),
        "is_mine": found.made_by_id == request.user.pk,
        "waiting": counts.get("posted", 0),
    }
    return render(request, "office/run_act.html", context, status=422 if form.errors else 200)


def _initial(act: str, run: Run, counts: dict[str, int]) -> dict[str, Any]:
    if act == "godkend":
        return {"seen": run.sha256}
    return {"count": min(counts.get("posted", 0), MOST_AT_ONCE)} if act == "frigiv" else {}


def _done(request: HttpRequest, chosen: Act, run: Run, form: forms.Form) -> bool:
    """Do it; where that is refused, the form says why."""
    try:
        said = chosen.do(request, run, form)
    except RunRefused as refused:
        form.add_error(None, refused.danish)
        return False
    record(kind=AccessKind.CHANGE, aspect=Aspect.BILLS, subject_id=run.pk)
    messages.success(request, said)
    return True
