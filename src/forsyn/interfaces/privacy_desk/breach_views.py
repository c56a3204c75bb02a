"""Breaches (Art. 33 and 34): the list with its clocks, one breach, and whom it touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.accountability import actions, actions_persons, queries
from forsyn.domain.accountability.addressees import batches, waiting
from forsyn.domain.accountability.breach_models import Breach, BreachPerson, SearchKind
from forsyn.domain.accountability.queries import Line
from forsyn.domain.accountability.rules import BreachRefused
from forsyn.domain.accounts.models import Colleague
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.breach_act_forms import ReasonForm
from forsyn.interfaces.privacy_desk.breach_forms import KindForm, ReportedForm, SearchForm, this_minute
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Capacity
from forsyn.workflows.breaches import reported_of
from forsyn.workflows.declarations import current_policy

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def breaches(request: HttpRequest) -> HttpResponse:
    """Open breaches, the most urgent first; then those that are closed."""
    return render(request, "privacy_desk/breaches.html", {"lines": queries.breaches(now=timezone.now())})


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def register(request: HttpRequest) -> HttpResponse:
    """A new breach."""
    policy = current_policy()
    form = ReportedForm(policy, request.POST or None, initial={"aware_at": this_minute()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register(
                policy=policy, reported=form.reported(), registered_by_id=request.user.pk, now=timezone.now()
            )
        except BreachRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            messages.success(request, _("Bruddet er skrevet ind, og de 72 timer løber."))
            return redirect("privacy_desk:breach", breach_id=made)
    context = {"form": form, "heading": _("Skriv et brud ind"), "button": _("Skriv ind")}
    return render(request, "privacy_desk/breach_form.html", context)


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def breach(request: HttpRequest, breach_id: int) -> HttpResponse:
    """One breach: its clock, what remains to be done, the facts, and the record."""
    line, policy = line_of(breach_id), current_policy()
    context = {
        "line": line,
        "categories": [policy.categories[key] for key in line.row.data_categories if key in policy.categories],
        "processor": policy.recipients.get(line.row.processor),
        "is_processor": line.row.capacity == Capacity.PROCESSOR,
        "searches": queries.searches(breach_id),
        "notices": queries.notices(breach_id),
        "steps": queries.steps(breach_id),
        "waiting": waiting(breach_id=breach_id, today=timezone.localdate()),
        "batches": batches(breach_id),
    }
    return render(request, "privacy_desk/breach.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def change(request: HttpRequest, breach_id: int) -> HttpResponse:
    """Correct or complete the facts; the database keeps what stood before."""
    line, policy = line_of(breach_id), current_policy()
    form = ReportedForm(policy, request.POST or None, initial=ReportedForm.initial_of(reported_of(line.row)))

    def save() -> str:
        actions.change(
            policy=policy, breach_id=breach_id, reported=form.reported(), by_id=request.user.pk, now=timezone.now()
        )
        return _("Sagen er rettet. Det, der stod før, er gemt i forløbet.")

    return form_page(request, line, form, save, _("Ret oplysningerne"))


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def search_kind(request: HttpRequest, breach_id: int) -> HttpResponse:
    """By what to find those whom it touched."""
    line, form = line_of(breach_id), KindForm(request.GET if "kind" in request.GET else None)
    if form.is_valid():
        return redirect("privacy_desk:breach_search", breach_id=breach_id, kind=form.cleaned_data["kind"])
    context = {"form": form, "line": line, "heading": _("Find dem, bruddet berører"), "button": _("Næste"), "get": True}
    return render(request, "privacy_desk/breach_form.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def search(request: HttpRequest, breach_id: int, kind: str) -> HttpResponse:
    """Find them, and put them on the list."""
    line = line_of(breach_id)
    if kind not in SearchKind.values:
        raise Http404
    staff = list(Colleague.objects.order_by("name").values_list("pk", "name")) if kind == SearchKind.LOOKS else []
    form = SearchForm(SearchKind(kind), current_policy(), request.POST or None, staff=staff)

    def save() -> str:
        found = actions_persons.find(
            breach_id=breach_id, search=form.search(), by_id=request.user.pk, now=timezone.now()
        )
        if found.unknown:
            shown = ", ".join(found.unknown[:10])
            text = ngettext(
                "%(n)s nummer kender vi ikke: %(shown)s", "%(n)s numre kender vi ikke: %(shown)s", len(found.unknown)
            )
            messages.warning(request, text % {"n": len(found.unknown), "shown": shown})
        text = ngettext(
            "Søgningen fandt %(n)s kunde; %(added)s var ny på listen.",
            "Søgningen fandt %(n)s kunder; %(added)s var nye på listen.",
            found.found,
        )
        return text % {"n": found.found, "added": found.added}

    return form_page(request, line, form, save, _("Find dem, bruddet berører"), button=_("Søg, og sæt på listen"))


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def persons(request: HttpRequest, breach_id: int) -> HttpResponse:
    """Whom it touched, a page of them."""
    line, page = line_of(breach_id), _page(request)
    rows = queries.affected(breach_id, offset=(page - 1) * PAGE, limit=PAGE + 1)
    shown, more = rows[:PAGE], len(rows) > PAGE
    record(kind=AccessKind.LIST, aspect=Aspect.BREACHES, customer_ids=[row.customer_id for row in shown])
    names = introductions(customer_ids=[row.customer_id for row in shown], today=timezone.localdate())
    lines = [(row, names[row.customer_id]) for row in shown]
    context = {"line": line, "persons": lines, "page": page, "has_more": more}
    return render(request, "privacy_desk/breach_persons.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def leave_out(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody on the list is not affected after all."""
    person = BreachPerson.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404
    line, form = line_of(person.breach_id), ReasonForm(request.POST or None, label=_("Hvorfor er kunden ikke berørt?"))
    record(kind=AccessKind.CHANGE, aspect=Aspect.BREACHES, customer_ids=[person.customer_id])
    name = introductions(customer_ids=[person.customer_id], today=timezone.localdate())[person.customer_id]

    def take_off() -> str:
        actions_persons.leave_out(
            person_id=person_id, reason=form.cleaned_data["reason"], by_id=request.user.pk, now=timezone.now()
        )
        return _("%(name)s er taget af listen.") % {"name": name}

    heading = _("Tag %(name)s af listen") % {"name": name}
    return form_page(request, line, form, take_off, heading, to="privacy_desk:breach_persons")


# -- shared with breach_act_views ------------------------------------------------------------------------------------


def line_of(breach_id: int) -> Line:
    """A breach with its clock. Raises Http404."""
    try:
        return queries.breach(breach_id, now=timezone.now())
    except Breach.DoesNotExist:
        raise Http404 from None


def form_page(
    request: HttpRequest,
    line: Line,
    form: forms.Form,
    save: Callable[[], str],
    heading: str,
    *,
    button: str | None = None,
    lead: str = "",
    to: str = "privacy_desk:breach",
    **context: Any,
) -> HttpResponse:
    """The form until it can be saved; then back to the breach, with what ``save`` says was done."""
    if request.method == "POST" and form.is_valid():
        try:
            done = save()
        except BreachRefused as refusal:
            form.add_error(None, _(str(refusal)))
        except DisclosureRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done)
            return redirect(to, breach_id=line.row.pk)
    context |= {"form": form, "line": line, "heading": heading, "button": button or _("Gem"), "lead": lead}
    return render(request, "privacy_desk/breach_form.html", context)


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("side", "1")
    if not asked.isdecimal() or not 1 <= int(asked[:6]) <= 100_000:
        raise Http404
    return int(asked)
