"""What the area's tables hold, and whose it is."""

from forsyn.policy.bindings import Personal, Table, by_account, day_of, not_personal, path, personal, plain
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
CUSTOMER = path("customer_id -> customers_customer.id")


def _by(column: str, *categories: str) -> Personal:
    """Who did it. Of breaches nobody reads but who works on them, so they are of that category as well."""
    return by_account(column, *(categories or ("breaches", "staff_activity")))


_WRITTEN = {P.PRIVACY_RIGHTS: "insert update"}
_CLOSED = {
    "case_closed": f"(select {day_of('breach.closed_at')} from public.accountability_breach as breach"
    " where breach.id = breach_id)"
}
_BREACH = not_personal("which breach")
_TOUCHED = personal("breaches", source=Source.UTILITY)

BREACHES = (
    Table(
        "accountability_breach",
        columns={"id": ROW}
        | plain(
            "what happened, told without names; whom it touched stands in accountability_breach_person",
            "title", "what_happened", "began_at", "ended_at", "aware_at", "notify_by_at", "confidentiality",
            "integrity", "availability", "data_categories", "person_groups", "approximate_persons",
            "approximate_records", "consequences", "measures", "processor", "capacity", "on_behalf_of",
            "registered_at", "risk", "risk_reason", "assessed_at", "letter_da", "letter_en", "letters_released_at",
            "exception", "exception_reason", "closed_at", "lessons",
        )
        | {
            column: _by(column)
            for column in (
                "registered_by_id", "assessed_by_id", "letters_released_by_id", "excepted_by_id", "closed_by_id",
            )
        },
        changed_by=_WRITTEN,
        events={"case_closed": day_of("closed_at")},
        kept_as="breaches",
    ),
    Table(
        "accountability_breach_search",
        columns={"id": ROW, "breach_id": _BREACH}
        | plain(
            "by what affected persons were searched for, and how many were found",
            "kind", "recipient", "from_at", "until_at", "given", "found", "added", "made_at",
        )
        | {"account_id": _by("account_id"), "made_by_id": _by("made_by_id")},
        changed_by=_WRITTEN,
        events=_CLOSED,
        kept_as="breaches",
    ),
    Table(
        "accountability_breach_person",
        person=CUSTOMER,
        columns={
            "id": ROW,
            "breach_id": _BREACH,
            "customer_id": personal("customer_number", source=Source.UTILITY),
            "search_id": _TOUCHED,
            "added_at": _TOUCHED,
            "left_out_reason": _TOUCHED,
            "told_at": _TOUCHED,
            "told_by": _TOUCHED,
            "disclosure_id": _TOUCHED,
        },
        changed_by=_WRITTEN,
        events=_CLOSED,
        kept_as="breaches",
    ),
    Table(
        "accountability_breach_notice",
        columns={"id": ROW, "breach_id": _BREACH}
        | plain(
            "what the authority was told of a breach, without names",
            "phase", "final", "recipient", "text", "prepared_at", "late_reason", "sent_at", "receipt",
            "disclosure_id",
        )
        | {"prepared_by_id": _by("prepared_by_id"), "sent_by_id": _by("sent_by_id")},
        changed_by=_WRITTEN,
        events=_CLOSED,
        kept_as="breaches",
    ),
    Table(
        "accountability_breach_step",
        columns={"id": ROW, "breach_id": _BREACH}
        | plain("what was done about a breach, without names", "at", "kind", "text", "changes")
        | {"by_id": _by("by_id")},
        changed_by={P.PRIVACY_RIGHTS: "insert"},
        events=_CLOSED,
        kept_as="breaches",
    ),
)  # fmt: skip

ASSESSMENTS = (
    Table(
        "accountability_assessment",
        columns={"id": ROW}
        | plain(
            "a document about a purpose, without names",
            "kind", "purpose", "version", "texts", "basis", "written_at", "decision", "decision_reason", "decided_at",
            "review_date",
        )
        | {column: _by(column, "staff_activity") for column in ("author_id", "decided_by_id")},
        changed_by={P.PRIVACY_RIGHTS: "insert update"},
        stays="what the controller decided of its purposes; it tells of nobody but who wrote it and who decided",
    ),
)  # fmt: skip

BINDINGS: tuple[Table, ...] = (*BREACHES, *ASSESSMENTS)
