"""Django's entry for the area."""

from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    name = "forsyn.domain.accountability"
    label = "accountability"
