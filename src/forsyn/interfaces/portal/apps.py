"""Django's entry for the interface."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "forsyn.interfaces.portal"
    label = "portal"
