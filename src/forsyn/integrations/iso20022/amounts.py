"""Amounts of money as ISO 20022 writes them: kroner with a point, read exactly."""

from __future__ import annotations

import re
from decimal import Decimal

_AMOUNT = re.compile(r"\+?(\d{1,16})?(?:\.(\d*))?", re.ASCII)
"""As the schema's decimal: at most 18 digits, no sign but plus (the direction stands apart)."""


class NotAnAmount(ValueError):
    """The text is no amount in kroner; the message says why."""


def oere_of(text: str) -> int:
    """``"1234.5"`` is 123450 øre. Raises NotAnAmount, also where there are more decimals than øre have."""
    match = _AMOUNT.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        raise NotAnAmount(f"{text[:40]!r} is not an amount such as 1234.50")
    if len(match[2] or "") > 2:
        raise NotAnAmount(f"{text[:40]!r} has more than two decimals")
    return int(Decimal(text).scaleb(2))
