"""Addresses of the office."""

from django.urls import path

from forsyn.interfaces.office import (
    billing_urls,
    cpr_views,
    customer_views,
    delivery_views,
    move_urls,
    note_views,
    offence_views,
    payment_urls,
    place_views,
    quarantine_views,
    request_views,
    review_views,
    search_views,
    sensitive_views,
    tariff_urls,
)

app_name = "office"
urlpatterns = [
    path("", search_views.search, name="search"),
    path("kunder/<int:customer_id>/", customer_views.customer, name="customer"),
    path("kunder/<int:customer_id>/noter/", note_views.notes, name="notes"),
    path("kunder/<int:customer_id>/anmodning/", request_views.privacy_request, name="privacy_request"),
    path("kunder/<int:customer_id>/saerlige/", sensitive_views.overview, name="sensitive"),
    path("kunder/<int:customer_id>/saerlige/helbred/", sensitive_views.health, name="health"),
    path("kunder/<int:customer_id>/saerlige/sikkerhed/", sensitive_views.safety, name="safety"),
    path("kunder/<int:customer_id>/saerlige/anmeldelser/", offence_views.offences, name="offences"),
    path("kunder/<int:customer_id>/saerlige/anmeldelser/<uuid:row_id>/", offence_views.offence, name="offence"),
    path("kunder/<int:customer_id>/saerlige/cpr/", cpr_views.cpr, name="cpr"),
    path("kunder/<int:customer_id>/saerlige/gennemgang/<slug:slug>/<uuid:row_id>/", review_views.review, name="review"),
    path("saerlige/", sensitive_views.find, name="sensitive_find"),
    path("gennemgang/", review_views.due, name="reviews"),
    path("forsyningssteder/", search_views.supply_points, name="supply_points"),
    path("forsyningssteder/<int:supply_point_id>/", place_views.supply_point, name="supply_point"),
    path("maalere/<int:meter_id>/", place_views.meter, name="meter"),
    path("maalere/<int:meter_id>/<int:register>/<str:day>/", place_views.meter_day, name="meter_day"),
    path("leverancer/", delivery_views.deliveries, name="deliveries"),
    path("leverancer/<int:delivery_id>/", delivery_views.delivery, name="delivery"),
    path("karantaene/", quarantine_views.quarantine, name="quarantine"),
    path("karantaene/gruppe/", quarantine_views.group, name="quarantine_group"),
    path("karantaene/afgoerelse/", quarantine_views.decision, name="quarantine_decision"),
    path("karantaene/<int:item_id>/", quarantine_views.item, name="quarantine_item"),
    *tariff_urls.urlpatterns,
    *billing_urls.urlpatterns,
    *payment_urls.urlpatterns,
    *move_urls.urlpatterns,
]
