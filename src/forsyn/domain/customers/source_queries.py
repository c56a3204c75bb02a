# ruff: noqa: S608 - the statements are put together from this file's own constants
"""Who is owed a notice of data that somebody else gave (Art. 14), set by set.

Every name, contact, agreement and customer says where it came from. What a utility takes over from its own former
system keeps the source that it had there (the person, mostly): moving data is not obtaining them anew. Of a company,
only what an employer told of its people is about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from forsyn.policy.vocabulary import Language, Source

OTHERS = (Source.EMPLOYER, Source.OTHER_PERSON, Source.PUBLIC_REGISTER, Source.PARTNER)
"""Sources that are neither the person nor the controller itself, its meters and its program."""

# the list is literal, as in the indexes of migration 0009, which are used for no other
_OTHERS = "('employer', 'other_person', 'public_register', 'partner')"


def _owed_from(sources: str) -> str:
    """Two common tables: what was ``given`` by others, row by row, and who is ``owed`` a notice of which source."""
    return f"""
    with given as (
        select id as customer_id, source, recorded_at,
               array_remove(array[case when birth_date is not null then 'date_of_birth' end,
                                  case when cvr is not null then 'cvr' end], null) as categories
          from customers_customer where {sources}
         union all
        select customer_id, source, recorded_at, '{{name}}' from customers_customer_name where {sources}
         union all
        select customer_id, source, recorded_at, array[kind::text] from customers_contact_point where {sources}
         union all
        select holder.customer_id, agreement.source, agreement.recorded_at, '{{address,housing,moves}}'
          from (select * from customers_agreement where {sources}) as agreement
          join customers_agreement_holder as holder on holder.agreement_id = agreement.id),
    owed as (
        select given.customer_id, given.source, min(given.recorded_at) as obtained_at
          from given join customers_customer as customer on customer.id = given.customer_id
         where (customer.kind = 'person' or given.source = 'employer')
           and not exists (select from customers_source_notice as told
                            where told.customer_id = given.customer_id and told.source = given.source)
         group by given.customer_id, given.source)
"""


_MAILED = """
    exists (select from customers_contact_point as mail
             where mail.customer_id = owed.customer_id and mail.kind = 'email' and mail.period @> %(today)s::date)
"""


@dataclass(frozen=True, slots=True)
class OwedNotice:
    """A person who has not been told of a source. ``categories`` of the policy are what came from there.

    ``email`` is None where the notice must go by letter; ``address`` are the lines of the latest home supplied.
    """

    customer_id: int
    number: str
    name: str
    language: Language
    source: Source
    obtained_date: date
    categories: tuple[str, ...]
    email: str | None
    address: tuple[str, ...]


_SOME = (
    _owed_from(f"source in {_OTHERS} and source = %(source)s")
    + f"""
    , chosen as (select owed.* from owed where {_MAILED} = %(by_email)s
                order by owed.obtained_at, owed.customer_id limit %(most)s)
    select customer.id, customer.number, coalesce(named.name, ''), customer.language, chosen.source,
           (chosen.obtained_at at time zone 'Europe/Copenhagen')::date,
           (select array_agg(distinct category order by category)
              from given cross join lateral unnest(given.categories) as one (category)
             where given.customer_id = chosen.customer_id and given.source = chosen.source),
           mail.value, home.street, home.house_number, home.floor, home.door, home.postal_code, home.city
      from chosen join customers_customer as customer on customer.id = chosen.customer_id
      left join lateral (select name from customers_customer_name as one where one.customer_id = customer.id
                          order by (one.period @> %(today)s::date) desc, upper(one.period) desc nulls first
                          limit 1) as named on true
      left join customers_contact_point as mail
             on mail.customer_id = customer.id and mail.kind = 'email' and mail.period @> %(today)s::date
      left join lateral (select address.*
                           from customers_agreement_holder as holder
                           join customers_agreement as agreement on agreement.id = holder.agreement_id
                           join customers_supply_point as point on point.id = agreement.supply_point_id
                           join customers_address as address on address.id = point.address_id
                          where holder.customer_id = customer.id
                          order by upper(agreement.period) desc nulls first, lower(agreement.period) desc, agreement.id
                          limit 1) as home on true
     order by chosen.obtained_at, chosen.customer_id
"""
)


def owed_notices(*, source: Source, by_email: bool, today: date, most: int) -> list[OwedNotice]:
    """Some of those owed a notice of one source, those who have waited longest first. 1 query."""
    values: Mapping[str, Any] = {"source": source.value, "by_email": by_email, "today": today, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_SOME, values)
        return [_owed(*row) for row in cursor.fetchall()]


def _owed(
    customer_id: int,
    number: str,
    name: str,
    language: str,
    source: str,
    obtained: date,
    categories: list[str] | None,
    email: str | None,
    *place: str | None,
) -> OwedNotice:
    street, house, floor, door, postal_code, city = (part or "" for part in place)
    unit = " ".join(part for part in (f"{floor}." if floor.isdigit() else floor, door) if part)
    first = f"{street} {house}".strip() + (f", {unit}" if unit else "")
    lines = tuple(line for line in (first, f"{postal_code} {city}".strip()) if line)
    return OwedNotice(
        customer_id, number, name, Language(language), Source(source), obtained, tuple(categories or ()), email, lines
    )


@dataclass(frozen=True, slots=True)
class NoticesOwed:
    """How many notices are owed: by mail, by letter; how many of them are late, and how many soon will be.

    ``disclosed``: those whose data went to somebody else before they were told, which Art. 14(3)(c) does not allow.
    """

    by_mail: int
    by_letter: int
    overdue: int
    soon: int
    disclosed: int
    oldest_date: date | None

    @property
    def total(self) -> int:
        return self.by_mail + self.by_letter


_COUNTED = (
    _owed_from(f"source in {_OTHERS}")
    + f"""
    select count(*) filter (where mailed), count(*) filter (where not mailed),
           count(*) filter (where obtained <= %(overdue)s),
           count(*) filter (where obtained > %(overdue)s and obtained <= %(soon)s),
           count(*) filter (where disclosed), min(obtained)
      from (select (owed.obtained_at at time zone 'Europe/Copenhagen')::date as obtained, {_MAILED} as mailed,
                   exists (select from safeguards_disclosure_person as about
                             join safeguards_disclosure as left_us on left_us.id = about.disclosure_id
                            where about.customer_id = owed.customer_id and about.part = 'about'
                              and not left_us.to_person and left_us.at >= owed.obtained_at) as disclosed
              from owed) as counted
"""
)


def notices_owed(*, overdue_until: date, soon_until: date, today: date) -> NoticesOwed:
    """Counted for the desk; ``overdue_until`` and ``soon_until``: the last days of obtaining that are so. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"overdue": overdue_until, "soon": soon_until, "today": today})
        return NoticesOwed(*cursor.fetchone())
