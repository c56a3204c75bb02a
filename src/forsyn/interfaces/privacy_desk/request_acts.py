"""Acts on one request, each a form on its page: one press, one call, and back to the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from forsyn.domain.rights import actions, queries
from forsyn.domain.rights.actions_answers import drop_plan
from forsyn.domain.rights.actions_identity import (
    CodeAnswer,
    note_authority_seen,
    note_identity_seen,
)
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import OnBehalf, Outcome, RefusalGround, RequestRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.request_forms import VersionedForm
from forsyn.interfaces.privacy_desk.request_page import FORMS
from forsyn.interfaces.privacy_desk.request_views import show_request
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows import privacy_answers, privacy_choices, right_plans


@dataclass(frozen=True, slots=True)
class Act:
    """Who presses what on which request, and when; ``said`` is the valid form."""

    request_id: int
    by_id: int
    said: Mapping[str, Any]
    now: datetime
    today: date

    @property
    def who(self) -> dict[str, Any]:
        """What every act takes."""
        return {"request_id": self.request_id, "by_id": self.by_id, "now": self.now}

    @property
    def seen(self) -> dict[str, Any]:
        """The same, with the version that the page was made from."""
        return self.who | {"version": self.said["version"]}


def _claim(act: Act) -> str:
    actions.claim(**act.seen, take_over=bool(act.said.get("take_over")))
    return _("Anmodningen er din nu.")


def _read(act: Act) -> str:
    actions.read_right(**act.seen, right=Right(act.said["right"]))
    return _("Det er gemt, hvad der bedes om.")


def _link(act: Act) -> str:
    customer = privacy_choices.customer_with_number(act.said["number"], today=act.today)
    actions.link_customer(**act.seen, customer_id=customer.customer_id)
    return _("Anmodningen er knyttet til %(name)s.") % {"name": customer}


def _unlink(act: Act) -> str:
    actions.unlink_customer(**act.seen, customer_id=act.said["customer"])
    return _("Kunden er fjernet fra anmodningen.")


def _note(act: Act) -> str:
    actions.add_note(**act.who, text=act.said["text"])
    return _("Noten er gemt.")


def _see(act: Act) -> str:
    note_identity_seen(**act.seen, note=act.said["seen"], today=act.today)
    return _("Det er skrevet ned, at du har set, hvem det er.")


def _authorise(act: Act) -> str:
    note_authority_seen(**act.seen, on_behalf=OnBehalf(act.said["on_behalf"]), note=act.said["note"])
    return _("Det er skrevet ned, hvad du så.")


def _send_code(act: Act) -> str:
    to = privacy_answers.send_code(**act.who, contact_point_id=act.said["contact_point"], today=act.today)
    return _("Koden er sendt til %(to)s.") % {"to": to}


def _try_code(act: Act) -> str:
    found = privacy_answers.check_code(**act.who, code=act.said["code"], today=act.today)
    if found is CodeAnswer.RIGHT:
        return _("Koden passede. Identiteten er på plads.")
    if found is CodeAnswer.WRONG:
        raise Tried(_("Koden passer ikke. Bed personen læse den op igen."))
    raise Tried(_("Der er ingen kode at prøve: den er brugt, for gammel eller prøvet for mange gange. Send en ny."))


def _doubt(act: Act) -> str:
    sent = privacy_answers.ask_identity(**act.seen, reason=act.said["reason"], today=act.today)
    return _("Uret står, til identiteten er på plads.") + _by_post(sent)


def _extend(act: Act) -> str:
    sent = privacy_answers.extend(**act.seen, reason=act.said["reason"], today=act.today)
    return _("Fristen er forlænget, og personen har fået besked.") + _by_post(sent)


def _acknowledge(act: Act) -> str:
    sent = privacy_answers.send_receipt(**act.seen, today=act.today)
    return _("Kvitteringen er sendt.") + _by_post(sent)


def _put_aside(act: Act) -> str:
    drop_plan(**act.seen)
    return _("Planen er lagt væk. Nu kan du ændre, hvad der bedes om, og hvem det er om.")


def _include(act: Act) -> str:
    actions.stop_withholding(**act.seen, item=act.said["item"])
    return _("Det er med i svaret igen. Læg planen om, så den passer.")


def _carry_out(act: Act) -> str:
    right_plans.carry_out(**act.seen, fingerprint=act.said["fingerprint"], today=act.today)
    return _("Planen er udført. Svar nu personen.")


def _answer(act: Act) -> str:
    result = right_plans.result_of(
        act.request_id, outcome=Outcome(act.said["outcome"]), words=act.said["text"], today=act.today
    )
    sent = privacy_answers.answer(**act.seen, result=result, today=act.today)
    return _("Svaret er sendt, og anmodningen er afsluttet.") + _by_post(sent)


def _refuse(act: Act) -> str:
    ground = RefusalGround(act.said["ground"])
    sent = privacy_answers.refuse(**act.seen, ground=ground, reason=act.said["reason"], today=act.today)
    return _("Afslaget er sendt, og anmodningen er afsluttet.") + _by_post(sent)


def _address(act: Act) -> str:
    actions.set_answer_address(**act.seen, email=act.said["email"], address=act.said["address"])
    return _("Svaret går dertil.")


def _withdraw(act: Act) -> str:
    actions.withdraw(**act.seen, today=act.today)
    return _("Anmodningen er taget tilbage af personen.")


def _by_post(sent: privacy_answers.Sent) -> str:
    return " " + _("Brevet skal printes og sendes med posten. Det ligger på denne side.") if sent.to_print else ""


class Tried(Exception):
    """Something was tried and stays on record, but did not succeed; the message says what to do."""


class TakingForm(VersionedForm):
    """Take a request, from a colleague too."""

    take_over = forms.BooleanField(required=False)


class UnlinkForm(VersionedForm):
    """Which customer it is not about."""

    customer = forms.IntegerField()


class SendingForm(forms.Form):
    """Where a code goes."""

    contact_point = forms.IntegerField()


class ItemForm(VersionedForm):
    """Something that was left out."""

    item = forms.CharField(max_length=200)


class PlanForm(VersionedForm):
    """The plan that was read."""

    fingerprint = forms.RegexField(r"^[0-9a-f]{64}$")


ACTS: Mapping[str, tuple[type[forms.Form], Callable[[Act], str]]] = {
    "tag": (TakingForm, _claim),
    "laes": (FORMS["laes"], _read),
    "kunde": (FORMS["kunde"], _link),
    "fjern-kunde": (UnlinkForm, _unlink),
    "note": (FORMS["note"], _note),
    "set": (FORMS["set"], _see),
    "fuldmagt": (FORMS["fuldmagt"], _authorise),
    "send-kode": (SendingForm, _send_code),
    "kode": (FORMS["kode"], _try_code),
    "tvivl": (FORMS["tvivl"], _doubt),
    "forlaeng": (FORMS["forlaeng"], _extend),
    "kvittering": (VersionedForm, _acknowledge),
    "laeg-vaek": (VersionedForm, _put_aside),
    "tag-med": (ItemForm, _include),
    "udfoer": (PlanForm, _carry_out),
    "adresse": (FORMS["adresse"], _address),
    "svar": (FORMS["svar"], _answer),
    "afslag": (FORMS["afslag"], _refuse),
    "tilbage": (VersionedForm, _withdraw),
}


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def act(request: HttpRequest, request_id: int, name: str) -> HttpResponse:
    """Do one thing to a request; what it refuses, it says on the request's page."""
    if name not in ACTS:
        raise Http404
    form_class, carry_out = ACTS[name]
    form = form_class(request.POST, auto_id=f"{name}_%s")
    customers = _customers(request_id)
    if form.is_valid():
        pressed = Act(request_id, request.user.pk, form.cleaned_data, timezone.now(), timezone.localdate())
        try:
            done = carry_out(pressed)
        except Tried as tried:
            form.add_error(None, str(tried))
        except (RequestRefused, ChoiceRefused, right_plans.PlanRefused) as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.PRIVACY_REQUESTS, customer_ids=customers)
            messages.success(request, done)
            return redirect("privacy_desk:request", request_id)
    if name in FORMS:
        return show_request(request, request_id, {name: form}, status=422)
    for text in [error for errors in form.errors.values() for error in errors]:
        messages.warning(request, text)
    return redirect("privacy_desk:request", request_id)


def _customers(request_id: int) -> tuple[int, ...]:
    if not Request.objects.filter(pk=request_id).exists():
        raise Http404
    return queries.customers_of(request_id=request_id)
