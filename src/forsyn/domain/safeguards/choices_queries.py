"""Reads of what people have chosen, for pages and rules. Signed papers are read only when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection

from forsyn.domain.safeguards.choices_models import (
    LIVE_CONSENT,
    LIVE_RESTRICTION,
    STANDING_OBJECTION,
    Consent,
    Objection,
    Restriction,
    RestrictionGround,
)
from forsyn.domain.safeguards.choices_rules import GivenConsent, Proof
from forsyn.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class OpenChoices:
    """What the privacy desk must not overlook."""

    restricted: int
    """Customers whose data are only stored."""
    undecided: int
    """Objections that somebody must decide."""
    oldest_restriction_at: datetime | None
    oldest_undecided_at: datetime | None


@dataclass(frozen=True, slots=True)
class OnHold:
    """That a customer's data are only stored, since when and on which ground (RestrictionGround's value)."""

    id: int
    ground: str
    began_at: datetime


_GIVEN = [field.name for field in fields(GivenConsent)]


def consents_of(*, customer_id: int) -> list[GivenConsent]:
    """All that a customer ever said yes to, newest first. 1 query."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("-given_at", "-pk")
    return [GivenConsent(*row) for row in rows.values_list(*_GIVEN)]


def live_consent_id(*, customer_id: int, consent: str) -> int | None:
    """The row of a customer's live consent. 1 query."""
    live = Consent.objects.filter(LIVE_CONSENT, customer_id=customer_id, consent=consent)
    return live.values_list("pk", flat=True).first()


def proof_of(*, consent_id: int, customer_id: int) -> Proof | None:
    """The signed paper of a customer's consent; None where there is none. 1 query."""
    columns = Consent.objects.filter(pk=consent_id, customer_id=customer_id, proof__isnull=False).values_list(
        "proof", "proof_name", "proof_type"
    )
    return next((Proof(bytes(content), name or "", kind or "") for content, name, kind in columns), None)


def live_consent_counts() -> dict[str, int]:
    """How many live ones there are of each consent. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute("select consent, count(*) from safeguards_consent where withdrawn_at is null group by consent")
        return dict(cursor.fetchall())


def outdated_consent_counts(policy: Policy) -> dict[str, int]:
    """How many live ones were given to a text that the policy asks no more: they do not count until answered. 1 query.

    What the privacy desk must ask anew, by consent.
    """
    pairs = [(key, text) for key, consent in policy.consents.items() for text in consent.texts]
    with connection.cursor() as cursor:
        cursor.execute(
            "select consent, count(*) from safeguards_consent as given"
            " where withdrawn_at is null and consent = any(%s)"
            "   and not exists (select from unnest(%s::text[], %s::text[]) as asked (consent, text)"
            "                    where asked.consent = given.consent and asked.text = given.text)"
            " group by consent",
            [list(policy.consents), [key for key, _ in pairs], [text for _, text in pairs]],
        )
        return dict(cursor.fetchall())


def restriction_of(*, customer_id: int) -> OnHold | None:
    """The restriction that a customer's data are under now, as the customer may know it. 1 query."""
    live = Restriction.objects.filter(LIVE_RESTRICTION, customer_id=customer_id)
    return next((OnHold(*row) for row in live.values_list("id", "ground", "began_at")), None)


def restriction(*, restriction_id: int) -> Restriction:
    """One restriction; raises Restriction.DoesNotExist. 1 query."""
    return Restriction.objects.get(pk=restriction_id)


def live_restrictions() -> list[Restriction]:
    """All that hold now and that somebody may lift, the oldest first; not what is left of the erased. 1 query."""
    standing = Restriction.objects.filter(LIVE_RESTRICTION).exclude(ground=RestrictionGround.KEPT)
    return list(standing.order_by("began_at", "pk"))


def ended_restrictions(*, limit: int) -> list[Restriction]:
    """Those lifted last. 1 query."""
    return list(Restriction.objects.exclude(LIVE_RESTRICTION).order_by("-ended_at", "-pk")[:limit])


def objection(*, objection_id: int) -> Objection:
    """One objection; raises Objection.DoesNotExist. 1 query."""
    return Objection.objects.get(pk=objection_id)


def undecided_objections(*, purposes: Sequence[str]) -> list[Objection]:
    """Those against these purposes that somebody must decide, the oldest first. 1 query."""
    waiting = Objection.objects.filter(ended_at=None, decided_at=None, purpose__in=purposes)
    return list(waiting.order_by("made_at", "pk"))


def standing_objections(*, decided_too: Sequence[str], limit: int, offset: int = 0) -> list[Objection]:
    """Those that stand for good, newest first: upheld ones, and those to other purposes than ``decided_too``.

    1 query; a large utility may have thousands who want no marketing, so they come by the page.
    """
    for_good = Objection.objects.filter(STANDING_OBJECTION).exclude(decided_at=None, purpose__in=decided_too)
    return list(for_good.order_by("-made_at", "-pk")[offset : offset + limit])


def standing_objections_of(*, customer_id: int) -> dict[str, Objection]:
    """A customer's objections that stand, by purpose: the database lets one of each stand. 1 query."""
    return {row.purpose: row for row in Objection.objects.filter(STANDING_OBJECTION, customer_id=customer_id)}


def past_objections(*, limit: int) -> list[Objection]:
    """Those overruled or taken back last. 1 query."""
    return list(Objection.objects.exclude(STANDING_OBJECTION).order_by("-made_at", "-pk")[:limit])


_OPEN = """
    select (select count(*) from safeguards_restriction where ended_at is null and ground <> 'kept'),
           (select count(*) from safeguards_objection
             where ended_at is null and decided_at is null and purpose = any(%(assessed)s)),
           (select min(began_at) from safeguards_restriction where ended_at is null and ground <> 'kept'),
           (select min(made_at) from safeguards_objection
             where ended_at is null and decided_at is null and purpose = any(%(assessed)s))
"""


def open_choices(*, assessed: Sequence[str]) -> OpenChoices:
    """What stands open on the privacy desk; ``assessed`` are the purposes whose objections are decided. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"assessed": list(assessed)})
        return OpenChoices(*cursor.fetchone())


def anybody_has_chosen() -> bool:
    """Whether any consent, restriction or objection was ever recorded. 1 to 3 queries."""
    return any(model.objects.exists() for model in (Consent, Restriction, Objection))
