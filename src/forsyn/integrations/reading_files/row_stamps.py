"""The instant at which each row's interval ends, or its register was read, by the rules of a profile. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from forsyn.integrations.reading_files.batch import Problem
from forsyn.integrations.reading_files.local_clock import instants_of, local_of_instants
from forsyn.integrations.reading_files.profile import Profile, Resolution, StampMeans, ValuesAre
from forsyn.integrations.reading_files.stamps import Clock, clock_of_texts, clock_of_timestamps
from forsyn.kernel.local_days import COPENHAGEN, HOUR_SECONDS

_DAY_SECONDS = 86_400
_UTC = "UTC"


class RowStamps(NamedTuple):
    """One element a row. `at` is 0 and `problem` set where a stamp cannot be used."""

    at: npt.NDArray[np.int64]
    problem: npt.NDArray[np.uint8]
    local: npt.NDArray[np.int64]
    doubled_by: npt.NDArray[np.int64] | None


def row_stamps(column: pa.Array, profile: Profile) -> RowStamps:
    """Read a stamp column. Hours are added to instants, days to local dates, so that every day keeps its length."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        clock = clock_of_timestamps(column)
    else:
        clock = clock_of_texts(column, profile.stamp_format, profile.carries_zone)
    daily = profile.values_are is ValuesAre.INTERVAL and profile.resolution is Resolution.DAY
    zone = _UTC if profile.carries_zone else profile.time_zone
    local = clock.seconds
    if daily and profile.carries_zone:
        zone = COPENHAGEN if profile.time_zone == _UTC else profile.time_zone
        local = local_of_instants(local, zone)
    problem = clock.problem
    if daily:
        _mark_off_grid(problem, local % _DAY_SECONDS != 0, clock)
        if profile.stamp_means is StampMeans.INTERVAL_START:
            local = local + _DAY_SECONDS
    instants = instants_of(local, zone)
    at = instants.at
    if instants.nonexistent is not None:
        problem[instants.nonexistent & (problem == Problem.NONE)] = Problem.LOCAL_HOUR_NONEXISTENT
    if profile.values_are is ValuesAre.INTERVAL and not daily:
        _mark_off_grid(problem, at % HOUR_SECONDS != 0, clock)
        if profile.stamp_means is StampMeans.INTERVAL_START:
            at = at + HOUR_SECONDS
    wrong = problem != Problem.NONE
    if wrong.any():
        at = np.where(wrong, 0, at)
    return RowStamps(at, problem, local, instants.doubled_by)


def _mark_off_grid(problem: npt.NDArray[np.uint8], off: npt.NDArray[np.bool_], clock: Clock) -> None:
    if clock.fraction is not None:
        off = off | clock.fraction
    if off.any():
        problem[off & (problem == Problem.NONE)] = Problem.STAMP_OFF_GRID
