"""What the area's tables hold, and whose it is: payments are their customer's, and nobody's until we know whose."""

from forsyn.policy.bindings import Personal, Table, by_account, day_of, not_personal, path, personal, plain
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
OF_CUSTOMER = path("customer_id -> customers_customer.id")
CUSTOMER = personal("customer_number", source=Source.UTILITY)
FILE = not_personal("which file")
STAYS = "that a file was read or made, so that it is not read twice and its number is not used again"


def _paid(source: Source, *columns: str) -> dict[str, Personal]:
    return dict.fromkeys(columns, personal("payments", source=source))


FILES = (
    Table(
        "payments_received_file",
        columns=plain(
            "a file, its fingerprint, and how much was in it",
            "id", "kind", "name", "sha256", "delivery", "entry_count", "known_count", "credit_oere", "debit_oere",
            "received_at",
        )
        | {"received_by_id": by_account("received_by_id")},
        changed_by={P.ACCOUNTING: "insert"},
        stays=STAYS,
    ),
    Table(
        "payments_sent_file",
        columns=plain(
            "a file, its fingerprint, and how much was in it",
            "id", "kind", "number", "sha256", "entry_count", "sum_oere", "made_at",
        )
        | {"made_by_id": by_account("made_by_id")},
        changed_by={P.ACCOUNTING: "insert", P.SETTLEMENT: "insert"},
        stays=STAYS,
    ),
)  # fmt: skip

RECEIPTS = (
    Table(
        "payments_receipt",
        person=OF_CUSTOMER,
        columns={"id": ROW, "file_id": FILE, "customer_id": CUSTOMER}
        | _paid(
            Source.PARTNER, "way", "mark", "booked_date", "amount_oere", "bank_reference", "end_to_end_id",
            "payment_id", "told_number", "payer_name", "text", "part_of",
        )
        | _paid(
            Source.UTILITY, "state", "bill_id", "voucher_id", "suspense_voucher_id", "reason", "note", "recorded_at",
            "handled_at",
        )
        | {"handled_by_id": by_account("handled_by_id")},
        changed_by={
            P.ACCOUNTING: "insert update(state, customer_id, bill_id, voucher_id, suspense_voucher_id, part_of, reason,"
            " note, handled_by_id, handled_at)",
        },
        events={"accounting_year_end": "booked_date"},
    ),
)  # fmt: skip

_LEFT_US = (
    "(select max(ended) from (select holder.customer_id as of_customer,"
    " coalesce(upper(agreement.period) - 1, 'infinity'::date) as ended from public.customers_agreement_holder as holder"
    " join public.customers_agreement as agreement on agreement.id = holder.agreement_id) as left_us"
    " where of_customer = customer_id)"
)
_ENDED_OR_LEFT = f"coalesce(upper(period) - 1, {_LEFT_US}, {day_of('recorded_at')})"
"""The day a mandate ended; where Betalingsservice told of no end, that of the customer's last agreement."""

BETALINGSSERVICE = (
    Table(
        "payments_mandate",
        person=OF_CUSTOMER,
        columns={"id": ROW, "file_id": FILE, "customer_id": CUSTOMER}
        | dict.fromkeys(("agreement_number", "recorded_at"), personal("bank_account", source=Source.PARTNER))
        | _paid(Source.PARTNER, "period", "ended_by"),
        changed_by={P.ACCOUNTING: "insert update(period, ended_by)"},
        events={"accounting_year_end": _ENDED_OR_LEFT},
    ),
    Table(
        "payments_collection",
        person=OF_CUSTOMER,
        columns={"id": ROW, "sent_file_id": FILE, "told_by_id": FILE, "customer_id": CUSTOMER}
        | _paid(Source.UTILITY, "bill_id", "mandate_id", "reference", "due_date", "amount_oere", "receipt_id")
        | _paid(Source.PARTNER, "state", "told_date"),
        changed_by={
            P.SETTLEMENT: "insert",
            P.ACCOUNTING: "update(state, receipt_id, told_by_id, told_date)",
        },
        events={"accounting_year_end": "due_date"},
    ),
)

PAYOUTS = (
    Table(
        "payments_payout",
        person=OF_CUSTOMER,
        columns={"id": ROW, "sent_file_id": FILE, "customer_id": CUSTOMER}
        | dict.fromkeys(("registration_number", "account_number"), personal("bank_account", source=Source.PERSON))
        | _paid(
            Source.UTILITY, "receipt_id", "amount_oere", "balance_oere", "reason", "route", "payee_name",
            "end_to_end_id", "state", "prepared_at", "approved_at", "voucher_id", "closed_at",
        )
        | {column: by_account(column) for column in ("prepared_by_id", "approved_by_id")},
        changed_by={
            P.ACCOUNTING: "insert update(state, approved_by_id, approved_at, sent_file_id, voucher_id, closed_at)",
        },
        events={"accounting_year_end": day_of("coalesce(closed_at, approved_at, prepared_at)")},
    ),
)  # fmt: skip

BINDINGS = (*FILES, *RECEIPTS, *BETALINGSSERVICE, *PAYOUTS)
