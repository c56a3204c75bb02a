"""A customer's own change of how he or she is reached, to all that hold it (SF-13).

The register keeps the former value as history. Processors that were given it work for us with it still: they get the
new one, through the door. Other controllers answer for what they hold themselves; what was right when they got it is
no error (Art. 19 is about errors).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.db import transaction

from forsyn.domain.customers.actions import change_contact_point
from forsyn.domain.customers.correction_models import NoticeCause
from forsyn.domain.customers.correction_rules import CATEGORIES, NAMES, Field
from forsyn.domain.customers.introductions import introductions
from forsyn.domain.customers.queries import customer_overview
from forsyn.domain.customers.rules import clean_contact
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.receivers import Asked
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Role, Source
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.recipient_letters import Mended, changed
from forsyn.workflows.recipient_notices import tell, to_tell


@transaction.atomic
def change_contact(*, customer_id: int, kind: str, value: str | None, today: date, now: datetime) -> bool:
    """Let the customer be reached so from today on (None: no longer); return whether that is a change.

    Raises NotPossible and InvalidIdentifier.
    """
    former = customer_overview(customer_id=customer_id, today=today).contact(kind)
    clean = clean_contact(kind, value) if value is not None else None
    done = change_contact_point(
        customer_id=customer_id, kind=kind, value=clean, source=Source.PERSON, today=today, now=now
    )
    if done and former is not None:
        tell_processors(customer_id=customer_id, kind=kind, former=former, value=clean, today=today, now=now)
    return done


def tell_processors(*, customer_id: int, kind: str, former: str, value: str | None, today: date, now: datetime) -> None:
    """Let those who work for us with a contact detail have the new one. 1 query where nobody got it."""
    field, policy = Field(kind), current_policy()
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        (got,) = to_tell(policy, customer_id=customer_id, asked=[Asked(CATEGORIES[field])])
        working = [
            one for one in got if one.recipient in policy.recipients
            and policy.recipients[one.recipient].role is Role.PROCESSOR
        ]  # fmt: skip
        if not working:
            return
        tell(
            policy,
            working,
            customer=introductions(customer_ids=[customer_id], today=today)[customer_id],
            cause=NoticeCause.CHANGE,
            compose=partial(changed, policy, Mended(NAMES[field], former, value or "")),
            request_id=None,
            now=now,
        )
