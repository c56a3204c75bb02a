"""Turning pages in a browser."""

from __future__ import annotations

from typing import Any


def turn(page: Any, control: Any, key: str | None = None) -> None:
    """Click a control, or press a `key` on it, and wait for the page it leads to; a look at once may see the old."""
    with page.expect_navigation():
        control.press(key) if key else control.click()
