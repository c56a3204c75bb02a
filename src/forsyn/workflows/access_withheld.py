"""What is withheld from a person's copy (Art. 15(4)): the items' keys, and what they take with them."""

from __future__ import annotations

from collections.abc import Collection

from forsyn.policy.dossier import SERIES

TOGETHER = (*SERIES, "metering_month")
"""Tables whose rows tell one thing each: so much, from then until then, of that register."""


def is_left_out(table: str, withheld: Collection[str]) -> bool:
    """Whether a table is withheld as a whole: by its name or, where its values only mean something together, by any
    column of it.
    """
    return table in withheld or (table in TOGETHER and any(item.startswith(f"{table}.") for item in withheld))
