"""Addresses of payments and payouts."""

from django.urls import path

from forsyn.interfaces.office import overdue_views, payment_act_views, payment_views, payout_views

urlpatterns = [
    path("betalinger/", payment_views.payments, name="payments"),
    path("betalinger/filer/", payment_views.files, name="payment_files"),
    path("betalinger/<int:receipt_id>/", payment_views.payment, name="payment"),
    path("betalinger/<int:receipt_id>/placer/", payment_act_views.place, name="place_payment"),
    path("betalinger/<int:receipt_id>/retur/", payment_act_views.return_to_sender, name="return_payment"),
    path("betalinger/<int:receipt_id>/<slug:act>/", payment_act_views.act, name="payment_act"),
    path("kunder/<int:customer_id>/konto/indbetaling/", payment_act_views.write_in, name="write_in_payment"),
    path("kunder/<int:customer_id>/konto/udbetaling/", payout_views.prepare, name="prepare_payout"),
    path("forfaldne/", overdue_views.overdue_customers, name="overdue"),
    path("forfaldne/liste.csv", overdue_views.overdue_csv, name="overdue_csv"),
    path("udbetalinger/", payout_views.payouts, name="payouts"),
    path("udbetalinger/<int:payout_id>/<slug:act>/", payout_views.act, name="payout_act"),
]
