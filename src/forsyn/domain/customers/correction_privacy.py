"""What the tables of corrections and notices hold, and whose it is.

The old value of a corrected datum is part of the record of a request, and ends with it: whoever reads names or e-mail
addresses for other work never meets it again.
"""

from forsyn.policy.bindings import Personal, Table, day_of, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

_CUSTOMER = path("customer_id -> customers_customer.id")
_ROW = not_personal("row number")
_TOLD = personal("privacy_requests", source=Source.PERSON)
_HANDLED = personal("privacy_requests", source=Source.UTILITY)


def _staff(column: str) -> Personal:
    return personal("staff_activity", source=Source.SYSTEM, person=path(f"{column} -> accounts_account.id"))


CORRECTIONS = (
    Table(
        "customers_correction",
        changed_by={P.PRIVACY_RIGHTS: "insert"},
        person=_CUSTOMER,
        events={"case_closed": day_of("decided_at")},
        kept_as="privacy_requests",
        columns={
            "id": _ROW,
            "customer_id": personal("customer_number", source=Source.UTILITY),
            "request_id": _HANDLED,
            "field": _HANDLED,
            "subject_id": _HANDLED,
            "outcome": _HANDLED,
            "wrong_value": _HANDLED,
            "right_value": _TOLD,
            "held_from": _HANDLED,
            "held_until": _HANDLED,
            "evidence": _TOLD,
            "document": _TOLD,
            "document_name": _TOLD,
            "document_type": _TOLD,
            "reason": _HANDLED,
            "statement": _TOLD,
            "decided_at": _HANDLED,
            "decided_by_id": _staff("decided_by_id"),
        },
    ),
    Table(
        "customers_recipient_notice",
        changed_by={P.PRIVACY_RIGHTS: "insert update(settled_at, settled_by_id, note)"},
        person=_CUSTOMER,
        events={"case_closed": day_of("made_at")},
        kept_as="privacy_requests",
        columns={
            "id": _ROW,
            "customer_id": personal("customer_number", source=Source.UTILITY),
            "correction_id": _HANDLED,
            "request_id": _HANDLED,
            "cause": _HANDLED,
            "recipient": _HANDLED,
            "categories": _HANDLED,
            "made_at": _HANDLED,
            "disclosure_id": _HANDLED,
            "obstacle": _HANDLED,
            "settled_at": _HANDLED,
            "settled_by_id": _staff("settled_by_id"),
            "note": _HANDLED,
        },
    ),
    Table(
        "customers_source_notice",
        changed_by={P.PRIVACY_RIGHTS: "insert"},
        person=_CUSTOMER,
        events={"case_closed": day_of("made_at")},
        kept_as="privacy_requests",
        columns={
            "id": _ROW,
            "customer_id": personal("customer_number", source=Source.UTILITY),
            "source": _HANDLED,
            "obtained_date": _HANDLED,
            "made_at": _HANDLED,
            "disclosure_id": _HANDLED,
            "exempt": _HANDLED,
            "decided_by_id": _staff("decided_by_id"),
        },
    ),
)
