"""One's data as a file, at one press: a copy of everything, or what can be taken along."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from forsyn.domain.rights.rules import RequestRefused
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.my_data_forms import OwnForm
from forsyn.policy.vocabulary import Right
from forsyn.workflows.access_package import Package, PackageRefused
from forsyn.workflows.own_data import NOT_YOURS
from forsyn.workflows.own_package import ask_for_package, own_package

logger = logging.getLogger(__name__)


@require_POST
@never_cache
@customer_required
def download(request: HttpRequest) -> HttpResponse:
    """Everything that we hold about the person (Art. 15)."""
    return _fetched(request, Right.ACCESS)


@require_POST
@never_cache
@customer_required
def take_along(request: HttpRequest) -> HttpResponse:
    """What the person gave us, and the own consumption, in a form that other systems read (Art. 20)."""
    return _fetched(request, Right.PORTABILITY)


def _fetched(request: HttpRequest, right: Right) -> HttpResponse:
    """The package; the request is on record, and answered by it."""
    if not OwnForm(request.customer.number, request.POST).is_valid():  # type: ignore[attr-defined]
        messages.error(request, _(NOT_YOURS))
        return redirect("portal:my_data")
    common: dict[str, Any] = {
        "account_id": request.user.pk,
        "customer_id": request.customer_id,  # type: ignore[attr-defined]
        "now": timezone.now(),
        "today": timezone.localdate(),
    }
    fetch = ask_for_package(right, **common)
    try:
        package = own_package(fetch, **common, language=reading_language())
    except (PackageRefused, DisclosureRefused, RequestRefused):
        logger.exception("No package could be made for request %s", fetch.number)
        said = _("Vi kan ikke lave pakken lige nu. En medarbejder ser på det, og du får den senest den %(day)s.")
        messages.warning(request, said % {"day": wording.long_date(fetch.deadline_date)})
        return redirect("portal:my_request", fetch.request_id)
    return _handed_over(package)


def _handed_over(package: Package) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=package.name) or "attachment"
    size = str(package.digest.byte_count)
    response: Any = StreamingHttpResponse(
        package.pieces(),
        content_type="application/zip",
        headers={"Content-Disposition": header, "Content-Length": size},
    )
    return response  # type: ignore[no-any-return]
