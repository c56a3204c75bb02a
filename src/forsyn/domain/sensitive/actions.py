"""Changes to sensitive data. Each is one transaction; the caller has entered the purpose that the kind is kept for.

Refusals are `rules.NotPossible` and `identifiers.InvalidIdentifier` (Danish, for whoever asked) and
`sealing.VaultClosed`. No message repeats what is kept. Re-sealing is in `actions_sealing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, ProgrammingError, transaction
from psycopg import errors

from forsyn.domain.sensitive import rules
from forsyn.domain.sensitive.models import MODELS, Cpr, HandOver, Offence, ReportReceipt
from forsyn.domain.sensitive.queries import unreviewed, withdrawn
from forsyn.domain.sensitive.rules import Kind, NotPossible
from forsyn.domain.sensitive.sealing import Place
from forsyn.domain.sensitive.vault import ring_for_sealing
from forsyn.kernel import identifiers
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Source

_NO_CPR_GROUND = (
    "CPR-nummeret er ikke gemt. Det må vi kun have med kundens samtykke, eller mens et krav bliver sendt til "
    "Gældsstyrelsen. Registrér samtykket først."
)
_NO_CONSENT = (
    "Oplysningen er ikke gemt. Vi må kun gemme noget om sygdom, når kundens skriftlige samtykke ligger i systemet "
    "og ikke er trukket tilbage. Registrér samtykket med det underskrevne dokument først."
)


@transaction.atomic
def keep_cpr(
    *, policy: Policy, customer_id: int, number: str, source: Source, now: datetime, recorded_by_id: int | None
) -> UUID:
    """Keep a customer's CPR number instead of the one that may be there; return the row's id.

    Under a purpose of the three consents, given before, or for a claim being handed over.
    """
    digits = identifiers.cpr(number)
    today = local_day(now)
    lookup = ring_for_sealing(today=today).lookup(digits)
    with _only_with_a_ground(_NO_CPR_GROUND):
        Cpr.objects.filter(customer_id=customer_id).delete()
        return _keep(
            Kind.CPR, digits, policy, customer_id, source, now, recorded_by_id,
            lookup=lookup.value, lookup_key=lookup.key_id,
        )  # fmt: skip


def keep_health_notice(
    *, policy: Policy, customer_id: int, consent_id: int, text: str, now: datetime, recorded_by_id: int
) -> UUID:
    """Keep that somebody at home is ill, on the customer's live written consent; return the row's id."""
    text = rules.clean_text(text)
    with _only_with_a_ground(_NO_CONSENT):
        return _keep(
            Kind.HEALTH, text, policy, customer_id, Source.PERSON, now, recorded_by_id, consent_id=consent_id
        )  # fmt: skip


@transaction.atomic
def keep_threat_notice(*, policy: Policy, customer_id: int, text: str, now: datetime, recorded_by_id: int) -> UUID:
    """Keep that our staff cannot safely come alone; return the row's id."""
    return _keep(Kind.THREATS, rules.clean_text(text), policy, customer_id, Source.UTILITY, now, recorded_by_id)


@transaction.atomic
def keep_premises_notice(
    *, policy: Policy, customer_id: int, text: str, source: Source, now: datetime, recorded_by_id: int
) -> UUID:
    """Keep that there are children or animals, told by the person or seen by us; return the row's id."""
    return _keep(Kind.PREMISES, rules.clean_text(text), policy, customer_id, source, now, recorded_by_id)


@transaction.atomic
def record_offence(*, policy: Policy, customer_id: int, text: str, now: datetime, recorded_by_id: int) -> UUID:
    """Keep what is needed to report an offence, until it is reported; return the row's id."""
    return _keep(Kind.OFFENCES, rules.clean_text(text), policy, customer_id, Source.UTILITY, now, recorded_by_id)


@transaction.atomic
def report_offence(*, offence_id: UUID, authority: str, now: datetime, reported_by_id: int | None) -> UUID:
    """Record that an offence was reported to an authority; return the receipt's id. Raises Offence.DoesNotExist.

    The content stays until `hand_over_offence`: the authority may not have received it.
    """
    offence = Offence.objects.select_for_update().get(pk=offence_id)
    if ReportReceipt.objects.filter(offence_id=offence_id).exists():
        raise NotPossible("Forholdet er allerede anmeldt. Vent på myndighedens kvittering.")
    receipt = ReportReceipt.objects.create(
        customer_id=offence.customer_id,
        offence_id=offence_id,
        authority=authority,
        reported_at=now,
        reported_by_id=reported_by_id,
    )
    return receipt.pk


@transaction.atomic
def hand_over_offence(*, receipt_id: UUID, reference: str, now: datetime) -> None:
    """Record that the authority has the report, under its ``reference``; what it was about is deleted with that.

    Raises ReportReceipt.DoesNotExist.
    """
    receipt = ReportReceipt.objects.select_for_update().get(pk=receipt_id)
    if receipt.handed_over_at is not None:
        raise NotPossible("Myndigheden har allerede kvitteret, og oplysningerne er slettet.")
    receipt.handed_over_at, receipt.reference = now, reference.strip()[:100]
    receipt.save(update_fields=["handed_over_at", "reference"])
    Offence.objects.filter(pk=receipt.offence_id).delete()


@transaction.atomic
def review(*, policy: Policy, kind: Kind, row_id: UUID, now: datetime, reviewed_by_id: int) -> date:
    """Record that a row is still needed; return the day of the next review. Raises ObjectDoesNotExist."""
    row = MODELS[kind].objects.select_for_update().get(pk=row_id)
    row.review_date = rules.review_date(policy, kind, today=local_day(now))
    row.reviewed_at, row.reviewed_by_id = now, reviewed_by_id
    row.save(update_fields=["review_date", "reviewed_at", "reviewed_by_id"])
    return row.review_date


@transaction.atomic
def forget(*, kind: Kind, row_id: UUID) -> None:
    """Delete a row for good. Raises ObjectDoesNotExist where the purpose sees no such row."""
    MODELS[kind].objects.only("pk").select_for_update().get(pk=row_id).delete()


@transaction.atomic
def forget_withdrawn() -> int:
    """Delete what lost its ground: CPR numbers and health notices whose consent was withdrawn, or claim closed.

    Under retention; return how many rows.
    """
    rows = withdrawn()
    for kind in {row.kind for row in rows}:
        MODELS[kind].objects.filter(pk__in=[row.id for row in rows if row.kind == kind]).delete()
    return len(rows)


@transaction.atomic
def forget_unreviewed(*, kind: Kind, today: date, spared: Collection[int] = ()) -> int:
    """Delete rows of a kind whose day of review has passed unused; not those of the customers in ``spared``.

    Under retention; return how many rows.
    """
    return MODELS[kind].objects.filter(unreviewed(today=today, spared=spared)).delete()[0]


def forget_cpr(*, customer_id: int) -> bool:
    """Delete a customer's CPR number; False where there is none that this purpose sees."""
    return bool(Cpr.objects.filter(customer_id=customer_id).delete()[0])


@transaction.atomic
def open_hand_over(*, customer_id: int, claim: str, now: datetime, opened_by_id: int | None) -> int:
    """Begin to hand a claim to the debt authority: until it closes, the customer's CPR number may be read for it."""
    claim = claim.strip()
    if not 1 <= len(claim) <= 40:
        raise NotPossible("Skriv kravets nummer: 1 til 40 tegn.")
    try:
        with transaction.atomic():
            row = HandOver.objects.create(
                customer_id=customer_id, claim=claim, opened_at=now, opened_by_id=opened_by_id
            )
    except IntegrityError as error:
        if _constraint(error) != "sensitive_hand_over_open_once":
            raise
        raise NotPossible(f"Kravet {claim} er allerede ved at blive sendt til Gældsstyrelsen.") from None
    return row.pk


@transaction.atomic
def close_hand_over(*, hand_over_id: int, now: datetime, closed_by_id: int | None) -> None:
    """End it, when the authority has the claim or will not have it. Raises HandOver.DoesNotExist."""
    row = HandOver.objects.select_for_update().get(pk=hand_over_id)
    if row.closed_at is not None:
        raise NotPossible("Overdragelsen er allerede afsluttet.")
    row.closed_at, row.closed_by_id = now, closed_by_id
    row.save(update_fields=["closed_at", "closed_by_id"])


def _keep(
    kind: Kind, text: str, policy: Policy, customer_id: int, source: Source, now: datetime, by: int | None, **more: Any
) -> UUID:
    """Seal a text for its row, and insert that."""
    model, row_id, today = MODELS[kind], uuid4(), local_day(now)
    place = Place(model._meta.db_table, "sealed", row_id, customer_id)
    sealed = ring_for_sealing(today=today).seal(text, place)
    model.objects.create(
        id=row_id,
        customer_id=customer_id,
        sealed=sealed.value,
        sealing_key=sealed.key_id,
        source=source,
        recorded_at=now,
        recorded_by_id=by,
        review_date=rules.review_date(policy, kind, today=today),
        **more,
    )
    return row_id


@contextmanager
def _only_with_a_ground(refusal: str) -> Iterator[None]:
    """Say in words that the database keeps no such row without its ground, whichever of its rules says so first."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _constraint(error) not in {"sensitive_cpr_grounded", "sensitive_health_notice_consented"}:
            raise
        raise NotPossible(refusal) from None
    except ProgrammingError as error:
        if not _is_hidden(error.__cause__):
            raise
        raise NotPossible(refusal) from None


def _is_hidden(error: BaseException | None) -> bool:
    """Whether a row policy, not a missing grant, kept a row out; told by the server's code, in any language."""
    return isinstance(error, errors.InsufficientPrivilege) and error.diag.source_function == "ExecWithCheckOptions"


def _constraint(error: IntegrityError) -> str | None:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
