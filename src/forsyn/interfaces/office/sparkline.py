"""The small chart beside a customer's installation: one bar a month. Pure: it computes rectangles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 260, 60
GAP = 3


@dataclass(frozen=True)
class Bar:
    """A rectangle in the picture's units; a month that was not measured is hollow."""

    x: int
    y: int
    width: int
    height: int
    is_measured: bool


def bars(amounts: Sequence[int | None]) -> list[Bar]:
    """One bar for each amount, the highest as high as the picture; a measured zero is a line."""
    top = max((amount for amount in amounts if amount), default=0) or 1
    width = WIDTH // max(len(amounts), 1)
    return [_bar(place * width, width - GAP, amount, top) for place, amount in enumerate(amounts)]


def _bar(x: int, width: int, amount: int | None, top: int) -> Bar:
    if amount is None:
        return Bar(x, HEIGHT - 6, width, 6, is_measured=False)
    height = max(round(HEIGHT * max(amount, 0) / top), 1)
    return Bar(x, HEIGHT - height, width, height, is_measured=True)
