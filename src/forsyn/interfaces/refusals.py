"""Pages for requests that the frameworks refuse: unreadable ones, a form without its token, too many attempts."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its CSRF token, most often because the page was left open; ``reason`` is for the log."""
    return render(request, "csrf_failure.html", status=HTTPStatus.FORBIDDEN)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read; Django's own page would look into the broken form once more, and fail."""
    return HttpResponse(render_to_string("400.html"), status=HTTPStatus.BAD_REQUEST)


PAUSE_MINUTES = 15
"""The longest of settings.ACCOUNT_RATE_LIMITS."""


def too_many_attempts(request: HttpRequest) -> HttpResponse:
    """The throttle's answer: when to try again, in words and for programs."""
    response = render(request, "429.html", {"minutes": PAUSE_MINUTES}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(PAUSE_MINUTES * 60)
    return response
