"""Reviewing sensitive data: what is due, and keeping one row for another while, or deleting it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import actions
from forsyn.domain.sensitive.queries import Notice
from forsyn.domain.sensitive.rules import Kind, review_date
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.sensitive_pages import CHANGING, PAGE_OF, PAGES, KindPage, customer_of, looked, work_for
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.sensitive_file import AHEAD, ALL_WORKS, kept_notice, kinds_kept, mask, reviews

KEEP, DELETE = "behold", "slet"


@require_safe
@staff_required(*ALL_WORKS)
def due(request: HttpRequest) -> HttpResponse:
    """What must be reviewed soon or should have been; of the kinds that one works with. Nothing of what it says."""
    rows = reviews(works=request.purposes, actor=request.user.pk, today=timezone.localdate())  # type: ignore[attr-defined]
    for kind in dict.fromkeys(row.due.kind for row in rows):
        shown = [row.due.customer_id for row in rows if row.due.kind is kind]
        record(kind=AccessKind.LIST, aspect=PAGE_OF[kind].aspect, customer_ids=shown)
    context = {"reviews": [(row, PAGE_OF[row.due.kind]) for row in rows], "days_ahead": AHEAD.days}
    return render(request, "office/reviews.html", context)


@require_http_methods(CHANGING)
@staff_required(*ALL_WORKS)
def review(request: HttpRequest, customer_id: int, slug: str, row_id: UUID) -> HttpResponse:
    """One row: still needed, or deleted."""
    page = next((page for page in PAGES if page.slug == slug and page.kind in kinds_kept()), None)
    if page is None:
        raise Http404
    customer = customer_of(request, customer_id)
    work = work_for(request, page.kind)
    with purpose(work, actor=request.user.pk):
        notice = kept_notice(kind=page.kind, customer_id=customer_id, row_id=row_id)
        if notice is None:
            raise Http404
        if request.method == "POST":
            _settle(request, notice)
            return redirect(page.route, customer_id)
        looked(customer_id, page.kind)
    return render(request, "office/review.html", {"customer": customer, "page": page, **_shown(page, notice)})


def _shown(page: KindPage, notice: Notice) -> dict[str, object]:
    content = notice.content.text if notice.content else ""
    return {
        "notice": notice,
        "content": mask(content) if content and page.kind is Kind.CPR else content,
        "next_date": review_date(current_policy(), page.kind, today=timezone.localdate()),
        "is_overdue": notice.review_date < timezone.localdate(),
        "keep": KEEP,
        "delete": DELETE,
    }


def _settle(request: HttpRequest, notice: Notice) -> None:
    handling = request.POST.get("handling")
    if handling == KEEP:
        until = actions.review(
            policy=current_policy(),
            kind=notice.kind,
            row_id=notice.id,
            now=timezone.now(),
            reviewed_by_id=request.user.pk,
        )
        messages.success(request, _("Gennemgået. Næste gang er %(date)s.") % {"date": wording.day_text(until)})
    elif handling == DELETE:
        actions.forget(kind=notice.kind, row_id=notice.id)
        messages.success(request, _("Oplysningen er slettet."))
    else:
        raise Http404
    looked(notice.customer_id, notice.kind, changed=True)
