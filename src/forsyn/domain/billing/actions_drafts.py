"""Runs that nobody took up: given up when the time of their drafts is over. The caller has entered retention."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from forsyn.domain.billing.draft_queries import STALE

NOT_TAKEN_UP = "Ikke taget op i tide."
_GIVE_UP = f"""
    update billing_run as run
       set state = 'discarded', note = left(concat_ws(' ', nullif(run.note, ''), %(why)s), 400)
      from (select id from billing_run where {STALE} order by id for update) as stale
     where run.id = stale.id"""  # noqa: S608 - ours


def give_up_stale(*, before: datetime) -> int:
    """Discard runs not in the books that nobody has touched since; return how many. 1 statement.

    Discarded for good, a run's bills can be deleted part by part: nobody approves or posts what is left of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_UP, {"why": NOT_TAKEN_UP, "before": before})
        return int(cursor.rowcount)
