"""Changes to meters, their registers and where they hang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.customers.models import Installation
from forsyn.domain.metering.importing import NotPossible
from forsyn.domain.metering.models import Meter, Mounting, Register

BATCH = 5_000


class NewRegister(NamedTuple):
    """A register as models.Register has it; numbered from 1 in the order given."""

    code: str
    unit: str
    values: str
    resolution: str = "hour"
    rollover: int | None = None
    max_per_hour: int | None = None


class NewMeter(NamedTuple):
    """A meter and, with an installation, where it hangs from a date on; without a date, since ever."""

    number: str
    commodity: str
    registers: tuple[NewRegister, ...]
    installation_number: str | None = None
    first_date: date | None = None
    until_date: date | None = None
    manufacturer: str = ""
    model: str = ""


@transaction.atomic
def register_meters(*, meters: Sequence[NewMeter]) -> list[int]:
    """Record meters with their registers and mountings, set-based; return their ids in the order given.

    Raises NotPossible where a meter is there already or an installation is not.
    """
    installations = _installations(meters)
    present = _present(meters)
    if present:
        raise NotPossible(f"{len(present)} of the meters are registered already, among them {present[0]}.")
    rows = Meter.objects.bulk_create(
        [Meter(number=m.number, commodity=m.commodity, manufacturer=m.manufacturer, model=m.model) for m in meters],
        batch_size=BATCH,
    )
    Register.objects.bulk_create(
        [
            Register(meter_id=row.id, number=number, **register._asdict())
            for row, meter in zip(rows, meters, strict=True)
            for number, register in enumerate(meter.registers, start=1)
        ],
        batch_size=BATCH,
    )
    Mounting.objects.bulk_create(
        [
            Mounting(
                meter_id=row.id,
                installation_id=installations[meter.installation_number],
                period=DateRange(meter.first_date, meter.until_date),
            )
            for row, meter in zip(rows, meters, strict=True)
            if meter.installation_number is not None
        ],
        batch_size=BATCH,
    )
    return [row.id for row in rows]


def _installations(meters: Sequence[NewMeter]) -> dict[str, int]:
    wanted = {meter.installation_number for meter in meters if meter.installation_number is not None}
    found = dict(Installation.objects.filter(number__in=wanted).values_list("number", "id"))
    if missing := sorted(wanted - found.keys()):
        raise NotPossible(f"{len(missing)} of the installations are not registered, among them {missing[0]}.")
    return found


def _present(meters: Sequence[NewMeter]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select meter.number from metering_meter as meter"
            "  join unnest(%s::text[], %s::text[]) as wanted (number, commodity)"
            "    on wanted.number = meter.number and wanted.commodity = meter.commodity order by meter.number",
            [[meter.number for meter in meters], [meter.commodity for meter in meters]],
        )
        return [number for (number,) in cursor.fetchall()]


@transaction.atomic
def mount_meter(*, meter_id: int, installation_id: int, first_date: date, until_date: date | None = None) -> int:
    """Record that a meter hangs at an installation from a date on; return the mounting's id.

    On the day of a swap both the old and the new one may hang there: what each counted that day is added.
    """
    overlap = Mounting.objects.filter(meter_id=meter_id, period__overlap=DateRange(first_date, until_date)).first()
    if overlap is not None:
        raise NotPossible(
            f"The meter hangs at installation {overlap.installation_id} in that time. Take it down there first."
        )
    return Mounting.objects.create(
        meter_id=meter_id, installation_id=installation_id, period=DateRange(first_date, until_date)
    ).pk


@transaction.atomic
def begin_mountings_earlier(*, commodity: str, installations: Mapping[str, str], first_date: date) -> set[str]:
    """Let meters' first mountings begin on a date, where they begin later; return the numbers of those meters.

    `installations`: meter number -> number of the installation where that mounting is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "update metering_mounting as mounting set period = daterange(%(first)s, upper(mounting.period))"
            "  from unnest(%(meters)s::text[], %(installations)s::text[]) as wanted (meter, installation)"
            "  join metering_meter as meter on meter.number = wanted.meter and meter.commodity = %(commodity)s"
            "  join customers_installation as installation on installation.number = wanted.installation"
            " where mounting.meter_id = meter.id and mounting.installation_id = installation.id"
            "   and lower(mounting.period) > %(first)s"
            "   and not exists (select from metering_mounting as earlier"
            "                    where earlier.meter_id = meter.id and earlier.period << mounting.period)"
            " returning meter.number",
            {
                "meters": list(installations),
                "installations": list(installations.values()),
                "commodity": commodity,
                "first": first_date,
            },
        )
        return {number for (number,) in cursor.fetchall()}


@transaction.atomic
def unmount_meter(*, meter_id: int, until_date: date) -> None:
    """Record that a meter was taken down: until_date is the first day on which it does not hang there."""
    mounting = Mounting.objects.select_for_update().filter(meter_id=meter_id, period__contains=until_date).first()
    if mounting is None or mounting.period.lower == until_date:
        raise NotPossible(f"The meter does not hang anywhere on the day before {until_date}.")
    mounting.period = DateRange(mounting.period.lower, until_date)
    mounting.save(update_fields=["period"])
