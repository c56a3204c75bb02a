"""Addresses of published descriptions of data, for programs; nobody needs to sign in."""

from django.urls import path

from forsyn.interfaces.notices import views

urlpatterns = [
    path("portabilitet.schema.json", views.portability_schema, name="portability_schema"),
]
