"""Changes to holds. Each is one transaction; the caller has entered a purpose that changes them.

Refusals are `holds_rules.HoldRefused`: Danish sentences for whoever asked. What a hold kept is looked at again in the
first retention night after its release or its end.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction

from forsyn.domain.safeguards.holds_models import UNRELEASED, Hold
from forsyn.domain.safeguards.holds_rules import HoldRefused, check_dates, check_hold
from forsyn.domain.safeguards.sparing import spare_from_now_on
from forsyn.policy.policy import Policy

ENDED = "Slutdatoen var kommet."
"""The reason of a release that nobody decided anew: the end was decided with the hold."""


@transaction.atomic
def hold(
    *,
    policy: Policy,
    customer_id: int,
    categories: Collection[str] | None,
    ground: str,
    reason: str,
    owner_id: int,
    end_date: date,
    review_date: date,
    today: date,
    now: datetime,
) -> int:
    """Keep a customer's data (of these categories; None: all) beyond their time; return the hold's id.

    ``owner_id`` is the account of the member of staff who answers for it.
    """
    check_hold(
        policy, categories=categories, ground=ground, reason=reason, end=end_date, review=review_date, today=today
    )
    spare_from_now_on()
    settle_ended(today=today, now=now, customer_id=customer_id)
    try:
        with transaction.atomic():
            made = Hold.objects.create(
                customer_id=customer_id,
                categories=None if categories is None else sorted(set(categories)),
                ground=ground.strip(),
                reason=reason.strip(),
                owner_id=owner_id,
                began_at=now,
                end_date=end_date,
                review_date=review_date,
            )
    except IntegrityError as error:
        if "safeguards_hold_once" not in str(error):
            raise
        raise HoldRefused("Der er allerede et tilbagehold på samme grundlag. Gennemgå det i stedet.") from None
    return made.pk


@transaction.atomic
def review_hold(
    *, hold_id: int, end_date: date, review_date: date, reviewed_by_id: int, today: date, now: datetime
) -> None:
    """Confirm that a hold is still needed, until then, and say when it is looked at next. Raises Hold.DoesNotExist."""
    row = _standing(hold_id)
    check_dates(end=end_date, review=review_date, today=today)
    row.end_date, row.review_date, row.reviewed_at, row.reviewed_by_id = end_date, review_date, now, reviewed_by_id
    row.save(update_fields=["end_date", "review_date", "reviewed_at", "reviewed_by_id"])


@transaction.atomic
def release_hold(*, hold_id: int, reason: str, released_by_id: int, now: datetime) -> None:
    """Let go of what was held: the next night looks at it again. Raises Hold.DoesNotExist."""
    row = _standing(hold_id)
    if not reason.strip():
        raise HoldRefused("Skriv, hvorfor oplysningerne ikke længere skal holdes tilbage.")
    row.released_at, row.released_by_id, row.released_reason = now, released_by_id, reason.strip()
    row.save(update_fields=["released_at", "released_by_id", "released_reason"])


def _standing(hold_id: int) -> Hold:
    row: Hold = Hold.objects.select_for_update().get(pk=hold_id)
    if row.released_at is not None:
        raise HoldRefused("Tilbageholdet er allerede ophævet.")
    return row


@transaction.atomic
def settle_ended(*, today: date, now: datetime, customer_id: int | None = None) -> int:
    """Write down that holds whose end has come are over; return how many."""
    ended = Hold.objects.filter(UNRELEASED, end_date__lte=today, began_at__lte=now)
    if customer_id is not None:
        ended = ended.filter(customer_id=customer_id)
    return ended.update(released_at=now, released_reason=ENDED)
