"""Reads of the processor register and of what has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.models import Prefetch, QuerySet

from forsyn.domain.safeguards.door_facts import AgreementFacts, PersonFacts, SubProcessorFacts
from forsyn.domain.safeguards.door_models import (
    AgreementDocument,
    Disclosure,
    DisclosurePerson,
    DisclosureRefusal,
    DisclosureState,
    OutboxMessage,
    Part,
    ProcessorAudit,
    RecipientAgreement,
    SubProcessor,
)
from forsyn.domain.safeguards.door_register import Processor, register
from forsyn.kernel.periods import Period
from forsyn.policy.policy import Policy


def _period(row: RecipientAgreement | SubProcessor) -> Period:
    return Period(row.period.lower, row.period.upper)


def facts_of(agreement: RecipientAgreement) -> AgreementFacts:
    """An agreement with its sub-processors as the rules want it; 1 query unless they were fetched along."""
    return AgreementFacts(
        id=agreement.pk,
        number=agreement.number,
        period=_period(agreement),
        signed_date=agreement.signed_date,
        has_document=agreement.document_sha256 is not None,
        storage_country=agreement.storage_country,
        sub_processors=tuple(
            SubProcessorFacts(each.name, each.country, _period(each)) for each in agreement.sub_processors.all()
        ),
    )


def agreements_of(*, recipient: str) -> tuple[AgreementFacts, ...]:
    """All agreements with a recipient, the earliest first. 2 queries (1 where there are none)."""
    found = RecipientAgreement.objects.filter(recipient=recipient).prefetch_related("sub_processors").order_by("period")
    return tuple(facts_of(agreement) for agreement in found)


def processors(policy: Policy, *, today: date) -> list[Processor]:
    """Each processor of the policy as the register has it, the most urgent first. 3 queries (2 while it is empty)."""
    by_recipient: dict[str, list[AgreementFacts]] = {}
    for agreement in RecipientAgreement.objects.prefetch_related("sub_processors").order_by("recipient", "period"):
        by_recipient.setdefault(agreement.recipient, []).append(facts_of(agreement))
    latest = ProcessorAudit.objects.order_by("agreement__recipient", "-audit_date", "-id")
    audits = latest.distinct("agreement__recipient").values_list("agreement__recipient", "next_date")
    return register(policy, by_recipient, dict(audits), today=today)


def persons_facts(*, customer_ids: Sequence[int], purpose: str, consent: str | None) -> PersonFacts:
    """How many of these customers a purpose may not see. 1 query, for nobody too: it tells nothing of who is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from safeguards_door_persons(%s::bigint[], %s, %s)", [list(customer_ids), purpose, consent]
        )
        return PersonFacts(*cursor.fetchone())


def agreement_detail(*, recipient: str) -> list[RecipientAgreement]:
    """A recipient's agreements with sub-processors and audits, the latest first. 3 queries."""
    return list(
        RecipientAgreement.objects.filter(recipient=recipient)
        .prefetch_related(
            Prefetch("sub_processors", SubProcessor.objects.order_by("period", "name")),
            Prefetch("audits", ProcessorAudit.objects.order_by("-audit_date", "-id")),
        )
        .order_by("-period")
    )


def document_of(*, agreement_id: int) -> AgreementDocument | None:
    """The signed agreement itself."""
    return AgreementDocument.objects.select_related("agreement").filter(agreement_id=agreement_id).first()


def disclosures(
    *, recipient: str = "", customer_id: int | None = None, state: str = "", first_date: date | None = None
) -> QuerySet[Disclosure]:
    """What left, the latest first; who is named in it stays in `persons`."""
    found = Disclosure.objects.select_related("agreement", "outbox").defer("outbox__sealed").order_by("-at", "-id")
    if recipient:
        found = found.filter(recipient=recipient)
    if customer_id is not None:
        found = found.filter(pk__in=_about(customer_id))
    if state:
        found = found.filter(state=state)
    if first_date:
        found = found.filter(at__date__gte=first_date)
    return found


def _about(customer_id: int) -> QuerySet[DisclosurePerson, int]:
    about = DisclosurePerson.objects.filter(customer_id=customer_id, part=Part.ABOUT)
    return about.values_list("disclosure_id", flat=True)


def refusals() -> QuerySet[DisclosureRefusal]:
    """What did not leave, the latest first."""
    return DisclosureRefusal.objects.order_by("-at", "-id")


def unsettled() -> int:
    """How many disclosures failed or are in doubt and wait for a person. 1 query."""
    return Disclosure.objects.filter(state__in=[DisclosureState.FAILED, DisclosureState.DOUBTFUL]).count()


def outbox() -> QuerySet[OutboxMessage]:
    """What waits to leave, the oldest first."""
    return OutboxMessage.objects.select_related("disclosure").defer("sealed").order_by("created_at", "id")
