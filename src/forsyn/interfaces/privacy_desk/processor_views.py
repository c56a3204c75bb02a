"""The register of processors: who may receive what under which agreement, and what must be renewed."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.safeguards import actions_register as registry
from forsyn.domain.safeguards import door_queries
from forsyn.domain.safeguards.door_models import RecipientAgreement, SubProcessor
from forsyn.domain.safeguards.door_register import Processor
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk import processor_forms as of
from forsyn.policy.policy import Recipient
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Role
from forsyn.workflows.declarations import current_policy

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def processors(request: HttpRequest) -> HttpResponse:
    """Every processor of the policy, the most urgent first."""
    today = timezone.localdate()
    context = {"rows": door_queries.processors(current_policy(), today=today), "today": today}
    return render(request, "privacy_desk/processors.html", context)


def processors_waiting() -> list[Processor]:
    """Those that wait for somebody: no valid agreement, one that ends soon, or an audit that is due. 3 queries."""
    today = timezone.localdate()
    rows = door_queries.processors(current_policy(), today=today)
    return [row for row in rows if row.needs_somebody(today)]


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def processor(request: HttpRequest, recipient: str) -> HttpResponse:
    """One processor: its agreements, with documents, instructions, sub-processors and audits."""
    declared, policy, today = _declared(recipient), current_policy(), timezone.localdate()
    rows = door_queries.processors(policy, today=today)
    context = {
        "row": next(row for row in rows if row.recipient is declared),
        "agreements": door_queries.agreement_detail(recipient=recipient),
        "categories": [policy.categories[key] for key in declared.categories],
        "today": today,
    }
    return render(request, "privacy_desk/processor.html", context)


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def agreement_document(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The signed agreement as a file."""
    found = door_queries.document_of(agreement_id=agreement_id)
    if found is None:
        raise Http404
    name = found.agreement.document_name or "aftale.pdf"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(bytes(found.content), content_type="application/pdf", headers=headers)


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def agree(request: HttpRequest, recipient: str) -> HttpResponse:
    """Put a new agreement on file."""
    declared = _declared(recipient)
    form = of.AgreementForm(request.POST or None, request.FILES or None)

    def save() -> None:
        values = form.cleaned_data
        registry.register_agreement(
            policy=current_policy(),
            recipient=recipient,
            number=values["number"],
            first_date=values["first_date"],
            until_date=of.until(values["last_date"]),
            storage_country=values["storage_country"],
            instructions=values["instructions"],
            signed_date=values["signed_date"],
            document=form.document(),
            now=timezone.now(),
        )

    return _form_page(request, declared, form, save, _("Ny databehandleraftale"), _("Aftalen er lagt ind."))


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def sign(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """The signed paper of an agreement that was on file without."""
    agreement = _agreement(agreement_id)
    form = of.SignedForm(request.POST or None, request.FILES or None, initial={"signed_date": agreement.signed_date})

    def save() -> None:
        registry.sign_agreement(
            agreement_id=agreement_id,
            signed_date=form.cleaned_data["signed_date"],
            document=form.document(),
            now=timezone.now(),
        )

    heading = _("Underskrift på aftale %(number)s") % {"number": agreement.number}
    return _form_page(request, _declared(agreement.recipient), form, save, heading, _("Underskriften er lagt ind."))


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def instruct(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Other instructions."""
    agreement = _agreement(agreement_id)
    form = of.InstructionsForm(request.POST or None, initial={"instructions": agreement.instructions})

    def save() -> None:
        registry.instruct(agreement_id=agreement_id, instructions=form.cleaned_data["instructions"])

    heading = _("Instruks i aftale %(number)s") % {"number": agreement.number}
    return _form_page(request, _declared(agreement.recipient), form, save, heading, _("Instruksen er gemt."))


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def end_agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Let an agreement end sooner."""
    agreement = _agreement(agreement_id)
    form = of.EndForm(request.POST or None)

    def save() -> None:
        until = of.until(form.cleaned_data["last_date"])
        assert until is not None  # the form wants it
        registry.end_agreement(agreement_id=agreement_id, until_date=until)

    heading = _("Afslut aftale %(number)s") % {"number": agreement.number}
    return _form_page(request, _declared(agreement.recipient), form, save, heading, _("Aftalen slutter den dag."))


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def add_sub_processor(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Somebody new works for the processor."""
    agreement = _agreement(agreement_id)
    form = of.SubProcessorForm(request.POST or None)

    def save() -> None:
        values = form.cleaned_data
        registry.add_sub_processor(
            agreement_id=agreement_id,
            name=values["name"],
            country=values["country"],
            service=values["service"],
            first_date=values["first_date"],
            until_date=of.until(values["last_date"]),
        )

    done = _("Underdatabehandleren er skrevet på.")
    return _form_page(request, _declared(agreement.recipient), form, save, _("Ny underdatabehandler"), done)


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def end_sub_processor(request: HttpRequest, sub_processor_id: int) -> HttpResponse:
    """Somebody works for the processor no longer."""
    working = SubProcessor.objects.select_related("agreement").filter(pk=sub_processor_id).first()
    if working is None:
        raise Http404
    form = of.EndForm(request.POST or None)

    def save() -> None:
        until = of.until(form.cleaned_data["last_date"])
        assert until is not None  # the form wants it
        registry.end_sub_processor(sub_processor_id=sub_processor_id, until_date=until)

    heading = _("%(name)s arbejder ikke længere for databehandleren") % {"name": working.name}
    return _form_page(request, _declared(working.agreement.recipient), form, save, heading, _("Slutdagen er gemt."))


@GET_OR_POST
@staff_required(P.PRIVACY_RIGHTS)
def record_audit(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """What an audit showed."""
    agreement = _agreement(agreement_id)
    form = of.AuditForm(request.POST or None)

    def save() -> None:
        registry.record_audit(agreement_id=agreement_id, **form.cleaned_data, today=timezone.localdate())

    return _form_page(request, _declared(agreement.recipient), form, save, _("Nyt tilsyn"), _("Tilsynet er gemt."))


# -- within -------------------------------------------------------------------------------------------------------


def _form_page(
    request: HttpRequest,
    recipient: Recipient,
    form: forms.Form,
    save: Callable[[], None],
    heading: str,
    done: str,
) -> HttpResponse:
    """The form until it can be saved; then back to the processor's page."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except registry.RegisterRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("privacy_desk:processor", recipient=recipient.key)
    context = {"form": form, "heading": heading, "recipient": recipient}
    return render(request, "privacy_desk/processor_form.html", context)


def _declared(key: str) -> Recipient:
    recipient = current_policy().recipients.get(key)
    if recipient is None or recipient.role is not Role.PROCESSOR:
        raise Http404
    return recipient


def _agreement(agreement_id: int) -> RecipientAgreement:
    agreement = RecipientAgreement.objects.filter(pk=agreement_id).first()
    if agreement is None:
        raise Http404
    return agreement
