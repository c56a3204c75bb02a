"""Addresses of moves."""

from django.urls import path

from forsyn.interfaces.office import move_in_views, move_views

urlpatterns = [
    path("aftaler/<int:agreement_id>/flytning/", move_views.move, name="move"),
    path("aftaler/<int:agreement_id>/fraflyttet/", move_views.moved_out, name="moved_out"),
    path("aftaler/<int:agreement_id>/indflyttet/", move_in_views.moved_in, name="moved_in"),
    path("forsyningssteder/<int:supply_point_id>/indflytning/", move_in_views.who, name="move_in"),
    path("forsyningssteder/<int:supply_point_id>/indflytning/ny/", move_in_views.terms, name="move_in_new"),
    path(
        "forsyningssteder/<int:supply_point_id>/indflytning/<int:customer_id>/",
        move_in_views.terms,
        name="move_in_terms",
    ),
]
