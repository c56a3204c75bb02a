"""What is done about a breach: the risk is assessed, the authority notified, the persons told, the case closed."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from forsyn.domain.accountability import actions, actions_persons
from forsyn.domain.accountability.addressees import waiting
from forsyn.domain.accountability.breach_models import BreachNotice, Exception34, Risk
from forsyn.domain.accountability.rules import BreachRefused
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk import breach_act_forms as of
from forsyn.interfaces.privacy_desk.breach_forms import this_minute
from forsyn.interfaces.privacy_desk.breach_views import GET_OR_POST, form_page, line_of
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows import breaches
from forsyn.workflows.breaches import Batch


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def assess(request: HttpRequest, breach_id: int) -> HttpResponse:
    """A named person finds what it may do to the persons."""
    line = line_of(breach_id)
    form = of.RiskForm(request.POST or None, initial={"risk": line.row.risk, "reason": line.row.risk_reason})

    def save() -> str:
        actions.assess(
            breach_id=breach_id,
            risk=Risk(form.cleaned_data["risk"]),
            reason=form.cleaned_data["reason"],
            by_id=request.user.pk,
            now=timezone.now(),
        )
        return _("Vurderingen er gemt med dit navn.")

    return form_page(request, line, form, save, _("Vurder risikoen"))


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def prepare(request: HttpRequest, breach_id: int) -> HttpResponse:
    """Write the next part of the notification from what the register knows."""
    line, form = line_of(breach_id), of.NoticeForm(request.POST or None)

    def save() -> str:
        breaches.prepare_notice(
            breach_id=breach_id, final=form.cleaned_data["final"], actor=request.user.pk, now=timezone.now()
        )
        return _("Anmeldelsen er skrevet. Læs den, send den, og markér den som sendt.")

    lead = _("Programmet skriver teksten ud fra sagen. Står der noget forkert, så ret sagen, og skriv teksten igen.")
    return form_page(request, line, form, save, _("Skriv anmeldelsen"), button=_("Skriv teksten"), lead=lead)


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """A part of the notification, to read and to copy."""
    found = _notice(notice_id)
    context = {"line": line_of(found.breach_id), "notice": found}
    return render(request, "privacy_desk/breach_notice.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def sent(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Somebody handed it in."""
    found = _notice(notice_id)
    line, form = line_of(found.breach_id), of.SentForm(request.POST or None, initial={"sent_at": this_minute()})

    def save() -> str:
        breaches.mark_sent(notice_id=notice_id, **form.cleaned_data, actor=request.user.pk, now=timezone.now())
        return _("Anmeldelsen er markeret som sendt, med dit navn.")

    lead = _("Send først teksten på virk.dk (»Indberetning af brud på sikkerhed«), eller til den dataansvarlige.")
    return form_page(request, line, form, save, _("Markér som sendt"), lead=lead)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def receipt(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The authority's own number."""
    found = _notice(notice_id)
    line, form = line_of(found.breach_id), of.ReceiptForm(request.POST or None)

    def save() -> str:
        actions.receipt_came(
            notice_id=notice_id, receipt=form.cleaned_data["receipt"], by_id=request.user.pk, now=timezone.now()
        )
        return _("Kvitteringen er gemt.")

    return form_page(request, line, form, save, _("Skriv kvitteringen"))


# -- letters ---------------------------------------------------------------------------------------------------------


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def letter(request: HttpRequest, breach_id: int) -> HttpResponse:
    """What the persons are to read; begins with a draft from the case."""
    line = line_of(breach_id)
    drafts = breaches.starter_letters(line.row)
    initial = {
        "danish": line.row.letter_da or drafts[Language.DANISH],
        "english": line.row.letter_en or ("" if line.row.letter_da else drafts[Language.ENGLISH]),
    }
    form = of.LetterForm(request.POST or None, initial=initial)

    def save() -> str:
        actions_persons.write_letter(
            breach_id=breach_id, **form.cleaned_data, by_id=request.user.pk, now=timezone.now()
        )
        return _("Brevet er gemt. Læs det igennem, før du frigiver det.")

    return form_page(request, line, form, save, _("Brevet til de berørte"))


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def release(request: HttpRequest, breach_id: int) -> HttpResponse:
    """The letter as it will be read, and to how many; then it leaves."""
    line, now = line_of(breach_id), timezone.now()
    if request.method == "POST":
        try:
            with transaction.atomic():  # what the door refuses is not released either
                actions_persons.release_letters(breach_id=breach_id, by_id=request.user.pk, now=now)
                told = breaches.tell_by_mail(breach_id=breach_id, actor=request.user.pk, now=now)
        except (BreachRefused, DisclosureRefused) as refusal:
            messages.error(request, _(str(refusal)))
        else:
            text = ngettext(
                "Brevene er frigivet. %(n)s e-mail er på vej; resten følger af sig selv.",
                "Brevene er frigivet. %(n)s e-mails er på vej; resten følger af sig selv.",
                told,
            )
            messages.success(request, text % {"n": told})
        return redirect("privacy_desk:breach", breach_id=breach_id)
    context = {
        "line": line,
        "waiting": waiting(breach_id=breach_id, today=timezone.localdate()),
        "letters": [
            (language, breaches.letter_to(line.row, _("[Kundens navn]"), language))
            for language in Language
            if language is Language.DANISH or line.row.letter_en
        ],
    }
    return render(request, "privacy_desk/breach_release.html", context)


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def print_next(request: HttpRequest, breach_id: int) -> HttpResponse:
    """The next letters to print, as a PDF."""
    try:
        batch = breaches.print_letters(breach_id=breach_id, actor=request.user.pk, now=timezone.now())
    except (BreachRefused, DisclosureRefused) as refusal:
        messages.error(request, _(str(refusal)))
        batch = None
    return _printed(request, breach_id, batch)


@require_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def print_again(request: HttpRequest, breach_id: int, disclosure_id: int) -> HttpResponse:
    """A batch that was printed before."""
    found = breaches.print_again(
        breach_id=breach_id, disclosure_id=disclosure_id, actor=request.user.pk, now=timezone.now()
    )
    return _printed(request, breach_id, found)


def _printed(request: HttpRequest, breach_id: int, batch: Batch | None) -> HttpResponse:
    record(kind=AccessKind.EXPORT, aspect=Aspect.BREACHES, customer_ids=batch.customer_ids if batch else ())
    if batch is None:
        return redirect("privacy_desk:breach", breach_id=breach_id)
    name = f"breve-brud-{breach_id}-{batch.disclosure_id}.pdf"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(batch.content, content_type="application/pdf", headers=headers)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def excepted(request: HttpRequest, breach_id: int) -> HttpResponse:
    """Why persons need not be told one by one (Art. 34(3))."""
    line, form = line_of(breach_id), of.ExceptionForm(request.POST or None)

    def save() -> str:
        actions.except_from_telling(
            breach_id=breach_id,
            exception=Exception34(form.cleaned_data["exception"]),
            reason=form.cleaned_data["reason"],
            by_id=request.user.pk,
            now=timezone.now(),
        )
        return _("Undtagelsen er gemt med dit navn.")

    return form_page(request, line, form, save, _("Undtag fra besked"))


# -- the end ---------------------------------------------------------------------------------------------------------


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def note(request: HttpRequest, breach_id: int) -> HttpResponse:
    """Something else for the record."""
    line, form = line_of(breach_id), of.ReasonForm(request.POST or None, label=_("Notat"))

    def save() -> str:
        actions.note(breach_id=breach_id, text=form.cleaned_data["reason"], by_id=request.user.pk, now=timezone.now())
        return _("Notatet står i forløbet.")

    return form_page(request, line, form, save, _("Skriv et notat"))


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def close(request: HttpRequest, breach_id: int) -> HttpResponse:
    """Nothing more is to be done."""
    line = line_of(breach_id)
    form = of.ReasonForm(request.POST or None, label=_("Hvad har I lært af det?"), required=False)

    def save() -> str:
        actions.close(
            breach_id=breach_id, lessons=form.cleaned_data["reason"], by_id=request.user.pk, now=timezone.now()
        )
        return _("Sagen er afsluttet.")

    return form_page(request, line, form, save, _("Afslut sagen"), button=_("Afslut"))


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def reopen(request: HttpRequest, breach_id: int) -> HttpResponse:
    """There was more to it."""
    line = line_of(breach_id)
    form = of.ReasonForm(request.POST or None, label=_("Hvorfor åbnes den igen?"))

    def save() -> str:
        actions.reopen(
            breach_id=breach_id, reason=form.cleaned_data["reason"], by_id=request.user.pk, now=timezone.now()
        )
        return _("Sagen er åben igen.")

    return form_page(request, line, form, save, _("Åbn sagen igen"), button=_("Åbn"))


def _notice(notice_id: int) -> BreachNotice:
    found = BreachNotice.objects.select_related("prepared_by", "sent_by").filter(pk=notice_id).first()
    if found is None:
        raise Http404
    return found
