"""Meters and clearly fictional customers for files whose meters are unknown: for trials and demonstrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2s
from pathlib import Path

from django.db import transaction

from forsyn.domain.customers import actions_bulk
from forsyn.domain.customers.models import Commodity, CustomerKind, HousingKind, Relation
from forsyn.domain.customers.registrations import Registration, registration
from forsyn.domain.metering import actions
from forsyn.domain.metering.queries import meter_numbers_present
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.transport import open_delivery
from forsyn.kernel.local_days import local_day
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.vocabulary import Source

MAX_PER_HOUR = {BaseUnit.WATT_HOURS: 1_000_000, BaseUnit.LITRES: 20_000, BaseUnit.LITRE_DEGREES: 2_000_000}
"""1 MW, 20 m3 an hour, and that at 100 degrees: more than any single building of these files draws."""
ROADS = ("Prøvevej", "Eksempelgade", "Opdigtet Allé", "Testtoften", "Modelstien", "Fantasivænget")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file tells of its meters."""

    profile: Profile
    meter_numbers: tuple[str, ...]
    first: date
    """Local day of the earliest value."""


@dataclass(frozen=True, slots=True)
class MetersMade:
    """How many meters were made, and how many were there already."""

    made: int
    present: int


def make_meters_for(*, paths: Sequence[Path], profile: Profile | None, now: datetime, today: date) -> MetersMade:
    """Make each unknown meter of the files, with its registers, mounted at a fictional customer's installation.

    Raises ReadingFileError for a file that cannot be read; then nothing is made.
    """
    made = present = 0
    with transaction.atomic():
        for path in paths:
            seen = _seen(path, profile)
            commodity = _commodity(seen.profile)
            there = meter_numbers_present(commodity=commodity, numbers=seen.meter_numbers)
            new = [number for number in seen.meter_numbers if number not in there]
            present += len(there)
            made += _make(new, seen, commodity, now=now, today=today) if new else 0
    return MetersMade(made, present)


def _seen(path: Path, profile: Profile | None) -> Seen:
    numbers: list[str] = []
    first: int | None = None
    with open_delivery(path, profile=profile) as delivery:
        for batch in delivery.batches():
            numbers = batch.meter_numbers
            at = batch.at[batch.problem == 0]
            if len(at):
                first = int(at.min()) if first is None else min(first, int(at.min()))
        begins = local_day(datetime.fromtimestamp((first or 0) - 1, UTC))
        return Seen(delivery.profile, tuple(numbers), begins)


def _commodity(profile: Profile) -> Commodity:
    bases = {value.unit.base for value in profile.values}
    return Commodity.WATER if bases == {BaseUnit.LITRES} else Commodity.HEAT


def _make(numbers: Sequence[str], seen: Seen, commodity: Commodity, *, now: datetime, today: date) -> int:
    rows = _registrations(numbers, seen.first, commodity)
    actions_bulk.register_many(registrations=rows, source=Source.UTILITY, today=today, now=now)
    registers = tuple(
        actions.NewRegister(
            code=value.register,
            unit=value.unit.base,
            values=seen.profile.values_are,
            resolution=seen.profile.resolution,
            max_per_hour=MAX_PER_HOUR[value.unit.base],
        )
        for value in seen.profile.values
    )
    meters = [
        actions.NewMeter(number, commodity, registers, _installation(number, commodity), seen.first)
        for number in numbers
    ]
    return len(actions.register_meters(meters=meters))


def _installation(meter_number: str, commodity: Commodity) -> str:
    """Short enough to have a letter put before it, also for meters with long numbers."""
    short = meter_number if len(meter_number) <= 12 else blake2s(meter_number.encode(), digest_size=6).hexdigest()
    return f"{'V' if commodity is Commodity.HEAT else 'B'}{short}"


def _registrations(numbers: Sequence[str], first: date, commodity: Commodity) -> Iterator[Registration]:
    for line, number in enumerate(numbers, start=1):
        yield registration(line=line, part=0, values=_fictional(line, number, first, commodity))


def _fictional(line: int, meter_number: str, first: date, commodity: Commodity) -> dict[str, object]:
    """A customer whom nobody can mistake for a person: Kunde 17 Opdigtet, in the town of Eksempelby."""
    installation = _installation(meter_number, commodity)
    return {
        "customer_number": f"F{installation}",
        "kind": CustomerKind.PERSON.value,
        "name": f"Kunde {line} Opdigtet",
        "language": "da",
        "street": ROADS[line % len(ROADS)],
        "house_number": str(line // len(ROADS) + 1),
        "postal_code": "9999",
        "city": "Eksempelby",
        "supply_point_number": f"S{installation}",
        "housing_kind": HousingKind.HOUSE.value,
        "installation_number": installation,
        "commodity": commodity.value,
        "agreement_number": f"A{installation}",
        "relation": Relation.OWNER.value,
        "agreement_from": first,
        "is_primary": True,
    }
