"""What is decided about one payment: whose it is, that it is none of ours, that it goes back, that it was wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.payments import actions, actions_payouts, queries
from forsyn.domain.payments.actions_payouts import BankAccount
from forsyn.domain.payments.models import Receipt
from forsyn.domain.payments.rules import NotPossible
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office.payment_forms import AccountForm, NoteForm, PlaceForm, ReasonForm, WriteInForm
from forsyn.interfaces.office.payment_views import payment_page, payments_required
from forsyn.kernel.money import oere_of


@dataclass(frozen=True)
class Act:
    """Something that is decided with a reason, or without: its words, and what it does."""

    title: str | Promise
    explains: str | Promise
    button: str | Promise
    done: str | Promise
    do: Callable[..., None]
    asks_why: bool = True
    more: tuple[tuple[str, Any], ...] = ()


ACTS = {
    "tilbage": Act(
        gettext_lazy("Tag betalingen tilbage"),
        gettext_lazy("Kunden skylder igen det, betalingen havde betalt. Pengene står derefter som ikke placeret."),
        gettext_lazy("Tag tilbage"),
        gettext_lazy("Betalingen er taget tilbage."),
        actions.take_back,
    ),
    "andet": Act(
        gettext_lazy("Hører til i det øvrige regnskab"),
        gettext_lazy("For eksempel et gebyr til banken. Bevægelsen bliver tilbageført her og bogføres et andet sted."),
        gettext_lazy("Hører ikke til her"),
        gettext_lazy("Bevægelsen er lagt fra."),
        actions.put_elsewhere,
    ),
    "sum": Act(
        gettext_lazy("Det er en samlet sum"),
        gettext_lazy("De enkelte betalinger er bogført. Så bliver summen ikke bogført ved siden af."),
        gettext_lazy("Det er summen"),
        gettext_lazy("Summen er lagt fra; dens betalinger står hver for sig."),
        actions.settle_sum,
        asks_why=False,
    ),
    "samme": Act(
        gettext_lazy("Det er de samme penge"),
        gettext_lazy("Bevægelsen står allerede i en anden fil. Den bliver ikke bogført igen."),
        gettext_lazy("De samme penge"),
        gettext_lazy("Bevægelsen er lagt fra; pengene var talt før."),
        actions.settle_doubt,
        asks_why=False,
        more=(("is_same", True),),
    ),
    "egen": Act(
        gettext_lazy("Det er andre penge"),
        gettext_lazy("Bevægelsen bliver bogført som sin egen."),
        gettext_lazy("Andre penge"),
        gettext_lazy("Bevægelsen er bogført."),
        actions.settle_doubt,
        asks_why=False,
        more=(("is_same", False),),
    ),
}


@require_POST
@payments_required
def place(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Place a payment on a customer, by a number that was typed or a suggestion that was pressed."""
    receipt = _receipt(receipt_id)
    form = PlaceForm(request.POST)
    if form.is_valid() and _place(request, receipt, form):
        return redirect("office:payments")
    return payment_page(request, receipt, form, NoteForm(initial={"note": receipt.note}), AccessKind.CHANGE)


@require_http_methods(["GET", "HEAD", "POST"])
@payments_required
def act(request: HttpRequest, receipt_id: int, act: str) -> HttpResponse:
    """Something else that is decided; what it does is shown first."""
    receipt = _receipt(receipt_id)
    if act == "note" and request.method == "POST":
        return _note(request, receipt)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    form = ReasonForm(request.POST or None) if chosen.asks_why else None
    if request.method == "POST" and (form is None or form.is_valid()):
        asked = dict(chosen.more) | ({"reason": form.settled.text} if form else {})
        if _done(request, lambda: chosen.do(receipt_id=receipt_id, **asked, **_now(request)), chosen.done):
            record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=_whose(receipt))
        return redirect("office:payment", receipt_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=_whose(receipt))
    context = {"receipt": receipt, "act": chosen, "form": form}
    return render(request, "office/payment_act.html", context, status=422 if form and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@payments_required
def return_to_sender(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Prepare to send a payment back to who paid it; another approves it."""
    receipt = _receipt(receipt_id)
    form = AccountForm(request.POST or None, initial={"payee_name": receipt.payer_name})
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=_whose(receipt))
    if request.method == "POST" and form.is_valid():
        done = _("Returbetalingen er forberedt. En kollega skal godkende den.")

        def prepare() -> None:
            actions_payouts.return_to_sender(
                receipt_id=receipt_id, reason=form.settled.text, payee_name=form.cleaned_data["payee_name"],
                account=BankAccount(*form.cleaned_data["account"]), now=timezone.now(), account_id=request.user.pk,
            )  # fmt: skip

        if _done(request, prepare, done):
            return redirect("office:payouts")
    context = {"receipt": receipt, "form": form}
    return render(request, "office/return_payment.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@payments_required
def write_in(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Write in a payment that no file tells of."""
    customer = introductions(customer_ids=[customer_id], today=timezone.localdate()).get(customer_id)
    if customer is None:
        raise Http404
    form = WriteInForm(request.POST or None, initial={"on": timezone.localdate(), "key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid() and _write_in(request, customer_id, form):
        record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
        return redirect("office:account", customer_id)
    record(kind=AccessKind.LOOK, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    context = {"customer": customer, "form": form}
    return render(request, "office/write_in_payment.html", context, status=422 if form.errors else 200)


# -- within ------------------------------------------------------------------------------------------------------------


def _receipt(receipt_id: int) -> Receipt:
    receipt = queries.receipt(receipt_id=receipt_id)
    if receipt is None:
        raise Http404
    return receipt


def _whose(receipt: Receipt) -> list[int]:
    return [receipt.customer_id] if receipt.customer_id else []


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"now": timezone.now(), "today": timezone.localdate(), "account_id": request.user.pk}


def _done(request: HttpRequest, do: Callable[[], object], said: str | Promise) -> bool:
    try:
        do()
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, str(said))
    return True


def _place(request: HttpRequest, receipt: Receipt, form: PlaceForm) -> bool:
    number, typed = form.cleaned_data["bill_number"], form.cleaned_data["customer_number"].strip()
    bill = queries.bill_with_number(number=number) if number is not None else None
    if number is not None and bill is None:
        form.add_error("bill_number", _("Ingen regning har det nummer."))
        return False
    customer_id = customer_ids(numbers=[typed]).get(typed) if typed else bill and bill.customer_id
    if customer_id is None:
        form.add_error("customer_number", _("Ingen kunde har det nummer."))
        return False
    try:
        actions.place(
            receipt_id=receipt.pk, customer_id=customer_id, bill_id=bill.pk if bill else None, **_now(request)
        )
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False
    record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=[customer_id])
    messages.success(request, _("Betalingen er bogført på kunden."))
    return True


def _note(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return payment_page(request, receipt, PlaceForm(), form)
    actions.note(receipt_id=receipt.pk, text=form.settled.text, now=timezone.now(), account_id=request.user.pk)
    record(kind=AccessKind.CHANGE, aspect=Aspect.ACCOUNT, customer_ids=_whose(receipt))
    messages.success(request, _("Noten er gemt."))
    return redirect("office:payment", receipt.pk)


def _write_in(request: HttpRequest, customer_id: int, form: WriteInForm) -> bool:
    told = form.cleaned_data
    bill = queries.bill_with_number(number=told["bill_number"]) if told["bill_number"] is not None else None
    if told["bill_number"] is not None and (bill is None or bill.customer_id != customer_id):
        form.add_error("bill_number", _("Kunden har ingen regning med det nummer."))
        return False
    try:
        actions.write_in(
            customer_id=customer_id, bill_id=bill.pk if bill else None, amount_oere=oere_of(told["amount"]),
            on=told["on"], reason=form.settled.text, key=told["key"], **_now(request),
        )  # fmt: skip
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Betalingen er bogført."))
    return True
