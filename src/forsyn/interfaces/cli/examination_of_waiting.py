"""What `forsyn doctor` finds that waits too long for somebody: files with people's data, and payments of nobody."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from forsyn.domain.payments.undecided_queries import DECIDE_WITHIN, undecided_too_long
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.bill_files import Sender, batches
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.waiting_batches import to_be_told_of, why_told


def batches_waiting() -> tuple[str, str, str]:
    """What, found and mend: batches of bills in the outgoing folder."""
    sender = Sender(settings.OUTGOING_FOLDER, settings.PORTAL_URL, timezone.now)
    waiting = batches(sender)
    late = to_be_told_of(waiting, now=timezone.now())
    found = f"{len(waiting)} wait to be fetched" + (f", {len(late)} of them too long" if late else "")
    return "batches of bills", found, " ".join(f"{each.name}: {why_told(each)}" for each in late[:5])


def payments_undecided() -> tuple[str, str, str]:
    """What, found and mend: movements of money of which nobody has said whose they are."""
    what = "undecided payments"
    if current_policy().why_not_held("payments", Source.PARTNER):
        return what, "none are kept here", ""
    with purpose(P.ACCOUNTING, actor=None):
        undecided = undecided_too_long(today=timezone.localdate())
    if not undecided.count:
        return what, f"none older than {DECIDE_WITHIN.days} days", ""
    found = f"{undecided.count} older than {DECIDE_WITHIN.days} days, the oldest of {undecided.oldest_date}"
    return what, found, "Have staff place them, or send them back: on the page Betalinger of the office."
