"""Takes back what has not left yet."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

_WITHDRAW = """
    with gone as (
        delete from safeguards_outbox as outbox using safeguards_disclosure as left_us
         where left_us.id = outbox.disclosure_id and left_us.state = 'waiting' and outbox.leased_until is null
           and outbox.disclosure_id = any(%s)
        returning outbox.disclosure_id)
    select disclosure_id from gone
"""


@transaction.atomic
def withdraw_waiting(*, disclosure_ids: Sequence[int]) -> set[int]:
    """Take mails out of the outbox, and the record of them: they never left. Return which; the others are on their way.

    The caller has entered the purpose of retention. 3 queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [list(disclosure_ids)])
        gone = {key for (key,) in cursor.fetchall()}
        cursor.execute("delete from safeguards_disclosure_person where disclosure_id = any(%s)", [list(gone)])
        cursor.execute("delete from safeguards_disclosure where id = any(%s)", [list(gone)])
    return gone
