"""What the area's tables hold, and whose it is."""

from forsyn.policy.bindings import Routine, Table, plain
from forsyn.policy.purposes import P

_KEPT = {P.RETENTION: "insert update"}
_READERS = (P.PRIVACY_RIGHTS, P.SECURITY)

BINDINGS: tuple[Table, ...] = (
    Table(
        "retention_night",
        columns=plain(
            "when a night ran, and under which policy",
            "id", "today", "started_at", "finished_at", "state", "policy_version", "policy_sha256", "held_customers",
        ),
        changed_by=_KEPT,
        read_by=_READERS,
    ),
    Table(
        "retention_step",
        columns=plain(
            "count of rows under a rule; of no person",
            "id", "night_id", "number", "work", "table_name", "rules", "outcome", "previewed", "done_count", "chunks",
            "state", "cursor", "finished_at",
        ),
        changed_by=_KEPT,
        read_by=_READERS,
    ),
    Table(
        "retention_erasure",
        columns=plain(
            "keyed hash of somebody erased, whose key is not in the database, and when",
            "id", "person", "logged_at", "carried_out_at",
        ),
        changed_by={P.RETENTION: "insert"},
        read_by=_READERS,
    ),
)  # fmt: skip

ROUTINES = (
    Routine("safeguards_access_months_over(timestamp with time zone)", "retention_step", change="insert"),
    Routine("safeguards_access_end_month(date, timestamp with time zone)", "retention_step", change="insert"),
)
"""Months of the access log belong to its owner, who alone can drop them; the function refuses what is not over."""
