"""Django's entry for the interface."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "forsyn.interfaces.office"
    label = "office"
