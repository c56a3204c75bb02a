"""A move in: from which day and who, on which terms, and a receipt of what was made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.billing.move_in_queries import made_together
from forsyn.domain.billing.tariff_queries import tariffs, vat_percent
from forsyn.domain.customers.introductions import Introduction, introductions
from forsyn.domain.customers.queries import Place, agreements_with_ids
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.customers.search_terms import Hit
from forsyn.domain.customers.staff_rows import customer_rows, supply_point
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.billing_words import stop_text
from forsyn.interfaces.office.move_in_forms import FirstDayForm, MoveInForm, NewCustomerForm
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.kernel.money import vat_of
from forsyn.policy.purposes import P
from forsyn.workflows.moving_in import MovedIn, PerhapsKnown, Vacant, look_at_place, move_in
from forsyn.workflows.office_search import Group, find, people_in


@require_safe
@never_cache
@staff_required(P.SETTLEMENT)
def who(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    """From which day, and which customer: those who were found, or a new one."""
    place = _place(supply_point_id)
    form = FirstDayForm(request.GET if "first" in request.GET else None, initial={"first": timezone.localdate()})
    vacant = _vacant(form, supply_point_id)
    text = form.cleaned_data["q"].strip() if vacant is not None else ""
    result = find(text=text, today=timezone.localdate(), people=True, only=Group.CUSTOMERS) if text else None
    if result is not None:
        record(kind=AccessKind.LIST, aspect=Aspect.CUSTOMER_FILE, customer_ids=people_in(result), search=text)
    context = {
        "place": place,
        "form": form,
        "vacant": vacant,
        "first": form.cleaned_data["first"] if vacant is not None else None,
        "text": text,
        "found": [pair for group in result.groups for pair in group.rows] if result else [],
    }
    return render(request, "office/move_in.html", context, status=422 if form.is_bound and vacant is None else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.SETTLEMENT)
def terms(request: HttpRequest, supply_point_id: int, customer_id: int | None = None) -> HttpResponse:
    """On which terms the customer, or a new one, takes the place over; sent, it happens."""
    place, today = _place(supply_point_id), timezone.localdate()
    customer = None if customer_id is None else _customer(customer_id, today)
    given = request.POST if request.method == "POST" else request.GET
    day_form = FirstDayForm({"first": given.get("first", "")})
    vacant = _vacant(day_form, supply_point_id)
    if vacant is None:
        return redirect_to_day(supply_point_id, given.get("first", ""))
    sent = request.POST if request.method == "POST" else None
    form = MoveInForm(sent, vacant=vacant, tariffs=tariffs(), initial={"first": day_form.cleaned_data["first"]})
    new_form = None if customer is not None else NewCustomerForm(sent)
    hits: Sequence[Hit] = ()
    if sent is not None and _all_valid(form, new_form):
        done, hits = _moved_in(request, supply_point_id, customer, form, new_form)
        if done is not None:
            return redirect("office:moved_in", done.agreement_ids[0])
    alike = [(hit, row) for hit in hits for row in customer_rows(ids=[hit.id], today=today)]
    if customer is not None:
        record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[customer.customer_id])
    if alike:
        record(kind=AccessKind.LIST, aspect=Aspect.CUSTOMER_FILE, customer_ids=[row.id for _hit, row in alike])
    context = {
        "place": place,
        "customer": customer,
        "form": form,
        "new_form": new_form,
        "vacant": vacant,
        "first": day_form.cleaned_data["first"],
        "alike": alike,
    }
    refused = form.errors or (new_form is not None and new_form.errors)
    return render(request, "office/move_in_terms.html", context, status=422 if refused else 200)


@require_safe
@never_cache
@staff_required(P.SETTLEMENT)
def moved_in(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """What a move in made."""
    today = timezone.localdate()
    agreement = next(iter(agreements_with_ids(ids=[agreement_id], today=today)), None)
    holder = next((each for each in agreement.holders if each.is_primary), None) if agreement is not None else None
    if agreement is None or holder is None:
        raise Http404
    record(
        kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[holder.customer_id], subject_id=agreement_id
    )
    percent = vat_percent(on=today)
    made = made_together(agreement_id=agreement_id)
    context = {
        "agreement": agreement,
        "customer": Introduction(holder.customer_id, holder.number, holder.name),
        "made": [
            (each, each.planned_net_oere + (vat_of(each.planned_net_oere, percent) if percent else 0)) for each in made
        ],
    }
    return render(request, "office/moved_in.html", context)


def redirect_to_day(supply_point_id: int, first: str) -> HttpResponse:
    """Back to the choice of the day, which says what is wrong with it."""
    response = redirect("office:move_in", supply_point_id)
    try:
        response["Location"] += f"?first={date.fromisoformat(first)}"
    except ValueError:
        response["Location"] += "?first="
    return response


def _vacant(form: FirstDayForm, supply_point_id: int) -> Vacant | None:
    """What is to be taken over from the form's day on; None where there is no such day, which the form then says."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return look_at_place(
            supply_point_id=supply_point_id, first_date=form.cleaned_data["first"], today=timezone.localdate()
        )
    except NotPossible as refusal:
        form.add_error("first", str(refusal))
        return None


def _all_valid(*given: forms.Form | None) -> bool:
    """Whether each form is; all are asked, so that all say what is wrong."""
    valid = [form.is_valid() for form in given if form is not None]
    return all(valid)


def _moved_in(
    request: HttpRequest, supply_point_id: int, customer: Introduction | None, form: MoveInForm,
    new_form: NewCustomerForm | None,
) -> tuple[MovedIn | None, Sequence[Hit]]:  # fmt: skip
    """What was done; where it is refused nothing is, the forms say why, and with whom it may be confused."""
    chosen = customer.customer_id if customer is not None else new_form.customer if new_form is not None else None
    if chosen is None:
        raise Http404
    told = new_form if new_form is not None else form
    try:
        done = move_in(
            wanted=form.wanted(supply_point_id=supply_point_id, customer=chosen), account_id=request.user.pk,
            today=timezone.localdate(), now=timezone.now(),
        )  # fmt: skip
    except PerhapsKnown as refusal:
        told.add_error(None, str(refusal))
        return None, refusal.hits
    except InvalidIdentifier as refusal:
        told.add_error(None, str(refusal))
        return None, ()
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return None, ()
    record(kind=AccessKind.CHANGE, aspect=Aspect.CUSTOMER_FILE, customer_ids=[done.customer_id])
    messages.success(request, _("Indflytningen er gemt."))
    for refused in done.not_planned:
        why = "; ".join(dict.fromkeys(str(stop_text(reason.code.key).title) for reason in refused.reasons))
        said = _("Der er ikke lagt a conto for aftale %(number)s: %(why)s.")
        messages.warning(request, said % {"number": refused.agreement, "why": why})
    return done, ()


def _place(supply_point_id: int) -> Place:
    place = supply_point(supply_point_id=supply_point_id)
    if place is None:
        raise Http404
    return place


def _customer(customer_id: int, today: date) -> Any:
    customer = introductions(customer_ids=[customer_id], today=today).get(customer_id)
    if customer is None:
        raise Http404
    return customer
