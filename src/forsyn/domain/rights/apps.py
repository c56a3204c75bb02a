"""Django's entry for the area."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "forsyn.domain.rights"
    label = "rights"
