"""The demo's processor agreements: each a real small PDF between fictional companies; one of them ends soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from forsyn.domain.safeguards import actions_register as registry
from forsyn.domain.safeguards.door_queries import processors
from forsyn.domain.safeguards.door_register import Standing
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.document import BulletList, Document, Paragraph, Section, Span
from forsyn.policy.policy import Policy, Recipient
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import capitalised, date_words
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.demo_accounts import NotADemo

ENDS_SOON_DAYS = 40
SINCE = timedelta(days=300)
INSTRUCTIONS = (
    "Oplysningerne må kun bruges til det, aftalen handler om, og kun efter vores instruks. De opbevares inden for EU "
    "og EØS, og de slettes eller leveres tilbage, når aftalen ophører."
)


@dataclass(frozen=True)
class _Partner:
    """What is invented about the processor at a place of the policy's list; nothing where nothing is said."""

    sub_processor: tuple[str, str, str] | None = None
    audit: tuple[int, str, int] | None = None
    """Days since, finding, days from now to the next."""
    ends: bool = False


_PARTNERS = {
    0: _Partner(
        sub_processor=("Fiktiv Datacenter AB", "SE", "serverdrift"),
        audit=(120, "Tilsyn på skrift. Adgange og sikkerhedskopier er i orden.", 245),
    ),
    3: _Partner(ends=True),
    4: _Partner(audit=(420, "Tilsyn hos leverandøren. To adgange blev lukket samme dag.", -55)),
    9: _Partner(sub_processor=("Opdigtet Postvæsen ApS", "DK", "sms")),
}
"""One of each thing to see: somebody who works for a processor, an agreement that ends, an audit that is overdue."""


def make_demo_agreements(*, today: date, now: datetime) -> int:
    """An agreement with each processor of the policy that has none; return how many were made. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("Demo agreements are made by `forsyn demo` only.")
    policy = current_policy()
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        missing = {row.recipient.key for row in processors(policy, today=today) if row.standing is Standing.MISSING}
        declared = [key for key in policy.recipients if key in missing]
        for place, key in enumerate(declared):
            _agree(policy, policy.recipients[key], _PARTNERS.get(place, _Partner()), today, now)
    return len(declared)


def _agree(policy: Policy, recipient: Recipient, partner: _Partner, today: date, now: datetime) -> None:
    first = today - SINCE
    until = today + timedelta(days=ENDS_SOON_DAYS + 1) if partner.ends else first + timedelta(days=3 * 365)
    number = recipient.agreement or recipient.key
    agreement_id = registry.register_agreement(
        policy=policy,
        recipient=recipient.key,
        number=number,
        first_date=first,
        until_date=until,
        storage_country=recipient.country,
        instructions=INSTRUCTIONS,
        signed_date=first - timedelta(days=14),
        document=registry.Document(f"{number}.pdf", "application/pdf", _paper(policy, recipient, number, first, until)),
        now=now,
    )
    if partner.sub_processor:
        name, country, service = partner.sub_processor
        registry.add_sub_processor(
            agreement_id=agreement_id, name=name, country=country, service=service, first_date=first
        )
    if partner.audit:
        ago, finding, ahead = partner.audit
        registry.record_audit(
            agreement_id=agreement_id,
            audit_date=today - timedelta(days=ago),
            finding=finding,
            next_date=today + timedelta(days=ahead),
            today=today,
        )


def _paper(policy: Policy, recipient: Recipient, number: str, first: date, until: date) -> bytes:
    danish = Language.DANISH
    names = [policy.categories[key].name.da for key in recipient.categories]
    last = date_words(until - timedelta(days=1), danish)
    parties = f"{policy.controller.contact.name.da} og {recipient.name.da.lower()}. Begge er opdigtede."
    document = Document(
        language=danish,
        title=f"Databehandleraftale {number}",
        publisher=policy.controller.contact.name.da,
        version="1.0",
        valid_from=first,
        sections=(
            Section("parter", "Parter og varighed", (
                _text(f"Aftalen er mellem {parties} Den gælder fra {date_words(first, danish)} til og med {last}."),
            )),
            Section("opgave", "Opgaven", (_text(f"Databehandleren {recipient.does.da}. {INSTRUCTIONS}"),)),
            Section("oplysninger", "Oplysninger", (
                BulletList(tuple((Span(capitalised(name)),) for name in names or ["alle kategorier"])),
            )),
        ),
    )  # fmt: skip
    return typeset(to_plain(document), dated=first)


def _text(text: str) -> Paragraph:
    return Paragraph((Span(text),))
