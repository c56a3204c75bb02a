"""Django's entry for the area."""

from django.apps import AppConfig


class SensitiveConfig(AppConfig):
    name = "forsyn.domain.sensitive"
    label = "sensitive"
