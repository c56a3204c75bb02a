"""The page that tries the promises on the live database, and shows how each was tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forsyn.interfaces.access import staff_required
from forsyn.policy.claims import Claim, chosen, editions
from forsyn.policy.proof import Kind, Outcome, Verdict
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.proof.prove import prove, trials_of
from forsyn.workflows.proof.trial import Trial

OUTCOMES: dict[Outcome, tuple[str | Promise, str]] = {
    Outcome.KEPT: (_("Holdt"), "success"),
    Outcome.BROKEN: (_("Brudt"), "error"),
    Outcome.GAP: (_("Mangler"), "warning"),
    Outcome.OTHER_POLICY: (_("Ikke denne politik"), "info"),
}
KINDS: dict[Kind, str | Promise] = {Kind.CONTROL: _("Forsøg, der skal afvises"), Kind.INVARIANT: _("Skal være tomt")}


@dataclass(frozen=True, slots=True)
class Line:
    """One promise with what came of it, in words; ``badge`` is the design system's name of its colour."""

    verdict: Verdict
    word: str | Promise
    badge: str
    evidence: tuple[tuple[str | Promise, object], ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One promise with what will be tried."""

    claim: Claim
    trials: tuple[tuple[str | Promise, Trial], ...]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required(P.PRIVACY_RIGHTS)
def proof(request: HttpRequest) -> HttpResponse:
    """What is promised and how it is tried; on POST it is tried, now. The answer is shown and not kept."""
    policy = current_policy()
    claims = chosen(())
    context = {
        "policy": policy,
        "planned": [_planned(claim) for claim in claims if claim.edition in editions(policy)],
        "others": [claim for claim in claims if claim.edition not in editions(policy)],
    }
    if request.method == "POST":
        found = prove(now=timezone.now(), today=timezone.localdate())
        own = [verdict for verdict in found.verdicts if verdict.outcome is not Outcome.OTHER_POLICY]
        context |= {
            "proof": found,
            "lines": _lines(own),
            "broken": _lines(verdict for verdict in own if verdict.outcome is Outcome.BROKEN),
            "kept": found.outcomes[Outcome.KEPT],
            "gaps": found.outcomes[Outcome.GAP],
        }
    return render(request, "privacy_desk/proof.html", context)


def _planned(claim: Claim) -> Planned:
    return Planned(claim, tuple((KINDS[trial.kind], trial) for trial in trials_of(claim)))


def _lines(verdicts: Iterable[Verdict]) -> list[Line]:
    return [
        Line(verdict, *OUTCOMES[verdict.outcome], tuple((KINDS[one.kind], one) for one in verdict.evidence))
        for verdict in verdicts
    ]
