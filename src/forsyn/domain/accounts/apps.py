"""Django's entry for the area."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "forsyn.domain.accounts"
    label = "accounts"
