"""A bill for staff: as its customer has it explained, with its basis, postings, ways out and corrections."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.billing.models import Bill, BillKind, SettledConsumption
from forsyn.domain.billing.staff_bill_queries import (
    basis_of,
    bill_id_of_number,
    corrections_of,
    dispatches_of,
    settled_of,
)
from forsyn.domain.billing.staff_bill_queries import bill as bill_row
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.ledger import queries
from forsyn.domain.payments.collect_rules import earliest_due
from forsyn.domain.payments.mandate_queries import collected_bills
from forsyn.domain.payments.own_queries import collections_of
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.account_views import SEES_ACCOUNTS
from forsyn.interfaces.office.bill_page import postings_of, reckoning_of
from forsyn.interfaces.office.run_page import reasons_of
from forsyn.policy.purposes import P

LONGEST_NUMBER = 14
KNOW_CONSUMPTION = (P.SETTLEMENT, P.CUSTOMER_SERVICE)
"""Accounting and collection see what is owed for, and not how it was used: the policy gives them no consumption."""


@require_safe
@never_cache
@staff_required(*SEES_ACCOUNTS)
def find(request: HttpRequest) -> HttpResponse:
    """To the bill with a number, as a customer reads it aloud."""
    text = "".join(request.GET.get("nr", "").split())
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    found = bill_id_of_number(number=int(text)) if is_number else None
    record(kind=AccessKind.SEARCH, aspect=Aspect.BILLS, search=text)
    if found is None:
        if text:
            messages.info(request, _("Der er ingen regning med nummer %(number)s.") % {"number": text})
        return render(request, "office/find_bill.html", {"text": text})
    return redirect("office:bill", found)


@require_safe
@never_cache
@staff_required(*SEES_ACCOUNTS)
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Everything about one bill."""
    found = found_bill(bill_id)
    customer = introductions(customer_ids=[found.customer_id], today=timezone.localdate()).get(found.customer_id)
    if customer is None:
        raise Http404
    record(kind=AccessKind.LOOK, aspect=Aspect.BILLS, customer_ids=[found.customer_id], subject_id=bill_id)
    items = queries.open_items(customer_id=found.customer_id) if found.voucher_id else []
    basis, settled = _used(request, found)
    context = {
        "bill": found,
        "customer": customer,
        "gross_oere": (found.net_oere or 0) + (found.vat_oere or 0),
        "on_account_oere": (found.on_account_net_oere or 0) + (found.on_account_vat_oere or 0),
        "reckoning": reckoning_of(found, basis),
        "reasons": reasons_of([found]).get(bill_id, []),
        "postings": postings_of(found, list(queries.accounts())),
        "left": next((item for item in items if item.voucher_id == found.voucher_id), None),
        "settled": settled,
        "corrections": list(corrections_of(bill_id=bill_id)),
        "dispatches": dispatches_of(bill_id=bill_id),
        "collection": collections_of(bill_ids=[bill_id]).get(bill_id),
        "is_to_collect": bool(collected_bills(bill_ids=[bill_id], from_date=earliest_due(timezone.localdate()))),
        "keeps_books": P.ACCOUNTING in request.purposes,  # type: ignore[attr-defined]
        "settles": P.SETTLEMENT in request.purposes,  # type: ignore[attr-defined]
        "may_correct": may_correct(found),
    }
    return render(request, "office/bill.html", context)


def _used(request: HttpRequest, found: Bill) -> tuple[str | None, list[SettledConsumption]]:
    """The bill's basis and what staff settled of its days, under work that holds consumption; else nothing."""
    work = next((one for one in KNOW_CONSUMPTION if one in request.purposes), None)  # type: ignore[attr-defined]
    if work is None:
        return None, []
    days = {"first": found.period.lower, "until": found.period.upper}
    with purpose(work, actor=request.user.pk):
        return basis_of(bill_id=found.pk), settled_of(agreement_id=found.agreement_id, **days)


def found_bill(bill_id: int) -> Bill:
    """The bill, or 404 where there is none, or its customer is not seen under the purpose."""
    try:
        return bill_row(bill_id=bill_id)
    except Bill.DoesNotExist:
        raise Http404 from None


def may_correct(found: Bill) -> bool:
    """Whether something can be settled that a later bill makes good: not for instalments, nor for what was undone."""
    return found.kind != BillKind.ON_ACCOUNT and found.state in ("stopped", "previewed", "posted", "released")
