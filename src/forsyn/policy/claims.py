"""What the published policies promise, claim by claim, from ``claims.toml``: titles, and what is not built yet."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from forsyn.policy.policy import Policy, Text

_FILE = "claims.toml"


class UnknownClaim(LookupError):
    """A claim is asked for that neither policy makes; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One promise. ``id`` begins with its edition: SF the utility's policy, SV the supplier's.

    ``gap`` says what the program does not do yet; ``note`` what a reader should know besides. ``no_control`` and
    ``no_invariant`` say why the claim cannot have a trial of that kind.
    """

    id: str
    title: Text
    gap: Text | None = None
    note: Text | None = None
    no_control: Text | None = None
    no_invariant: Text | None = None

    @property
    def edition(self) -> str:
        """``SF`` or ``SV``: which of the two published policies makes the promise."""
        return self.id.partition("-")[0]


@cache
def claims() -> Mapping[str, Claim]:
    """Every claim of both policies by its id, in the order of the numbers."""
    table = tomllib.loads(resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    return {key: _claim(key, table[key]) for key in sorted(table)}


def _claim(key: str, entry: Mapping[str, Any]) -> Claim:
    return Claim(key, **{name: Text(**text) for name, text in entry.items()})


def chosen(ids: Iterable[str]) -> list[Claim]:
    """The claims of these ids, or all where none is named; small letters do. Raises `UnknownClaim`."""
    wanted = [one.upper() for one in ids]
    for one in wanted:
        if one not in claims():
            raise UnknownClaim(f"There is no claim {one!r}. They are SF-01 to SF-30 and SV-01 to SV-27.")
    return [claim for claim in claims().values() if not wanted or claim.id in wanted]


def editions(policy: Policy) -> frozenset[str]:
    """Whose promises a policy makes: those that its items name in ``claims``."""
    return frozenset(claim.partition("-")[0] for item in policy.items() for claim in item.claims)
