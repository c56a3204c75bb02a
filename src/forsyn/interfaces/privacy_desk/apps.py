"""Django's entry for the interface."""

from django.apps import AppConfig


class PrivacyDeskConfig(AppConfig):
    name = "forsyn.interfaces.privacy_desk"
    label = "privacy_desk"
