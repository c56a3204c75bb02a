"""Addresses of the tariff pages."""

from django.urls import path

from forsyn.interfaces.office import tariff_views

urlpatterns = [
    path("takster/", tariff_views.tariffs, name="tariffs"),
    path("takster/<int:tariff_id>/", tariff_views.tariff, name="tariff"),
    path("takster/<int:tariff_id>/prisliste.csv", tariff_views.sheet_csv, name="tariff_sheet_csv"),
    path("takster/<int:tariff_id>/prisliste/", tariff_views.price_sheet, name="tariff_sheet"),
    path("takster/<int:tariff_id>/nye-priser/", tariff_views.new_prices, name="tariff_prices"),
    path("takster/udgaver/<int:version_id>/", tariff_views.version, name="tariff_version"),
    path("takster/udgaver/<int:version_id>/gennemregning/", tariff_views.preview, name="tariff_preview"),
    path("takster/udgaver/<int:version_id>/aftaler/", tariff_views.changed_agreements, name="tariff_changes"),
    path("takster/udgaver/<int:version_id>/godkendelse/", tariff_views.approve, name="tariff_approve"),
    path("takster/udgaver/<int:version_id>/tilbagetraekning/", tariff_views.withdraw, name="tariff_withdraw"),
]
