"""Addresses of holds and of the retention nights."""

from django.urls import path

from forsyn.interfaces.privacy_desk import hold_views, night_views

PATTERNS = (
    path("tilbagehold/", hold_views.hold_list, name="holds"),
    path("tilbagehold/ny/", hold_views.new_hold, name="new_hold"),
    path("tilbagehold/<int:hold_id>/", hold_views.review, name="review_hold"),
    path("tilbagehold/<int:hold_id>/ophaev/", hold_views.release, name="release_hold"),
    path("oprydning/", night_views.nights, name="nights"),
    path("oprydning/naeste/", night_views.coming, name="coming_night"),
    path("oprydning/<int:night_id>/", night_views.night, name="night"),
)
