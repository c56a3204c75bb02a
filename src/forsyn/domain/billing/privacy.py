"""What the area's tables hold, and whose it is: bills are their customer's, terms those of the agreement's holders."""

from forsyn.policy.bindings import (
    Personal,
    Routine,
    Table,
    ToldBy,
    by_account,
    day_of,
    last_day_of,
    not_personal,
    path,
    personal,
    plain,
)
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
OF_CUSTOMER = path("customer_id -> customers_customer.id")
HOLDERS = ("agreement_id -> customers_agreement_holder.agreement_id", "customer_id -> customers_customer.id")
OF_AGREEMENT = path(*HOLDERS)
OF_PLAN = path("plan_id -> billing_plan.id", *HOLDERS)
OF_RUN = path(*HOLDERS)
OF_BILL = path("bill_id -> billing_bill.id", "customer_id -> customers_customer.id")

SHOWN_TO_ALL = (
    P.SETTLEMENT, P.AGREEMENTS, P.SELF_SERVICE, P.CUSTOMER_SERVICE, P.COLLECTION, P.ACCOUNTING, P.PRIVACY_RIGHTS,
    P.RETENTION,
)  # fmt: skip
MADE = {P.SETTLEMENT: "insert update"}
BY_STAFF = "what the utility charges is public; the names of those who decided it stay as long as the tariff is used"


def _terms(*columns: str) -> dict[str, Personal]:
    return dict.fromkeys(columns, personal("agreement", source=Source.UTILITY))


def _reckoned(*columns: str) -> dict[str, Personal]:
    return dict.fromkeys(columns, personal("invoices", source=Source.DERIVED))


def _drafted_or_billed(*columns: str) -> dict[str, Personal]:
    """Of a draft, which nobody needs for long, or of what is in the books: the row's state tells which."""
    return dict.fromkeys(columns, personal("bill_drafts", "invoices", source=Source.DERIVED))


def _told_by_state(drafts: str, booked: str) -> ToldBy:
    return ToldBy("state", dict.fromkeys(drafts.split(), "bill_drafts") | dict.fromkeys(booked.split(), "invoices"))


def _until_billed(last_day: str, days: str) -> str:
    """The last day of the bills that were made of a row's days, which are issued later; else the row's own."""
    return (
        f"(select greatest({last_day}, max(billed.issued)) from (select bill.agreement_id as of_agreement,"
        " bill.period as of_days, bill.issue_date as issued from public.billing_bill as bill"
        f" where bill.number is not null) as billed where of_agreement = agreement_id and of_days && {days})"
    )


TARIFFS = (
    Table(
        "billing_tariff",
        columns=plain("a tariff of the utility", "id", "key", "commodity", "name_da", "name_en"),
        changed_by=MADE,
        read_by=SHOWN_TO_ALL,
    ),
    Table(
        "billing_tariff_version",
        columns=plain(
            "prices of the utility, and when they were decided",
            "id", "tariff_id", "number", "document", "sha256", "note", "state", "drafted_at", "preview", "approved_at",
        )
        | {column: by_account(column) for column in ("drafted_by_id", "approved_by_id")},
        changed_by=MADE,
        stays=BY_STAFF,
    ),
    Table(
        "billing_tariff_texts",
        columns=plain("what the parts of a tariff are called", "id", "version_id", "texts"),
        changed_by=MADE,
        read_by=SHOWN_TO_ALL,
    ),
    Table(
        "billing_vat_rate",
        columns=plain("the rate of VAT", "id", "period", "percent"),
        changed_by=MADE,
        read_by=SHOWN_TO_ALL,
    ),
    Table(
        "billing_creditor",
        columns=plain(
            "where the utility is paid", "id", "period", "fi_creditor", "bank_registration", "bank_account",
            "betalingsservice_creditor", "debtor_group",
        ),
        changed_by=MADE,
        read_by=SHOWN_TO_ALL,
    ),
    Table(
        "billing_degree_days",
        columns=plain("the weather", "id", "month", "degree_days", "normal_degree_days"),
        changed_by=MADE,
        read_by=SHOWN_TO_ALL,
    ),
    Table(
        "billing_number_series",
        columns=plain("the last invoice number", "id", "last_number"),
        changed_by=MADE,
        read_by=SHOWN_TO_ALL,
    ),
)  # fmt: skip

TERMS = (
    Table(
        "billing_terms",
        person=OF_AGREEMENT,
        columns={"id": ROW, "recorded_by_id": by_account("recorded_by_id")}
        | _terms("agreement_id", "tariff_id", "period", "instalments", "is_single_pipe", "recorded_at"),
        changed_by={P.SETTLEMENT: "insert update delete"},
        kept_as="agreement",
    ),
    Table(
        "billing_factor",
        person=OF_AGREEMENT,
        columns={"id": ROW, "recorded_by_id": by_account("recorded_by_id")}
        | _terms("agreement_id", "factor", "period", "value", "recorded_at"),
        changed_by={P.SETTLEMENT: "insert update delete"},
        kept_as="agreement",
    ),
    Table(
        "billing_fee",
        person=OF_AGREEMENT,
        columns={"id": ROW, "recorded_by_id": by_account("recorded_by_id")}
        | _reckoned("agreement_id", "component", "on_date", "count", "recorded_at"),
        changed_by={P.SETTLEMENT: "insert update delete"},
        events={"accounting_year_end": _until_billed("on_date", "daterange(on_date, on_date, '[]')")},
        kept_as="invoices",
    ),
    Table(
        "billing_settled_consumption",
        person=OF_AGREEMENT,
        columns={"id": ROW, "recorded_by_id": by_account("recorded_by_id")}
        | _reckoned(
            "agreement_id", "period", "amount", "unit", "quality", "reason", "recorded_at",
            "withdrawn_at",
        ),
        changed_by={P.SETTLEMENT: "insert update(withdrawn_at)"},
        events={"accounting_year_end": _until_billed(last_day_of("period"), "period")},
        kept_as="invoices",
    ),
)  # fmt: skip

E_INVOICING = (
    Table(
        "billing_e_invoicing",
        person=OF_CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": personal("customer_number", source=Source.UTILITY),
            "recorded_by_id": by_account("recorded_by_id"),
            "gln": personal("cvr", source=Source.PERSON),
        }
        | dict.fromkeys(
            ("format", "buyer_reference", "order_reference", "account_code", "recorded_at"),
            personal("agreement", source=Source.PERSON),
        ),
        changed_by={P.SETTLEMENT: "insert update delete"},
        kept_as="agreement",
    ),
)  # fmt: skip

_PLAN_END = "(select {} from public.billing_plan as plan where plan.id = plan_id)".format(last_day_of("plan.period"))
PLANS = (
    Table(
        "billing_plan",
        person=OF_AGREEMENT,
        columns={"id": ROW}
        | _reckoned("agreement_id", "period", "expected_from", "made_at")
        | _reckoned("expected_amount", "unit", "expected_net_oere"),
        changed_by={P.SETTLEMENT: "insert update delete"},
        events={"accounting_year_end": last_day_of("period")},
    ),
    Table(
        "billing_instalment",
        person=OF_PLAN,
        columns={"id": ROW} | _reckoned("plan_id", "period", "due_date") | _reckoned("net_oere"),
        changed_by={P.SETTLEMENT: "insert update delete"},
        events={"accounting_year_end": _PLAN_END},
    ),
)

_LAST_TOUCHED = day_of("greatest(made_at, previewed_at, approved_at)")
_RUN_ENDED = day_of(
    "(select greatest(run.made_at, run.previewed_at, run.approved_at, run.executed_at, run.released_at, run.undone_at)"
    " from public.billing_run as run where run.id = run_id"
    " and run.state in ('discarded', 'executed', 'released', 'undone'))"
)
"""Nothing comes of a bill any more that was not posted by then. Of a run under way it is not said."""
_UNLESS_OPEN = (
    "(case when voucher_id is null or voucher_id not in (select item.voucher_id from public.ledger_open_item as item)"
    " then issue_date end)"
)
"""A bill that is not paid, or that still gives money back, shows what the claim is for."""

RUNS = (
    Table(
        "billing_run",
        person=OF_RUN,
        columns={"id": ROW}
        | _drafted_or_billed("agreement_id", "note")
        | plain(
            "a run of the utility, its totals and when it was carried out",
            "kind", "commodity", "period", "issue_date", "due_date", "state", "made_at", "previewed_at", "totals",
            "sha256", "approved_at", "recorded_at", "executed_at", "released_at", "undone_at",
        )
        | {column: by_account(column) for column in ("made_by_id", "approved_by_id", "undone_by_id")},
        changed_by=MADE
        | {P.ACCOUNTING: "update(state, note, undone_by_id, undone_at)", P.RETENTION: "update(state, note)"},
        told_by=_told_by_state("draft previewed approved discarded", "executing executed released undoing undone"),
        events={
            "draft_ended": f"(case when state = 'discarded' then {_LAST_TOUCHED} end)",
            "accounting_year_end": "issue_date",
        },
    ),
    Table(
        "billing_bill",
        person=OF_CUSTOMER,
        columns={
            "id": ROW,
            "customer_id": personal("customer_number", source=Source.UTILITY),
        }
        | _drafted_or_billed(
            "run_id", "agreement_id", "kind", "state", "period", "number", "issue_date", "due_date",
            "tariff_version_id", "instalment_id", "corrects_id", "voucher_id", "undoing_voucher_id", "released_at",
        )
        | _drafted_or_billed(
            "reasons", "remarks", "vat_percent", "net_oere", "vat_oere", "on_account_net_oere", "on_account_vat_oere",
            "to_pay_oere", "last_year_net_oere", "basis", "calculation", "sha256", "posting_accounts", "posting_oere",
            "posting_vat",
        ),
        changed_by={
            P.SETTLEMENT: "insert update(state, reasons, number, voucher_id, undoing_voucher_id, released_at) delete",
            P.ACCOUNTING: "update(state, undoing_voucher_id)",
        },
        told_by=_told_by_state("stopped previewed left_out", "posted released undone"),
        events={"draft_ended": _RUN_ENDED, "accounting_year_end": _UNLESS_OPEN},
        staged=True,
    ),
    Table(
        "billing_dispatch",
        person=OF_BILL,
        columns={"id": ROW} | _reckoned("bill_id", "channel", "made_at", "disclosure_id", "batch"),
        changed_by={P.SETTLEMENT: "insert", P.ACCOUNTING: "delete"},
        events={
            "accounting_year_end": "(select bill.issue_date from public.billing_bill as bill"
            " where bill.id = bill_id)"
        },
    ),
)  # fmt: skip

BINDINGS = (*TARIFFS, *TERMS, *E_INVOICING, *PLANS, *RUNS)

ROUTINES = tuple(
    Routine(f"billing_run_{what}", "billing_run", change="update")
    for what in ("fingerprint(bigint)", "restricted(bigint)", "held_back(bigint, text)", "built_upon(bigint)")
)
"""What a run is, with the bills of customers who are not seen any more; and how many those are, without whom."""
