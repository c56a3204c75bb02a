"""What the safeguards' tables hold, and whose it is. Each part declares a tuple of its own."""

from forsyn.domain.safeguards.log_privacy import ACCESS_LOG, CUSTOMER, LOG_ROUTINES, ROW, plain
from forsyn.policy.bindings import Personal, Routine, Table, day_of, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

CUSTOMER_KEY = personal("customer_number", source=Source.UTILITY)

_CONSENT = personal("consents", source=Source.PERSON, given=True)
_CONSENT_KEPT = personal("consents", source=Source.UTILITY)
_REQUEST = personal("privacy_requests", source=Source.PERSON, given=True)
_REQUEST_HANDLED = personal("privacy_requests", source=Source.UTILITY)


def _staff(category: str, column: str) -> Personal:
    return personal(category, source=Source.SYSTEM, person=path(f"{column} -> accounts_account.id"))


_LEFT_OF_ERASED = f"""
    case when t0.ground = 'kept' and not exists (
        select from public.safeguards_hold as hold where hold.customer_id = t0.customer_id and hold.released_at is null
    ) then greatest({day_of("t0.began_at")},
        (select (date_trunc('year', max(upper(held.period) - 1)::timestamp) + interval '1 year')::date
           from public.customers_agreement_holder as holder
           join public.customers_agreement as held on held.id = holder.agreement_id
          where holder.customer_id = t0.customer_id),
        (select max({day_of("released_at")}) from public.safeguards_hold as hold
          where hold.customer_id = t0.customer_id)) end"""
"""What is left of somebody erased is hidden as long as the last bills, what was asked of us, or a hold is kept."""

CHOICES = (
    Table(
        "safeguards_consent",
        person=CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": CUSTOMER_KEY,
            "consent": _CONSENT,
            "text_version": _CONSENT_KEPT,
            "text": _CONSENT_KEPT,
            "language": _CONSENT_KEPT,
            "channel": _CONSENT_KEPT,
            "given_at": _CONSENT_KEPT,
            "withdrawn_at": _CONSENT_KEPT,
            "withdrawn_channel": _CONSENT_KEPT,
            "proof": _CONSENT,
            "proof_name": _CONSENT_KEPT,
            "proof_type": _CONSENT_KEPT,
            # of the consent's own category: whoever records a consent writes it, in self-service too (as nobody)
            "recorded_by_id": _staff("consents", "recorded_by_id"),
        },
        changed_by={
            **dict.fromkeys(
                (P.SELF_SERVICE, P.CUSTOMER_SERVICE, P.PRIVACY_RIGHTS),
                "insert update(withdrawn_at, withdrawn_channel)",
            ),
        },
        events={"case_closed": day_of("withdrawn_at")},
    ),
    Table(
        "safeguards_restriction",
        person=CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": CUSTOMER_KEY,
            "ground": _REQUEST_HANDLED,
            "reason": _REQUEST_HANDLED,
            "began_at": _REQUEST_HANDLED,
            "ended_at": _REQUEST_HANDLED,
            "recorded_by_id": _staff("staff_activity", "recorded_by_id"),
            "ended_by_id": _staff("staff_activity", "ended_by_id"),
        },
        changed_by={P.PRIVACY_RIGHTS: "insert update"},
        events={"case_closed": f"coalesce({day_of('ended_at')}, {_LEFT_OF_ERASED})"},
    ),
    Table(
        "safeguards_objection",
        person=CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": CUSTOMER_KEY,
            "purpose": _REQUEST,
            "reason": _REQUEST,
            "made_at": _REQUEST_HANDLED,
            "recorded_by_id": _staff("staff_activity", "recorded_by_id"),
            "decided_at": _REQUEST_HANDLED,
            "upheld": _REQUEST_HANDLED,
            "decision": _REQUEST_HANDLED,
            "decided_by_id": _staff("staff_activity", "decided_by_id"),
            "ended_at": _REQUEST_HANDLED,
        },
        changed_by={P.PRIVACY_RIGHTS: "insert update"},
        events={"case_closed": day_of("coalesce(ended_at, case when not upheld then decided_at end)")},
    ),
)

HOLDS = (
    Table(
        "safeguards_hold",
        person=CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": CUSTOMER_KEY,
            "categories": _REQUEST_HANDLED,
            "ground": _REQUEST_HANDLED,
            "reason": _REQUEST_HANDLED,
            "owner_id": _staff("staff_activity", "owner_id"),
            "began_at": _REQUEST_HANDLED,
            "end_date": _REQUEST_HANDLED,
            "review_date": _REQUEST_HANDLED,
            "reviewed_at": _REQUEST_HANDLED,
            "reviewed_by_id": _staff("staff_activity", "reviewed_by_id"),
            "released_at": _REQUEST_HANDLED,
            "released_by_id": _staff("staff_activity", "released_by_id"),
            "released_reason": _REQUEST_HANDLED,
        },
        changed_by={P.PRIVACY_RIGHTS: "insert update", P.RETENTION: "update(released_at, released_reason)"},
        # of one that still holds, no end of keeping is known
        events={"case_closed": day_of("released_at")},
    ),
)

_DISCLOSED = personal("disclosures", source=Source.SYSTEM)
_DISCLOSED_PERSON = (CUSTOMER, path("account_id -> accounts_account.id"))
_DISCLOSED_ON = (
    f"(select {day_of('left_us.at')} from public.safeguards_disclosure as left_us where left_us.id = disclosure_id)"
)
_REGISTER = {P.PRIVACY_RIGHTS: "insert update"}
_EVERYONE = tuple(P)
"""Whatever the purpose, it leaves by the door or not at all: the door's functions are everyone's to call."""


DOOR = (
    Table(
        "safeguards_recipient_agreement",
        columns={"id": ROW}
        | plain(
            "agreement between companies",
            "recipient", "number", "signed_date", "period", "storage_country", "instructions", "document_name",
            "document_sha256",
        ),
        changed_by=_REGISTER,
        read_by=_EVERYONE,
    ),
    Table(
        "safeguards_agreement_document",
        columns={"id": ROW}
        | plain("agreement between companies", "agreement_id", "content", "content_type", "added_at"),
        changed_by=_REGISTER,
    ),
    Table(
        "safeguards_sub_processor",
        columns={"id": ROW}
        | plain("a company that works for a processor", "agreement_id", "name", "country", "service", "period"),
        changed_by=_REGISTER,
        read_by=_EVERYONE,
    ),
    Table(
        "safeguards_audit",
        columns={"id": ROW}
        | plain("audit of a company", "agreement_id", "audit_date", "finding", "next_date"),
        changed_by=_REGISTER,
    ),
    Table(
        "safeguards_disclosure",
        columns={"id": ROW}
        | plain(
            "kind and recipient of something that left; whose it was stands in safeguards_disclosure_person",
            "at", "purpose", "recipient", "role", "agreement_id", "categories", "countries", "ground", "statute",
            "channel", "to_person", "person_count", "payload_sha256", "payload_bytes", "state", "settled_at",
        ),
        changed_by={P.RETENTION: "delete"},
        read_by=_EVERYONE,
        events={"disclosed": day_of("at")},
        kept_as="disclosures",
    ),
    Table(
        "safeguards_disclosure_person",
        person=_DISCLOSED_PERSON,
        columns={
            "id": ROW,
            "disclosure_id": _DISCLOSED,
            "part": _DISCLOSED,
            "customer_id": _DISCLOSED,
            "account_id": _DISCLOSED,
        },
        events={"disclosed": _DISCLOSED_ON},
    ),
    Table(
        "safeguards_disclosure_refusal",
        columns={"id": ROW}
        | plain(
            "kind and recipient of something that did not leave",
            "at", "purpose", "recipient", "categories", "channel", "person_count", "reasons", "explanation",
        ),
        changed_by={P.RETENTION: "delete"},
        events={"disclosed": day_of("at")},
        kept_as="disclosures",
        read_by=(P.PRIVACY_RIGHTS, P.SECURITY),
    ),
    Table(
        "safeguards_outbox",
        person=path(
            "disclosure_id -> safeguards_disclosure_person.disclosure_id", "customer_id -> customers_customer.id"
        ),
        columns={"id": ROW, "sealed": _DISCLOSED, "disclosure_id": _DISCLOSED}
        | plain("how far delivery has come", "work", "created_at", "due_at", "leased_until", "attempts", "last_error"),
        events={"disclosed": _DISCLOSED_ON},
    ),
)  # fmt: skip

_THROUGH_THE_DOOR = (
    "safeguards_door_persons(bigint[], text, text)",
    "safeguards_disclose(jsonb, bytea, bigint[], bigint, bigint, text, bytea)",
    "safeguards_refuse(jsonb)",
    "safeguards_outbox_claim(text, timestamp with time zone, timestamp with time zone, integer, text)",
    "safeguards_outbox_settle(bigint, boolean, text, timestamp with time zone, timestamp with time zone)",
    "safeguards_handed_over(bigint, boolean, timestamp with time zone)",
)
DOOR_ROUTINES = (
    *(Routine(signature, "safeguards_disclosure", column="id") for signature in _THROUGH_THE_DOOR),
    Routine("safeguards_outbox_again(bigint, timestamp with time zone)", "safeguards_outbox", column="sealed"),
)

BINDINGS = (
    *CHOICES,
    *HOLDS,
    *DOOR,
    *ACCESS_LOG,
)
ROUTINES = (*DOOR_ROUTINES, *LOG_ROUTINES)
