"""What the area's tables hold, and whose it is."""

from forsyn.policy.bindings import Personal, Table, day_of, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
CUSTOMER = "customer_id -> customers_customer.id"
_OF_REQUEST = path("request_id -> rights_request_customer.request_id", CUSTOMER)

_TOLD = personal("privacy_requests", source=Source.PERSON, given=True)
_HANDLED = personal("privacy_requests", source=Source.UTILITY)
_KEPT = {P.PRIVACY_RIGHTS: "insert update", P.RETENTION: "delete"}
_APPENDED = {P.PRIVACY_RIGHTS: "insert", P.RETENTION: "delete"}

_CLOSED = {"case_closed": day_of("closed_at")}
_CLOSED_THERE = {
    "case_closed": f"(select {day_of('request.closed_at')} from public.rights_request as request"
    " where request.id = request_id)"
}
KEPT_AS = "privacy_requests"
"""Requests and all that came of them go together, after their own rule."""


def _staff(column: str) -> Personal:
    return personal("staff_activity", source=Source.SYSTEM, person=path(f"{column} -> accounts_account.id"))


BINDINGS = (
    Table(
        "rights_request",
        person=(
            path("id -> rights_request_customer.request_id", CUSTOMER),
            path("account_id -> accounts_account.id"),
        ),
        columns={
            "id": ROW,
            "right": _TOLD,
            "state": _HANDLED,
            "channel": _HANDLED,
            "received_at": _HANDLED,
            "received_date": _HANDLED,
            "first_deadline_date": _HANDLED,
            "deadline_date": _HANDLED,
            "paused_since_date": _HANDLED,
            "paused_days": _HANDLED,
            "extended_at": _HANDLED,
            "extension_reason": _HANDLED,
            "extension_told_at": _HANDLED,
            "requester_name": _TOLD,
            "requester_email": _TOLD,
            "requester_address": _TOLD,
            "account_id": _HANDLED,
            "on_behalf": _TOLD,
            "authority_note": _HANDLED,
            "authority_seen_at": _HANDLED,
            "language": _TOLD,
            "subject": _TOLD,
            "wish": _TOLD,
            "concerns_id": _HANDLED,
            "message_sha256": _HANDLED,
            "identity_settled_at": _HANDLED,
            "identity_way": _HANDLED,
            "assigned_to_id": _staff("assigned_to_id"),
            "claimed_at": _staff("assigned_to_id"),
            "closed_at": _HANDLED,
            "outcome": _HANDLED,
            "refusal_ground": _HANDLED,
            "version": not_personal("how often the row was changed"),
        },
        changed_by=_KEPT,
        events=_CLOSED,
        kept_as=KEPT_AS,
    ),
    Table(
        "rights_request_customer",
        person=path(CUSTOMER),
        # whoever may know customer numbers is not to know who asked for what
        columns={"id": ROW, "request_id": _HANDLED, "customer_id": _HANDLED, "linked_at": _HANDLED},
        changed_by={P.PRIVACY_RIGHTS: "insert delete", P.RETENTION: "delete"},
        events=_CLOSED_THERE,
        kept_as=KEPT_AS,
    ),
    Table(
        "rights_request_step",
        person=_OF_REQUEST,
        columns={
            "id": ROW,
            "request_id": _HANDLED,
            "at": _HANDLED,
            "kind": _HANDLED,
            "text": _HANDLED,
            "by_id": _staff("by_id"),
        },
        changed_by=_APPENDED,
        events=_CLOSED_THERE,
        kept_as=KEPT_AS,
    ),
    Table(
        "rights_identity_check",
        person=_OF_REQUEST,
        columns={
            "id": ROW,
            "request_id": _HANDLED,
            "way": _HANDLED,
            "made_at": _HANDLED,
            "by_id": _staff("by_id"),
            "note": _HANDLED,
            "customer_id": _HANDLED,
            "contact_point_id": _HANDLED,
            "contact_kind": _HANDLED,
            "code_hash": _HANDLED,
            "expires_at": _HANDLED,
            "tries_left": _HANDLED,
            "passed_at": _HANDLED,
        },
        changed_by=_KEPT,
        events=_CLOSED_THERE,
        kept_as=KEPT_AS,
    ),
    Table(
        "rights_request_plan",
        person=_OF_REQUEST,
        columns={
            "id": ROW,
            "request_id": _HANDLED,
            "right": _HANDLED,
            "plan": _HANDLED,
            "fingerprint": _HANDLED,
            "made_at": _HANDLED,
            "made_by_id": _staff("made_by_id"),
            "dropped_at": _HANDLED,
            "carried_out_at": _HANDLED,
            "carried_out_by_id": _staff("carried_out_by_id"),
            "counts": _HANDLED,
        },
        changed_by=_KEPT,
        events=_CLOSED_THERE,
        kept_as=KEPT_AS,
    ),
    Table(
        "rights_withheld",
        person=_OF_REQUEST,
        columns={
            "id": ROW,
            "request_id": _HANDLED,
            "item": _HANDLED,
            "reason": _HANDLED,
            "at": _HANDLED,
            "by_id": _staff("by_id"),
        },
        changed_by={P.PRIVACY_RIGHTS: "insert delete", P.RETENTION: "delete"},
        events=_CLOSED_THERE,
        kept_as=KEPT_AS,
    ),
    Table(
        "rights_request_document",
        person=_OF_REQUEST,
        columns={
            "id": ROW,
            "request_id": _HANDLED,
            "kind": _HANDLED,
            "name": _HANDLED,
            "content_type": _HANDLED,
            "byte_count": _HANDLED,
            "sealed": _HANDLED,
            "not_kept": _HANDLED,
            "recorded_at": _HANDLED,
            "disclosure_id": _HANDLED,
        },
        changed_by={P.PRIVACY_RIGHTS: "insert", P.RETENTION: "delete"},
        events=_CLOSED_THERE,
        kept_as=KEPT_AS,
    ),
)
