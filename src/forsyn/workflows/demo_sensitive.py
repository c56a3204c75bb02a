"""A few sensitive rows about the demo's customers, so that there is something to read, review and report.

The CPR number is a test number: 60 is added to its day, and nobody has it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.actions_choices import give_consent
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_queries import live_consent_id
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import actions
from forsyn.domain.sensitive.queries import sealed_with
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Source
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.demo_accounts import STAFF, NotADemo

PAID_OUT, TEST_NUMBER = "100001", "6101900000"
ILL, ILLNESS = "100004", "Får dialyse hjemme mandag, onsdag og fredag. Ring et døgn før, der lukkes for vandet."
PREMISES = (
    ("100005", "Stor vagthund i gården. Ring på ved lågen, så bliver den lukket ind.", 20),
    ("100012", "Spædbarn: sørg for varme igen inden aften.", 181),
)
THREAT = ("100015", "Truede en tekniker med slag. Kom altid to sammen.", 170)
OFFENCE = ("100023", "Plomben på vandmåleren er brudt, og der er ført et rør uden om måleren.")


def make_demo_sensitive(*, now: datetime) -> bool:
    """Keep them where nothing is kept yet; return whether that was so. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo notices are made by `forsyn demo` only.")
    with purpose(P.RETENTION, actor=None):
        if sealed_with():
            return False
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        planner = account_with_email(email=STAFF[2][0])
    numbers = {PAID_OUT, ILL, THREAT[0], OFFENCE[0], *(number for number, *_ in PREMISES)}
    with purpose(P.CUSTOMER_SERVICE, actor=None):
        ids = customer_ids(numbers=numbers)
    if planner is None or len(ids) < len(numbers):  # a smaller town lacks some
        return False
    policy = current_policy()
    _offence(policy, ids, planner.pk, now)
    _safety(policy, ids, planner.pk, now)
    _illness(policy, ids[ILL], planner.pk, now)
    _number(policy, ids[PAID_OUT], now)
    return True


def _offence(policy: Policy, ids: dict[str, int], planner: int, now: datetime) -> None:
    number, text = OFFENCE
    with purpose(P.OFFENCE_REPORTS, actor=planner):
        actions.record_offence(policy=policy, customer_id=ids[number], text=text, now=now, recorded_by_id=planner)


def _safety(policy: Policy, ids: dict[str, int], planner: int, now: datetime) -> None:
    """One of them is due for its review today or within three days: half a year is 181 to 184 days."""
    with purpose(P.INTERRUPTION_SAFETY, actor=planner):
        for number, text, days in PREMISES:
            actions.keep_premises_notice(
                policy=policy,
                customer_id=ids[number],
                text=text,
                source=Source.PERSON,
                now=now - timedelta(days=days),
                recorded_by_id=planner,
            )
        number, text, days = THREAT
        actions.keep_threat_notice(
            policy=policy, customer_id=ids[number], text=text, now=now - timedelta(days=days), recorded_by_id=planner
        )


def _illness(policy: Policy, customer_id: int, planner: int, now: datetime) -> None:
    signed = now - timedelta(days=90)
    with purpose(P.PRIVACY_RIGHTS, actor=planner):
        consent_id = give_consent(
            policy=policy,
            customer_id=customer_id,
            consent="health_notice",
            text_version=policy.version,
            language=Language.DANISH,
            channel=Channel.LETTER,
            now=signed,
            recorded_by_id=planner,
            proof=Proof(_paper("Ja, I må vide, at en hos os er syg."), "samtykke.pdf", "application/pdf"),
        )
    with purpose(P.INTERRUPTION_HEALTH, actor=planner):
        actions.keep_health_notice(
            policy=policy,
            customer_id=customer_id,
            consent_id=consent_id,
            text=ILLNESS,
            now=signed,
            recorded_by_id=planner,
        )


def _number(policy: Policy, customer_id: int, now: datetime) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        agreed = live_consent_id(customer_id=customer_id, consent="cpr_nemkonto")
    if agreed is None:
        return
    with purpose(P.PAYOUT_BY_NEMKONTO, actor=None):
        actions.keep_cpr(
            policy=policy,
            customer_id=customer_id,
            number=TEST_NUMBER,
            source=Source.PERSON,
            now=now - timedelta(days=50),
            recorded_by_id=None,
        )


def _paper(line: str) -> bytes:
    """A PDF of one page with one line, as if scanned."""
    text = f"BT /F1 14 Tf 60 740 Td ({line}) Tj ET".encode("cp1252")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    written, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count, start = len(objects) + 1, len(written)
    return written + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        count,
        table,
        count,
        start,
    )
