"""Who really received what about a person, by the record of disclosures: whom Art. 19 has us tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Asked:
    """What may have reached others: some categories of the policy (None: any), disclosed in a time, half-open."""

    categories: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """A recipient of the policy that got some of the categories asked for, and when.

    ``only_carried``: all it got were messages for the person, which it brought there and does not keep.
    ``disclosure_ids`` are the latest, ten at most: what the recipient can find its own copy by.
    """

    recipient: str
    categories: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    times: int
    only_carried: bool
    disclosure_ids: tuple[int, ...]


_RECEIVERS = """
    with asked as (
        select * from jsonb_to_recordset(%s::jsonb) as asked
               (number int, categories text[], since timestamptz, until timestamptz)),
    got as (
        select asked.number, left_us.id, left_us.recipient, left_us.at, left_us.to_person,
               array(select unnest(left_us.categories)
                      intersect select unnest(coalesce(asked.categories, left_us.categories::text[]))) as categories
          from safeguards_disclosure_person as about
          join safeguards_disclosure as left_us on left_us.id = about.disclosure_id
          join asked on (asked.since is null or left_us.at >= asked.since)
                    and (asked.until is null or left_us.at < asked.until)
         where about.customer_id = %s and about.part = 'about' and left_us.state <> 'failed')
    select number, recipient,
           (select array_agg(distinct category order by category)
              from got as same cross join lateral unnest(same.categories) as one (category)
             where same.number = got.number and same.recipient = got.recipient),
           min(at), max(at), count(*), bool_and(to_person), (array_agg(id order by id desc))[:10]
      from got where cardinality(categories) > 0
     group by number, recipient order by number, recipient
"""


def receivers(*, customer_id: int, asked: Sequence[Asked]) -> list[tuple[Receiver, ...]]:
    """For each thing asked, the recipients that got it, by key. 1 query. What failed to leave reached nobody."""
    facts = [
        {
            "number": number,
            "categories": None if one.categories is None else list(one.categories),
            "since": one.since.isoformat() if one.since else None,
            "until": one.until.isoformat() if one.until else None,
        }
        for number, one in enumerate(asked)
    ]
    found: list[list[Receiver]] = [[] for _ in asked]
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVERS, [json.dumps(facts), customer_id])
        for number, recipient, categories, first, last, times, carried, ids in cursor.fetchall():
            found[number].append(Receiver(recipient, tuple(categories), first, last, times, carried, tuple(ids)))
    return [tuple(one) for one in found]


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail to the person that has not left yet. ``sealed`` is its content, address included, encrypted."""

    disclosure_id: int
    work: str
    categories: tuple[str, ...]
    customer_ids: tuple[int, ...]
    account_id: int | None
    sealed: bytes


_WAITING = """
    select left_us.id, outbox.work, left_us.categories,
           array(select everybody.customer_id from safeguards_disclosure_person as everybody
                  where everybody.disclosure_id = left_us.id and everybody.part = 'about'
                    and everybody.customer_id is not null order by 1),
           (select max(someone.account_id) from safeguards_disclosure_person as someone
             where someone.disclosure_id = left_us.id and someone.part = 'about'),
           outbox.sealed
      from safeguards_disclosure_person as about
      join safeguards_disclosure as left_us on left_us.id = about.disclosure_id
      join safeguards_outbox as outbox on outbox.disclosure_id = left_us.id
     where about.customer_id = %s and about.part = 'about' and left_us.to_person and left_us.channel = 'email'
       and left_us.state = 'waiting' and outbox.leased_until is null
     order by left_us.id
"""


def waiting_mails(*, customer_id: int) -> list[WaitingMail]:
    """Mails about a customer that wait in the outbox and that nobody is sending just now. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [customer_id])
        return [
            WaitingMail(key, work, tuple(categories), tuple(customers), account, bytes(sealed))
            for key, work, categories, customers, account, sealed in cursor.fetchall()
        ]
