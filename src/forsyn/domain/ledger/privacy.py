"""What the area's tables hold, and whose it is: vouchers and what is open are their customer's."""

from forsyn.policy.bindings import Personal, Routine, Table, by_account, not_personal, path, personal, plain
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
OF_CUSTOMER = path("customer_id -> customers_customer.id")
OF_VOUCHER = path("voucher_id -> ledger_voucher.id", "customer_id -> customers_customer.id")
CUSTOMER = personal("customer_number", source=Source.UTILITY)
BOOKED = personal("invoices", "payments", source=Source.DERIVED)
"""A voucher may be a bill's or a payment's; who may see the books may see both."""

SHOWN_TO = (
    P.SETTLEMENT, P.SELF_SERVICE, P.CUSTOMER_SERVICE, P.COLLECTION, P.LEGAL_CLAIMS, P.PRIVACY_RIGHTS,
)  # fmt: skip
BOOKS = {P.SETTLEMENT: "insert", P.ACCOUNTING: "insert"}
YEAR_END = "(select upper(y.period) - 1 from public.ledger_accounting_year as y where y.id = year_id)"
"""The last day of the row's accounting year. What is open is kept until it is settled: a claim."""


def _booked(*columns: str) -> dict[str, Personal]:
    return dict.fromkeys(columns, BOOKED)


def _unless_open(*columns: str, of: str) -> dict[str, str]:
    settled = " and ".join(f"{column} not in (select o.{of} from public.ledger_open_item as o)" for column in columns)
    return {"accounting_year_end": f"(case when {settled} then {YEAR_END} end)"}


BINDINGS = (
    Table(
        "ledger_account",
        columns=plain(
            "an account of the utility's ledger", "id", "number", "key", "name_da", "name_en", "kind", "is_receivable"
        ),
        changed_by={P.ACCOUNTING: "insert update(name_da, name_en)"},
        read_by=SHOWN_TO,
    ),
    Table(
        "ledger_accounting_year",
        columns=plain("an accounting year of the utility", "id", "period", "last_number", "closed_at")
        | {"closed_by_id": by_account("closed_by_id")},
        changed_by={P.ACCOUNTING: "insert update(closed_at, closed_by_id)"},
        stays="which years there were; it tells of nobody but who closed them",
    ),
    Table(
        "ledger_voucher",
        person=OF_CUSTOMER,
        columns={"id": ROW, "customer_id": CUSTOMER}
        | _booked(
            "year_id", "number", "posting_date", "line_count", "kind", "recorded_at", "reverses_id", "origin", "text"
        )
        | {"recorded_by_id": by_account("recorded_by_id")},
        changed_by=BOOKS,
        events=_unless_open("id", of="voucher_id"),
    ),
    Table(
        "ledger_posting",
        person=OF_VOUCHER,
        columns={"id": ROW, "voucher_id": not_personal("which voucher")}
        | _booked("amount_oere", "due_date", "line", "account_id", "year_id", "vat_code", "text"),
        changed_by=BOOKS,
        events=_unless_open("voucher_id", of="voucher_id"),
    ),
    Table(
        "ledger_open_item",
        person=OF_CUSTOMER,
        columns={"id": ROW, "customer_id": CUSTOMER}
        | _booked("posting_id", "voucher_id", "amount_oere", "remaining_oere", "due_date"),
        ended_by="gone as soon as nothing is left of it; until then it is a claim",
    ),
    Table(
        "ledger_allocation",
        person=OF_CUSTOMER,
        columns={"id": ROW, "customer_id": CUSTOMER}
        | _booked("credit_id", "debit_id", "amount_oere", "made_at", "undone_at", "year_id")
        | {"made_by_id": by_account("made_by_id"), "undone_by_id": by_account("undone_by_id")},
        changed_by=dict.fromkeys((P.SETTLEMENT, P.ACCOUNTING), "insert update(undone_at, undone_by_id)"),
        events=_unless_open("credit_id", "debit_id", of="posting_id"),
    ),
    Table(
        "ledger_year_total",
        columns=plain(
            "sums over all customers of what was posted in a year",
            "id", "year_id", "account_id", "posting_count", "debit_oere", "credit_oere",
        ),
        read_by=(P.SETTLEMENT, P.ACCOUNTING),
    ),
)  # fmt: skip

ROUTINES = (Routine("ledger_lock_year(date)", "ledger_voucher", change="insert"),)
"""Hold the year whose next numbers are given, which no purpose may change."""
