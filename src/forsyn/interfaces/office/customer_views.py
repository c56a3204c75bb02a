"""The customer's page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forsyn.domain.customers.models import Customer
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.office import sparkline, wording
from forsyn.interfaces.office.access import people_required
from forsyn.interfaces.office.note_views import latest_notes
from forsyn.interfaces.office.sensitive_pages import pages_for
from forsyn.policy.purposes import P
from forsyn.workflows.customer_file import customer_file


@require_safe
@people_required
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Everything about one customer on one page."""
    today = timezone.localdate()
    try:
        helper_id = request.user.pk if P.SIGN_IN in request.purposes else None  # type: ignore[attr-defined]
        file = customer_file(customer_id=customer_id, today=today, helper_id=helper_id)
    except Customer.DoesNotExist:
        raise Http404 from None
    record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[customer_id])
    chosen = wording.EVENT_SLUGS.get(request.GET.get("tidslinje", ""))
    present = {event.kind for event in file.events}
    running = [agreement for agreement in file.agreements if today in agreement.period]
    context = {
        "file": file,
        "today": today,
        "running": running,
        "ended": [agreement for agreement in file.agreements if agreement not in running],
        "former_names": [name for name in file.names if today not in name.period],
        "former_contacts": [contact for contact in file.contacts if today not in contact.period],
        "glances": [(glance, _chart(glance.amounts)) for glance in file.glances],
        "events": [event for event in file.events if chosen in (None, event.kind)],
        "event_choices": [
            (slug, wording.EVENT_KINDS[kind], kind is chosen)
            for slug, kind in wording.EVENT_SLUGS.items()
            if kind in present
        ],
        "chosen_event": chosen,
        "pages": pages_for(request),
        **latest_notes(request, customer_id),
    }
    return render(request, "office/customer.html", context)


def _chart(amounts: tuple[int | None, ...]) -> dict[str, object]:
    return {"width": sparkline.WIDTH, "height": sparkline.HEIGHT, "bars": sparkline.bars(amounts)}
