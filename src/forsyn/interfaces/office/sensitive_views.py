"""Sensitive data about a customer: illness, and safety on the premises. Each page works under its own purpose."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.sensitive import actions, queries
from forsyn.domain.sensitive.rules import Kind
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.design import in_language
from forsyn.interfaces.office.sensitive_forms import NoticeForm, PaperForm, PremisesForm
from forsyn.interfaces.office.sensitive_pages import CHANGING, attempt, customer_of, looked, pages_for
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Source
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.sensitive_file import ALL_WORKS
from forsyn.workflows.vault_consents import consents_on_file, record_consent


@require_safe
@staff_required(*ALL_WORKS)
def find(request: HttpRequest) -> HttpResponse:
    """From a customer number to the customer's page, for those who have no other page on customers."""
    number = request.GET.get("kundenummer", "").strip().replace("\x00", "")[:20]
    if number:
        record(kind=AccessKind.SEARCH, aspect=Aspect.CUSTOMER_FILE, search=number)
        found = customer_ids(numbers=[number])
        if number in found:
            return redirect("office:sensitive", found[number])
    return render(request, "office/sensitive_find.html", {"number": number})


@require_safe
@staff_required(*ALL_WORKS)
def overview(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The kinds, each with a link. Not even whether anything is kept stands here."""
    context = {"customer": customer_of(request, customer_id), "pages": pages_for(request)}
    record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[customer_id])
    return render(request, "office/sensitive.html", context)


@require_http_methods(CHANGING)
@staff_required(P.INTERRUPTION_HEALTH)
def health(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Illness in the home: first the consent with its paper, then what must be taken into account."""
    customer = customer_of(request, customer_id, Kind.HEALTH)
    (asked,) = consents_on_file(customer_id=customer_id, works=(P.INTERRUPTION_HEALTH,), account_id=request.user.pk)
    given = asked.given
    form = (NoticeForm if given else PaperForm)(request.POST or None, request.FILES or None)

    def change() -> None:
        if given is None:
            record_consent(
                customer_id=customer_id,
                consent=asked.key,
                channel=Channel.LETTER,
                language=Language.DANISH,
                proof=form.proof(),
                account_id=request.user.pk,
                now=timezone.now(),
            )
            messages.success(request, _("Samtykket er gemt. Nu kan du skrive, hvad der skal tages hensyn til."))
        else:
            actions.keep_health_notice(
                policy=current_policy(),
                customer_id=customer_id,
                consent_id=given.id,
                text=form.settled.text,
                now=timezone.now(),
                recorded_by_id=request.user.pk,
            )
            messages.success(request, _("Oplysningen er gemt."))

    if request.method == "POST" and form.is_valid() and attempt(form, change):
        looked(customer_id, Kind.HEALTH, changed=True)
        return redirect("office:health", customer_id)
    looked(customer_id, Kind.HEALTH)
    context = {
        "customer": customer,
        "form": form,
        "given": given,
        "consent_text": in_language(asked.consent.explanation),
        "notices": queries.notices(kind=Kind.HEALTH, customer_ids=[customer_id]),
    }
    return render(request, "office/sensitive_health.html", context, status=422 if form.errors else 200)


@require_http_methods(CHANGING)
@staff_required(P.INTERRUPTION_SAFETY)
def safety(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Threats, and children and animals: each with a form of its own."""
    customer = customer_of(request, customer_id, Kind.THREATS, Kind.PREMISES)
    posted = request.POST.get("om", "") if request.method == "POST" else ""
    data = {slug: request.POST if posted == slug else None for slug in ("trusler", "boern-og-dyr")}
    threat = NoticeForm(data["trusler"], auto_id="trusler_%s")
    premises = PremisesForm(data["boern-og-dyr"], auto_id="stedet_%s")
    if threat.is_bound and threat.is_valid() and attempt(threat, lambda: _keep_threat(request, customer_id, threat)):
        return _safety_kept(request, customer_id, Kind.THREATS)
    is_sent = premises.is_bound and premises.is_valid()
    if is_sent and attempt(premises, lambda: _keep_premises(request, customer_id, premises)):
        return _safety_kept(request, customer_id, Kind.PREMISES)
    looked(customer_id, Kind.THREATS, Kind.PREMISES)
    context = {
        "customer": customer,
        "threat_form": threat,
        "premises_form": premises,
        "threats": queries.notices(kind=Kind.THREATS, customer_ids=[customer_id]),
        "premises": queries.notices(kind=Kind.PREMISES, customer_ids=[customer_id]),
    }
    status = 422 if threat.errors or premises.errors else 200
    return render(request, "office/sensitive_safety.html", context, status=status)


def _keep_threat(request: HttpRequest, customer_id: int, form: NoticeForm) -> None:
    actions.keep_threat_notice(
        policy=current_policy(),
        customer_id=customer_id,
        text=form.settled.text,
        now=timezone.now(),
        recorded_by_id=request.user.pk,
    )


def _keep_premises(request: HttpRequest, customer_id: int, form: PremisesForm) -> None:
    actions.keep_premises_notice(
        policy=current_policy(),
        customer_id=customer_id,
        text=form.settled.text,
        source=Source(form.cleaned_data["source"]),
        now=timezone.now(),
        recorded_by_id=request.user.pk,
    )


def _safety_kept(request: HttpRequest, customer_id: int, kind: Kind) -> HttpResponse:
    looked(customer_id, kind, changed=True)
    messages.success(request, _("Oplysningen er gemt."))
    return redirect("office:safety", customer_id)
