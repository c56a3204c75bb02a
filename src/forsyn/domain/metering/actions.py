"""Changes to meters and their values. Each is one transaction; `actions_meters` has those about the meters themselves.

Refusals are `NotPossible`: one sentence for whoever asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import transaction

from forsyn.domain.metering.actions_meters import NewMeter as NewMeter
from forsyn.domain.metering.actions_meters import NewRegister as NewRegister
from forsyn.domain.metering.actions_meters import begin_mountings_earlier as begin_mountings_earlier
from forsyn.domain.metering.actions_meters import register_meters as register_meters
from forsyn.domain.metering.actions_quarantine import reject as reject
from forsyn.domain.metering.actions_quarantine import release as release
from forsyn.domain.metering.actions_readings import FittersReading as FittersReading
from forsyn.domain.metering.actions_readings import record_mounting_readings as record_mounting_readings
from forsyn.domain.metering.actions_retry import Retried as Retried
from forsyn.domain.metering.actions_retry import retry as retry
from forsyn.domain.metering.day_writer import DayWriter
from forsyn.domain.metering.delivery_queries import delivery_of
from forsyn.domain.metering.importing import NotPossible as NotPossible
from forsyn.domain.metering.importing import one_at_a_time
from forsyn.domain.metering.intake import Intake
from forsyn.domain.metering.models import Delivery
from forsyn.domain.metering.quarantine_packing import NO_INSTANT, NO_VALUE
from forsyn.domain.metering.rules import REASONS, Reason
from forsyn.domain.metering.spool import Chunk, Spool
from forsyn.domain.metering.stored_rows import RegisterExpected, resolve


class DeliveredFile(NamedTuple):
    """A file of values, and what it says that its registers are."""

    name: str
    sha256: str
    size_bytes: int
    profile: str
    registers: Mapping[str, RegisterExpected]


class DeliveredBatch(NamedTuple):
    """Values as they were read; `meter_numbers` and `register_codes` may grow from batch to batch, but not change."""

    meter_numbers: list[str]
    register_codes: list[str]
    values: Chunk
    reason: npt.NDArray[np.uint8]
    """Code of the Reason for which a value could not be read; 0 for none."""
    texts: Mapping[int, tuple[str, str]]
    """Index of such a value -> (stamp, value) as delivered."""
    rounded: int
    rounding_base_units: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file. With `already`, it was taken in before and nothing was changed."""

    delivery: Delivery
    already: bool
    delivered: int
    stored: int
    identical: int
    quarantined: int
    reasons: Mapping[Reason, int]


def take_in(
    *,
    file: DeliveredFile,
    batches: Iterable[DeliveredBatch],
    now: datetime,
    account_id: int | None = None,
    dry_run: bool = False,
) -> Receipt:
    """Take a file in, all of it or (where anything fails) nothing; with `dry_run`, try everything and keep nothing.

    The same file under the same profile is taken in once. Raises NotPossible while another delivery is taken in.
    """
    with transaction.atomic():
        one_at_a_time()
        before = delivery_of(sha256=file.sha256, profile=file.profile)
        if before is not None:
            return Receipt(before, True, before.delivered, 0, before.delivered, 0, {})
        delivery = _open_delivery(file, now, account_id)
        reasons = _take_in(delivery, file, batches, now)
        delivery.save()
        if dry_run:
            transaction.set_rollback(True)
    return Receipt(
        delivery, False, delivery.delivered, delivery.stored, delivery.identical, delivery.quarantined, reasons
    )


def _open_delivery(file: DeliveredFile, now: datetime, account_id: int | None) -> Delivery:
    counts = ("delivered", "stored", "identical", "quarantined", "new", "completed", "corrected", "rounded")
    return Delivery.objects.create(
        file_name=file.name.encode("utf-8", "replace").decode()[-255:],
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        profile=file.profile,
        received_at=now,
        account_id=account_id,
        rounding_base_units=0.0,
        **dict.fromkeys(counts, 0),
    )


def _take_in(
    delivery: Delivery, file: DeliveredFile, batches: Iterable[DeliveredBatch], now: datetime
) -> dict[Reason, int]:
    meter_numbers: list[str] = []
    register_codes: list[str] = []
    with Spool() as spool, DayWriter() as writer:
        intake = Intake(delivery.id, now, meter_numbers, register_codes, writer)
        for batch in batches:
            meter_numbers[:], register_codes[:] = batch.meter_numbers, batch.register_codes
            delivery.rounded += batch.rounded
            delivery.rounding_base_units += batch.rounding_base_units
            spool.add(_readable(batch, intake))
        resolved = resolve(meter_numbers, register_codes, file.registers)
        for chunk in spool.chunks():
            intake.take_in(chunk, resolved)
        intake.flush()
    counts = intake.counts
    for name in ("delivered", "stored", "identical", "quarantined", "new", "completed", "corrected"):
        setattr(delivery, name, getattr(counts, name))
    if counts.first_at is not None and counts.last_at is not None:
        delivery.first_at = datetime.fromtimestamp(counts.first_at, UTC)
        delivery.last_at = datetime.fromtimestamp(counts.last_at, UTC)
    return {REASONS[code - 1]: count for code, count in sorted(intake.reasons.items())}


def _readable(batch: DeliveredBatch, intake: Intake) -> Chunk:
    """The values that could be read; the others are set aside."""
    bad = np.flatnonzero(batch.reason)
    if not len(bad):
        return batch.values
    lost = batch.values.take(bad)
    at = np.where(lost.at == 0, NO_INSTANT, lost.at)
    texts = {position: batch.texts.get(index, ("", "")) for position, index in enumerate(bad.tolist())}
    intake.set_aside(lost._replace(at=at, value=np.full(len(bad), NO_VALUE)), batch.reason[bad], texts)
    return batch.values.take(batch.reason == 0)
