"""Django's entry for the public privacy notice."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "forsyn.interfaces.notices"
    label = "notices"
