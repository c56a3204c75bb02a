"""Consents that reach us otherwise than in the portal: by letter, telephone, mail, or in person, given or withdrawn."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.customers.introductions import Introduction
from forsyn.domain.safeguards.actions_choices import give_consent, withdraw_consent
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_queries import consents_of, live_consent_counts, proof_of
from forsyn.domain.safeguards.choices_rules import ChoiceRefused, Standing, standings
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.choice_forms import GivingForm, WhoseForm, WithdrawalForm
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows import privacy_choices
from forsyn.workflows.declarations import current_policy

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def consents(request: HttpRequest) -> HttpResponse:
    """How many say yes to what; and all that one customer has said yes and no to."""
    form = WhoseForm(request.GET if "kunde" in request.GET else None)
    context: dict[str, object] = {"form": form, "counts": _counts()}
    if form.is_bound and form.is_valid():
        try:
            customer = privacy_choices.customer_with_number(form.cleaned_data["kunde"], today=timezone.localdate())
        except ChoiceRefused as refusal:
            form.add_error("kunde", _(str(refusal)))
        else:
            record(kind=AccessKind.LOOK, aspect=Aspect.CONSENTS, customer_ids=[customer.customer_id])
            rows = consents_of(customer_id=customer.customer_id)
            context |= {
                "customer": customer,
                "standings": standings(current_policy(), rows),
                "names": privacy_choices.colleague_names(row.recorded_by_id for row in rows),
            }
    return render(request, "privacy_desk/consents.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def give(request: HttpRequest, customer_id: int, consent: str) -> HttpResponse:
    """Record a yes, with the signed paper where there must be one."""
    customer, standing = _customer(customer_id), _standing(customer_id, consent)
    if standing.consent is None:
        raise Http404
    form = GivingForm(
        request.POST or None,
        request.FILES or None,
        initial={"version": current_policy().version},
        paper_required=standing.is_written,
    )
    if request.method == "POST" and form.is_valid():
        try:
            give_consent(
                policy=current_policy(),
                customer_id=customer_id,
                consent=consent,
                text_version=form.cleaned_data["version"],
                language=Language(form.cleaned_data["language"]),
                channel=Channel(form.cleaned_data["channel"]),
                now=timezone.now(),
                recorded_by_id=request.user.pk,
                proof=form.proof(),
            )
        except ChoiceRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.CONSENTS, customer_ids=[customer_id])
            messages.success(request, _("Samtykket fra %(name)s er gemt.") % {"name": customer})
            return _back(customer)
    context = {"form": form, "customer": customer, "standing": standing}
    return render(request, "privacy_desk/consent_given.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def withdraw(request: HttpRequest, customer_id: int, consent: str) -> HttpResponse:
    """Record that a yes is taken back; it works at once."""
    customer, standing = _customer(customer_id), _standing(customer_id, consent)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_consent(
                customer_id=customer_id,
                consent=consent,
                channel=Channel(form.cleaned_data["channel"]),
                now=timezone.now(),
            )
        except ChoiceRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            record(kind=AccessKind.CHANGE, aspect=Aspect.CONSENTS, customer_ids=[customer_id])
            messages.success(
                request, _("Samtykket fra %(name)s er trukket tilbage og gælder ikke mere.") % {"name": customer}
            )
            return _back(customer)
    return render(
        request, "privacy_desk/consent_withdrawn.html", {"form": form, "customer": customer, "standing": standing}
    )


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def paper(request: HttpRequest, customer_id: int, consent_id: int) -> HttpResponse:
    """The signed paper, to keep or to look at; never shown within the page."""
    proof = proof_of(consent_id=consent_id, customer_id=customer_id)
    if proof is None:
        raise Http404
    record(kind=AccessKind.EXPORT, aspect=Aspect.CONSENTS, customer_ids=[customer_id])
    headers = {"Content-Disposition": content_disposition_header(True, proof.name) or "attachment"}
    return HttpResponse(proof.content, content_type=proof.type, headers=headers)


def _counts() -> list[tuple[str, int]]:
    live = live_consent_counts()
    return [(key, live.get(key, 0)) for key in dict.fromkeys([*current_policy().consents, *live])]


def _customer(customer_id: int) -> Introduction:
    found = privacy_choices.customer(customer_id, today=timezone.localdate())
    if found is None:
        raise Http404
    record(kind=AccessKind.LOOK, aspect=Aspect.CONSENTS, customer_ids=[customer_id])
    return found


def _standing(customer_id: int, consent: str) -> Standing:
    found = standings(current_policy(), consents_of(customer_id=customer_id))
    standing = next((one for one in found if one.key == consent), None)
    if standing is None:
        raise Http404
    return standing


def _back(customer: Introduction) -> HttpResponse:
    return redirect(f"{reverse('privacy_desk:consents')}?kunde={customer.number}")
