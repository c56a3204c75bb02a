"""Money back: prepared by one, approved by another."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forsyn.domain.customers.introductions import introductions
from forsyn.domain.payments import actions_payouts, queries
from forsyn.domain.payments.actions_payouts import BankAccount
from forsyn.domain.payments.models import Payout, PayoutState
from forsyn.domain.payments.rules import NotPossible
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office.payment_forms import PayoutForm
from forsyn.interfaces.office.payment_views import PAGE, payments_required
from forsyn.interfaces.office.requests import page_number
from forsyn.kernel.money import oere_of


@require_safe
@payments_required
def payouts(request: HttpRequest) -> HttpResponse:
    """Payouts that somebody has to act on, the latest others, and who has money with us."""
    page = page_number(request)
    found = queries.payouts(offset=(page - 1) * PAGE, count=PAGE + 1)
    rows, credits = found[:PAGE], queries.credits_to_pay_out(count=PAGE) if page == 1 else []
    seen = {row.customer_id for row in rows if row.customer_id} | {each.customer_id for each in credits}
    people = introductions(customer_ids=seen, today=timezone.localdate())
    record(kind=AccessKind.LIST, aspect=Aspect.ACCOUNT, customer_ids=people)
    waits = (PayoutState.PREPARED, PayoutState.APPROVED)
    context = {
        "open": [(row, people.get(row.customer_id), _may_approve(row, request)) for row in rows if row.state in waits],
        "closed": [(row, people.get(row.customer_id)) for row in rows if row.state not in waits],
        "credits": [(each, people.get(each.customer_id)) for each in credits],
        "page": page,
        "has_more": len(found) > PAGE,
    }
    return render(request, "office/payouts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@payments_required
def prepare(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Prepare a payout of what a customer has with us."""
    customer = introductions(customer_ids=[customer_id], today=timezone.localdate()).get(customer_id)
    if customer is None:
        raise Http404
    credit = queries.credit_of(customer_ids=[customer_id]).get(customer_id, 0)
    initial = {"amount": Decimal(credit) / 100, "payee_name": customer.name}
    form = PayoutForm(request.POST or None, initial=initial)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    if request.method == "POST" and form.is_valid():
        try:
            _prepare(request, customer_id, form)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Udbetalingen er forberedt. En kollega skal godkende den."))
            return redirect("office:payouts")
    context = {"customer": customer, "credit": credit, "form": form}
    return render(request, "office/prepare_payout.html", context, status=422 if form.errors else 200)


@require_POST
@payments_required
def act(request: HttpRequest, payout_id: int, act: str) -> HttpResponse:
    """Approve a payout that another prepared, or give one up."""
    told = {
        "godkend": (actions_payouts.approve, _("Udbetalingen er godkendt. Den kommer med i den næste fil til banken.")),
        "opgiv": (actions_payouts.withdraw, _("Udbetalingen er trukket tilbage.")),
    }
    if act not in told:
        raise Http404
    do, said = told[act]
    try:
        do(payout_id=payout_id, now=timezone.now(), account_id=request.user.pk)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        row = queries.payout(payout_id=payout_id)
        record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[row.customer_id] if row.customer_id else [])
        messages.success(request, said)
    return redirect("office:payouts")


def _may_approve(row: Payout, request: HttpRequest) -> bool:
    return row.state == PayoutState.PREPARED and row.prepared_by_id != request.user.pk


def _prepare(request: HttpRequest, customer_id: int, form: PayoutForm) -> None:
    told = form.cleaned_data
    actions_payouts.prepare(
        customer_id=customer_id, amount_oere=oere_of(told["amount"]), reason=form.settled.text,
        payee_name=told["payee_name"], account=BankAccount(*told["account"]) if told["account"] else None,
        now=timezone.now(), account_id=request.user.pk,
    )  # fmt: skip
