"""Addresses of the customer portal."""

from django.urls import path

from forsyn.interfaces.portal import (
    views,
    views_bills,
    views_consents,
    views_consumption,
    views_contact,
    views_looks,
    views_my_data,
    views_on_account,
    views_own_requests,
    views_packages,
    views_rights,
)

app_name = "portal"

_PLACE = "forbrug/<int:installation_id>/"
_YEAR, _MONTH, _DAY = "<int:year>/", "<int:year>/<int:month>/", "<int:year>/<int:month>/<int:day>/"
_PERIODS = (_PLACE, _PLACE + _YEAR, _PLACE + _MONTH, _PLACE + _DAY)

_REQUEST = "mine-data/anmodninger/<int:request_id>/"

urlpatterns = [
    path("", views.home, name="home"),
    path("aftaler/", views.agreements, name="agreements"),
    path("oplysninger/", views_contact.contact, name="contact"),
    path("oplysninger/bekraeft/", views_contact.confirm_email, name="confirm_email"),
    path("oplysninger/<slug:kind>/", views_contact.change_contact, name="change_contact"),
    path("oplysninger/<slug:kind>/fjern/", views_contact.remove_contact, name="remove_contact"),
    path("regninger/", views_bills.bills, name="bills"),
    path("regninger/<int:number>/", views_bills.bill, name="bill"),
    path("regninger/<int:number>/pdf/", views_bills.bill_as_pdf, name="bill_pdf"),
    path("regninger/konto/", views_bills.statement, name="statement"),
    path("regninger/konto/<int:year>/", views_bills.statement, name="statement_year"),
    path("regninger/konto/<int:year>/csv/", views_bills.statement_csv, name="statement_csv"),
    path("regninger/aconto/", views_on_account.on_account, name="on_account"),
    path("regninger/aconto/<int:agreement_id>/", views_on_account.plan, name="on_account_plan"),
    path("regninger/aconto/<int:agreement_id>/ret/", views_on_account.change, name="on_account_change"),
    path("regninger/aconto/<int:agreement_id>/kvittering/", views_on_account.receipt, name="on_account_receipt"),
    path("samtykker/", views_consents.consents, name="consents"),
    path("samtykker/alle/traek-tilbage/", views_consents.withdraw_all, name="withdraw_all_consents"),
    path("samtykker/<slug:consent>/ja/", views_consents.give, name="give_consent"),
    path("samtykker/<slug:consent>/traek-tilbage/", views_consents.withdraw, name="withdraw_consent"),
    path("opslag/", views_looks.looks, name="looks"),
    path("mine-data/", views_my_data.my_data, name="my_data"),
    path("mine-data/hent/", views_packages.download, name="download"),
    path("mine-data/tag-med/", views_packages.take_along, name="take_along"),
    path("mine-data/ret/", views_rights.correct, name="correct"),
    path("mine-data/pause/", views_rights.pause, name="pause"),
    path("mine-data/sig-nej/", views_rights.refusals, name="refusals"),
    path("mine-data/sig-nej/<slug:aim>/", views_rights.refuse, name="refuse"),
    path("mine-data/sig-nej/<slug:aim>/tag-tilbage/", views_rights.take_back_refusal, name="take_back_refusal"),
    path("mine-data/slet/", views_rights.erase, name="erase"),
    path("mine-data/klag/", views_rights.complain, name="complain"),
    path("mine-data/anmodninger/", views_own_requests.my_requests, name="my_requests"),
    path(_REQUEST, views_own_requests.my_request, name="my_request"),
    path(f"{_REQUEST}tag-tilbage/", views_own_requests.withdraw_request, name="withdraw_request"),
    path(f"{_REQUEST}brev/<int:document_id>/", views_own_requests.my_letter, name="my_letter"),
    path("forbrug/", views_consumption.start_page, name="consumption_start"),
    *(path(period, views_consumption.consumption, name="consumption") for period in _PERIODS),
    *(path(f"{period}csv/", views_consumption.consumption_csv, name="csv") for period in _PERIODS),
    path(f"{_PLACE}{_YEAR}timer/csv/", views_consumption.hours_csv, name="hours_csv"),
]
