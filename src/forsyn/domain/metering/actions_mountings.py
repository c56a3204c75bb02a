"""Mountings as a list of meters tells them, such as one that comes with customers: checked and merged set-based."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from forsyn.domain.metering.actions_meters import NewRegister


class ListedMounting(NamedTuple):
    """A meter at an installation (by its number) from a day until (excluded) another."""

    meter_number: str
    commodity: str
    installation_number: str
    first_date: date
    until_date: date | None


class MountingClash(NamedTuple):
    """Where a listed mounting (by its place in the list) cannot be: the meter hangs elsewhere, or from another day."""

    index: int
    installation_number: str
    first_date: date
    listed: bool
    """Whether the other mounting is in the list too; else it is registered."""


_LISTED = """listed as materialized (
    select *, daterange(first, until) as period
      from unnest(%(meter)s::text[], %(commodity)s::text[], %(installation)s::text[], %(first)s::date[],
                  %(until)s::date[]) with ordinality as listed (meter, commodity, installation, first, until, place))"""

_CLASHES = f"""with {_LISTED}
    select b.place - 1, a.installation, a.first, true from listed a
      join listed b on a.meter = b.meter and a.commodity = b.commodity and a.place < b.place and a.period && b.period
     where (a.installation, a.first) <> (b.installation, b.first)
    union all
    select listed.place - 1, i.number, lower(r.period), false
      from listed
      join metering_meter m on m.number = listed.meter and m.commodity = listed.commodity
      join metering_mounting r on r.meter_id = m.id and r.period && listed.period
      join customers_installation i on i.id = r.installation_id
     where (i.number, lower(r.period)) <> (listed.installation, listed.first)
       and not exists (select from listed l  -- what the list itself ends is compared within it
                        where (l.meter, l.commodity, l.installation, l.first)
                              = (m.number, m.commodity, i.number, lower(r.period)) and l.until is not null)
     order by 1"""  # noqa: S608 - constants of this file

_CLOSE = f"""with {_LISTED}
    update metering_mounting r set period = daterange(lower(r.period), listed.until)
      from listed, metering_meter m, customers_installation i
     where m.number = listed.meter and m.commodity = listed.commodity and i.number = listed.installation
       and r.meter_id = m.id and r.installation_id = i.id and lower(r.period) = listed.first
       and upper_inf(r.period) and listed.until is not null"""  # noqa: S608

_MOUNT = f"""with {_LISTED}
    insert into metering_mounting (meter_id, installation_id, period)
    select distinct m.id, i.id, listed.period
      from listed
      join metering_meter m on m.number = listed.meter and m.commodity = listed.commodity
      join customers_installation i on i.number = listed.installation
     where not exists (select from metering_mounting r
                        where r.meter_id = m.id and r.installation_id = i.id and lower(r.period) = listed.first)"""  # noqa: S608

_NEW_METERS = f"""with {_LISTED}
    insert into metering_meter (number, commodity, manufacturer, model)
    select distinct meter, commodity, '', '' from listed order by meter
    on conflict (number, commodity) do nothing"""  # noqa: S608

_REGISTERS = f"""with {_LISTED}, register as (
        select * from unnest(%(of)s::text[], %(number)s::int2[], %(code)s::text[], %(unit)s::text[], %(values)s::text[],
                             %(resolution)s::text[], %(rollover)s::int8[], %(max_per_hour)s::int4[])
               as register (commodity, number, code, unit, values, resolution, rollover, max_per_hour))
    insert into metering_register (meter_id, number, code, unit, "values", resolution, rollover, max_per_hour)
    select distinct m.id, r.number, r.code, r.unit, r.values, r.resolution, r.rollover, r.max_per_hour
      from listed
      join metering_meter m on m.number = listed.meter and m.commodity = listed.commodity
      join register r on r.commodity = listed.commodity
     where not exists (select from metering_register there where there.meter_id = m.id)"""  # noqa: S608


def mounting_clashes(*, mountings: Sequence[ListedMounting]) -> list[MountingClash]:
    """The listed mountings that overlap another of the same meter, in the list or registered, in order of the list."""
    with connection.cursor() as cursor:
        cursor.execute(_CLASHES, _arrays(mountings))
        return [MountingClash(*row) for row in cursor.fetchall()]


@transaction.atomic
def merge_mountings(
    *, mountings: Sequence[ListedMounting], registers: dict[str, tuple[NewRegister, ...]]
) -> tuple[int, int]:
    """Record the meters that are new, with the registers of their commodity, and bring mountings up to date.

    A mounting that is there stays, and gets its end when it is listed with one. Return how many meters and how many
    mountings are new or ended. The list must be without `mounting_clashes`.
    """
    arrays = _arrays(mountings) | _register_arrays(registers)
    with connection.cursor() as cursor:
        cursor.execute(_NEW_METERS, arrays)
        meters = cursor.rowcount
        if meters:
            cursor.execute(_REGISTERS, arrays)
        cursor.execute(_CLOSE, arrays)
        changed = cursor.rowcount
        cursor.execute(_MOUNT, arrays)
        return meters, changed + cursor.rowcount


def _register_arrays(registers: dict[str, tuple[NewRegister, ...]]) -> dict[str, list[object]]:
    rows = [
        {"of": commodity, "number": number, **register._asdict()}
        for commodity, each in registers.items()
        for number, register in enumerate(each, start=1)
    ]
    return {name: [row[name] for row in rows] for name in ("of", "number", *NewRegister._fields)}


def _arrays(mountings: Sequence[ListedMounting]) -> dict[str, list[object]]:
    names = ("meter", "commodity", "installation", "first", "until")
    return {name: [mounting[place] for mounting in mountings] for place, name in enumerate(names)}
