"""Django's entry for the area."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "forsyn.domain.retention"
    label = "retention"
