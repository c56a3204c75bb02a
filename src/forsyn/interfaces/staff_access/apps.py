"""Django's entry for the pages of staff access."""

from django.apps import AppConfig


class StaffAccessConfig(AppConfig):
    name = "forsyn.interfaces.staff_access"
    label = "staff_access"
