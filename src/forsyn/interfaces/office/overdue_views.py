"""Who has not paid in time, for those who follow it up; nothing is sent from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forsyn.domain.payments.overdue_queries import Overdue, OverdueList, overdue
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.integrations.packages.codec import write_csv
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.requests import page_number
from forsyn.policy.purposes import P

PAGE = 20
AGES = (1, 14, 30, 60, 90, 180)
"""Days since the oldest was due, of which one is chosen."""
COLUMNS = (
    "Kundenr", "Navn", "Forfaldent", "Ældste forfald", "Dage", "Antal", "Ikke brugt", "Hos Betalingsservice"
)  # fmt: skip


@require_safe
@never_cache
@staff_required(P.COLLECTION)
def overdue_customers(request: HttpRequest) -> HttpResponse:
    """The list, the longest overdue first."""
    page, days, today = page_number(request), _days(request), timezone.localdate()
    found = overdue(today=today, days=days, offset=(page - 1) * PAGE, count=PAGE)
    record(kind=AccessKind.LIST, aspect=Aspect.ACCOUNT, customer_ids=[row.customer_id for row in found.rows])
    context = {
        "found": found,
        "rows": [(row, (today - row.since_date).days) for row in found.rows],
        "days": days,
        "ages": AGES,
        "page": page,
        "has_more": page * PAGE < found.customers,
    }
    return render(request, "office/overdue.html", context)


@require_safe
@never_cache
@staff_required(P.COLLECTION)
def overdue_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All of it as a table, in Danish as other files for the books."""
    today = timezone.localdate()
    found = overdue(today=today, days=_days(request))
    record(kind=AccessKind.EXPORT, aspect=Aspect.ACCOUNT, customer_ids=[row.customer_id for row in found.rows])
    header = content_disposition_header(as_attachment=True, filename=_("forfaldne-%(day)s.csv") % {"day": today})
    return StreamingHttpResponse(
        write_csv(COLUMNS, _lines(found, today)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": header or ""},
    )


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("dage", "")
    days = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else AGES[0]
    return days if days in AGES else AGES[0]


def _lines(found: OverdueList, today: date) -> Iterator[Sequence[str | int]]:
    return (_line(row, (today - row.since_date).days) for row in found.rows)


def _line(row: Overdue, days: int) -> Sequence[str | int]:
    return (
        row.number, row.name, _kr(row.overdue_oere), f"{row.since_date:%d-%m-%Y}", days, row.items,
        _kr(row.unused_oere), _kr(row.collected_oere),
    )  # fmt: skip


def _kr(oere: int) -> str:
    return f"{oere // 100},{oere % 100:02}"
