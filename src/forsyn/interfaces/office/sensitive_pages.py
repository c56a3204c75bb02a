"""What the pages on sensitive data share: whose page it is, which kinds there are, what goes on the access log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.customers.introductions import Introduction
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.sensitive.rules import Kind, NotPossible
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.policy.purposes import P
from forsyn.workflows.sensitive_file import WORKS, introduce, kinds_kept

CHANGING = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class KindPage:
    """How a kind is named, in an address and on pages, and what a look at it is called on the access log."""

    kind: Kind
    slug: str
    route: str
    name: str | Promise
    what: str | Promise
    aspect: Aspect


PAGES = (
    KindPage(
        Kind.HEALTH,
        "helbred",
        "office:health",
        _("Sygdom i hjemmet"),
        _("Hvem der ikke kan undvære vand eller varme. Kun med kundens skriftlige samtykke."),
        Aspect.SENSITIVE_HEALTH,
    ),
    KindPage(
        Kind.THREATS,
        "trusler",
        "office:safety",
        _("Truende adfærd"),
        _("Om vores medarbejdere kan komme trygt på stedet alene."),
        Aspect.SENSITIVE_THREATS,
    ),
    KindPage(
        Kind.PREMISES,
        "boern-og-dyr",
        "office:safety",
        _("Børn og dyr på stedet"),
        _("Så ingen kommer til skade, når vi lukker for vand eller varme."),
        Aspect.SENSITIVE_PREMISES,
    ),
    KindPage(
        Kind.OFFENCES,
        "strafbare-forhold",
        "office:offences",
        _("Strafbare forhold"),
        _("Det, der skal til for at anmelde dem. Det slettes, når myndigheden har det."),
        Aspect.SENSITIVE_OFFENCES,
    ),
    KindPage(
        Kind.CPR,
        "cpr",
        "office:cpr",
        _("CPR-nummer"),
        _("Kun med kundens samtykke, eller når et krav er på vej til Gældsstyrelsen."),
        Aspect.SENSITIVE_CPR,
    ),
)
PAGE_OF = {page.kind: page for page in PAGES}


def pages_for(request: HttpRequest) -> list[KindPage]:
    """The kinds that this controller keeps and this member of staff works with."""
    allowed, kept = request.purposes, kinds_kept()  # type: ignore[attr-defined]
    return [page for page in PAGES if page.kind in kept and allowed & set(WORKS[page.kind])]


def customer_of(request: HttpRequest, customer_id: int, *kinds: Kind) -> Introduction:
    """Whose page it is; 404 for nobody's, and where this controller keeps none of these kinds."""
    if kinds and not set(kinds) & set(kinds_kept()):
        raise Http404
    found = introduce(customer_id=customer_id, works=request.purposes, today=timezone.localdate())  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def work_for(request: HttpRequest, kind: Kind) -> P:
    """The purpose that this member of staff works with a kind under; 404 where there is none."""
    work = next((work for work in WORKS[kind] if work in request.purposes), None)  # type: ignore[attr-defined]
    if work is None:
        raise Http404
    return work


def looked(customer_id: int, *kinds: Kind, changed: bool = False, reason: str | None = None) -> None:
    """Put on the access log that somebody saw, or changed, what is kept of these kinds."""
    for kind in kinds:
        record(
            kind=AccessKind.CHANGE if changed else AccessKind.LOOK,
            aspect=PAGE_OF[kind].aspect,
            customer_ids=[customer_id],
            reason=reason,
        )


def attempt(form: forms.Form, change: Callable[[], object]) -> bool:
    """Make a change; where it is refused, the form says why and nothing is stored."""
    try:
        change()
    except (NotPossible, ChoiceRefused) as refusal:
        form.add_error(None, str(refusal))
    except DisclosureRefused as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason.text)
    except VaultClosed as closed:
        form.add_error(None, closed.for_staff)
    else:
        return True
    return False
