"""From what a local clock showed to instants, for arrays; the jumps come from kernel.local_days."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forsyn.kernel.local_days import transition_table

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Instants(NamedTuple):
    """UTC seconds; in a doubled hour the first of the two instants, which the second follows by `doubled_by`."""

    at: Int64s
    doubled_by: Int64s | None
    """Seconds from the first to the second instant, 0 outside of doubled hours; None where no element is doubled."""
    nonexistent: Flags | None
    """Local times that the clock jumped over; None where there are none."""


class _Jumps(NamedTuple):
    low: Int64s
    high: Int64s
    offsets: Int64s


@lru_cache(maxsize=32)
def _jumps(zone: str) -> _Jumps:
    """For each jump the local times between which the clock skips or repeats; offsets[i] holds before jump i."""
    table = transition_table(zone)
    walls = [
        sorted((jump.at_seconds + jump.offset_before_seconds, jump.at_seconds + jump.offset_after_seconds))
        for jump in table.transitions
    ]
    low, high = (np.array([wall[side] for wall in walls], np.int64) for side in (0, 1))
    after = [jump.offset_after_seconds for jump in table.transitions]
    return _Jumps(low, high, np.array([table.first_offset_seconds, *after], np.int64))


def instants_of(local_seconds: Int64s, zone: str) -> Instants:
    """The instants at which a zone's clock showed these local times (seconds as if the clock showed UTC)."""
    if not len(local_seconds):
        return Instants(local_seconds, None, None)
    jumps = _jumps(zone)
    first, last = np.searchsorted(jumps.high, [local_seconds.min(), local_seconds.max()], "right")
    if first == last and (last == len(jumps.low) or local_seconds.max() < jumps.low[last]):
        return Instants(local_seconds - jumps.offsets[first], None, None)
    passed = np.searchsorted(jumps.high, local_seconds, "right")
    at = local_seconds - jumps.offsets[passed]
    next_low = np.append(jumps.low, np.iinfo(np.int64).max)[passed]
    inside = local_seconds >= next_low
    if not inside.any():
        return Instants(at, None, None)
    change = np.append(np.diff(jumps.offsets), 0)[passed]
    doubled_by = np.where(inside & (change < 0), -change, 0)
    nonexistent = inside & (change > 0)
    return Instants(
        at,
        doubled_by if doubled_by.any() else None,
        nonexistent if nonexistent.any() else None,
    )


def local_of_instants(at: Int64s, zone: str) -> Int64s:
    """What the zone's clock showed at these instants."""
    table = transition_table(zone)
    starts = np.array([jump.at_seconds for jump in table.transitions], np.int64)
    offsets = _jumps(zone).offsets
    return np.asarray(at + offsets[np.searchsorted(starts, at, "right")])
