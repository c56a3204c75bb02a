"""Puts on record whose meters are looked at, also where whoever looks may not know whose they are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.safeguards.actions_log import request_id
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.kernel.periods import Period


def record_meters(
    *,
    kind: AccessKind,
    aspect: Aspect,
    meter_ids: Sequence[int] = (),
    supply_point_ids: Sequence[int] = (),
    subject_id: int,
    during: Period | None = None,
) -> None:
    """Record a look at all who had an agreement where the meters hung, or at the supply points, in a period. 1 query.

    Without a period: at any time. Nobody had one: a record without a person. See safeguards' `actions_log.record`.
    """
    days = DateRange(during.first, during.until) if during else DateRange()
    with connection.cursor() as cursor:
        cursor.execute(
            "select metering_record_access(%s, %s, %s::integer[], %s::bigint[], %s::daterange, %s, %s)",
            [kind.value, aspect.value, list(meter_ids), list(supply_point_ids), days, subject_id, request_id()],
        )
