"""Django's entry for the area."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "forsyn.domain.customers"
    label = "customers"
