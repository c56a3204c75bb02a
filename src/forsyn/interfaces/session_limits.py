"""Ends a session that was left alone, or that has lasted a working day."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

BEGAN_AT, SEEN_AT = "session_began_at", "session_seen_at"
"""Session keys: seconds since 1970 of the sign-in and of the last request, the latter to the minute."""
SEEN_STEP_SECONDS = 60


class SessionLimitsMiddleware:
    """Holds signed-in sessions to settings.SESSION_LIMITS: (idle seconds, seconds in all) by kind of account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session and request.user.is_authenticated:
            if _is_over(request):
                return _ended(request)
            _note(request)
        return self.get_response(request)


def _is_over(request: HttpRequest) -> bool:
    idle, whole = settings.SESSION_LIMITS[request.user.kind]
    now = time.time()
    return (
        now - request.session.get(SEEN_AT, now) > idle + SEEN_STEP_SECONDS
        or now - request.session.get(BEGAN_AT, now) > whole
    )


def _note(request: HttpRequest) -> None:
    now = time.time()
    if BEGAN_AT not in request.session:
        request.session[BEGAN_AT] = now
    if now - request.session.get(SEEN_AT, 0) > SEEN_STEP_SECONDS:
        request.session[SEEN_AT] = now


def _ended(request: HttpRequest) -> HttpResponse:
    logout(request)
    text = _("Du er blevet logget ud, fordi der er gået lang tid. Log ind igen for at fortsætte.")
    if request.method not in {"GET", "HEAD"}:
        text += " " + _("Det, du sendte, er ikke gemt.")
    messages.warning(request, text)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
