"""What bills stand on, laid for tests: approved tariffs, terms, sizes, meters and their values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import numpy as np
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import FactorOf, FeeOf, SettledConsumption, TariffVersion, Terms
from forsyn.domain.billing.models import Tariff as TariffRow
from forsyn.domain.metering import actions
from forsyn.domain.metering.actions import DeliveredBatch, DeliveredFile
from forsyn.domain.metering.spool import Chunk
from forsyn.kernel.charges.canonical import sha256, tariff_bytes
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.local_days import day_start_seconds
from forsyn.kernel.quantities import BaseUnit

LAID_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = 3600
_numbers = count(1)


def approved(tariff: Tariff, *, key: str = "sample") -> tuple[int, int]:
    """A tariff with one approved version of these components: their ids."""
    row, _ = TariffRow.objects.get_or_create(
        key=key, defaults={"commodity": tariff.commodity.value, "name_da": key, "name_en": key}
    )
    document = tariff_bytes(tariff)
    version = TariffVersion.objects.create(
        tariff=row, number=row.versions.count() + 1, document=document.decode(), sha256=sha256(document),
        state="draft", drafted_at=LAID_AT,
    )  # fmt: skip
    version.state, version.preview, version.approved_at = "approved", {}, LAID_AT
    version.save()
    return row.pk, version.pk


def on_terms(
    agreement_id: int, tariff_id: int, first: date, until: date | None = None, *, instalments: int = 4,
    single_pipe: bool = False,
) -> None:  # fmt: skip
    """Let an agreement be billed by a tariff."""
    Terms.objects.create(
        agreement_id=agreement_id, tariff_id=tariff_id, period=DateRange(first, until), instalments=instalments,
        is_single_pipe=single_pipe, recorded_at=LAID_AT,
    )  # fmt: skip


def sized(agreement_id: int, factor: str, value: str, first: date, until: date | None = None) -> None:
    """The square metres, meter size or dwellings of an agreement."""
    FactorOf.objects.create(
        agreement_id=agreement_id, factor=factor, value=Decimal(value), period=DateRange(first, until),
        recorded_at=LAID_AT,
    )  # fmt: skip


def fee(agreement_id: int, component: str, on: date) -> None:
    FeeOf.objects.create(agreement_id=agreement_id, component=component, on_date=on, recorded_at=LAID_AT)


def settled(
    agreement_id: int, first: date, until: date, amount: int, *, unit: BaseUnit = BaseUnit.LITRES,
    quality: str = "estimated",
    at: datetime = LAID_AT,
) -> int:  # fmt: skip
    """An amount that staff settled; its id."""
    return SettledConsumption.objects.create(
        agreement_id=agreement_id, period=DateRange(first, until), amount=amount, unit=unit.value, quality=quality,
        reason="Aftalt ved prøven", recorded_at=at,
    ).pk  # fmt: skip


def hours(
    meter_number: str, register: str, first: date, until: date, used: Callable[[date], int] | int, *,
    counter: int | None = None, received_at: datetime | None = None,
) -> int:  # fmt: skip
    """Deliver the hours of [first, until) as a file would, each with what its day uses an hour.

    With ``counter`` what a counter shows after each, from there on; return where it ends.
    """
    at = np.arange(day_start_seconds(first) + HOUR, day_start_seconds(until) + 1, HOUR, dtype=np.int64)
    if callable(used):
        days = [first + timedelta(days=number) for number in range((until - first).days)]
        lengths = [(day_start_seconds(day + timedelta(days=1)) - day_start_seconds(day)) // HOUR for day in days]
        values = np.repeat(np.array([used(day) for day in days], np.int64), lengths)
    else:
        values = np.full(len(at), used, np.int64)
    end = (counter or 0) + int(values.sum())
    deliver(meter_number, register, at, values if counter is None else counter + np.cumsum(values), received_at)
    return end


def deliver(
    meter_number: str,
    register: str,
    at: np.ndarray,
    values: np.ndarray,
    received_at: datetime | None = None,  # type: ignore[type-arg]
) -> None:
    """Take in values at instants (seconds since 1970, UTC), as of a file that came when the last was read."""
    number = next(_numbers)
    chunk = Chunk(
        meter=np.zeros(len(at), np.int32),
        register=np.zeros(len(at), np.int16),
        at=at,
        value=np.asarray(values, np.int64),
        line=np.arange(2, len(at) + 2, dtype=np.int64),
    )
    batch = DeliveredBatch([meter_number], [register], chunk, np.zeros(len(at), np.uint8), {}, 0, 0.0)
    name = f"{meter_number}-{register}-{number}.csv"
    receipt = actions.take_in(
        file=DeliveredFile(name, f"{number:064}", 1_000, "ground", {}), batches=[batch],
        now=received_at or datetime.fromtimestamp(int(at[-1]) + 6 * HOUR, UTC),
    )  # fmt: skip
    assert receipt.quarantined == 0, f"{name}: {receipt.reasons}"
