"""What the tables of staff access hold, and whose it is."""

from forsyn.policy.bindings import Table, by_account, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
BY_ACCOUNT = path("account_id -> accounts_account.id")
KEPT = personal("staff_account", source=Source.UTILITY)
TOLD = personal("staff_account", source=Source.PERSON, given=True)
ADMINISTERED = {P.STAFF_ADMINISTRATION: "insert update"}


BINDINGS = (
    Table(
        "accounts_access_request",
        person=BY_ACCOUNT,
        changed_by=ADMINISTERED,
        columns={
            "id": ROW,
            "account_id": KEPT,
            "role": TOLD,
            "period": TOLD,
            "reason": TOLD,
            "made_at": KEPT,
            "decided_at": KEPT,
            "decided_by_id": by_account("decided_by_id"),
            "granted": KEPT,
            "answer": KEPT,
        },
    ),
    Table(
        "accounts_staff_role",
        person=BY_ACCOUNT,
        changed_by=ADMINISTERED,
        columns={
            "id": ROW,
            "account_id": KEPT,
            "role": KEPT,
            "period": KEPT,
            "reason": KEPT,
            "request_id": KEPT,
            "granted_at": KEPT,
            "granted_by_id": by_account("granted_by_id"),
            "review_date": KEPT,
            "reviewed_at": KEPT,
            "reviewed_by_id": by_account("reviewed_by_id"),
            "ended_at": KEPT,
            "ended_by_id": by_account("ended_by_id"),
            "end_reason": KEPT,
        },
    ),
    Table(
        "accounts_external_staff",
        person=BY_ACCOUNT,
        changed_by=ADMINISTERED,
        columns={"account_id": KEPT, "employer": KEPT},
    ),
    Table(
        "accounts_confidentiality_agreement",
        person=BY_ACCOUNT,
        changed_by=ADMINISTERED,
        columns={
            "id": ROW,
            "account_id": KEPT,
            "document": KEPT,
            "document_name": KEPT,
            "sha256": KEPT,
            "signed_date": KEPT,
            "period": KEPT,
            "registered_at": KEPT,
            "registered_by_id": by_account("registered_by_id"),
        },
    ),
    Table(
        "accounts_instruction_confirmation",
        person=BY_ACCOUNT,
        changed_by={P.STAFF_ADMINISTRATION: "insert"},
        columns={
            "id": ROW,
            "account_id": KEPT,
            "role": KEPT,
            "fingerprint": KEPT,
            "text_version": KEPT,
            "confirmed_at": TOLD,
        },
    ),
    Table(
        "accounts_colleague",
        ended_by="a view; what it shows ends where it is kept",
        person=path("id -> accounts_account.id"),
        columns={
            "id": personal("staff_activity", source=Source.SYSTEM),
            "name": personal("staff_activity", source=Source.SYSTEM),
        },
    ),
)
