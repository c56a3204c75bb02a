"""Where customers can complain about a bill: data that a utility may replace by its own; pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from tomllib import loads

from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.items import Text

Complaints = Mapping[Commodity, Text]


@cache
def complaints() -> Complaints:
    """What this program's own file says."""
    return read_complaints(files("forsyn.workflows").joinpath("bill_complaints.toml").read_text(encoding="utf-8"))


def read_complaints(toml: str) -> Complaints:
    """Texts by commodity, from TOML of the form of `bill_complaints.toml`. Raises ValueError, naming what is wrong."""
    found = {}
    for name, text in loads(toml).items():
        if name not in set(Commodity):
            raise ValueError(f"[{name}] is no commodity: write one of {', '.join(Commodity)}.")
        if set(text) != {"da", "en"} or not all(isinstance(part, str) and part.strip() for part in text.values()):
            raise ValueError(f"[{name}] must have a text da and a text en, and nothing else.")
        found[Commodity(name)] = Text(text["da"].strip(), text["en"].strip())
    return found
