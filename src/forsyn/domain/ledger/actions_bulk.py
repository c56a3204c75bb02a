"""Many vouchers in one statement, posted or reversed. Refusals are `rules.NotPossible`, and then nothing is done.

Whoever posts holds the accounting year until the transaction ends, since numbers follow each other without gaps: a
large run goes in chunks of some thousand.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection

from forsyn.domain.ledger import rules
from forsyn.domain.ledger.models import VoucherKind
from forsyn.domain.ledger.refusals import in_words

# Each part of one statement sees the tables as they were before it: the lines go by the numbers that come back.
_POST = """
with asked as materialized (
    select row_number() over (order by given.place) + %(last_number)s as number, given.* from ({query}) as given
), vouchers as (
    insert into public.ledger_voucher (year_id, number, customer_id, posting_date, line_count, kind, recorded_at,
                                       recorded_by_id, origin, text)
    select %(year_id)s, number, customer_id, posting_date, cardinality(accounts), kind, %(now)s, %(account_id)s, origin,
           text
      from asked order by number
    returning id, number, origin
), lines as (
    insert into public.ledger_posting (voucher_id, amount_oere, due_date, line, account_id, year_id, vat_code, text)
    select vouchers.id, line.amount_oere,
           case when account.is_receivable and line.amount_oere > 0
                then coalesce(line.due_date, asked.due_date, asked.posting_date) end,
           line.place, account.id, %(year_id)s, coalesce(line.vat_code, ''), coalesce(line.text, '')
      from asked
      join vouchers on vouchers.number = asked.number
     cross join lateral unnest(asked.accounts, asked.amounts_oere, asked.vat_codes, asked.texts, asked.due_dates)
           with ordinality as line (account, amount_oere, vat_code, text, due_date, place)
      left join public.ledger_account as account on account.key = line.account
     order by vouchers.id, line.place
    returning id
)
select vouchers.id, vouchers.number, vouchers.origin, (select count(*) from lines) from vouchers order by number
"""

_LISTED = """
select * from jsonb_to_recordset(%(vouchers)s::jsonb) as listed (
    place bigint, origin text, kind text, customer_id bigint, posting_date date, due_date date, text text,
    accounts text[], amounts_oere bigint[], vat_codes text[], texts text[], due_dates date[])
"""

_ASKED_FOR = """
select origin, kind, customer_id, %(posting_date)s::date as posting_date, due_date, text, accounts, amounts_oere,
       vat_codes, null::text[] as texts, null::date[] as due_dates, place from ({query}) as bills
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """A voucher in the books; ``number`` is its number within its accounting year."""

    voucher_id: int
    number: int
    origin: str


@dataclass(frozen=True, slots=True)
class Year:
    """An accounting year whose next number is nobody else's until the transaction ends."""

    id: int
    last_number: int


def post_many(*, vouchers: Sequence[rules.NewVoucher], now: datetime, account_id: int | None = None) -> list[Posted]:
    """Post vouchers in the order given; `account_id` is who did it, None the program. 3 statements a year.

    Raises AlreadyPosted for an origin that is in the books, NotPossible for what they do not take.
    """
    for voucher in vouchers:
        rules.check(voucher)
    posted: list[Posted] = []
    with in_words():
        for year, group in _by_year(vouchers):
            listed = json.dumps([_as_json(place, voucher) for place, voucher in enumerate(group)])
            posted += _post(_LISTED, {"vouchers": listed}, year, now, account_id)
    order = {voucher.origin: place for place, voucher in enumerate(vouchers)}
    return sorted(posted, key=lambda one: order[one.origin])


def post_from_query(
    *, query: str, given: Mapping[str, Any], posting_date: date, now: datetime, account_id: int | None = None
) -> int:
    """Post what a query of the caller's area gives, one row a voucher; return how many. 3 statements.

    The query's columns: place (the order of the numbers), origin, kind, customer_id, due_date, text, accounts (text[],
    keys), amounts_oere (bigint[]), vat_codes (text[]). Its parameters are named (``%(run)s``), and stand in ``given``;
    the names year_id, last_number, posting_date, now and account_id are taken. A voucher's id is found by its origin.
    """
    with in_words():
        year = lock_year(posting_date)
        wrapped = _ASKED_FOR.format(query=query)
        return len(_post(wrapped, {**given, "posting_date": posting_date}, year, now, account_id))


def _post(query: str, given: Mapping[str, Any], year: Year, now: datetime, account_id: int | None) -> list[Posted]:
    parameters = {"year_id": year.id, "last_number": year.last_number, "now": now, "account_id": account_id}
    with connection.cursor() as cursor:
        cursor.execute(_POST.format(query=query), {**given, **parameters})
        posted = [Posted(*row[:3]) for row in cursor.fetchall()]
    look_now()
    return posted


def look_now() -> None:
    """Have the vouchers looked at now, where a refusal still tells what it came of, and not when all is over."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints ledger_voucher_is_whole immediate")
        cursor.execute("set constraints ledger_voucher_is_whole deferred")


def lock_year(posting_date: date) -> Year:
    """Hold the open accounting year of a day until the transaction ends. Raises NotPossible where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("select year_id, last_number, is_closed from public.ledger_lock_year(%s)", [posting_date])
        found = cursor.fetchone()
    if found is None:
        raise rules.NotPossible(f"Der er intet regnskabsår, som {posting_date:%d.%m.%Y} ligger i. Opret året først.")
    if found[2]:
        raise rules.NotPossible(f"Regnskabsåret med {posting_date:%d.%m.%Y} er afsluttet. Bogfør i et åbent år.")
    return Year(found[0], found[1])


def _by_year(vouchers: Sequence[rules.NewVoucher]) -> Iterable[tuple[Year, list[rules.NewVoucher]]]:
    """Years are held in the order of their days, so that two who post do not wait for each other."""
    by_date = sorted(vouchers, key=lambda voucher: voucher.posting_date)
    groups: dict[int, tuple[Year, list[rules.NewVoucher]]] = {}
    for day, group in groupby(by_date, key=lambda voucher: voucher.posting_date):
        year = lock_year(day)
        groups.setdefault(year.id, (year, []))[1].extend(group)
    place = {id(voucher): number for number, voucher in enumerate(vouchers)}
    for year, group_of_year in groups.values():
        yield year, sorted(group_of_year, key=lambda voucher: place[id(voucher)])


def _as_json(place: int, voucher: rules.NewVoucher) -> dict[str, Any]:
    lines = voucher.lines
    return {
        "place": place,
        "origin": voucher.origin,
        "kind": VoucherKind(voucher.kind),
        "customer_id": voucher.customer_id,
        "posting_date": voucher.posting_date.isoformat(),
        "text": voucher.text.strip(),
        "accounts": [line.account for line in lines],
        "amounts_oere": [line.amount_oere for line in lines],
        "vat_codes": [line.vat_code for line in lines],
        "texts": [line.text for line in lines],
        "due_dates": [line.due_date.isoformat() if line.due_date else None for line in lines],
    }


# -- reversals --------------------------------------------------------------------------------------------------------

_UNDO_OF = """
update public.ledger_allocation set undone_at = %(now)s, undone_by_id = %(account_id)s
 where undone_at is null
   and id in (select allocation.id from public.ledger_allocation as allocation
               where allocation.credit_id in (select id from public.ledger_posting where voucher_id = any(%(vouchers)s))
              union
              select allocation.id from public.ledger_allocation as allocation
               where allocation.debit_id in (select id from public.ledger_posting where voucher_id = any(%(vouchers)s)))
"""

_REVERSE = """
with reversed as materialized (
    select voucher.*, row_number() over (order by year.period, voucher.number) + %(last_number)s as new_number
      from public.ledger_voucher as voucher
      join public.ledger_accounting_year as year on year.id = voucher.year_id
     where voucher.id = any(%(vouchers)s)
), vouchers as (
    insert into public.ledger_voucher (year_id, number, customer_id, posting_date, line_count, kind, recorded_at,
                                       recorded_by_id, reverses_id, origin, text)
    select %(year_id)s, new_number, customer_id, greatest(posting_date, %(posting_date)s::date), line_count, %(kind)s,
           %(now)s, %(account_id)s, id, 'reversal:' || id, %(text)s
      from reversed order by new_number
    returning id, number, origin, reverses_id, posting_date
), lines as (
    insert into public.ledger_posting (voucher_id, amount_oere, due_date, line, account_id, year_id, vat_code, text)
    select vouchers.id, -posting.amount_oere,
           case when account.is_receivable and posting.amount_oere < 0 then vouchers.posting_date end,
           posting.line, posting.account_id, %(year_id)s, posting.vat_code, posting.text
      from vouchers
      join public.ledger_posting as posting on posting.voucher_id = vouchers.reverses_id
      join public.ledger_account as account on account.id = posting.account_id
     order by vouchers.id, posting.line
    returning id
)
select vouchers.id, vouchers.number, vouchers.origin, (select count(*) from lines) from vouchers order by number
"""

_PAIR_REVERSED = """
insert into public.ledger_allocation (customer_id, credit_id, debit_id, amount_oere, made_at, made_by_id, year_id)
select open.customer_id,
       case when posting.amount_oere < 0 then posting.id else reversing.id end,
       case when posting.amount_oere > 0 then posting.id else reversing.id end,
       abs(posting.amount_oere), %(now)s, %(account_id)s, reversing.year_id
  from public.ledger_voucher as voucher
  join public.ledger_posting as reversing on reversing.voucher_id = voucher.id
  join public.ledger_open_item as open on open.posting_id = reversing.id
  join public.ledger_posting as posting on posting.voucher_id = voucher.reverses_id and posting.line = reversing.line
 where voucher.reverses_id = any(%(vouchers)s)
"""


def reverse_many(
    *,
    voucher_ids: Collection[int],
    posting_date: date,
    text: str,
    now: datetime,
    account_id: int | None = None,
    kind: str = VoucherKind.CORRECTION,
) -> list[Posted]:
    """Post the same with the signs turned, in the order of the reversed, and let the two settle each other.

    What had paid, or was paid by, a reversed voucher is open again. One that is dated later than ``posting_date`` is
    reversed on its own day. 6 statements. Raises NotPossible for a voucher that is not there (or that the purpose does
    not see), is reversed, or is a reversal.
    """
    asked = sorted(set(voucher_ids))
    with in_words():
        year = lock_year(posting_date)
        given = {
            "vouchers": asked, "posting_date": posting_date, "text": text, "kind": VoucherKind(kind), "now": now,
            "account_id": account_id, "year_id": year.id, "last_number": year.last_number,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_UNDO_OF, given)
            cursor.execute(_REVERSE, given)
            posted = [Posted(*row[:3]) for row in cursor.fetchall()]
            if len(posted) != len(asked):
                raise rules.NotPossible(
                    f"{len(asked) - len(posted)} af {len(asked)} bilag findes ikke eller kan ikke ses til dette "
                    "formål. Intet er tilbageført."
                )
            look_now()
            cursor.execute(_PAIR_REVERSED, given)
    return posted
