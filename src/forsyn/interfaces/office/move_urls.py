"""Addresses of moves."""

from django.urls import path

from forsyn.interfaces.office import move_views

urlpatterns = [path("aftaler/<int:agreement_id>/flytning/", move_views.move, name="move")]
