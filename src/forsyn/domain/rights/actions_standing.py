"""A wish to be erased that a restriction kept from being met (Art. 18(1)(b), (c)) stands when the restriction ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from forsyn.domain.rights.actions import receive
from forsyn.domain.rights.actions_identity import note_authority_seen, note_identity_seen
from forsyn.domain.rights.models import OPEN, Request, RequestCustomer, RequestPlan
from forsyn.domain.rights.rules import NEEDS_AUTHORITY, Intake, OnBehalf, State
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.choices_models import LIVE_RESTRICTION, Restriction, RestrictionGround
from forsyn.kernel.local_days import local_day
from forsyn.policy.vocabulary import Right

WISH = (
    "Personen bad om sletning i anmodning {number}, mens behandlingen var begrænset, så alt blev gemt. Begrænsningen "
    "er ophævet, og ønsket står ved magt: læg en plan nu. Er det taget tilbage, så skriv det, og luk anmodningen."
)
SETTLED = "Afklaret i den tidligere anmodning om sletning; det er den samme person."
AUTHORITY = "Set i den tidligere anmodning om sletning."


@transaction.atomic
def reopen_erasure(*, customer_id: int, by_id: int, now: datetime) -> Request | None:
    """After a restriction was lifted: the wish that it kept is a request again, due a month from now; None where none.

    While one of the person's numbers is still restricted the wish rests. A wish is opened again once, and not where an
    open request waits for the same. At most 5 queries where there is nothing to do.
    """
    asked = _kept(customer_id)
    if asked is None:
        return None
    customer_ids = list(
        RequestCustomer.objects.filter(request=asked).order_by("pk").values_list("customer_id", flat=True)
    )
    request_id, _ = receive(
        right=Right.ERASURE,
        channel=Intake(asked.channel),
        said=WordsOfRequest(
            asked.requester_name,
            asked.requester_email,
            asked.requester_address,
            WISH.format(number=asked.number),
            asked.subject,
            asked.language,
        ),
        received_at=now,
        now=now,
        account_id=asked.account_id,
        customer_ids=customer_ids,
        on_behalf=OnBehalf(asked.on_behalf),
        concerns_id=asked.pk,
        by_id=by_id,
    )
    note_identity_seen(request_id=request_id, note=SETTLED, by_id=by_id, now=now, today=local_day(now))
    if OnBehalf(asked.on_behalf) in NEEDS_AUTHORITY:
        note_authority_seen(
            request_id=request_id, on_behalf=OnBehalf(asked.on_behalf), note=AUTHORITY, by_id=by_id, now=now
        )
    return Request.objects.get(pk=request_id)


def _kept(customer_id: int) -> Request | None:
    """The request whose erasure was carried out last, where a restriction that has ended kept everything."""
    carried_out = RequestPlan.objects.filter(
        right=Right.ERASURE, carried_out_at__isnull=False, request__customers__customer_id=customer_id
    ).exclude(request__state=State.WITHDRAWN)
    plan = carried_out.select_related("request").order_by("-carried_out_at", "-pk").first()
    if plan is None:
        return None
    persons = RequestCustomer.objects.filter(request_id=plan.request_id).values("customer_id")
    asked_for = Restriction.objects.filter(customer_id__in=persons).exclude(ground=RestrictionGround.KEPT)
    kept_then = asked_for.filter(
        Q(LIVE_RESTRICTION) | Q(ended_at__gte=plan.carried_out_at), began_at__lte=plan.carried_out_at
    )
    waits = Request.objects.filter(OPEN, right=Right.ERASURE, customers__customer_id=customer_id).exclude(
        pk=plan.request_id
    )
    again = Request.objects.filter(right=Right.ERASURE, concerns_id=plan.request_id)
    if not kept_then.exists() or asked_for.filter(LIVE_RESTRICTION).exists() or waits.exists() or again.exists():
        return None
    return plan.request
