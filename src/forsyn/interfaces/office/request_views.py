"""Writing down that a customer asked for one of the rights over personal data; the privacy desk takes it from there."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forsyn.domain.customers.introductions import introductions
from forsyn.domain.rights.rules import Intake, RequestRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.request_receiving import INTAKES, RequestForm
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words
from forsyn.workflows.privacy_requests import receive_at_desk

CHANNELS = (Intake.PHONE, Intake.IN_PERSON, Intake.LETTER)


class OfficeRequestForm(RequestForm):
    """What reaches a clerk: mails go to the privacy desk's own mail box."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = [(key, INTAKES[key]) for key in CHANNELS]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.CUSTOMER_SERVICE)
def privacy_request(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Write a request down, and show its receipt: the number, and until when we must answer."""
    today, now = timezone.localdate(), timezone.now()
    customer = introductions(customer_ids=[customer_id], today=today).get(customer_id)
    if customer is None:
        raise Http404
    form = OfficeRequestForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            received = receive_at_desk(by_id=request.user.pk, customer_ids=[customer_id], **form.received(now))
        except RequestRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=[customer_id])
            text = _("Anmodning %(number)s er skrevet ind. Personen skal have svar senest %(day)s.")
            language = Language.ENGLISH if get_language() == "en" else Language.DANISH
            words = {"number": received.number, "day": date_words(received.deadline_date, language)}
            messages.success(request, text % words)
            return redirect("office:customer", customer_id)
    context = {"form": form, "customer": customer}
    return render(request, "office/privacy_request.html", context, status=422 if form.errors else 200)
