"""What the safeguards' tables hold, and whose it is. Each part declares a tuple of its own."""

from forsyn.policy.bindings import Personal, Table, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

CUSTOMER = path("customer_id -> customers_customer.id")
CUSTOMER_KEY = personal("customer_number", source=Source.UTILITY)
ROW = not_personal("row number")

_CONSENT = personal("consents", source=Source.PERSON, given=True)
_CONSENT_KEPT = personal("consents", source=Source.UTILITY)
_REQUEST = personal("privacy_requests", source=Source.PERSON, given=True)
_REQUEST_HANDLED = personal("privacy_requests", source=Source.UTILITY)


def _staff(category: str, column: str) -> Personal:
    return personal(category, source=Source.SYSTEM, person=path(f"{column} -> accounts_account.id"))


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
            P.SELF_SERVICE: "insert update",
            P.CUSTOMER_SERVICE: "insert update",
            P.PRIVACY_RIGHTS: "insert update",
            P.RETENTION: "delete",
        },
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
        changed_by={P.PRIVACY_RIGHTS: "insert update", P.RETENTION: "delete"},
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
        changed_by={P.PRIVACY_RIGHTS: "insert update", P.RETENTION: "delete"},
    ),
)

BINDINGS = (*CHOICES,)
