"""What a feed tells of: supply points, what was measured there, and the readings. Pure.

The words are those of ESPI (NAESB REQ.21, version 4.0), its numbers the codes of that standard's schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from forsyn.kernel.quantities import BaseUnit


class Service(IntEnum):
    """What is supplied: ServiceKind."""

    WATER = 2
    HEAT = 4
    WASTE_WATER = 6


class Quality(IntEnum):
    """How a value came about: QualityOfReading. Each but `VALID` stands beside its reading."""

    VALID = 0
    EDITED = 7
    """Replaced by a person."""
    ESTIMATED = 9
    QUESTIONABLE = 10
    DERIVED = 11
    """Calculated."""
    MIXED = 13
    """Such as one that also carries what was consumed in a gap before it."""
    OTHER = 16
    VERIFIED = 18
    """Failed a check, and was let in by a person."""


class Kind(IntEnum):
    """What a value says: AccumulationKind."""

    COUNTER = 1
    """What the meter showed at an instant; such readings last 0 seconds."""
    CONSUMPTION = 4
    """What was consumed from a reading's start to its end."""


class Interval(StrEnum):
    """How long readings last. A local day has 23, 24 or 25 hours: each reading says its own seconds."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    INSTANT = "instant"


class Reading(NamedTuple):
    """``start_seconds`` since 1970-01-01T00:00Z; ``value`` in whole base units, at most 47 bits."""

    start_seconds: int
    duration_seconds: int
    value: int
    quality: Quality = Quality.VALID


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A series of readings of one register, by start, none overlapping another. Missing ones are left out.

    ``key`` tells it from the other series of its supply point, the same in every feed. ``readings`` may be a stream.
    """

    key: str
    title: str
    unit: BaseUnit
    kind: Kind
    interval: Interval
    readings: Iterable[Reading]


@dataclass(frozen=True, slots=True)
class UsagePoint:
    """A supply point's installation. ``key`` tells it from all others, the same in every feed."""

    key: str
    title: str
    service: Service
    series: Iterable[MeterReading]
