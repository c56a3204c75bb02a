"""A released bill as PDF, as its customer has it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.billing.bill_queries import bill_file
from forsyn.domain.payments.collect_rules import earliest_due
from forsyn.domain.payments.mandate_queries import collected_bills
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.integrations.documents.bills import bill_pdf
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.bill_views import found_bill
from forsyn.interfaces.office.run_page import language_now
from forsyn.policy.purposes import P
from forsyn.workflows.bill_document import IncompleteDocument
from forsyn.workflows.bill_layout import layout_of
from forsyn.workflows.own_bills import own_bill


@require_safe
@never_cache
@staff_required(P.CUSTOMER_SERVICE, P.SETTLEMENT)
def as_pdf(request: HttpRequest, bill_id: int) -> HttpResponse:
    """The bill as PDF, set anew in the page's language."""
    found = found_bill(bill_id)
    released = bill_file(customer_id=found.customer_id, number=found.number) if found.number else None
    if released is None:
        raise Http404
    try:
        collected = collected_bills(bill_ids=[found.pk], from_date=earliest_due(timezone.localdate()))
        document = own_bill(
            released, customer_id=found.customer_id, language=language_now(), is_collected=bool(collected)
        )
    except IncompleteDocument:
        messages.error(request, _("Regningen kan ikke sættes op: vores kreditornummer til indbetalinger mangler."))
        return redirect("office:bill", bill_id)
    record(kind=AccessKind.EXPORT, aspect=Aspect.BILLS, customer_ids=[found.customer_id], subject_id=bill_id)
    content = bill_pdf(layout_of(document), dated=document.facts.issue_date)
    name = _("regning-%(number)s.pdf") % {"number": found.number}
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": header or ""})
