"""Addresses of runs, bills, customers' accounts and the books."""

from django.urls import path

from forsyn.interfaces.office import (
    account_views,
    bill_act_views,
    bill_file_views,
    bill_views,
    e_invoicing_views,
    ledger_views,
    outgoing_views,
    plan_views,
    run_act_views,
    run_views,
    today_views,
)

urlpatterns = [
    path("i-dag/", today_views.today, name="today"),
    path("koersler/", run_views.runs, name="runs"),
    path("koersler/ny/", run_act_views.make, name="make_run"),
    path("koersler/<int:run_id>/", run_views.run, name="run"),
    path("koersler/<int:run_id>/regninger/", run_views.bills, name="run_bills"),
    path("koersler/<int:run_id>/fremdrift/", run_views.progress, name="run_progress"),
    path("koersler/<int:run_id>/<slug:act>/", run_act_views.act, name="run_act"),
    path("udsendelse/", outgoing_views.files, name="outgoing"),
    path("udsendelse/<slug:batch>/hentet/", outgoing_views.hand_over, name="hand_over"),
    path("regninger/", bill_views.find, name="find_bill"),
    path("regninger/<int:bill_id>/", bill_views.bill, name="bill"),
    path("regninger/<int:bill_id>/regning.pdf", bill_file_views.as_pdf, name="bill_pdf"),
    path("regninger/<int:bill_id>/e-faktura/", outgoing_views.e_invoice, name="e_invoice"),
    path("regninger/<int:bill_id>/forbrug/<int:settled_id>/tilbage/", bill_act_views.withdraw, name="withdraw_settled"),
    path("regninger/<int:bill_id>/ret/<slug:act>/", bill_act_views.act, name="bill_act"),
    path("kunder/<int:customer_id>/konto/", account_views.account, name="account"),
    path("kunder/<int:customer_id>/konto/e-faktura/", e_invoicing_views.address, name="e_invoicing"),
    path("kunder/<int:customer_id>/konto/e-faktura/ophoer/", e_invoicing_views.end, name="end_e_invoicing"),
    path("kunder/<int:customer_id>/konto/fordeling/", account_views.allocations, name="allocations"),
    path("kunder/<int:customer_id>/konto/fordel/", account_views.allocate, name="allocate"),
    path(
        "kunder/<int:customer_id>/konto/fordeling/<int:allocation_id>/tilbage/",
        account_views.undo_allocation,
        name="undo_allocation",
    ),
    path("kunder/<int:customer_id>/konto/aconto/", plan_views.plans, name="plans"),
    path("kunder/<int:customer_id>/konto/aconto/<int:agreement_id>/", plan_views.change, name="change_plan"),
    path("bogholderi/", ledger_views.books, name="books"),
    path("bogholderi/aar/", ledger_views.open_year, name="open_year"),
    path("bogholderi/aar/<int:year_id>/afslut/", ledger_views.close_year, name="close_year"),
    path("bogholderi/aar/<int:year_id>/posteringer.csv", ledger_views.export, name="export"),
    path("bogholderi/bilag/", ledger_views.vouchers, name="vouchers"),
    path("bogholderi/bilag/<int:voucher_id>/", ledger_views.voucher, name="voucher"),
]
