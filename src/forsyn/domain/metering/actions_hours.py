"""Takes the hours from days of certain persons, as a wish to be erased asks; the days stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from forsyn.domain.metering.thinning_sql import BITS, CARRIED, HAS_HOURS
from forsyn.policy.reach import Rows


def take_hours(*, rows: Rows, persons: Mapping[str, Sequence[int]]) -> int:
    """Put the hours of these rows of a table of days together to days; return how many days lost theirs."""
    bits, carried, has_hours = (part.replace("d.", "t0.") for part in (BITS, CARRIED, HAS_HOURS))
    assigned = (
        f"values = '{{}}', carried = {carried}, quality = case when t0.quality is null and"
        f" array_position(t0.values, null) is null then null else array[{bits}]::smallint[] end"
    )
    with connection.cursor() as cursor:
        cursor.execute(rows.update(assigned, has_hours), dict(persons))
        return cursor.rowcount
