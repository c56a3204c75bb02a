"""The plan of a rectification (Art. 16): what would be corrected, whom and what it reaches. Nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from forsyn.domain.customers.actions_corrections import correct
from forsyn.domain.customers.correction_rules import CATEGORIES, NAMES, VERSIONED, Field, PlaceAddress, clean_right
from forsyn.domain.customers.corrections_queries import CHOICES, Held, held
from forsyn.domain.customers.models import Customer
from forsyn.domain.customers.rules import NotPossible, danish_date
from forsyn.domain.safeguards.receivers import Asked
from forsyn.kernel.local_days import COPENHAGEN
from forsyn.kernel.periods import Period
from forsyn.policy.policy import Policy
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.recipient_notices import RecipientToTell, joined, to_tell
from forsyn.workflows.rectification_copies import Copy, copies_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants corrected. ``right`` as typed; empty: it is not theirs at all.

    ``subject_id`` names the version, supply point or agreement (see `Held`); none with a name or contact: it was
    missing, and holds from ``since_date``. Else ``since_date`` is the first day on which it was wrong, if not all days
    were. ``address``: the right one, for `Field.ADDRESS`.
    """

    field: Field
    right: str = ""
    subject_id: int | None = None
    since_date: date | None = None
    address: PlaceAddress | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One correction: what stands, what is right, on which days it was wrong, and who and what it reaches.

    ``shared_with``: how many other customers the datum is about as well. ``right`` in its stored form.
    """

    field: Field
    subject_id: int | None
    place: str
    wrong: str
    right: str
    address: PlaceAddress | None
    since_date: date | None
    wrong_days: Period | None
    shared_with: int
    copies: tuple[Copy, ...]
    recipients: tuple[RecipientToTell, ...]


@dataclass(frozen=True, slots=True)
class RectificationPlan:
    """Plain data, kept as evidence: `as_json`. ``fingerprint`` is the same as long as the plan is."""

    customer_id: int
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """As JSON has it, dates in ISO 8601."""
        written: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_written, ensure_ascii=False))
        return written

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the plan, in hexadecimal."""
        return sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    @property
    def recipients(self) -> list[RecipientToTell]:
        """Whom the steps reach, each once."""
        return joined([one for step in self.steps for one in step.recipients])


def plan_rectification(
    *, customer_id: int, wishes: Sequence[Wish], today: date, policy: Policy | None = None
) -> RectificationPlan:
    """What would be corrected, and what follows. Raises NotPossible and InvalidIdentifier, where it cannot be done.

    ``today`` is the local day. It is tried, and undone: what is planned can be carried out.
    """
    policy = policy or current_policy()
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        raise NotPossible("Kunden findes ikke.")
    if not wishes:
        raise NotPossible("Vælg mindst én oplysning, der skal rettes.")
    on_file = held(customer_id=customer_id)
    found = [(wish, held_of(on_file, wish)) for wish in wishes]
    if len({(wish.field, wish.subject_id, wish.since_date) for wish in wishes}) < len(found):
        raise NotPossible("Den samme oplysning står to gange. Ret den kun én gang.")
    told = to_tell(policy, customer_id=customer_id, asked=[_asked(wish, one) for wish, one in found])
    steps = [_step(customer, wish, one, who, today) for (wish, one), who in zip(found, told, strict=True)]
    with transaction.atomic():
        apply_steps(customer_id, steps, now=_midnight(today))
        transaction.set_rollback(True)
    return RectificationPlan(customer_id, tuple(steps))


def apply_steps(customer_id: int, steps: Sequence[Step], *, now: datetime) -> None:
    """Correct the register, and nothing else."""
    for step in steps:
        correct(
            customer_id=customer_id,
            field=step.field,
            subject_id=step.subject_id,
            right=step.right,
            since_date=step.since_date,
            address=step.address,
            now=now,
        )


# -- within --------------------------------------------------------------------------------------------------------


def held_of(on_file: Sequence[Held], wish: Wish) -> Held | None:
    """What a wish is about; None for a name or contact that is missing. Raises NotPossible."""
    if wish.field in VERSIONED and wish.subject_id is None:
        return None
    for one in on_file:
        if (one.field, one.subject_id) == (wish.field, wish.subject_id):
            return one
    raise NotPossible(
        f"Kunden har ingen sådan oplysning ({NAMES[wish.field]}). Den er måske ændret i mellemtiden; begynd forfra."
    )


def _asked(wish: Wish, one: Held | None) -> Asked:
    """Who got the category while the wrong value stood: from when it was stored until it was replaced."""
    if one is None or not one.value:
        return Asked(categories=())
    since, until = one.stored_at, None
    if wish.since_date is not None:
        since = max(since, _midnight(wish.since_date))
    if wish.field in VERSIONED and one.period is not None and one.period.until is not None:
        until = _midnight(one.period.until + timedelta(days=1))
    return Asked(CATEGORIES[wish.field], since, until)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(COPENHAGEN))


def _step(
    customer: Customer, wish: Wish, one: Held | None, recipients: tuple[RecipientToTell, ...], today: date
) -> Step:
    wrong = one.value if one else ""
    if wish.field is Field.ADDRESS:
        if wish.address is None:
            raise NotPossible("Skriv den rigtige adresse med vej, husnummer, postnummer og by.")
        right = str(wish.address)
    else:
        choices = CHOICES.get(wish.field, ())
        right = clean_right(wish.field, wish.right, kind=customer.kind, choices=choices, today=today)
    if right == wrong:
        raise NotPossible(f"Der står allerede det rigtige ({NAMES[wish.field]}). Der er intet at rette.")
    return Step(
        wish.field,
        wish.subject_id,
        one.place if one else "",
        wrong,
        right,
        wish.address,
        wish.since_date,
        _wrong_days(wish, one),
        one.shared_with if one else 0,
        copies_of(customer_id=customer.pk, field=wish.field, wrong=wrong, today=today),
        recipients,
    )


def _wrong_days(wish: Wish, one: Held | None) -> Period | None:
    if one is None or one.period is None or wish.field not in VERSIONED:
        return None
    first = wish.since_date or one.period.first
    if first not in one.period:
        raise NotPossible(
            f"Den forkerte oplysning har stået der fra {danish_date(one.period.first)}. Vælg en dag, hvor den stod der."
        )
    return Period(first, one.period.until)


def _written(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"a plan holds no {type(value).__name__}")
