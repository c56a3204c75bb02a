"""What the sensitive tables hold, and whose it is.

Every column is bound to the table's own category, the link to the customer too: other purposes see nothing of the
table, not even that a customer has a row in it.
"""

from forsyn.policy.bindings import Binding, Table, day_of, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

OF_CUSTOMER = path("customer_id -> customers_customer.id")
ROW = not_personal("random row number")
KEY = not_personal("name of a key")
FORGOTTEN = (
    "what loses its consent, its claim or its need, or is not reviewed in time, goes within minutes (job forget)"
)


def _by(category: str, column: str) -> Binding:
    return personal(category, source=Source.SYSTEM, person=path(f"{column} -> accounts_account.id"))


def _columns(category: str, content: Binding) -> dict[str, Binding]:
    kept = personal(category, source=Source.UTILITY)
    return {
        "id": ROW,
        "customer_id": personal("customer_number", category, source=Source.UTILITY),
        "sealed": content,
        "sealing_key": KEY,
        "source": kept,
        "recorded_at": kept,
        "recorded_by_id": _by(category, "recorded_by_id"),
        "review_date": kept,
        "reviewed_at": kept,
        "reviewed_by_id": _by(category, "reviewed_by_id"),
    }


_REVIEW = "update(review_date, reviewed_at, reviewed_by_id)"
_CHANGE = f"insert {_REVIEW} delete"  # what is written is never altered: it is deleted, and written anew
_TIDY = {P.PRIVACY_RIGHTS: f"{_REVIEW} delete", P.RETENTION: "update(sealed, sealing_key) delete"}
"""Retention renews the seals, too."""

BINDINGS = (
    Table(
        "sensitive_cpr",
        person=OF_CUSTOMER,
        ended_by=FORGOTTEN,
        columns=_columns("cpr", personal("cpr", source=Source.PERSON, given=True))
        | {"lookup": personal("cpr", source=Source.DERIVED), "lookup_key": KEY},
        changed_by={
            P.ADDRESS_FROM_CPR: _CHANGE,
            P.PAYOUT_BY_NEMKONTO: _CHANGE,
            P.DIGITAL_POST: _CHANGE,
            P.DEBT_HAND_OVER: _CHANGE,
        }
        | _TIDY
        | {P.RETENTION: "update(sealed, sealing_key, lookup, lookup_key) delete"},
    ),
    Table(
        "sensitive_health_notice",
        person=OF_CUSTOMER,
        ended_by=FORGOTTEN,
        columns=_columns("health", personal("health", source=Source.PERSON, given=True))
        | {"consent_id": personal("health", source=Source.UTILITY)},
        changed_by={P.INTERRUPTION_HEALTH: _CHANGE} | _TIDY,
    ),
    Table(
        "sensitive_threat_notice",
        person=OF_CUSTOMER,
        ended_by=FORGOTTEN,
        columns=_columns("threats", personal("threats", source=Source.UTILITY)),
        changed_by={P.INTERRUPTION_SAFETY: _CHANGE} | _TIDY,
    ),
    Table(
        "sensitive_premises_notice",
        person=OF_CUSTOMER,
        ended_by=FORGOTTEN,
        columns=_columns("children_and_animals", personal("children_and_animals", source=Source.PERSON)),
        changed_by={P.INTERRUPTION_SAFETY: _CHANGE} | _TIDY,
    ),
    Table(
        "sensitive_offence",
        person=OF_CUSTOMER,
        ended_by=FORGOTTEN,
        columns=_columns("offences", personal("offences", source=Source.UTILITY)),
        changed_by={P.OFFENCE_REPORTS: _CHANGE} | _TIDY,
    ),
    Table(
        "sensitive_report_receipt",
        person=OF_CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": personal("customer_number", "report_receipt", source=Source.UTILITY),
            "offence_id": personal("report_receipt", source=Source.UTILITY),
            "authority": personal("report_receipt", source=Source.UTILITY),
            "reported_at": personal("report_receipt", source=Source.UTILITY),
            "reported_by_id": _by("report_receipt", "reported_by_id"),
            "reference": personal("report_receipt", source=Source.UTILITY),
            "handed_over_at": personal("report_receipt", source=Source.UTILITY),
        },
        changed_by={
            P.OFFENCE_REPORTS: "insert update(reference, handed_over_at)",
            P.PRIVACY_RIGHTS: "delete",
        },
        events={"reported": day_of("reported_at")},
    ),
    Table(
        "sensitive_hand_over",
        person=OF_CUSTOMER,
        columns={
            "id": not_personal("row number"),
            "customer_id": personal("customer_number", "collection", source=Source.UTILITY),
            "claim": personal("collection", source=Source.UTILITY),
            "opened_at": personal("collection", source=Source.UTILITY),
            "opened_by_id": _by("collection", "opened_by_id"),
            "closed_at": personal("collection", source=Source.UTILITY),
            "closed_by_id": _by("collection", "closed_by_id"),
        },
        changed_by={P.COLLECTION: "insert update(closed_at, closed_by_id)"},
        events={"accounting_year_end": day_of("closed_at")},
    ),
)
