"""Django's entry for the area."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "forsyn.domain.metering"
    label = "metering"
