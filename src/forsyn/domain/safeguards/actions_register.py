"""Changes to the register of processors: agreements with their documents, sub-processors, audits.

What is found to be so is recorded, also where it means that the processor receives nothing from now on: a sub-processor
in a third country, an agreement that ends today. The door judges, not the register.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.safeguards.door_models import AgreementDocument, ProcessorAudit, RecipientAgreement, SubProcessor
from forsyn.policy.countries import countries
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Role
from forsyn.policy.wording import date_words

ANOTHER_COUNTRY = "ZZ"
"""For a country that the list does not have: ISO 3166 leaves the code to its users. It is outside the EU/EEA."""
DOCUMENT_BYTES = 20 * 1024 * 1024


class RegisterRefused(ValueError):
    """The register does not take it; the message says why and what to do, in Danish, and ``english`` to operators."""

    def __init__(self, danish: str, english: str = "") -> None:
        super().__init__(danish)
        self.english = english or danish


@dataclass(frozen=True, slots=True)
class Document:
    """A signed agreement as a file. ``type`` is a media type."""

    name: str
    type: str
    content: bytes


@transaction.atomic
def register_agreement(
    *,
    policy: Policy,
    recipient: str,
    number: str,
    first_date: date,
    until_date: date | None,
    storage_country: str,
    now: datetime,
    signed_date: date | None = None,
    instructions: str = "",
    document: Document | None = None,
) -> int:
    """Record a processor agreement of ``first_date`` to before ``until_date``; return its id.

    It holds once it is signed and its document is there; both may follow (`sign_agreement`).
    """
    declared = policy.recipients.get(recipient)
    if declared is None or declared.role is not Role.PROCESSOR:
        raise RegisterRefused(
            f"Politikken har ingen databehandler, der hedder {recipient}.",
            f"The policy has no processor {recipient!r}. See: forsyn processors list",
        )
    if not number.strip():
        raise RegisterRefused("Aftalen skal have et nummer. Skriv det, der står på den.")
    if until_date is not None and until_date <= first_date:
        raise RegisterRefused(
            "Aftalen skal slutte efter den dag, den begynder. Ret en af datoerne.",
            "The agreement must end after its first day. Mend --first or --last.",
        )
    if RecipientAgreement.objects.filter(number=number.strip()).exists():
        raise RegisterRefused(
            f"Der er allerede en aftale med nummer {number.strip()}. Giv den nye sit eget nummer.",
            f"There is an agreement with the number {number.strip()} already. Give the new one its own with --number.",
        )
    overlapping = RecipientAgreement.objects.filter(
        recipient=recipient, period__overlap=DateRange(first_date, until_date)
    ).first()
    if overlapping is not None:
        raise RegisterRefused(
            f"Aftale {overlapping.number} gælder i en del af tiden. Afslut den først, eller lad den nye begynde, når "
            "den slutter.",
            f"Agreement {overlapping.number} holds in part of that time. End it first on the privacy desk, or let the "
            "new one begin when it ends.",
        )
    agreement = RecipientAgreement.objects.create(
        recipient=recipient,
        number=number.strip(),
        period=DateRange(first_date, until_date),
        storage_country=_country(storage_country),
        instructions=instructions.strip(),
    )
    if signed_date is not None or document is not None:
        sign_agreement(agreement_id=agreement.pk, signed_date=signed_date, document=document, now=now)
    return agreement.pk


@transaction.atomic
def sign_agreement(*, agreement_id: int, signed_date: date | None, document: Document | None, now: datetime) -> None:
    """Put on record when an agreement was signed, and the signed document; what is None stays as it is."""
    agreement = RecipientAgreement.objects.select_for_update().get(pk=agreement_id)
    if document is not None:
        _check_document(document)
        AgreementDocument.objects.update_or_create(
            agreement=agreement,
            defaults={"content": document.content, "content_type": document.type, "added_at": now},
        )
        agreement.document_name = document.name.strip()
        agreement.document_sha256 = hashlib.sha256(document.content).digest()
    if signed_date is not None:
        agreement.signed_date = signed_date
    agreement.save(update_fields=["document_name", "document_sha256", "signed_date"])


@transaction.atomic
def instruct(*, agreement_id: int, instructions: str) -> None:
    """What the processor is told to do with the data (Art. 28(3)(a)), in place of what it was told before."""
    RecipientAgreement.objects.filter(pk=agreement_id).update(instructions=instructions.strip())


@transaction.atomic
def end_agreement(*, agreement_id: int, until_date: date) -> None:
    """End an agreement; ``until_date`` is the first day on which it no longer holds. Nothing is sent from then on."""
    agreement = RecipientAgreement.objects.select_for_update().get(pk=agreement_id)
    if until_date <= agreement.period.lower:
        first = date_words(agreement.period.lower, Language.DANISH)
        raise RegisterRefused(f"Aftale {agreement.number} begynder {first}. Vælg en dag derefter.")
    if agreement.period.upper is not None and agreement.period.upper <= until_date:
        last = date_words(agreement.period.upper, Language.DANISH)
        raise RegisterRefused(f"Aftale {agreement.number} gælder allerede kun til {last}.")
    agreement.period = DateRange(agreement.period.lower, until_date)
    agreement.save(update_fields=["period"])


@transaction.atomic
def add_sub_processor(
    *, agreement_id: int, name: str, country: str, service: str, first_date: date, until_date: date | None = None
) -> int:
    """Record somebody who works for the processor from ``first_date``; return the id."""
    if not name.strip() or not service.strip():
        raise RegisterRefused("Skriv både underdatabehandlerens navn, og hvad den gør.")
    if until_date is not None and until_date <= first_date:
        raise RegisterRefused("Slutdagen skal være efter den dag, underdatabehandleren begynder.")
    return SubProcessor.objects.create(
        agreement_id=agreement_id,
        name=name.strip(),
        country=_country(country),
        service=service.strip(),
        period=DateRange(first_date, until_date),
    ).pk


@transaction.atomic
def end_sub_processor(*, sub_processor_id: int, until_date: date) -> None:
    """Somebody works for the processor no longer from ``until_date`` on; one that began that day is taken away."""
    working = SubProcessor.objects.select_for_update().get(pk=sub_processor_id)
    if until_date <= working.period.lower:
        raise RegisterRefused(f"{working.name} begynder først den dag. Vælg en dag derefter.")
    working.period = DateRange(working.period.lower, until_date)
    working.save(update_fields=["period"])


@transaction.atomic
def record_audit(*, agreement_id: int, audit_date: date, finding: str, next_date: date | None, today: date) -> int:
    """Record a look at how the processor keeps its promises; return the id."""
    if not finding.strip():
        raise RegisterRefused("Skriv, hvad tilsynet viste, også hvis alt var i orden.")
    if audit_date > today:
        raise RegisterRefused("Tilsynet kan ikke være holdt endnu. Ret datoen.")
    if next_date is not None and next_date <= audit_date:
        raise RegisterRefused("Det næste tilsyn skal være efter dette.")
    try:
        with transaction.atomic():
            return ProcessorAudit.objects.create(
                agreement_id=agreement_id, audit_date=audit_date, finding=finding.strip(), next_date=next_date
            ).pk
    except IntegrityError:
        raise RegisterRefused("Aftalen findes ikke.") from None


def _country(code: str) -> str:
    if code not in countries() and code != ANOTHER_COUNTRY:
        raise RegisterRefused(
            f"{code} står ikke på listen over lande. Vælg »et andet land«, hvis det ikke er der.",
            f"The country {code!r} is not on the list. Write two letters such as DK, or {ANOTHER_COUNTRY} for another.",
        )
    return code


def _check_document(document: Document) -> None:
    if not document.content:
        raise RegisterRefused("Filen er tom. Vælg den underskrevne aftale.", "The file is empty.")
    if len(document.content) > DOCUMENT_BYTES:
        raise RegisterRefused("Filen er større end 20 MB. Gem den mindre, og prøv igen.", "The file is over 20 MB.")
    if not document.content.startswith(b"%PDF-"):
        raise RegisterRefused("Aftalen skal være en PDF.", "The signed agreement must be a PDF.")
    if not document.name.strip() or len(document.name) > 200:
        raise RegisterRefused("Filens navn skal have 1 til 200 tegn.")
