"""A few requests of the demo's customers, so that the privacy desk has something to answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.rights.actions import claim
from forsyn.domain.rights.actions_identity import note_identity_seen
from forsyn.domain.rights.models import Request
from forsyn.domain.rights.rules import Intake, OnBehalf
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.local_days import local_day
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from forsyn.workflows.demo_accounts import STAFF, NotADemo
from forsyn.workflows.privacy_requests import receive_at_desk

REQUESTS = (
    ("100011", Right.ACCESS, Intake.LETTER, 25, "Jeg vil gerne have at vide, hvad I har om mig.", OnBehalf.SELF, True),
    ("100012", Right.ERASURE, Intake.PHONE, 6, "Slet det, I kan. Jeg vil ikke have mails mere.", OnBehalf.SELF, True),
    ("100013", None, Intake.LETTER, 2, "Mit efternavn er stavet forkert på regningen.", OnBehalf.SELF, False),
    ("100014", Right.ACCESS, Intake.EMAIL, 1, "Min far er død. Hvad skylder boet?", OnBehalf.ESTATE, False),
)
"""Customer, right, how it came, days ago, the wish, for whom, and whether a clerk has seen who it is."""


def make_demo_requests(*, now: datetime) -> bool:
    """Record them where there are none yet; return whether that was so. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo requests are made by `forsyn demo` only.")
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        officer = account_with_email(email=STAFF[3][0])
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        if officer is None or Request.objects.exists():
            return False
        ids = customer_ids(numbers=[number for number, *_ in REQUESTS])
    for number, right, channel, days, wish, on_behalf, seen in REQUESTS:
        if number not in ids:  # a smaller town lacks some
            continue
        received = receive_at_desk(
            by_id=officer.pk,
            channel=channel,
            right=right,
            said=WordsOfRequest(wish=wish),
            received_at=now - timedelta(days=days),
            now=now,
            customer_ids=[ids[number]],
            on_behalf=on_behalf,
        )
        if seen:
            with purpose(P.PRIVACY_RIGHTS, actor=officer.pk):
                claim(request_id=received.request_id, by_id=officer.pk, now=now)
                note_identity_seen(
                    request_id=received.request_id,
                    note="Kørekort, foto og navn passer",
                    by_id=officer.pk,
                    now=now,
                    today=local_day(now),
                )
    return True
