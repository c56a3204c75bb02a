"""Changes to whom a breach touched and who was told. Set-based: tens of thousands of persons are one statement.

As `actions`: the caller has entered P.PRIVACY_RIGHTS; refusals are `rules.BreachRefused`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from forsyn.domain.accountability import rules
from forsyn.domain.accountability.actions import GONE, one_change, step
from forsyn.domain.accountability.breach_models import Breach, BreachPerson, BreachSearch, SearchKind, StepKind, ToldBy
from forsyn.domain.accountability.rules import BreachRefused

_UNKNOWN = """
    select given from unnest(%s::text[]) as given
     where given not in (select number from {table} where number = any(%s))"""
_NUMBERED = {
    SearchKind.NUMBERS: "customers_customer",
    SearchKind.PLACES: "customers_supply_point",
    SearchKind.METERS: "metering_meter",
}
"""Where the numbers that were given are known from."""
_FOUND = {
    SearchKind.LOOKS: """
        select seen.customer_id from safeguards_access_log as seen
         where seen.actor_id = %(account)s and seen.at >= %(from_at)s and seen.at < %(until_at)s""",
    SearchKind.DISCLOSURES: """
        select person.customer_id from safeguards_disclosure as left_us
          join safeguards_disclosure_person as person on person.disclosure_id = left_us.id and person.part = 'about'
         where left_us.recipient = %(recipient)s and left_us.at >= %(from_at)s and left_us.at < %(until_at)s""",
    SearchKind.NUMBERS: "select id as customer_id from customers_customer where number = any(%(numbers)s)",
    SearchKind.PLACES: """
        select holder.customer_id from customers_supply_point as point
          join customers_agreement as agreement
            on agreement.supply_point_id = point.id and agreement.period && %(days)s::daterange
          join customers_agreement_holder as holder on holder.agreement_id = agreement.id
         where point.number = any(%(numbers)s)
            or point.address_id in (select address.id from customers_address as address
                                     where address.postal_code = %(postal_code)s
                                       and (%(street)s = '' or address.street = %(street)s))""",
    SearchKind.METERS: """
        select holder.customer_id from metering_meter as meter
          join metering_mounting as mounting on mounting.meter_id = meter.id and mounting.period && %(days)s::daterange
          join customers_installation as installation on installation.id = mounting.installation_id
          join customers_agreement as agreement
            on agreement.supply_point_id = installation.supply_point_id
           and agreement.commodity = installation.commodity
           and agreement.period && (mounting.period * %(days)s::daterange)
          join customers_agreement_holder as holder on holder.agreement_id = agreement.id
         where meter.number = any(%(numbers)s)""",
    SearchKind.SUPPLIED: """
        select holder.customer_id from customers_agreement as agreement
          join customers_agreement_holder as holder on holder.agreement_id = agreement.id
         where agreement.period && %(days)s::daterange""",
}
"""Who is found by each kind of search; a customer who is gone by now is not."""
_ADD = """
    with found as (select distinct customer.id from ({found}) as named
                     join customers_customer as customer on customer.id = named.customer_id),
    added as (insert into accountability_breach_person
                     (breach_id, customer_id, search_id, added_at, left_out_reason)
              select %(breach)s, found.id, %(search)s, %(now)s, '' from found
              on conflict (breach_id, customer_id) do nothing returning 1)
    select (select count(*) from found), (select count(*) from added)"""


@dataclass(frozen=True, slots=True)
class Search:
    """By what to look for affected persons; each kind has its own of the rest. ``until`` is not in the span any more.

    LOOKS: account and instants. DISCLOSURES: recipient and instants. NUMBERS: numbers. METERS: numbers and days.
    PLACES: days with numbers, or with a postal code and, narrower, a street. SUPPLIED: days.
    """

    kind: SearchKind
    account_id: int | None = None
    recipient: str = ""
    numbers: tuple[str, ...] = ()
    from_at: datetime | None = None
    until_at: datetime | None = None
    from_date: date | None = None
    until_date: date | None = None
    postal_code: str = ""
    street: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to; ``unknown`` are the given numbers that nothing has."""

    search_id: int
    found: int
    added: int
    unknown: tuple[str, ...] = ()


def find(*, breach_id: int, search: Search, by_id: int, now: datetime) -> Found:
    """Look for those whom a breach touched, and put them on its list. 6 queries, however many are found."""
    days = None
    if search.kind in (SearchKind.PLACES, SearchKind.METERS, SearchKind.SUPPLIED):
        days = f"[{search.from_date or ''},{search.until_date or ''})"
    with one_change(now=now):
        _open(breach_id)
        made = BreachSearch.objects.create(
            breach_id=breach_id,
            kind=search.kind,
            account_id=search.account_id,
            recipient=search.recipient,
            from_at=search.from_at,
            until_at=search.until_at,
            given=len(search.numbers) if search.numbers else None,
            found=0,
            added=0,
            made_at=now,
            made_by_id=by_id,
        )
        values = {
            "breach": breach_id,
            "search": made.pk,
            "now": now,
            "account": search.account_id,
            "recipient": search.recipient,
            "numbers": list(search.numbers),
            "postal_code": search.postal_code,
            "street": search.street,
            "from_at": search.from_at,
            "until_at": search.until_at,
            "days": days,
        }
        with connection.cursor() as cursor:
            cursor.execute(_ADD.format(found=_FOUND[search.kind]), values)
            made.found, made.added = cursor.fetchone()
        made.save(update_fields=["found", "added"])
        text = f"{search.kind}: {made.found} / {made.added}"
        step(breach_id=breach_id, kind=StepKind.SEARCHED, text=text, by_id=by_id, now=now)
        return Found(made.pk, made.found, made.added, _unknown(search))


def _unknown(search: Search) -> tuple[str, ...]:
    table = _NUMBERED.get(search.kind)
    if table is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN.format(table=table), [list(search.numbers), list(search.numbers)])
        return tuple(given for (given,) in cursor.fetchall())


def _open(breach_id: int) -> Breach:
    found = Breach.objects.select_for_update().filter(pk=breach_id).first()
    if found is None:
        raise BreachRefused(GONE)
    if found.closed_at is not None:
        raise BreachRefused(rules.CONSTRAINTS["accountability_breach_stays"])
    return found


def leave_out(*, person_id: int, reason: str, by_id: int, now: datetime) -> None:
    """Somebody who was found is not affected after all; stays on the list with the reason."""
    if not reason.strip():
        raise BreachRefused("Skriv, hvorfor kunden ikke er berørt.")
    with one_change(now=now):
        row = BreachPerson.objects.select_for_update().filter(pk=person_id).first()
        if row is None:
            raise BreachRefused("Kunden står ikke længere på listen.")
        if row.told_at is not None:
            raise BreachRefused("Kunden har allerede fået besked og bliver stående på listen.")
        _open(row.breach_id)
        row.left_out_reason = reason.strip()
        row.save(update_fields=["left_out_reason"])
        step(breach_id=row.breach_id, kind=StepKind.LEFT_OUT, text="", by_id=by_id, now=now)


def write_letter(*, breach_id: int, danish: str, english: str, by_id: int, now: datetime) -> None:
    """Settle what persons are to read, without greeting and contact details. It stays once somebody has had it."""
    if not danish.strip():
        raise BreachRefused("Skriv brevet på dansk.")
    with one_change(now=now):
        row = _open(breach_id)
        row.letter_da, row.letter_en = danish.strip(), english.strip()
        row.save(update_fields=["letter_da", "letter_en"])
        step(breach_id=breach_id, kind=StepKind.LETTER, by_id=by_id, now=now)


def release_letters(*, breach_id: int, by_id: int, now: datetime) -> None:
    """From now on those on the list are told; who is found later is told as well."""
    with one_change(now=now):
        row = _open(breach_id)
        if not row.letter_da:
            raise BreachRefused("Skriv brevet, før det bliver sendt.")
        if row.letters_released_at is not None:
            raise BreachRefused("Brevene er allerede frigivet. Nye på listen får besked af sig selv.")
        row.letters_released_at, row.letters_released_by_id = now, by_id
        row.save(update_fields=["letters_released_at", "letters_released_by"])


def told(
    *, breach_id: int, person_ids: Sequence[int], disclosure_ids: Sequence[int], by: ToldBy, by_id: int | None,
    now: datetime,
) -> None:  # fmt: skip
    """Letters left by the door, each with its disclosure. 2 queries and the step, however many."""
    with one_change(now=now):
        with connection.cursor() as cursor:
            cursor.execute(
                "update accountability_breach_person as person"
                "   set told_at = %s, told_by = %s, disclosure_id = letter.disclosure_id"
                "  from unnest(%s::bigint[], %s::bigint[]) as letter (person_id, disclosure_id)"
                " where person.id = letter.person_id and person.told_at is null",
                [now, ToldBy(by).value, list(person_ids), list(disclosure_ids)],
            )
        step(breach_id=breach_id, kind=StepKind.TOLD, text=f"{by}: {len(person_ids)}", by_id=by_id, now=now)
