"""What some of the demo's customers have chosen, so that there is something to see and to decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards import actions_choices as actions
from forsyn.domain.safeguards.choices_models import Channel, RestrictionGround
from forsyn.domain.safeguards.choices_queries import anybody_has_chosen
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.demo_accounts import STAFF, NotADemo

CONSENTS = (("100001", "newsletter", 200), ("100001", "cpr_nemkonto", 60), ("100006", "newsletter", 30))
"""Customer, consent, days ago."""
RESTRICTED = ("100031", "Kunden siger, at målerens tal er naboens. Måleren bliver set efter.", 12)
OBJECTIONS = (
    ("100032", "operation_optimisation", "Jeg vil ikke have mit forbrug med i jeres analyser.", 20),
    ("100033", "supply_area_marketing", "", 90),
)


def make_demo_choices(*, now: datetime) -> bool:
    """Record them where nobody has chosen anything yet; return whether that was so. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo choices are made by `forsyn demo` only.")
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        officer = account_with_email(email=STAFF[3][0])
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        if officer is None or anybody_has_chosen():
            return False
        _make(officer.pk, now)
    return True


def _make(officer_id: int, now: datetime) -> None:
    policy = current_policy()
    wanted = {number for number, *_ in (*CONSENTS, RESTRICTED, *OBJECTIONS)}
    ids = customer_ids(numbers=wanted)  # a smaller town lacks some
    for number, consent, days in CONSENTS:
        if number in ids and consent in policy.consents:
            actions.give_consent(
                policy=policy,
                customer_id=ids[number],
                consent=consent,
                text_version=policy.version,
                language=Language.DANISH,
                channel=Channel.PORTAL,
                now=now - timedelta(days=days),
            )
    number, reason, days = RESTRICTED
    if number in ids:
        actions.restrict(
            customer_id=ids[number],
            ground=RestrictionGround.ACCURACY,
            reason=reason,
            recorded_by_id=officer_id,
            now=now - timedelta(days=days),
        )
    for number, aim, reason, days in OBJECTIONS:
        if number in ids and aim in policy.purposes:
            actions.object_to(
                policy=policy,
                customer_id=ids[number],
                purpose=aim,
                reason=reason,
                recorded_by_id=officer_id,
                now=now - timedelta(days=days),
            )
