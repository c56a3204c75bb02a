"""Those whom a breach touched and who wait to be told, with where to reach them. Under P.PRIVACY_RIGHTS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef

from forsyn.domain.accountability.models import Breach, BreachPerson
from forsyn.domain.accountability.queries import UNTOLD
from forsyn.policy.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to be told. ``email`` is None where none is on file; ``address`` are the lines of an envelope."""

    person_id: int
    customer_id: int
    number: str
    name: str
    language: Language
    email: str | None
    address: tuple[str, ...]


_ADDRESSEES = """
    select person.id, person.customer_id, customer.number, coalesce(named.name, ''), customer.language, mail.value,
           place.street, place.house_number, place.floor, place.door, place.postal_code, place.city
      from accountability_breach_person as person
      join customers_customer as customer on customer.id = person.customer_id
      left join customers_customer_name as named on named.customer_id = customer.id and named.period @> %(today)s
      left join customers_contact_point as mail
             on mail.customer_id = customer.id and mail.kind = 'email' and mail.period @> %(today)s
      left join lateral (
            select address.* from customers_agreement_holder as holder
              join customers_agreement as agreement on agreement.id = holder.agreement_id
              join customers_supply_point as point on point.id = agreement.supply_point_id
              join customers_address as address on address.id = point.address_id
             where holder.customer_id = customer.id
             order by agreement.period @> %(today)s desc, upper(agreement.period) desc nulls first, agreement.id
             limit 1) as place on true"""
_WAITING = """
     where person.breach_id = %(breach)s and person.told_at is null and person.left_out_reason = ''
       and (mail.value is not null) = %(by_email)s
     order by person.customer_id
     limit %(most)s
       for update of person skip locked"""
_PRINTED = """
     where person.disclosure_id = %(disclosure)s
     order by person.customer_id"""


def addressees(*, breach_id: int, by_email: bool, today: date, most: int) -> list[Addressee]:
    """Some of those who wait to be told, locked until the transaction ends. 1 query."""
    return _found(_WAITING, {"breach": breach_id, "by_email": by_email, "today": today, "most": most})


def printed(*, disclosure_id: int, today: date) -> list[Addressee]:
    """Those of one printed batch, as they are on file now. 1 query."""
    return _found(_PRINTED, {"disclosure": disclosure_id, "today": today})


def _found(whom: str, values: Mapping[str, Any]) -> list[Addressee]:
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSEES + whom, values)
        return [_addressee(*row) for row in cursor.fetchall()]


def _addressee(
    person_id: int, customer_id: int, number: str, name: str, language: str, email: str | None, *place: str | None
) -> Addressee:
    street, house, floor, door, postal_code, city = (part or "" for part in place)
    unit = " ".join(part for part in (f"{floor}." if floor.isdigit() else floor, door) if part)
    first = f"{street} {house}".strip() + (f", {unit}" if unit else "")
    lines = tuple(line for line in (first, f"{postal_code} {city}".strip()) if line)
    return Addressee(person_id, customer_id, number, name, Language(language), email, lines)


def released(*, limit: int = 100) -> list[int]:
    """Breaches whose letters are released and where somebody still waits. 1 query."""
    waiting = BreachPerson.objects.filter(UNTOLD, breach=OuterRef("pk"))
    found = Breach.objects.filter(Exists(waiting), letters_released_at__isnull=False, closed_at=None)
    return list(found.order_by("id").values_list("pk", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait to be told: by e-mail, by a letter to print, and how many of all read English."""

    by_email: int
    by_letter: int
    english: int


_COUNTED = """
    select count(*) filter (where mailed), count(*) filter (where not mailed), count(*) filter (where language = 'en')
      from (select customer.language, exists (
                   select from customers_contact_point as mail
                    where mail.customer_id = customer.id and mail.kind = 'email' and mail.period @> %s) as mailed
              from accountability_breach_person as person
              join customers_customer as customer on customer.id = person.customer_id
             where person.breach_id = %s and person.told_at is null and person.left_out_reason = '') as waiting"""


def waiting(*, breach_id: int, today: date) -> Waiting:
    """Who still has to be told, counted. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [today, breach_id])
        return Waiting(*cursor.fetchone())


def batches(breach_id: int) -> list[dict[str, Any]]:
    """Printed batches: ``disclosure_id``, ``told_at``, ``letters``; the latest first. 1 query."""
    found = BreachPerson.objects.filter(breach_id=breach_id, told_by="letter").values("disclosure_id", "told_at")
    return list(found.annotate(letters=Count("pk")).order_by("-told_at"))
