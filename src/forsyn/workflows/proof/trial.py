"""A trial: one thing that is tried for one or more claims. `control` and `invariant` make one of a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forsyn.policy.policy import Text
from forsyn.policy.proof import Kind
from forsyn.workflows.proof.bench import Bench, Finding

Look = Callable[[Bench], Finding]


@dataclass(frozen=True, slots=True)
class Trial:
    """``tells`` is a sentence for the page and the command line; ``look`` carries the trial out."""

    key: str
    kind: Kind
    claims: tuple[str, ...]
    tells: Text
    look: Look


def control(*claims: str, da: str, en: str) -> Callable[[Look], Trial]:
    """Something is tried for real that must be refused, or must show nothing."""
    return _made(Kind.CONTROL, claims, Text(da, en))


def invariant(*claims: str, da: str, en: str) -> Callable[[Look], Trial]:
    """Something is counted that must be nought."""
    return _made(Kind.INVARIANT, claims, Text(da, en))


def _made(kind: Kind, claims: tuple[str, ...], tells: Text) -> Callable[[Look], Trial]:
    def make(look: Look) -> Trial:
        return Trial(look.__name__.replace("_", "-"), kind, claims, tells, look)

    return make
