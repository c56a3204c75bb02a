"""Balancing tests (Art. 6(1)(f)) and impact assessments (Art. 35): which there must be, and the documents."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.accountability import actions_assessments as actions
from forsyn.domain.accountability.assessment_models import Assessment, AssessmentKind, Decision
from forsyn.domain.accountability.assessment_queries import standings, versions
from forsyn.domain.accountability.assessment_rules import PARTS, AssessmentRefused, starter
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.privacy_desk.assessment_forms import DecisionForm, TextsForm
from forsyn.policy.policy import Purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def assessments(request: HttpRequest) -> HttpResponse:
    """Each purpose that is to be assessed, and how it stands."""
    found = standings(current_policy(), today=timezone.localdate())
    kinds = [(kind, [one for one in found if one.kind is kind]) for kind in AssessmentKind]
    return render(request, "privacy_desk/assessments.html", {"kinds": kinds})


@require_safe
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def assessment(request: HttpRequest, kind: str, purpose: str) -> HttpResponse:
    """All versions about one purpose, the latest first."""
    of, declared = _asked(kind, purpose)
    shown = [
        (row, [(part, row.texts.get(part.key, "")) for part in PARTS[of]]) for row in versions(kind=of, purpose=purpose)
    ]
    context = {
        "kind": of,
        "purpose": declared,
        "versions": shown,
        "has_draft": any(row.decided_at is None for row, _texts in shown),
    }
    return render(request, "privacy_desk/assessment.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def write(request: HttpRequest, kind: str, purpose: str) -> HttpResponse:
    """Write on the draft; begins with what the policy says, or with the last version."""
    of, declared = _asked(kind, purpose)
    earlier = versions(kind=of, purpose=purpose)
    initial = earlier[0].texts if earlier else starter(current_policy(), declared, of)
    form = TextsForm(of, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write(
                policy=current_policy(),
                kind=of,
                purpose=purpose,
                texts=form.cleaned_data,
                author_id=request.user.pk,
                now=timezone.now(),
            )
        except AssessmentRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            messages.success(request, _("Udkastet er gemt."))
            return redirect("privacy_desk:assessment", kind=kind, purpose=purpose)
    context = {"form": form, "kind": of, "purpose": declared, "button": _("Gem udkastet")}
    return render(request, "privacy_desk/assessment_form.html", context)


@GET_OR_POST
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def decide(request: HttpRequest, kind: str, purpose: str) -> HttpResponse:
    """Decide the draft."""
    of, declared = _asked(kind, purpose)
    draft = Assessment.objects.filter(kind=of, purpose=purpose, decided_at=None).first()
    if draft is None:
        raise Http404
    form = DecisionForm(of, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.decide(
                policy=current_policy(),
                assessment_id=draft.pk,
                decision=Decision(values["decision"]),
                reason=values["reason"],
                review_date=values["review_date"],
                decided_by_id=request.user.pk,
                now=timezone.now(),
                today=timezone.localdate(),
            )
        except AssessmentRefused as refusal:
            form.add_error(None, _(str(refusal)))
        else:
            messages.success(request, _("Vurderingen er afgjort med dit navn."))
            return redirect("privacy_desk:assessment", kind=kind, purpose=purpose)
    context = {"form": form, "kind": of, "purpose": declared, "button": _("Afgør vurderingen")}
    return render(request, "privacy_desk/assessment_form.html", context)


def _asked(kind: str, purpose: str) -> tuple[AssessmentKind, Purpose]:
    declared = current_policy().purposes.get(purpose)
    if declared is None or kind not in AssessmentKind.values:
        raise Http404
    return AssessmentKind(kind), declared
