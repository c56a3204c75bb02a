"""One at a time: deliveries and releases change the same day rows, so that only one may run."""

from __future__ import annotations

from django.db import connection

IMPORT_LOCK = 0x466F7273  # "Fors"


class NotPossible(Exception):
    """A change that cannot be made; the message says why and what to do."""


def one_at_a_time() -> None:
    """Take the lock until the transaction ends. Raises NotPossible while another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [IMPORT_LOCK])
        if not cursor.fetchone()[0]:
            raise NotPossible("Another delivery is being taken in right now. Wait until it is done, then try again.")
