"""Django's entry for the area."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "forsyn.domain.payments"
    label = "payments"
