"""What the area's tables hold, and whose it is."""

from forsyn.policy.bindings import Table, day_of, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

_SAID = personal("phone_notes", source=Source.UTILITY)

BINDINGS = (
    Table(
        "correspondence_note",
        person=path("customer_id -> customers_customer.id"),
        columns={
            "id": not_personal("row number"),
            "customer_id": personal("customer_number", source=Source.UTILITY),
            "written_at": _SAID,
            "account_id": personal(
                "staff_activity", source=Source.SYSTEM, person=path("account_id -> accounts_account.id")
            ),
            "kind": _SAID,
            "text": _SAID,
            "cpr_asked_at": _SAID,
            "cpr_denied": _SAID,
            "cpr_taken_out": _SAID,
        },
        changed_by={P.CUSTOMER_SERVICE: "insert"},
        events={"case_closed": day_of("written_at"), "recorded": day_of("written_at")},  # a talk is a case of its own
    ),
    Table(
        "correspondence_mailbox_look",
        columns={
            "id": not_personal("row number"),
            **dict.fromkeys(
                ("mailbox", "looked_at", "waiting", "oldest_waiting_at"),
                not_personal("when the utility's own mail box was read, and how many mails could not be"),
            ),
        },
        changed_by={P.PRIVACY_RIGHTS: "insert update delete"},
    ),
    Table(
        "correspondence_mail_failure",
        columns={
            "id": not_personal("row number"),
            **dict.fromkeys(
                ("mailbox", "uid", "received_at", "tries", "tried_at", "trouble"),
                not_personal("which mail in the utility's own mail box could not be read, and why; nothing of it"),
            ),
        },
        changed_by={P.PRIVACY_RIGHTS: "insert update delete"},
    ),
)
