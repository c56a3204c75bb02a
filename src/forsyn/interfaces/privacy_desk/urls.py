"""Addresses of the privacy desk."""

from django.urls import path

from forsyn.interfaces.privacy_desk import views

app_name = "privacy_desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("kategorier/", views.categories, name="categories"),
    path("formaal/", views.purposes, name="purposes"),
    path("opbevaring/", views.retention, name="retention"),
    path("modtagere/", views.recipients, name="recipients"),
    path("kolonner/", views.columns, name="columns"),
    path("kolonner.csv", views.columns_csv, name="columns_csv"),
    path("privatlivspolitik/", views.notice, name="notice"),
    path("krav/", views.claims, name="claims"),
]
