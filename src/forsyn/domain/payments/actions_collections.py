"""Betalingsservice: keeps mandates, keeps what was sent to be collected, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.payments.collect_rules import Collectable
from forsyn.domain.payments.models import Collection, CollectionState, Mandate, MandateEnd, SentFile, SentKind

_NUMBERS = 0x7061794E
"""An advisory lock of this number, with the kind: numbers of files that are made follow each other."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What Betalingsservice tells of a collection, by its reference."""

    reference: str
    state: CollectionState
    told_date: date | None
    receipt_id: int | None


@dataclass(frozen=True, slots=True)
class NewMandate:
    """What Betalingsservice tells of an agreement: [from_date, until_date)."""

    customer_number: str
    agreement_number: str
    from_date: date
    until_date: date | None
    ended_by: MandateEnd


@transaction.atomic
def tell(*, outcomes: Sequence[Told], file_id: int) -> tuple[str, ...]:
    """Keep what became of collections; return the references that none has. 2 queries.

    What was paid can be charged back later; nothing else is told twice.
    """
    rows = {
        row.reference: row for row in Collection.objects.filter(reference__in=[each.reference for each in outcomes])
    }
    changed = []
    for each in outcomes:
        row = rows.get(each.reference)
        if row is None or (row.state != CollectionState.SENT and each.state != CollectionState.CHARGED_BACK):
            continue
        if each.state in (CollectionState.PAID, CollectionState.CHARGED_BACK) and each.receipt_id is None:
            continue
        row.state, row.told_by_id, row.told_date = each.state, file_id, each.told_date
        row.receipt_id = each.receipt_id or row.receipt_id
        changed.append(row)
    Collection.objects.bulk_update(changed, ["state", "told_by", "told_date", "receipt"], batch_size=2_000)
    return tuple(each.reference for each in outcomes if each.reference not in rows)


@transaction.atomic
def keep_mandates(*, mandates: Sequence[NewMandate], file_id: int, now: datetime) -> tuple[str, ...]:
    """Keep agreements as Betalingsservice tells them; return the customer numbers that nobody has. 4 queries.

    What is told again changes nothing; a newer agreement of a customer takes the place of the older.
    """
    numbers = {_plain(each.customer_number) for each in mandates}
    known = customer_ids(numbers=numbers)
    current: dict[int, Mandate | None] = {row.customer_id: row for row in Mandate.objects.filter(
        customer_id__in=known.values(), period__upper_inf=True
    )}  # fmt: skip
    made: list[Mandate] = []
    ended: list[Mandate] = []
    for each in mandates:
        customer_id = known.get(_plain(each.customer_number))
        if customer_id is None:
            continue
        row = current.get(customer_id)
        begins, from_date = each.until_date is None, each.from_date
        if row is not None and (not begins or row.agreement_number != each.agreement_number.zfill(9)):
            from_date = _end(row, each)
            ended += [row] if row.pk else []
            current[customer_id] = row = None
        if begins and row is None:
            current[customer_id] = _new(each, customer_id, max(from_date, each.from_date), file_id, now)
            made.append(current[customer_id])
    Mandate.objects.bulk_update(ended, ["period", "ended_by"])
    Mandate.objects.bulk_create(made)
    return tuple(sorted(number for number in numbers if number not in known))


def _new(each: NewMandate, customer_id: int, from_date: date, file_id: int, now: datetime) -> Mandate:
    return Mandate(
        customer_id=customer_id, agreement_number=each.agreement_number.zfill(9), file_id=file_id, recorded_at=now,
        period=DateRange(from_date, None), ended_by=MandateEnd.NONE,
    )  # fmt: skip


def _end(row: Mandate, each: NewMandate) -> date:
    """End a mandate, on the day told or where the newer one begins; one that had not begun holds for a day."""
    until = max(each.until_date or each.from_date, row.period.lower + _DAY)
    row.period = DateRange(row.period.lower, until)
    row.ended_by = each.ended_by or MandateEnd.REPLACED
    return until


def _plain(customer_number: str) -> str:
    """Betalingsservice fills numbers up with zeros; ours do not begin with one."""
    return customer_number.strip().lstrip("0")


def next_number(*, kind: SentKind) -> int:
    """A number for a file that is made; nobody else gets it, and it is never used again. 2 queries."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_NUMBERS, kind])
    newest = SentFile.objects.filter(kind=kind).order_by("-number").values_list("number", flat=True).first()
    return (newest or 0) + 1


@transaction.atomic
def collect(
    *, bills: Sequence[Collectable], number: int, sha256: str, now: datetime, account_id: int | None = None
) -> int:
    """Keep a delivery of collections; return the file's id. 2 queries."""
    file = SentFile.objects.create(
        kind=SentKind.COLLECTIONS, number=number, sha256=sha256, entry_count=len(bills),
        sum_oere=sum(each.amount_oere for each in bills), made_at=now, made_by_id=account_id,
    )  # fmt: skip
    Collection.objects.bulk_create(
        (
            Collection(
                bill_id=each.bill_id, customer_id=each.customer_id, mandate_id=each.mandate_id, sent_file=file,
                reference=str(each.number), due_date=each.due_date, amount_oere=each.amount_oere,
                state=CollectionState.SENT,
            )
            for each in bills
        ),
        batch_size=2_000,
    )  # fmt: skip
    return file.pk
