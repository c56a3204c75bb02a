"""Pages for requests that the frameworks refuse: a form without its token, too many attempts."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its CSRF token, most often because the page was left open; ``reason`` is for the log."""
    return render(request, "csrf_failure.html", status=HTTPStatus.FORBIDDEN)


PAUSE_MINUTES = 15
"""The longest of settings.ACCOUNT_RATE_LIMITS."""


def too_many_attempts(request: HttpRequest) -> HttpResponse:
    """The throttle's answer: when to try again, in words and for programs."""
    response = render(request, "429.html", {"minutes": PAUSE_MINUTES}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(PAUSE_MINUTES * 60)
    return response
