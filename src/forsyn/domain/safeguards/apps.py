"""Django's entry for the area."""

from django.apps import AppConfig


class SafeguardsConfig(AppConfig):
    name = "forsyn.domain.safeguards"
    label = "safeguards"
