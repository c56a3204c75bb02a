"""Terms of agreements that come of others'."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

_COPY = (
    """
    insert into billing_terms
           (agreement_id, tariff_id, period, instalments, is_single_pipe, recorded_at, recorded_by_id)
    select %(to)s, coalesce(%(tariff)s, tariff_id),
           daterange(%(first)s, nullif(greatest(upper(period), %(first)s::date), %(first)s::date)),
           coalesce(%(instalments)s, instalments), is_single_pipe, %(now)s, %(by)s
      from billing_terms where agreement_id = %(from)s and (period @> %(first)s::date - 1 or period @> %(first)s::date)
     order by lower(period) desc limit 1""",
    """
    insert into billing_factor (agreement_id, factor, period, value, recorded_at, recorded_by_id)
    select distinct on (factor) %(to)s, factor, daterange(%(first)s, null), value, %(now)s, %(by)s
      from billing_factor where agreement_id = %(from)s and lower(period) <= %(first)s
     order by factor, lower(period) desc""",
)


@transaction.atomic
def copy_terms(
    *, from_agreement_id: int, to_agreement_id: int, first_date: date, account_id: int | None, now: datetime,
    tariff_id: int | None = None, instalments: int | None = None,
) -> None:  # fmt: skip
    """Let an agreement have the tariff and sizes that another at the same place had last, from a day on.

    With ``tariff_id`` or ``instalments`` (a year) these instead of the other's.
    """
    parameters: dict[str, int | date | datetime | None] = {
        "from": from_agreement_id,
        "to": to_agreement_id,
        "first": first_date,
        "by": account_id,
        "now": now,
        "tariff": tariff_id,
        "instalments": instalments,
    }
    with connection.cursor() as cursor:
        for statement in _COPY:
            cursor.execute(statement, parameters)
