"""Who spares somebody and what deletes take turns: a hold that is set is never passed by a deletion under way.

Whoever sets a hold or a restriction waits for the chunk that the night is at, which has asked already whom it spares;
the next chunk waits for the commit, and asks anew. An erasure needs none of this: it locks the customer, whom the row
of a hold refers to.
"""

from __future__ import annotations

from django.db import connection

LOCK = (1181705077, 2)
"""An advisory lock; until the transaction ends. The night itself has the one of (1181705077, 1)."""


def spare_from_now_on() -> None:
    """Before somebody is spared. Many may at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s, %s)", LOCK)


def nobody_is_spared_meanwhile() -> None:
    """Before it is asked whom to spare, in the transaction that deletes."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", LOCK)
