"""Django's entry for the area."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "forsyn.domain.billing"
    label = "billing"
