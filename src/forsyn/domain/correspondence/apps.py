"""Django's entry for the area."""

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "forsyn.domain.correspondence"
    label = "correspondence"
