"""What the tables of the access log hold, and whose it is."""

from forsyn.policy.bindings import NotPersonal, Personal, Routine, Table, day_of, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

CUSTOMER = path("customer_id -> customers_customer.id")
ROW = not_personal("row number")


def plain(reason: str, *columns: str) -> dict[str, NotPersonal]:
    """Columns of nobody's data, all for one reason."""
    return {column: not_personal(reason) for column in columns}


_LOGGED = personal("access_log", source=Source.SYSTEM)


def _logged_of_staff(person: str = "actor_id") -> Personal:
    """What the log tells of whoever looked: those who are looked at see the outline without it."""
    return personal(
        "access_log", "staff_activity", source=Source.SYSTEM, person=path(f"{person} -> accounts_account.id")
    )


ACCESS_LOG = (
    Table(
        "safeguards_access_log",
        person=CUSTOMER,
        partitioned=True,
        ended_by="whole months of the log are dropped when their time is over; a row is never taken out of its chain",
        columns={
            "id": ROW,
            "at": _LOGGED,
            "actor_id": _logged_of_staff(),
            "customer_id": _LOGGED,
            "kind": _LOGGED,
            "aspect": _LOGGED,
            "subject_id": _logged_of_staff(),
            "purpose": _LOGGED,
            "search": _logged_of_staff(),
            "reason": _logged_of_staff(),
            "request_id": not_personal("the same number for all that one page wrote"),
        },
    ),
    Table(
        "safeguards_access_seal",
        columns=plain(
            "hashes over a batch of the access log",
            "number", "month", "first_id", "last_id", "row_count", "from_at", "to_at", "fingerprints", "rows_sha256",
            "chain_sha256", "sealed_at",
        ),
        changed_by={P.SECURITY: "insert"},
        read_by=(P.PRIVACY_RIGHTS,),
    ),
    Table(
        "safeguards_spot_check",
        columns={
            "id": ROW,
            "made_at": _logged_of_staff("made_by_id"),
            "made_by_id": _logged_of_staff("made_by_id"),
            "from_at": not_personal("period of the sample"),
            "to_at": not_personal("period of the sample"),
            "candidates": not_personal("how many looks there were to choose among"),
        },
        changed_by={P.PRIVACY_RIGHTS: "insert", P.RETENTION: "delete"},
        events={"looked_up": day_of("made_at")},
        kept_as="access_log",
    ),
    Table(
        "safeguards_spot_check_item",
        person=CUSTOMER,
        columns={
            "id": ROW,
            "spot_check_id": not_personal("which sample"),
            "entry_id": not_personal("row number in the access log"),
            "looked_at": _logged_of_staff(),
            "actor_id": _logged_of_staff(),
            "customer_id": _logged_of_staff(),
            "marks": _logged_of_staff(),
            "verdict": _logged_of_staff(),
            "note": _logged_of_staff(),
            "decided_at": _logged_of_staff("decided_by_id"),
            "decided_by_id": _logged_of_staff("decided_by_id"),
        },
        changed_by={P.PRIVACY_RIGHTS: "insert update"},
        events={"looked_up": day_of("looked_at")},
        kept_as="access_log",
    ),
)  # fmt: skip

LOG_ROUTINES = (
    Routine(  # whoever works under a purpose, whatever it is, puts on record what is looked at: a table that all read
        "safeguards_record_access(text, text, bigint[], bigint, text, text, uuid)",
        "safeguards_recipient_agreement",
        column="id",
    ),
    *(
        Routine(signature, "safeguards_access_seal", change="insert")
        for signature in (
            "safeguards_ensure_access_months(date, integer)",
            "safeguards_access_horizon()",
            "safeguards_access_unsealed(bigint, bigint, integer)",
            "safeguards_access_sealed(integer, integer)",
            "safeguards_access_outside(integer)",
            "safeguards_access_sealed_rows()",
        )
    ),
    Routine("safeguards_access_state()", "safeguards_access_log", column="actor_id"),
)
