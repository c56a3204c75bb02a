"""Addresses of the customer portal."""

from django.urls import path

from forsyn.interfaces.portal import views, views_consents, views_consumption, views_contact, views_looks

app_name = "portal"

_PLACE = "forbrug/<int:installation_id>/"
_YEAR, _MONTH, _DAY = "<int:year>/", "<int:year>/<int:month>/", "<int:year>/<int:month>/<int:day>/"
_PERIODS = (_PLACE, _PLACE + _YEAR, _PLACE + _MONTH, _PLACE + _DAY)

urlpatterns = [
    path("", views.home, name="home"),
    path("aftaler/", views.agreements, name="agreements"),
    path("oplysninger/", views_contact.contact, name="contact"),
    path("oplysninger/bekraeft/", views_contact.confirm_email, name="confirm_email"),
    path("oplysninger/<slug:kind>/", views_contact.change_contact, name="change_contact"),
    path("oplysninger/<slug:kind>/fjern/", views_contact.remove_contact, name="remove_contact"),
    path("samtykker/", views_consents.consents, name="consents"),
    path("samtykker/alle/traek-tilbage/", views_consents.withdraw_all, name="withdraw_all_consents"),
    path("samtykker/<slug:consent>/ja/", views_consents.give, name="give_consent"),
    path("samtykker/<slug:consent>/traek-tilbage/", views_consents.withdraw, name="withdraw_consent"),
    path("opslag/", views_looks.looks, name="looks"),
    path("forbrug/", views_consumption.start_page, name="consumption_start"),
    *(path(period, views_consumption.consumption, name="consumption") for period in _PERIODS),
    *(path(f"{period}csv/", views_consumption.consumption_csv, name="csv") for period in _PERIODS),
    path(f"{_PLACE}{_YEAR}timer/csv/", views_consumption.hours_csv, name="hours_csv"),
]
