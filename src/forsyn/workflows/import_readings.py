"""A file of meter values into the meter store: read -> decide -> write, one transaction a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from forsyn.domain.metering import actions
from forsyn.domain.metering.rules import Reason
from forsyn.domain.metering.spool import Chunk
from forsyn.domain.metering.stored_rows import RegisterExpected
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.reading_files.batch import Problem, ReadingBatch
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.transport import Delivery, open_delivery
from forsyn.policy.purposes import P

REASON_OF_PROBLEM = np.array([0, *(Reason[problem.name].code for problem in Problem if problem)], np.uint8)

Progress = Callable[[int, int], None]
"""Told after each batch: bytes of the file done, values read so far."""


def import_readings(
    *,
    path: Path,
    profile: Profile | None,
    now: datetime,
    account_id: int | None = None,
    dry_run: bool = False,
    progress: Progress = lambda done, values: None,
) -> actions.Receipt:
    """Take one file in; without a profile, the shipped one that its columns fit.

    Raises ReadingFileError for a file that cannot be read and metering's NotPossible while another import runs; then
    nothing of the file is kept.
    """
    with open_delivery(path, profile=profile) as delivery, purpose(P.METERING, actor=account_id):
        return actions.take_in(
            file=_file(delivery),
            batches=_batches(delivery, progress),
            now=now,
            account_id=account_id,
            dry_run=dry_run,
        )


def _file(delivery: Delivery) -> actions.DeliveredFile:
    facts = delivery.facts()
    expected = expected_registers(delivery.profile)
    return actions.DeliveredFile(facts.name, facts.sha256, facts.size_bytes, facts.profile_key, expected)


def expected_registers(profile: Profile) -> dict[str, RegisterExpected]:
    """What a profile says that its registers are, by their codes."""
    return {
        value.register: RegisterExpected(value.unit.base, profile.values_are, profile.resolution)
        for value in profile.values
    }


def _batches(delivery: Delivery, progress: Progress) -> Iterator[actions.DeliveredBatch]:
    for batch in delivery.batches():
        progress(delivery.bytes_done, delivery.values_done)
        yield _batch(batch)


def _batch(batch: ReadingBatch) -> actions.DeliveredBatch:
    return actions.DeliveredBatch(
        meter_numbers=batch.meter_numbers,
        register_codes=batch.register_codes,
        values=Chunk(batch.meter, batch.register, batch.at, batch.value, batch.line),
        reason=REASON_OF_PROBLEM[batch.problem],
        texts=batch.raw,
        rounded=batch.rounded_count,
        rounding_base_units=batch.rounding_base_units,
    )
