"""The page on which customers say yes, and take it back: each consent on its own, one press for either."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forsyn.domain.safeguards.actions_choices import give_consent, withdraw_consents
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_queries import consents_of
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.interfaces.access import customer_required
from forsyn.interfaces.portal.consents_page import Card, cards, reading_language
from forsyn.interfaces.portal.on_hold import on_hold
from forsyn.policy.vocabulary import Right
from forsyn.workflows.declarations import current_policy


@require_safe
@never_cache
@customer_required
def consents(request: HttpRequest) -> HttpResponse:
    """Every consent with its text, how it stands, and its history."""
    policy, found = current_policy(), _cards(request)
    context = {
        "cards": found,
        "live": [card for card in found if card.is_live],
        "version": policy.version,
        "on_hold": on_hold(_customer_id(request)),
        "withdrawal": policy.rights[Right.WITHDRAWAL].explanation,
    }
    return render(request, "portal/consents.html", context)


@require_POST
@customer_required
def give(request: HttpRequest, consent: str) -> HttpResponse:
    """Say yes to one, in the words and the version that the page showed."""
    offered = {card.key for card in _cards(request) if not card.needs_paper}
    if consent not in offered & current_policy().consents.keys():
        raise Http404
    try:
        give_consent(
            policy=current_policy(),
            customer_id=_customer_id(request),
            consent=consent,
            text_version=request.POST.get("version", ""),
            language=reading_language(),
            channel=Channel.PORTAL,
            now=timezone.now(),
        )
    except ChoiceRefused as refusal:
        messages.warning(request, _(str(refusal)))
    else:
        messages.success(request, _("Tak. Dit ja er gemt. Du kan tage det tilbage her, når du vil."))
    return _back(request)


@require_POST
@customer_required
def withdraw(request: HttpRequest, consent: str) -> HttpResponse:
    """Take one yes back."""
    return _withdraw(request, {consent}, _("Dit samtykke er trukket tilbage. Vi er holdt op med det samme."))


@require_POST
@customer_required
def withdraw_all(request: HttpRequest) -> HttpResponse:
    """Take every yes back at once."""
    live = {card.key for card in _cards(request) if card.is_live}
    return _withdraw(request, live, _("Alle dine samtykker er trukket tilbage. Vi er holdt op med det samme."))


def _withdraw(request: HttpRequest, consents: Collection[str], done: str) -> HttpResponse:
    try:
        withdraw_consents(
            customer_id=_customer_id(request), consents=consents, channel=Channel.PORTAL, now=timezone.now()
        )
    except ChoiceRefused as refusal:
        messages.warning(request, _(str(refusal)))
    else:
        messages.success(request, done)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page with the button that was pressed."""
    if request.POST.get("back") == "my_data":
        return redirect(f"{reverse('portal:my_data')}#samtykker")
    return redirect("portal:consents")


def _cards(request: HttpRequest) -> list[Card]:
    return cards(current_policy(), consents_of(customer_id=_customer_id(request)))


def _customer_id(request: HttpRequest) -> int:
    return cast(int, request.customer_id)  # type: ignore[attr-defined]
