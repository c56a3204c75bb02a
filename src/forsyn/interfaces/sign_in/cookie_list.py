"""The cookies of this program, read from the settings that set them (SF-07)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Cookie:
    """One cookie as the cookie page shows it."""

    name: str
    purpose: str | Promise
    lasts: str | Promise


def cookie_list() -> tuple[Cookie, ...]:
    """Every cookie that any page may set, in the order that a visitor meets them."""
    return (
        Cookie(
            settings.CSRF_COOKIE_NAME,
            _("Sikrer, at det, du sender til os, kommer fra vores egne sider."),
            _("Slettes, når du lukker browseren."),
        ),
        Cookie(
            settings.SESSION_COOKIE_NAME,
            _("Husker, at du er logget ind, mens du går fra side til side."),
            _("Slettes, når du logger ud eller lukker browseren."),
        ),
        Cookie(
            settings.LANGUAGE_COOKIE_NAME,
            _("Husker, om du har valgt dansk eller engelsk. Sættes kun, når du skifter sprog."),
            _("Slettes, når du lukker browseren."),
        ),
    )
