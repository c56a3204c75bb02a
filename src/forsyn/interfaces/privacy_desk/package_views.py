"""The package of a request, of everything (Art. 15) or to take along (Art. 20): to look through, and to hand over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from forsyn.domain.rights import queries
from forsyn.domain.rights.models import Request
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows import right_access, right_portability
from forsyn.workflows.package_door import Package, PackageRefused


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def draft(request: HttpRequest, request_id: int) -> HttpResponse:
    """The copy as it would be, to see what should be left out; the person does not get it by this."""
    now, today = timezone.now(), timezone.localdate()
    return _answer(
        request, request_id, lambda: _work(request_id).draft_package(request_id=request_id, now=now, today=today)
    )


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def package(request: HttpRequest, request_id: int) -> HttpResponse:
    """The copy for the person; the door has it on record before the first byte leaves."""
    now, today = timezone.now(), timezone.localdate()
    by_id: Any = request.user.pk
    return _answer(
        request,
        request_id,
        lambda: _work(request_id).released_package(request_id=request_id, actor=by_id, now=now, today=today),
    )


def _work(request_id: int) -> Any:
    """The workflow of the request's right. Raises Request.DoesNotExist."""
    right = Request.objects.values_list("right", flat=True).get(pk=request_id)
    return right_portability if right == Right.PORTABILITY else right_access


def _answer(request: HttpRequest, request_id: int, make: Callable[[], Package]) -> HttpResponse:
    try:
        made = make()
    except Request.DoesNotExist:
        raise Http404 from None
    except PackageRefused as refusal:
        messages.warning(request, _(str(refusal)))
        return redirect("privacy_desk:request", request_id)
    customers = queries.customers_of(request_id=request_id)
    record(kind=AccessKind.EXPORT, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=customers)
    headers = {
        "Content-Disposition": content_disposition_header(True, made.name) or "attachment",
        "Content-Length": str(made.digest.byte_count),
    }
    response: Any = StreamingHttpResponse(made.pieces(), content_type="application/zip", headers=headers)
    return response  # type: ignore[no-any-return]
