"""What helps to run the network: leaks and poor cooling, by the meters' pseudonyms.

Reads `metering_pseudonymous_day` only, which leaves out whoever objects; under a purpose that sees pseudonyms nothing
else is to be had. Dates are local.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection

NIGHT = ", ".join(f"values[{hour}]" for hour in range(2, 6))
"""The hours from 01 to 05: the second to the fifth of a day. On the two days of the clock change one hour off."""
WATT_HOURS_PER_LITRE_KELVIN = Decimal("1.163")
"""What a litre of water gives off when it cools by one degree; the trade reckons 860 K·m³/MWh."""


@dataclass(frozen=True, slots=True)
class LeakSuspect:
    """A water meter that ran in every hour of every night: water that nobody uses runs somewhere."""

    pseudonym: UUID
    register: str
    litres_per_hour: int
    """The least of any of the night hours: what runs all the time."""
    litres: int
    """All that ran in the days looked at."""


@dataclass(frozen=True, slots=True)
class PoorCooling:
    """A heat meter whose water comes back too warm."""

    pseudonym: UUID
    cooling_kelvin: Decimal
    """Mean over the days, weighted by volume."""
    watt_hours: int
    litres: int


_LEAKS = f"""
    select pseudonym, register, min(least({NIGHT}))::bigint as litres_per_hour, sum(total)::bigint as litres
      from metering_pseudonymous_day
     where commodity = 'water' and unit = 'litres'
       and day > %(last)s::date - %(days)s::integer and day <= %(last)s::date
     group by pseudonym, register
    having count(*) filter (where least({NIGHT}) > 0 and num_nulls({NIGHT}) = 0) = %(days)s
     order by litres_per_hour desc, pseudonym
"""  # noqa: S608 - constants of this file

_COOLING = """
    select pseudonym, round(watt_hours / (litres * %(each)s), 1), watt_hours, litres
      from (select pseudonym, sum(total) filter (where unit = 'watt_hours')::bigint as watt_hours,
                   sum(total) filter (where unit = 'litres')::bigint as litres
              from metering_pseudonymous_day
             where commodity = 'heat' and day > %(last)s::date - %(days)s::integer and day <= %(last)s::date
             group by pseudonym) as heat
     where litres > 0 and watt_hours > 0 and watt_hours < litres * %(each)s * %(below)s
     order by 2, pseudonym
"""


def leak_suspects(*, last_date: date, days: int) -> list[LeakSuspect]:
    """Water meters that ran in each night hour of all of the days up to ``last_date``, the most first. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAKS, {"last": last_date, "days": days})
        return [LeakSuspect(*row) for row in cursor.fetchall()]


def poor_cooling(*, last_date: date, days: int, below_kelvin: int) -> list[PoorCooling]:
    """Heat meters that cool their water by less than ``below_kelvin`` on average, the worst first. 1 query.

    Only meters with registers of both energy and volume can be judged.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _COOLING,
            {"last": last_date, "days": days, "below": below_kelvin, "each": WATT_HOURS_PER_LITRE_KELVIN},
        )
        return [PoorCooling(*row) for row in cursor.fetchall()]
