"""The consents under which a CPR number may be kept: which there are, which a customer has given, and recording one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forsyn.domain.safeguards.actions_choices import give_consent
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_queries import consents_of
from forsyn.domain.safeguards.choices_rules import GivenConsent, Proof
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.policy import Consent
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy

VAULT_PURPOSES = (P.ADDRESS_FROM_CPR, P.PAYOUT_BY_NEMKONTO, P.DIGITAL_POST)
"""A CPR number is kept and read under one of these, each with a consent of its own."""


@dataclass(frozen=True)
class AskedConsent:
    """A consent that the policy asks for, the purpose that it opens, and the customer's own, while it is live."""

    key: str
    consent: Consent
    work: P
    given: GivenConsent | None


def asked_consents(*, customer_id: int, works: tuple[P, ...] = VAULT_PURPOSES) -> list[AskedConsent]:
    """The consents that these purposes wait for. 1 query, under a purpose that reads consents."""
    policy = current_policy()
    live = {row.consent: row for row in consents_of(customer_id=customer_id) if row.withdrawn_at is None}
    declared = [(work, policy.purpose_for(work)) for work in works]
    return [
        AskedConsent(one.consent, policy.consents[one.consent], work, live.get(one.consent))
        for work, one in declared
        if one is not None and one.consent
    ]


def consents_on_file(*, customer_id: int, works: tuple[P, ...], account_id: int) -> list[AskedConsent]:
    """`asked_consents`, for those whose own purpose may not read consents: under the one that keeps them. 1 query."""
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        return asked_consents(customer_id=customer_id, works=works)


def record_consent(
    *,
    customer_id: int,
    consent: str,
    channel: str,
    language: Language,
    proof: Proof | None,
    account_id: int,
    now: datetime,
) -> int:
    """Record that a customer said yes to today's text, as a member of staff heard or received it; return its id.

    It is done under the purpose that keeps what people have chosen. Raises choices_rules.ChoiceRefused.
    """
    policy = current_policy()
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        return give_consent(
            policy=policy,
            customer_id=customer_id,
            consent=consent,
            text_version=policy.version,
            language=language,
            channel=Channel(channel),
            now=now,
            recorded_by_id=account_id,
            proof=proof,
        )
