"""Pages on which customers see and change how they are reached."""

from __future__ import annotations

import logging
from functools import partial
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers.models import ContactKind
from forsyn.domain.customers.queries import contact_history, customer_overview
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal import email_codes
from forsyn.interfaces.portal.contact_page import contact_lines, shown
from forsyn.interfaces.portal.forms import KINDS, CodeForm, ContactForm
from forsyn.interfaces.portal.on_hold import on_hold
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows import change_contact as changes
from forsyn.workflows.change_email import change_email
from forsyn.workflows.outgoing import Letter, mail_code, mail_person

logger = logging.getLogger(__name__)
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
_NOT_SENT = gettext_lazy(
    "Vi kunne ikke sende en mail til den adresse. Se efter, om den er rigtig, eller prøv igen senere."
)


@require_safe
@never_cache
@customer_required
def contact(request: HttpRequest) -> HttpResponse:
    """Name, birth date, and the contact points with their history."""
    customer_id = _customer_id(request)
    context = {
        "customer": customer_overview(customer_id=customer_id, today=timezone.localdate()),
        "on_hold": on_hold(customer_id),
        "lines": contact_lines(contact_history(customer_id=customer_id), _account(request).email),
    }
    return render(request, "portal/contact.html", context)


@GET_OR_POST
@never_cache
@customer_required
def change_contact(request: HttpRequest, kind: str) -> HttpResponse:
    """A new value for one kind. An e-mail address must show by a code that it is the person's own."""
    _check_kind(kind)
    current = _current(request, kind)
    form = ContactForm(kind, request.POST or None, initial={"value": shown(current or "")})
    if request.method == "POST" and form.is_valid():
        value = form.cleaned_data["value"]
        if kind != ContactKind.EMAIL or value == current:
            return _save(request, kind, value)
        if answer := _send_code(request, form, value):
            return answer
    heading = (_("Ret %(what)s") if current else _("Tilføj %(what)s")) % {"what": _label(kind)}
    context = {"form": form, "heading": heading, "kind": kind}
    return render(request, "portal/change_contact.html", context)


@GET_OR_POST
@never_cache
@customer_required
def remove_contact(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask once, then let one kind be no longer on file."""
    _check_kind(kind)
    current = _current(request, kind)
    if current is None:
        return redirect("portal:contact")
    signs_in = kind == ContactKind.EMAIL and current.casefold() == _account(request).email.casefold()
    if request.method == "POST" and not signs_in:
        return _save(request, kind, None)
    heading = _("Fjern %(what)s") % {"what": _label(kind)}
    context = {"heading": heading, "kind": kind, "current": shown(current), "signs_in": signs_in}
    return render(request, "portal/remove_contact.html", context)


@GET_OR_POST
@never_cache
@customer_required
def confirm_email(request: HttpRequest) -> HttpResponse:
    """Enter the code that was sent to the new address."""
    waiting = email_codes.waiting(request.session, now=timezone.now())
    if email_codes.was_not_sent(request.session):
        messages.error(request, _NOT_SENT)
        return redirect("portal:change_contact", kind=ContactKind.EMAIL.value)
    if waiting is None or waiting.customer_id != _customer_id(request):
        messages.warning(request, _("Koden gælder ikke længere. Skriv den nye e-mail igen, så sender vi en ny kode."))
        return redirect("portal:change_contact", kind=ContactKind.EMAIL.value)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if email_codes.accept(request.session, form.cleaned_data["code"]):
            email_codes.forget(request.session)
            return _change_email(request, waiting)
        form.add_error("code", _("Koden passer ikke. Se efter i den nyeste mail fra os, og prøv igen."))
    context = {"form": form, "email": waiting.email, "heading": _("Bekræft din nye e-mail")}
    return render(request, "portal/confirm_email.html", context)


# -- within -------------------------------------------------------------------------------------------------------


def _customer_id(request: HttpRequest) -> int:
    return cast(int, request.customer_id)  # type: ignore[attr-defined]


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _check_kind(kind: str) -> None:
    if kind not in ContactKind.values:
        raise Http404


def _label(kind: str) -> str:
    return str(KINDS[ContactKind(kind)][0]).lower()


def _current(request: HttpRequest, kind: str) -> str | None:
    overview = customer_overview(customer_id=_customer_id(request), today=timezone.localdate())
    return overview.contact(kind)


def _save(request: HttpRequest, kind: str, value: str | None) -> HttpResponse:
    try:
        changed = changes.change_contact(
            customer_id=_customer_id(request),
            kind=kind,
            value=value,
            today=timezone.localdate(),
            now=timezone.now(),
        )
    except NotPossible as refusal:
        messages.error(request, _(str(refusal)))
        return redirect("portal:contact")
    if not changed:
        messages.info(request, _("Der var intet at ændre."))
    elif value is None:
        messages.success(request, _("Oplysningen er fjernet. Vi bruger den ikke mere."))
    else:
        messages.success(request, _("Ændringen er gemt."))
    return redirect("portal:contact")


def _send_code(request: HttpRequest, form: ContactForm, email: str) -> HttpResponse | None:
    """Send a code to the new address; None, with an error in the form, after too many."""
    account, now = _account(request), timezone.now()
    if not email_codes.may_send(account.pk):
        form.add_error("value", _("Du har bedt om mange koder. Vent en time, og prøv igen."))
        return None
    code = email_codes.new_code(request.session, customer_id=_customer_id(request), email=email, now=now)
    letter = _letter(request, "portal/mail/confirm_email.txt", _("Bekræft din nye e-mail"), email, code=code)
    try:
        not_sent = partial(email_codes.not_sent, request.session)
        mail_code(P.SELF_SERVICE, letter, actor=account.pk, now=now, not_sent=not_sent)
    except DisclosureRefused as refused:
        logger.error("The door lets no code to a customer's new address out. %s", refused)
        email_codes.forget(request.session)
        form.add_error("value", _NOT_SENT)
        return None
    return redirect("portal:confirm_email")


def _change_email(request: HttpRequest, waiting: email_codes.Waiting) -> HttpResponse:
    former = _account(request).email
    try:
        done = change_email(
            account_id=_account(request).pk,
            customer_id=waiting.customer_id,
            email=waiting.email,
            today=timezone.localdate(),
            now=timezone.now(),
        )
    except NotPossible as refusal:
        messages.error(request, _(str(refusal)))
        return redirect("portal:contact")
    if done.former_contact:
        _tell_former(request, done.former_contact)
    if done.signs_in_with_it:
        text = _("Din e-mail er ændret. Næste gang logger du ind med %(email)s.")
    else:
        text = _("Din e-mail er ændret. Du logger stadig ind med %(former)s.")
    messages.success(request, text % {"email": waiting.email, "former": former})
    return redirect("portal:contact")


def _tell_former(request: HttpRequest, email: str) -> None:
    """The change stands even where the former mailbox is gone, which is why many change it."""
    letter = _letter(request, "portal/mail/email_changed.txt", _("Din e-mail er ændret"), email)
    try:
        mail_person(P.SELF_SERVICE, letter, actor=_account(request).pk, now=timezone.now())
    except DisclosureRefused as refused:
        logger.error("The door lets no word to a customer's former address out. %s", refused)


def _letter(request: HttpRequest, template: str, subject: str, to: str, **context: object) -> Letter:
    minutes = int(email_codes.LIFETIME.total_seconds() // 60)
    return Letter(
        to=to,
        subject=subject,
        text=render_to_string(template, {**context, "minutes": minutes}, request=request),
        categories=("email",),
        customer_ids=(_customer_id(request),),
        language=Language.ENGLISH if get_language() == "en" else Language.DANISH,
    )
