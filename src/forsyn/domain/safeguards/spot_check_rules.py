"""Which looks go into a spot check: drawn by lot, those that stand out with better odds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

SAMPLE = 20
WORK_BEGINS, WORK_ENDS = 7, 18
"""Local hours of a working day."""


class Mark(StrEnum):
    """Why a look stands out. None of them says that anything is wrong."""

    OWN_NAME = "own_name"
    """The person looked at has the name of whoever looked: perhaps his or her own file."""
    COLLEAGUE = "colleague"
    """The person looked at has a colleague's name."""
    SAME_SURNAME = "same_surname"
    SAME_ADDRESS = "same_address"
    """The person looked at is supplied where somebody with the name of whoever looked is."""
    OUT_OF_HOURS = "out_of_hours"


WEIGHTS = {
    Mark.OWN_NAME: 12.0,
    Mark.COLLEAGUE: 10.0,
    Mark.SAME_ADDRESS: 10.0,
    Mark.SAME_SURNAME: 6.0,
    Mark.OUT_OF_HOURS: 3.0,
}
"""Added to 1, the weight of a look without marks."""


class Look(Protocol):
    """One look that may be drawn."""

    @property
    def actor_id(self) -> int: ...
    @property
    def customer_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of those who look and those looked at; names are of today."""

    staff: dict[int, str]
    """All members of staff, by account."""
    customers: dict[int, str]
    """The names of the customers looked at."""
    neighbours: frozenset[tuple[str, int]]
    """(name, customer): somebody of that name is supplied where the customer is."""


def marks(look: Look, local: datetime, known: Surroundings) -> tuple[Mark, ...]:
    """Why a look stands out; ``local`` is when it was, in local time."""
    actor, customer = (_plain(names.get(key, "")) for names, key in
                       ((known.staff, look.actor_id), (known.customers, look.customer_id)))  # fmt: skip
    found = []
    if customer and customer == actor:
        found.append(Mark.OWN_NAME)
    elif customer and customer in {_plain(name) for name in known.staff.values()}:
        found.append(Mark.COLLEAGUE)
    if actor and customer and customer != actor and customer.split()[-1] == actor.split()[-1]:
        found.append(Mark.SAME_SURNAME)
    if actor and (actor, look.customer_id) in known.neighbours and customer != actor:
        found.append(Mark.SAME_ADDRESS)
    if local.weekday() >= 5 or not WORK_BEGINS <= local.hour < WORK_ENDS:
        found.append(Mark.OUT_OF_HOURS)
    return tuple(found)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


plain_name = _plain
Drawn = TypeVar("Drawn")


def draw(
    looks: Iterable[tuple[Drawn, Sequence[Mark]]], *, size: int, chance: Callable[[], float]
) -> list[tuple[Drawn, Sequence[Mark]]]:
    """A sample without repetition, each look's odds in proportion to its weight (Efraimidis and Spirakis, 2006).

    ``chance`` gives numbers from 0 up to, but not including, 1.
    """
    lots = [((1.0 - chance()) ** (1.0 / _weight(found)), place, look, found)
            for place, (look, found) in enumerate(looks)]  # fmt: skip
    lots.sort(key=lambda lot: lot[:2], reverse=True)
    return [(look, found) for _, _, look, found in lots[:size]]


def _weight(found: Sequence[Mark]) -> float:
    return 1.0 + sum(WEIGHTS[mark] for mark in found)
