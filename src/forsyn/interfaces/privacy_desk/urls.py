"""Addresses of the interface."""

from django.urls import URLPattern

app_name = "privacy_desk"
urlpatterns: list[URLPattern] = []
