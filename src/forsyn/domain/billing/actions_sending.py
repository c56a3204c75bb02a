"""Notes that bills have left, and by which way: each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from forsyn.domain.billing.models import Channel, Dispatch


class SentMeanwhile(RuntimeError):
    """Some of the bills have left already, or are not to leave any more; nothing was noted."""


_SENT = """
    insert into billing_dispatch (bill_id, channel, made_at, disclosure_id, batch)
    select bill.id, %(channel)s, %(now)s, one.disclosure_id, %(batch)s
      from unnest(%(bills)s::bigint[], %(disclosures)s::bigint[]) as one (bill_id, disclosure_id)
      join billing_bill as bill on bill.id = one.bill_id and bill.state = 'released'
     where not exists (select from billing_dispatch as sent
                        where sent.bill_id = bill.id and sent.channel <> 'betalingsservice')"""


def record_sent(*, disclosures: Mapping[int, int], channel: Channel, batch: str = "", now: datetime) -> None:
    """Note that released bills left: each bill's entry at the door. In the caller's transaction, which let them out.

    Raises SentMeanwhile unless every one of them is released, is seen by the purpose, and has not left before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT,
            {
                "channel": channel.value,
                "now": now,
                "batch": batch,
                "bills": list(disclosures),
                "disclosures": list(disclosures.values()),
            },
        )
        noted = cursor.rowcount
    if noted != len(disclosures):
        raise SentMeanwhile(
            f"{len(disclosures) - noted} of {len(disclosures)} bills have left already, or may not leave any more. "
            "Nothing was sent; run it again."
        )


def forget_batch(*, name: str) -> int:
    """Let the bills of a batch wait again; return how many. Under accounting, which sees everybody's."""
    deleted, _ = Dispatch.objects.filter(batch=name).delete()
    return int(deleted)
