"""Django's entry for the interface."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "forsyn.interfaces.sign_in"
    label = "sign_in"
