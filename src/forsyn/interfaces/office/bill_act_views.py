"""What staff do about a bill: settle consumption, change a size, charge a fee, make the correction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forsyn.domain.billing import actions_runs, actions_settling
from forsyn.domain.billing.models import Bill, BillKind
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.bill_forms import ConsumptionForm, CorrectionForm, FeeForm, SizeForm
from forsyn.interfaces.office.bill_page import fees_of
from forsyn.interfaces.office.bill_views import found_bill, may_correct
from forsyn.interfaces.office.billing_words import Text
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P

UNITS = {"heat": BaseUnit.WATT_HOURS}
PAYMENT_DAYS = 30


@dataclass(frozen=True)
class Act:
    """One thing to do about a bill: its form, and what is done; the deed returns where to go, None for the bill."""

    title: Text
    button: Text
    told: tuple[Text, ...]
    form: Callable[[Any, Bill], forms.Form]
    do: Callable[[HttpRequest, Bill, Any], int | None]


def _unit(bill: Bill) -> BaseUnit:
    return UNITS.get(bill.run.commodity, BaseUnit.LITRES)


def _days(bill: Bill) -> dict[str, Any]:
    return {"first": bill.period.lower, "last": bill.period.upper - timedelta(days=1)}


def _consumption_form(data: Any, bill: Bill) -> ConsumptionForm:
    return ConsumptionForm(data, initial=_days(bill), unit=wording.SCALES[_unit(bill).value].symbol)


def _settle(request: HttpRequest, bill: Bill, form: ConsumptionForm) -> None:
    asked, unit = form.cleaned_data, _unit(bill)
    actions_settling.settle_consumption(
        agreement_id=bill.agreement_id,
        first=asked["first"],
        until=form.until,
        amount=int((asked["amount"] * wording.SCALES[unit.value].base_units).to_integral_exact()),
        unit=unit,
        quality=Quality(asked["quality"]),
        reason=form.settled.text,
        account_id=request.user.pk,
        now=timezone.now(),
    )
    messages.success(request, _("Forbruget er lagt fast. Lav nu en rettelse, hvis regningen allerede er bogført."))


def _size_form(data: Any, bill: Bill) -> SizeForm:
    return SizeForm(data, initial={"first": bill.period.lower})


def _resize(request: HttpRequest, bill: Bill, form: SizeForm) -> None:
    asked = form.cleaned_data
    actions_settling.change_size(
        agreement_id=bill.agreement_id,
        factor=Factor(asked["factor"]),
        first=asked["first"],
        value=Decimal(asked["value"]),
        account_id=request.user.pk,
        now=timezone.now(),
    )
    messages.success(request, _("Størrelsen er ændret. Lav nu en rettelse, hvis regningen allerede er bogført."))


def _fee_form(data: Any, bill: Bill) -> FeeForm:
    return FeeForm(data, initial={"on_date": timezone.localdate()}, fees=fees_of(bill))


def _charge(request: HttpRequest, bill: Bill, form: FeeForm) -> None:
    asked = form.cleaned_data
    actions_settling.charge_fee(
        agreement_id=bill.agreement_id,
        component=asked["component"],
        on_date=asked["on_date"],
        count=asked["count"],
        account_id=request.user.pk,
        now=timezone.now(),
    )
    messages.success(request, _("Gebyret er lagt på aftalen."))


def _correction_form(data: Any, bill: Bill) -> CorrectionForm:
    today = timezone.localdate()
    return CorrectionForm(data, initial={"issue_date": today, "due_date": today + timedelta(days=PAYMENT_DAYS)})


def _correct(request: HttpRequest, bill: Bill, form: CorrectionForm) -> int:
    return actions_runs.make_run(
        kind=BillKind.CORRECTION,
        commodity=Commodity(bill.run.commodity),
        from_date=bill.period.lower,
        until_date=bill.period.upper,
        issue_date=form.cleaned_data["issue_date"],
        due_date=form.cleaned_data["due_date"],
        made_by_id=request.user.pk,
        now=timezone.now(),
        agreement_id=bill.agreement_id,
    )


_LATER = gettext_lazy("Regningen selv bliver ikke ændret: forskellen kommer på en rettelse, som en anden godkender.")
ACTS: dict[str, Act] = {
    "forbrug": Act(
        gettext_lazy("Læg forbruget fast"),
        gettext_lazy("Læg fast"),
        (gettext_lazy("Det, måleren har leveret i de dage, bliver ikke brugt."), _LATER),
        _consumption_form,
        _settle,
    ),
    "stoerrelse": Act(
        gettext_lazy("Ret en størrelse"),
        gettext_lazy("Ret størrelsen"),
        (gettext_lazy("Den nye størrelse gælder fra den dag, du vælger."), _LATER),
        _size_form,
        _resize,
    ),
    "gebyr": Act(
        gettext_lazy("Tilføj et gebyr"),
        gettext_lazy("Tilføj"),
        (gettext_lazy("Gebyret koster det, taksten siger den dag."), _LATER),
        _fee_form,
        _charge,
    ),
    "rettelse": Act(
        gettext_lazy("Lav en rettelse"),
        gettext_lazy("Beregn rettelsen"),
        (
            gettext_lazy("Vi regner regningen ud igen med det, vi ved nu, og laver én rettelse på forskellen."),
            gettext_lazy("Er der ingen forskel, bliver der ingen rettelse."),
            gettext_lazy("Rettelsen bliver en lille kørsel, som en anden skal godkende."),
        ),
        _correction_form,
        _correct,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.SETTLEMENT)
def act(request: HttpRequest, bill_id: int, act: str) -> HttpResponse:
    """What will happen, the form, and, once it is sent, it happens."""
    found, chosen = found_bill(bill_id), ACTS.get(act)
    if chosen is None or not may_correct(found):
        raise Http404
    customer = introductions(customer_ids=[found.customer_id], today=timezone.localdate()).get(found.customer_id)
    form = chosen.form(request.POST if request.method == "POST" else None, found)
    if request.method == "POST" and form.is_valid():
        done, run_id = _done(request, chosen, found, form)
        if done:
            return redirect("office:run", run_id) if run_id else redirect("office:bill", bill_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.BILLS, customer_ids=[found.customer_id], subject_id=bill_id)
    context = {"bill": found, "customer": customer, "chosen": chosen, "form": form}
    return render(request, "office/bill_act.html", context, status=422 if form.errors else 200)


@require_POST
@staff_required(P.SETTLEMENT)
def withdraw(request: HttpRequest, bill_id: int, settled_id: int) -> HttpResponse:
    """Take a settled consumption back, so that the meter counts again."""
    found = found_bill(bill_id)
    record(kind=AccessKind.CHANGE, aspect=Aspect.BILLS, customer_ids=[found.customer_id], subject_id=bill_id)
    try:
        actions_settling.withdraw_consumption(
            settled_id=settled_id, agreement_id=found.agreement_id, now=timezone.now()
        )
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Det fastlagte forbrug er taget tilbage. Nu gælder målerens tal igen."))
    return redirect("office:bill", bill_id)


def _done(request: HttpRequest, chosen: Act, bill: Bill, form: forms.Form) -> tuple[bool, int | None]:
    """Whether it was done, and the run that came of it; where it is refused, the form says why."""
    try:
        run_id = chosen.do(request, bill, form)
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False, None
    except RunRefused as refused:
        form.add_error(None, refused.danish)
        return False, None
    record(kind=AccessKind.CHANGE, aspect=Aspect.BILLS, customer_ids=[bill.customer_id], subject_id=bill.pk)
    return True, run_id
