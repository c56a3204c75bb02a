"""Addresses of the office."""

from django.urls import path

from forsyn.interfaces.office import customer_views, delivery_views, place_views, quarantine_views, search_views

app_name = "office"
urlpatterns = [
    path("", search_views.search, name="search"),
    path("kunder/<int:customer_id>/", customer_views.customer, name="customer"),
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
]
