"""Which credits pay which debits, for one customer or for many at once. Refusals are `rules.NotPossible`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction

from forsyn.domain.ledger import rules
from forsyn.domain.ledger.models import Allocation, OpenItem
from forsyn.domain.ledger.refusals import in_words

_ALLOCATE = """
insert into public.ledger_allocation (customer_id, credit_id, debit_id, amount_oere, made_at, made_by_id, year_id)
select open.customer_id, pair.credit_id, pair.debit_id, pair.amount_oere, %(now)s, %(account_id)s,
       case when credit_year.period > debit_year.period then credit_year.id else debit_year.id end
  from unnest(%(credits)s::bigint[], %(debits)s::bigint[], %(amounts)s::bigint[])
       as pair (credit_id, debit_id, amount_oere)
  join public.ledger_open_item as open on open.posting_id = pair.credit_id
  join public.ledger_posting as credit on credit.id = pair.credit_id
  join public.ledger_posting as debit on debit.id = pair.debit_id
  join public.ledger_accounting_year as credit_year on credit_year.id = credit.year_id
  join public.ledger_accounting_year as debit_year on debit_year.id = debit.year_id
"""


def allocate_pairs(*, pairs: Sequence[rules.Pair], now: datetime, account_id: int | None = None) -> int:
    """Let credits pay debits by these amounts; return how many pairs. 1 statement. Raises NotPossible."""
    if not pairs:
        return 0
    given = {
        "credits": [each.credit_id for each in pairs],
        "debits": [each.debit_id for each in pairs],
        "amounts": [each.amount_oere for each in pairs],
        "now": now,
        "account_id": account_id,
    }
    with in_words(), connection.cursor() as cursor:
        cursor.execute(_ALLOCATE, given)
        if cursor.rowcount != len(pairs):
            raise rules.NotPossible("Et af beløbene er brugt i mellemtiden eller findes ikke. Hent kontoen igen.")
    return len(pairs)


@transaction.atomic
def allocate_oldest(*, customer_ids: Collection[int], now: datetime, account_id: int | None = None) -> int:
    """Let what these customers have paid pay what has been due longest; return how many pairs. 2 statements."""
    rows = OpenItem.objects.filter(customer_id__in=list(customer_ids)).order_by("customer_id", "posting_id")
    items = rows.values_list("customer_id", "posting_id", "remaining_oere", "due_date")
    pairs: list[rules.Pair] = []
    for _, group in groupby(items.iterator(), key=lambda row: row[0]):
        pairs += rules.pair(rules.Open(*row[1:]) for row in group)
    return allocate_pairs(pairs=pairs, now=now, account_id=account_id)


@transaction.atomic
def allocate(
    *, customer_id: int, now: datetime, account_id: int | None = None, first: Sequence[int] = ()
) -> list[rules.Pair]:
    """Let what a customer has paid pay what is owed: first the debits that the payer names, then the oldest due.

    ``first``: ids of open debit postings. Raises NotPossible for one that is not open, or is another customer's.
    """
    rows = OpenItem.objects.filter(customer_id=customer_id).values_list("posting_id", "remaining_oere", "due_date")
    items = [rules.Open(*row) for row in rows]
    if not set(first) <= {item.posting_id for item in items if item.remaining_oere > 0}:
        raise rules.NotPossible("En af de valgte regninger er betalt eller er ikke kundens. Hent kontoen igen.")
    pairs = rules.pair(items, first=first)
    allocate_pairs(pairs=pairs, now=now, account_id=account_id)
    return pairs


@transaction.atomic
def allocate_credit(
    *, credit_id: int, amounts_oere: Mapping[int, int], now: datetime, account_id: int | None = None
) -> None:
    """Let one credit pay just these debits by these amounts, as the payer says. Raises NotPossible."""
    pairs = [rules.Pair(credit_id, debit_id, amount) for debit_id, amount in amounts_oere.items()]
    allocate_pairs(pairs=pairs, now=now, account_id=account_id)


def undo_allocation(*, allocation_id: int, now: datetime, account_id: int | None = None) -> None:
    """Take an allocation back: both postings are open again. Raises NotPossible where that was done before."""
    with in_words():
        rows = Allocation.objects.filter(pk=allocation_id, undone_at=None)
        if not rows.update(undone_at=now, undone_by_id=account_id):
            raise rules.NotPossible("Fordelingen findes ikke eller er allerede taget tilbage.")
