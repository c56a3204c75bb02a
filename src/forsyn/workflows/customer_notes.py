"""Notes of talks with a customer: reading them, and writing one whose CPR number, if it held one, goes to the vault."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forsyn.domain.correspondence.actions import write_note
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.actions import keep_cpr
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.cpr_in_text import Settled
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.vault_consents import VAULT_PURPOSES


def notes_are_kept() -> bool:
    """Whether this controller's policy has notes of talks at all."""
    return "phone_notes" in current_policy().categories


def purpose_of_consent(consent: str) -> P:
    """The purpose that a CPR consent opens. Raises LookupError for any other consent."""
    policy = current_policy()
    for work in VAULT_PURPOSES:
        declared = policy.purpose_for(work)
        if declared is not None and declared.consent == consent:
            return work
    raise LookupError(f"No purpose of {policy.file} keeps CPR numbers under the consent {consent!r}.")


@transaction.atomic
def write_settled_note(
    *, customer_id: int, kind: str, settled: Settled, consent: str | None, account_id: int, now: datetime
) -> int:
    """Store a note whose CPR question is answered; return its id. Under customer service.

    The number to be moved is kept in the same transaction, under the purpose of ``consent``: note and number are
    stored together or not at all. Raises correspondence's and sensitive's NotPossible, VaultClosed, LookupError.
    """
    note_id = write_note(
        customer_id=customer_id,
        kind=kind,
        text=settled.text,
        account_id=account_id,
        now=now,
        cpr_denied=settled.denied,
        cpr_taken_out=settled.taken_out,
    )
    if settled.moved is not None:
        with purpose(purpose_of_consent(consent or ""), actor=account_id):
            keep_cpr(
                policy=current_policy(),
                customer_id=customer_id,
                number=settled.moved,
                source=Source.PERSON,
                now=now,
                recorded_by_id=account_id,
            )
    return note_id
