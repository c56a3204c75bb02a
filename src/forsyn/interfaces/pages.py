"""What every page shows: who the controller is (SF-01)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from forsyn.workflows.declarations import current_policy


def controller(request: HttpRequest) -> dict[str, Any]:
    """The controller's name, address and contacts, for the header and the footer of every page."""
    return {"controller": current_policy().controller}
