"""The copy of one's data as a file, at one press."""

from __future__ import annotations

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
from forsyn.workflows.access_package import Package, PackageRefused
from forsyn.workflows.own_data import NOT_YOURS
from forsyn.workflows.own_package import ask_for_copy, own_copy


@require_POST
@never_cache
@customer_required
def download(request: HttpRequest) -> Any:
    """Everything that we hold about the person, in one package (Art. 15); the request is answered by it."""
    if not OwnForm(request.customer.number, request.POST).is_valid():  # type: ignore[attr-defined]
        messages.error(request, _(NOT_YOURS))
        return redirect("portal:my_data")
    common: dict[str, Any] = {
        "account_id": request.user.pk,
        "customer_id": request.customer_id,  # type: ignore[attr-defined]
        "now": timezone.now(),
        "today": timezone.localdate(),
    }
    fetch = ask_for_copy(**common)
    try:
        package = own_copy(fetch, **common, language=reading_language())
    except (PackageRefused, DisclosureRefused, RequestRefused):
        values = {"number": fetch.number, "day": wording.long_date(fetch.deadline_date)}
        said = _("Vi kan ikke lave pakken lige nu. En medarbejder ser på det, og du får den senest den %(day)s.")
        messages.warning(request, said % values)
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
