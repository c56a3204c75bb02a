"""Which readings of a counter agree with each other. Pure.

A counter only grows, and no faster than max_per_hour. Two readings *agree* when the step between them is possible so.
Agreement is transitive, so a set of readings is consistent when each agrees with the next. Of all readings that were
delivered for a counter, the longest consistent chain is believed and the rest is set aside. A single spike, up or
down, costs one reading and never what follows; a lasting drop is set aside as long as more readings speak against it
than for it. Stored readings are always in the chain, and so are readings that staff released. Of two chains equally
long the higher one is believed, so that of two readings that step down the later is set aside.

A counter that comes round at a declared limit is unrolled first: a step down is a rollover when the way up through
the limit is possible in the time, and the next reading stays low.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from forsyn.kernel.quantities import BaseUnit

MAX_PER_HOUR = {BaseUnit.WATT_HOURS: 1_000_000, BaseUnit.LITRES: 20_000, BaseUnit.LITRE_DEGREES: 2_000_000}
"""1 MW, 20 m3 an hour, and that at 100 degrees: more than any single building draws. For meters that say no limit."""


class Reading(NamedTuple):
    """One reading of a counter, in order of time within a series."""

    slot: int
    value: int
    trusted: bool


def believed(readings: Sequence[Reading], *, rollover: int, max_per_slot: int) -> list[bool]:
    """Whether each reading is in the longest consistent chain. `rollover` is 0 where there is none.

    Readings of one slot agree only when they are equal: a slot holds one reading.
    """
    values = _unrolled(readings, rollover, max_per_slot)
    slots = [reading.slot for reading in readings]
    chain = [index for index, reading in enumerate(readings) if reading.trusted]
    candidates = _agreeing_with(chain, slots, values, max_per_slot)
    accepted = [False] * len(readings)
    for index in _longest_chain(candidates, slots, values, max_per_slot):
        accepted[index] = True
    return accepted


def possible_step(slots: int, step: int, max_per_slot: int) -> bool:
    """Whether a counter may advance by `step` within so many slots."""
    return 0 <= step <= max_per_slot * slots


def _unrolled(readings: Sequence[Reading], rollover: int, max_per_slot: int) -> list[int]:
    """Values on one rising axis: rollovers added, impossible steps between trusted readings taken out."""
    values: list[int] = []
    offset = 0
    trusted: tuple[Reading, int] | None = None
    last: tuple[int, int] | None = None
    for index, reading in enumerate(readings):
        value = reading.value + offset
        if rollover and last is not None and value < last[1]:
            turn = possible_step(reading.slot - last[0], value + rollover - last[1], max_per_slot)
            if turn and _stays_low(readings, index, rollover):
                offset += rollover
                value += rollover
        if reading.trusted:
            if trusted is not None:
                value = trusted[1] + _stored_step(trusted[0], reading, rollover, max_per_slot)
                offset = value - reading.value
            trusted = (reading, value)
        last = (reading.slot, value)
        values.append(value)
    return values


def _stored_step(first: Reading, second: Reading, rollover: int, max_per_slot: int) -> int:
    """The step between two trusted readings, whatever lies between them; 0 where it is impossible."""
    step = second.value - first.value
    if step < 0 and rollover:
        step += rollover
    return step if possible_step(second.slot - first.slot, step, max_per_slot) else 0


def _stays_low(readings: Sequence[Reading], index: int, rollover: int) -> bool:
    """Whether the reading after a step down is nearer to it than to where the counter was."""
    if readings[index].trusted or index + 1 == len(readings):
        return True
    return abs(readings[index + 1].value - readings[index].value) < rollover // 2


def _agreeing_with(chain: list[int], slots: list[int], values: list[int], max_per_slot: int) -> list[int]:
    """The readings that agree with the trusted ones before and after them, and those themselves."""
    found: list[int] = []
    following = 0
    for index in range(len(slots)):
        while following < len(chain) and chain[following] < index:
            following += 1
        if following < len(chain) and chain[following] == index:
            found.append(index)
            continue
        before = chain[following - 1] if following else None
        after = chain[following] if following < len(chain) else None
        if (before is None or _agree(before, index, slots, values, max_per_slot)) and (
            after is None or _agree(index, after, slots, values, max_per_slot)
        ):
            found.append(index)
    return found


def _agree(first: int, second: int, slots: list[int], values: list[int], max_per_slot: int) -> bool:
    return possible_step(slots[second] - slots[first], values[second] - values[first], max_per_slot)


def _longest_chain(candidates: list[int], slots: list[int], values: list[int], max_per_slot: int) -> list[int]:
    """Longest chain in two orders at once: the value must not fall, and neither must the room below the fastest climb.

    Readings are sorted by value; the longest non-decreasing run of the other order among them is the chain (Fredman
    1975, by patience sorting).
    """

    def room(index: int) -> int:
        return max_per_slot * slots[index] - values[index]

    order = sorted(candidates, key=lambda index: (values[index], room(index), index))
    tails: list[int] = []
    tail_of: list[int] = []
    previous: dict[int, int | None] = {}
    for index in order:
        key = room(index)
        place = bisect_right(tails, key)
        previous[index] = tail_of[place - 1] if place else None
        if place == len(tails):
            tails.append(key)
            tail_of.append(index)
        else:
            tails[place] = key
            tail_of[place] = index
    found: list[int] = []
    step = tail_of[-1] if tail_of else None
    while step is not None:
        found.append(step)
        step = previous[step]
    return found
