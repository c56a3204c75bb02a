"""Meters and clearly fictional customers for files whose meters are unknown: for trials and demonstrations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2s
from pathlib import Path

from forsyn.domain.customers import actions_bulk
from forsyn.domain.customers.models import Commodity, CustomerKind, HousingKind, Relation
from forsyn.domain.customers.registrations import Registration, registration
from forsyn.domain.metering import actions
from forsyn.domain.metering.plausibility import MAX_PER_HOUR
from forsyn.domain.metering.queries import meter_numbers_present
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.transport import open_delivery
from forsyn.kernel.local_days import local_day
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

FICTIONAL_NAME = "^Kunde [0-9]+ Opdigtet$"
ROADS = ("Prøvevej", "Eksempelgade", "Opdigtet Allé", "Testtoften", "Modelstien", "Fantasivænget")


MeterKey = tuple[str, str]
"""Commodity and number."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file tells of its meters."""

    profile: Profile
    meter_numbers: tuple[str, ...]
    first: date
    """Local day of the earliest value."""


@dataclass(frozen=True, slots=True)
class MetersMade:
    """The meters that were made, and those that were there already: each once, however many files speak of it."""

    made: frozenset[MeterKey] = frozenset()
    present: frozenset[MeterKey] = frozenset()
    extended: frozenset[MeterKey] = frozenset()
    """Of those present: fictional ones whose place now begins earlier, with the first value."""
    problems: tuple[ReadingFileError, ...] = ()
    """Why files told of no meters: they could not be read, or hold no readings."""


def make_meters_for(*, paths: Sequence[Path], profile: Profile | None, now: datetime, today: date) -> MetersMade:
    """Make each unknown meter of the files, with its registers, mounted at a fictional customer's installation.

    Meters made so before, at a file with later values, are made to hang there earlier; real ones are left alone. A file
    that cannot be read is among the answer's `problems`, and the others still count.
    """
    made, present, extended = set[MeterKey](), set[MeterKey](), set[MeterKey]()
    problems: list[ReadingFileError] = []
    for path in paths:
        try:
            seen = _seen(path, profile)
        except ReadingFileError as error:
            problems.append(error)
            continue
        commodity = _commodity(seen.profile)
        with purpose(P.METERING, actor=None):
            there = meter_numbers_present(commodity=commodity, numbers=seen.meter_numbers)
            new = [number for number in seen.meter_numbers if number not in there]
            if new:
                _make(new, seen, commodity, now=now, today=today)
            earlier = _begin_earlier(there, commodity, seen.first)
        extended |= {(commodity.value, number) for number in earlier}
        present |= {(commodity.value, number) for number in there} - made
        made |= {(commodity.value, number) for number in new}
    return MetersMade(frozenset(made), frozenset(present), frozenset(extended - made), tuple(problems))


def _begin_earlier(numbers: Iterable[str], commodity: Commodity, first: date) -> set[str]:
    """Let the fictional ones of these meters hang at their place since a day; return the numbers of those changed."""
    places = {number: _installation(number, commodity) for number in numbers}
    holders = {f"A{place}": f"F{place}" for place in places.values()}
    with purpose(P.SETTLEMENT, actor=None):
        fictional = actions_bulk.begin_earlier(holders=holders, named=FICTIONAL_NAME, first_date=first)
    installations = {number: place for number, place in places.items() if f"A{place}" in fictional}
    return actions.begin_mountings_earlier(commodity=commodity, installations=installations, first_date=first)


def _seen(path: Path, profile: Profile | None) -> Seen:
    numbers: list[str] = []
    first: int | None = None
    with open_delivery(path, profile=profile) as delivery:
        for batch in delivery.batches():
            numbers = batch.meter_numbers
            at = batch.at[batch.problem == 0]
            if len(at):
                first = int(at.min()) if first is None else min(first, int(at.min()))
        if first is None:
            raise ReadingFileError(
                "none of its values can be read", where=path.name, mend="try `forsyn import readings --dry-run`"
            )
        return Seen(delivery.profile, tuple(numbers), local_day(datetime.fromtimestamp(first - 1, UTC)))


def _commodity(profile: Profile) -> Commodity:
    bases = {value.unit.base for value in profile.values}
    return Commodity.WATER if bases == {BaseUnit.LITRES} else Commodity.HEAT


def _make(numbers: Sequence[str], seen: Seen, commodity: Commodity, *, now: datetime, today: date) -> None:
    rows = _registrations(numbers, seen.first, commodity)
    with purpose(P.SETTLEMENT, actor=None):
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
    actions.register_meters(meters=meters)


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
