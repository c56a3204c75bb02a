"""Django's entry for the area."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "forsyn.domain.ledger"
    label = "ledger"
