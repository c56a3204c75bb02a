"""The doubled hour of autumn: which of its two instants a local stamp means, told by the order of its series.

Within a meter's register the first run of the hour is summer time, the second winter time (the other way round in a
delivery that runs backwards). What the order does not tell is flagged, never guessed. Rows wait until the next stamp
of their series is seen, so that it does not matter where a batch happens to end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_UNKNOWN = np.iinfo(np.int64).min


class Series(NamedTuple):
    """Stamps in the order of the file: `key` numbers the meter's register, `prior` is the local time before it."""

    key: Int64s
    local: Int64s
    doubled: Flags
    prior: Int64s


class Decision(NamedTuple):
    """For each element: is it decided, and if so, does it mean the second instant, or can it not be told?"""

    decided: Flags
    second: Flags
    untold: Flags
    prior: Int64s
    """What to hand in again as `prior` with an element that is not decided."""


def series_of(key: Int64s, local: Int64s, doubled: Flags) -> Series:
    """Elements straight from a file; `prior` is to be set for those that waited."""
    return Series(key, local, doubled, np.full(len(key), _UNKNOWN))


def decide(series: Series, *, final: bool) -> Decision:
    """Decide for all elements with a doubled local time; `final` when no more rows will come.

    A series decides as a block: its doubled stamps must follow each other without another in between, and step back
    (or repeat) exactly once, against a direction that a neighbour outside the hour shows.
    """
    order = np.argsort(series.key, kind="stable")
    key, local, doubled = series.key[order], series.local[order], series.doubled[order]
    joins = np.append(False, key[1:] == key[:-1])
    prior = np.where(joins, np.append(_UNKNOWN, local[:-1]), series.prior[order])
    opens = doubled & ~(joins & np.append(False, doubled[:-1]) & (np.abs(local - prior) < 43_200))
    blocks = np.cumsum(opens) - 1
    second, untold, decided = (np.zeros(len(key), np.bool_) for _ in range(3))
    if opens.any():
        members = np.flatnonzero(doubled)
        verdict = _judge_blocks(members, blocks[members], key, local, prior)
        settled = verdict.has_next | final
        of_member = blocks[members]
        decided[members] = settled[of_member]
        second[members] = verdict.second & verdict.told[of_member]
        untold[members] = ~verdict.told[of_member]
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return Decision(decided[back], (second & decided)[back], (untold & decided)[back], prior[back])


class _Verdict(NamedTuple):
    has_next: Flags
    told: Flags
    second: Flags
    """For each member, not for each block."""


def _judge_blocks(members: Int64s, block: Int64s, key: Int64s, local: Int64s, prior: Int64s) -> _Verdict:
    count = int(block[-1]) + 1
    starts = np.flatnonzero(np.append(True, block[1:] != block[:-1]))
    ends = np.append(starts[1:], len(block)) - 1
    first, last = members[starts], members[ends]
    has_next = (last + 1 < len(key)) & (key[np.minimum(last + 1, len(key) - 1)] == key[last])
    next_local = np.where(has_next, local[np.minimum(last + 1, len(key) - 1)], local[last])
    has_prior = prior[first] != _UNKNOWN
    before = np.where(has_prior, prior[first], local[first])
    rising = (before < local[first]) | (next_local > local[last])
    falling = (before > local[first]) | (next_local < local[last])

    inner = np.append(False, block[1:] == block[:-1])
    previous = np.append(local[members[:1]], local[members[:-1]])
    current = local[members]
    back_steps = inner & np.where(rising[block], current <= previous, current >= previous)
    steps_in_block = np.bincount(block, weights=back_steps, minlength=count)
    told = (rising != falling) & (steps_in_block == 1)

    steps_so_far = np.cumsum(back_steps)
    after_step = steps_so_far - (steps_so_far - back_steps)[starts][block] > 0
    return _Verdict(has_next, told, np.where(rising[block], after_step, ~after_step))
