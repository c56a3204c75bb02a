"""What the area's tables hold, and whose it is."""

from forsyn.policy.bindings import NotPersonal, Table, not_personal
from forsyn.policy.purposes import P


def _plain(reason: str, *columns: str) -> dict[str, NotPersonal]:
    return {column: not_personal(reason) for column in columns}


_KEPT = {P.RETENTION: "insert update"}
_READERS = (P.PRIVACY_RIGHTS, P.SECURITY)

BINDINGS: tuple[Table, ...] = (
    Table(
        "retention_night",
        columns=_plain(
            "when a night ran, and under which policy",
            "id", "today", "started_at", "finished_at", "state", "policy_version", "policy_sha256", "held_customers",
        ),
        changed_by=_KEPT,
        read_by=_READERS,
    ),
    Table(
        "retention_step",
        columns=_plain(
            "count of rows under a rule; of no person",
            "id", "night_id", "number", "work", "table_name", "rules", "outcome", "previewed", "done_count", "chunks",
            "state", "cursor", "finished_at",
        ),
        changed_by=_KEPT,
        read_by=_READERS,
    ),
)  # fmt: skip
