"""Pages of staff access: one's own, and everybody's for those who decide."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.accounts import access_queries
from forsyn.domain.accounts.models import AccountKind, StaffRole
from forsyn.domain.accounts.rules import MAX_DOCUMENT_BYTES, AccessRefused
from forsyn.interfaces.access import View, has_second_factor, signed_in, staff_required, under
from forsyn.interfaces.design import in_language
from forsyn.interfaces.staff_access.forms import AgreementForm, DecisionForm, EndForm, RequestForm
from forsyn.interfaces.staff_access.wording import told
from forsyn.policy.purposes import P
from forsyn.workflows import staff_access, staff_instructions

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
deciding = staff_required(P.STAFF_ADMINISTRATION)
CONTENT_TYPES = {b"%PDF": "application/pdf", b"\xff\xd8\xff\xe0": "image/jpeg", b"\x89PNG": "image/png"}


def own_page(view: View) -> View:
    """Every member of staff, with any role or none."""
    entered = under(P.STAFF_ADMINISTRATION)(view)

    @wraps(entered)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = signed_in(request).kind
        if kind is None:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if kind != AccountKind.STAFF:
            raise Http404
        if not has_second_factor(request):
            return redirect("sign_in:second_factor")
        return entered(request, *args, **kwargs)

    return guarded


@GET_OR_POST
@own_page
def own(request: HttpRequest) -> HttpResponse:
    """What one may do oneself, what one has asked for, and a form to ask for more."""
    today = timezone.localdate()
    [person] = access_queries.people(today=today, account_ids=[request.user.pk])
    open_to = staff_access.roles_open_to(external=person.employer is not None)
    form = RequestForm(request.POST or None, roles=[(role.key, in_language(role.name)) for role in open_to])
    if request.method == "POST" and form.is_valid():
        try:
            staff_access.request_access(
                account_id=request.user.pk,
                role=form.cleaned_data["role"],
                term=form.term(today),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
                today=today,
            )
        except AccessRefused as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Din anmodning er sendt. En anden tager stilling til den."))
            return redirect("staff_access:own")
    context = {
        "person": person,
        "form": form,
        "roles": open_to,
        "requests": access_queries.requests_of(account_id=request.user.pk),
    }
    return render(request, "staff_access/own.html", context)


@GET_OR_POST
@own_page
def give_up(request: HttpRequest, role_id: int) -> HttpResponse:
    """Ask once, then end an access of one's own that the work needs no more."""
    given = _role(role_id)
    if given.account_id != request.user.pk:
        raise Http404
    if request.method != "POST":
        return render(request, "staff_access/give_up.html", {"given": given})
    try:
        _end(request, given, _("Opgivet af medarbejderen selv."))
    except AccessRefused as error:
        messages.error(request, told(error))
    return redirect("staff_access:own")


@require_safe
@deciding
def overview(request: HttpRequest) -> HttpResponse:
    """What waits, what ends unless it is reviewed, and everybody's access."""
    today = timezone.localdate()
    people = access_queries.people(today=today)
    read = staff_instructions.everybody(people)
    context = {
        "requests": access_queries.open_requests(),
        "due": access_queries.due_reviews(today=today),
        "people": [(person, read[person.account.pk]) for person in people],
        "today": today,
    }
    return render(request, "staff_access/overview.html", context)


@require_safe
@deciding
def person(request: HttpRequest, account_id: int) -> HttpResponse:
    """All that one person was given and has asked for."""
    found = access_queries.people(today=timezone.localdate(), account_ids=[account_id])
    if not found:
        raise Http404
    context = {"person": found[0], "requests": access_queries.requests_of(account_id=account_id)}
    return render(request, "staff_access/person.html", context)


@GET_OR_POST
@deciding
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Give what somebody asks for, or refuse it."""
    asked = access_queries.request(request_id=request_id)
    if asked is None:
        raise Http404
    last_date = asked.period.upper - timedelta(days=1)
    form = DecisionForm(request.POST or None, initial={"last_date": last_date})
    if request.method == "POST" and form.is_valid():
        named = {"asked": asked, "decided_by_id": request.user.pk, "answer": form.cleaned_data["answer"]}
        named |= {"now": timezone.now(), "today": timezone.localdate()}
        try:
            if request.POST.get("decision") == "grant":
                staff_access.grant_request(until_date=form.until_date(), **named)
                messages.success(request, _("%(name)s har fået adgangen.") % {"name": asked.account.name})
            else:
                staff_access.refuse_request(**named)
                messages.success(request, _("Du har sagt nej til anmodningen."))
            return redirect("staff_access:overview")
        except AccessRefused as error:
            form.add_error(None, told(error))
    return render(request, "staff_access/decide.html", {"asked": asked, "form": form})


@GET_OR_POST
@deciding
def review(request: HttpRequest, role_id: int) -> HttpResponse:
    """Let an access go on, or end it."""
    given = _role(role_id)
    keep = request.POST.get("decision") == "keep"
    form = EndForm(request.POST or None)
    if request.method == "POST" and (keep or form.is_valid()):
        try:
            if keep:
                _keep(request, given)
            else:
                _end(request, given, form.cleaned_data["reason"])
            return redirect("staff_access:overview")
        except AccessRefused as error:
            messages.error(request, told(error))
            form = EndForm()
    return render(request, "staff_access/review.html", {"given": given, "form": form, "today": timezone.localdate()})


@GET_OR_POST
@deciding
def agreement(request: HttpRequest, account_id: int) -> HttpResponse:
    """Put a signed confidentiality agreement on file."""
    today = timezone.localdate()
    found = [one for one in access_queries.people(today=today, account_ids=[account_id]) if one.employer is not None]
    if not found:
        raise Http404
    former = found[0].agreement
    begins = max(former.last_date + timedelta(days=1), today) if former else today
    form = AgreementForm(request.POST or None, request.FILES or None, initial={"first_date": begins})
    if request.method == "POST" and form.is_valid():
        paper = form.cleaned_data["document"]
        handed_in = staff_access.SignedAgreement(
            paper.read(MAX_DOCUMENT_BYTES + 1), paper.name, form.cleaned_data["signed_date"], form.term()
        )
        try:
            staff_access.register_agreement(
                account_id=account_id,
                agreement=handed_in,
                registered_by_id=request.user.pk,
                today=today,
                now=timezone.now(),
            )
        except AccessRefused as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Erklæringen er lagt ind."))
            return redirect("staff_access:person", account_id=account_id)
    return render(request, "staff_access/agreement.html", {"person": found[0], "form": form})


@require_safe
@deciding
def document(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """A signed agreement, to keep beside the page."""
    found = access_queries.document(agreement_id=agreement_id)
    if found is None:
        raise Http404
    content = bytes(found.document)
    kind = next((kind for mark, kind in CONTENT_TYPES.items() if content.startswith(mark[:3])), "application/pdf")
    headers = {"Content-Disposition": f'attachment; filename="tavshedserklaering-{found.pk}.{kind.rpartition("/")[2]}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _role(role_id: int) -> StaffRole:
    found = access_queries.role_given(role_id=role_id)
    if found is None:
        raise Http404
    return found


def _keep(request: HttpRequest, given: StaffRole) -> None:
    until = staff_access.review_role(
        given=given, reviewed_by_id=request.user.pk, now=timezone.now(), today=timezone.localdate()
    )
    said = _("Adgangen fortsætter. Den skal gennemgås igen senest %(date)s.")
    messages.success(request, said % {"date": date_format(until, "DATE_FORMAT")})


def _end(request: HttpRequest, given: StaffRole, reason: str) -> None:
    staff_access.end_access(
        given=given, ended_by_id=request.user.pk, reason=reason, now=timezone.now(), today=timezone.localdate()
    )
    messages.success(request, _("Adgangen er slut."))
