"""A few notes of talks with the demo's customers, so that the office has something to read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.correspondence.actions import write_note
from forsyn.domain.correspondence.models import NoteKind
from forsyn.domain.correspondence.queries import notes_of
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.workflows.customer_notes import notes_are_kept
from forsyn.workflows.demo_accounts import STAFF, NotADemo

CUSTOMER = "100001"
NOTES = (
    (40, NoteKind.PHONE, "Spurgte, hvorfor varmeregningen er højere end sidste år. Forklarede afkølingen."),
    (12, NoteKind.VISIT, "Måleren sidder bag vasketøjskurven. Ring fem minutter før, så bliver der ryddet."),
    (3, NoteKind.PHONE, "Vil gerne have besked på e-mail, når der lukkes for vandet. Rettet i dag."),
)
"""How many days ago, where, and what was said."""


def make_demo_notes(*, now: datetime) -> bool:
    """Write them where there are none yet; return whether that was so. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo notes are made by `forsyn demo` only.")
    if not notes_are_kept():
        return False
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        clerk = account_with_email(email=STAFF[0][0])
    with purpose(P.CUSTOMER_SERVICE, actor=clerk.pk if clerk else None):
        customer_id = customer_ids(numbers=[CUSTOMER]).get(CUSTOMER)
        if clerk is None or customer_id is None or notes_of(customer_id=customer_id, count=1):
            return False
        for days, kind, text in NOTES:
            said = now - timedelta(days=days)
            write_note(customer_id=customer_id, kind=kind, text=text, account_id=clerk.pk, now=said)
    return True
