"""What the page of one request shows: its facts, what comes next, and the forms by which it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.rights import queries
from forsyn.domain.rights.identity_queries import Destination, destinations
from forsyn.domain.rights.queries import RequestView
from forsyn.domain.rights.rules import CLOSED, NEEDS, NEEDS_AUTHORITY, Intake, OnBehalf, State, StepKind
from forsyn.interfaces.privacy_desk import request_forms
from forsyn.interfaces.privacy_desk.plan_lines import PlanSheet, sheet_of
from forsyn.interfaces.privacy_desk.step_words import words_of
from forsyn.policy.vocabulary import Right
from forsyn.workflows.right_deeds import DEEDS

FORMS: Mapping[str, type[forms.Form]] = {
    "laes": request_forms.RightForm,
    "kunde": request_forms.LinkForm,
    "note": request_forms.NoteForm,
    "set": request_forms.SeenForm,
    "fuldmagt": request_forms.AuthorityForm,
    "kode": request_forms.CodeForm,
    "tvivl": request_forms.DoubtForm,
    "forlaeng": request_forms.ExtensionForm,
    "hold-ude": request_forms.WithholdingForm,
    "adresse": request_forms.AnswerAddressForm,
    "svar": request_forms.AnswerForm,
    "afslag": request_forms.RefusalForm,
}
"""Each act on a request that asks for words, by the name in its address."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """A line of the record in words."""

    at: datetime
    kind: str
    words: str
    by: str


@dataclass(frozen=True)
class RequestPage:
    """One request with who it is about, what may be done, and what comes next."""

    view: RequestView
    customers: list[Introduction]
    steps: list[StepLine]
    destinations: list[Destination]
    forms: Mapping[str, forms.Form]
    sheet: PlanSheet | None
    is_closed: bool
    has_plan: bool
    is_carried_out: bool
    unread: bool
    may_acknowledge: bool
    code_waits: bool
    is_mine: bool
    may_plan: bool
    may_answer: bool
    next_step: str


def page_of(request_id: int, *, by_id: int, today: date, bound: Mapping[str, forms.Form]) -> RequestPage:
    """Read one request for its page. Raises Request.DoesNotExist."""
    view = queries.request(request_id=request_id, today=today)
    keys = view.line.customer_ids
    introduced = introductions(customer_ids=keys, today=today)
    plan, closed = view.plan, State(view.row.state) in CLOSED
    unsettled = view.row.identity_settled_at is None and not closed
    return RequestPage(
        view,
        [introduced[key] for key in keys if key in introduced],
        [StepLine(step.at, step.kind, words_of(step), step.by) for step in view.steps],
        destinations(request_id=request_id, today=today) if unsettled else [],
        {} if closed else _forms(view, bound),
        sheet_of(plan, view.withheld) if plan else None,
        is_closed=closed,
        has_plan=plan is not None,
        is_carried_out=plan is not None and plan.carried_out_at is not None,
        unread=view.row.right is None,
        may_acknowledge=not closed and _may_acknowledge(view),
        code_waits=any(check.code_hash is not None for check in view.checks),
        is_mine=view.line.assigned_to_id == by_id,
        may_plan=not closed and _may_plan(view),
        may_answer=plan is not None and plan.carried_out_at is not None,
        next_step="" if closed else _next_step(view),
    )


def _may_acknowledge(view: RequestView) -> bool:
    """Nobody has told the person yet that it came; the portal has shown it."""
    told = any(step.kind == StepKind.RECEIPT_SENT for step in view.steps)
    return not told and view.row.channel != Intake.PORTAL


def _may_plan(view: RequestView) -> bool:
    row = view.row
    settled = row.identity_settled_at is not None and row.right in DEEDS
    authorised = OnBehalf(row.on_behalf) not in NEEDS_AUTHORITY or row.authority_seen_at is not None
    return settled and authorised and bool(view.line.customer_ids)


def _forms(view: RequestView, bound: Mapping[str, forms.Form]) -> dict[str, forms.Form]:
    initial = {"version": view.line.version, "right": view.row.right, "on_behalf": view.row.on_behalf}
    initial |= {"email": view.row.requester_email, "address": view.row.requester_address}
    return {name: bound.get(name) or form(initial=initial, auto_id=f"{name}_%s") for name, form in FORMS.items()}


def _next_step(view: RequestView) -> str:
    """What the request lacks, the first thing first."""
    row, plan = view.row, view.plan
    needs = NEEDS[Right(row.right)] if row.right else None
    if needs is None:
        return _("Læs anmodningen, og vælg, hvad der bedes om.")
    if needs.identity and row.identity_settled_at is None:
        return _("Find ud af, hvem der spørger: send en kode, eller skriv, hvad du har set.")
    if OnBehalf(row.on_behalf) in NEEDS_AUTHORITY and row.authority_seen_at is None:
        return _("Se beviset for, at personen må spørge for en anden.")
    if needs.plan and not view.line.customer_ids:
        return _("Knyt anmodningen til en kunde, eller svar, at vi intet har om personen.")
    if needs.plan and plan is None:
        return _("Læg en plan, og læs den.")
    if plan is not None and plan.carried_out_at is None:
        return _("Læs planen, og udfør den.")
    if plan is not None and row.right == Right.OBJECTION and _is_weighed(plan.plan):
        return _("Afgør indsigelsen under »Indsigelser«, og svar så personen.")
    return _("Svar personen.")


def _is_weighed(plan: Mapping[str, Any]) -> bool:
    """Whether somebody must decide, for a customer at least."""
    return not all(one["stands_alone"] for one in plan["body"]["customers"])
