"""What is known of payments: for the suspense list, a customer's account, files and payouts."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from forsyn.domain.billing.models import Bill, BillState, Creditor
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.payments.known_queries import STANDING
from forsyn.domain.payments.models import (
    OPEN,
    Collection,
    CollectionState,
    Payout,
    PayoutState,
    Receipt,
    ReceiptState,
    ReceivedFile,
)

BACK = (CollectionState.REJECTED, CollectionState.CANCELLED, CollectionState.CHARGED_BACK)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a decision: movements in each state, and what the suspense account holds of them."""

    counts: dict[str, int]
    suspense_oere: int

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def own_accounts() -> list[str]:
    """The accounts that customers pay into, as 14 digits. 1 query."""
    rows = Creditor.objects.values_list("bank_registration", "bank_account")
    return [registration + account.zfill(10) for registration, account in rows]


def waiting() -> Waiting:
    """How many movements wait for a decision, and how much. 1 query."""
    rows = list(
        Receipt.objects.filter(state__in=OPEN).values("state").annotate(count=Count("id"), oere=Sum("amount_oere"))
    )
    counts = {row["state"]: row["count"] for row in rows}
    return Waiting(counts, sum(row["oere"] for row in rows if row["state"] == ReceiptState.SUSPENSE))


def waiting_receipts(*, offset: int = 0, count: int = 25) -> list[Receipt]:
    """The movements that wait for a decision, the newest first. 1 query."""
    return list(Receipt.objects.filter(state__in=OPEN).order_by("-booked_date", "-id")[offset : offset + count])


def receipt(*, receipt_id: int) -> Receipt | None:
    """One movement with its file, its customer and who handled it. 1 query."""
    found: Receipt | None = (
        Receipt.objects.select_related("file", "customer", "handled_by").filter(pk=receipt_id).first()
    )
    return found


def alike(*, of: Receipt) -> list[Receipt]:
    """Other movements of the same day and amount. 1 query."""
    rows = Receipt.objects.filter(booked_date=of.booked_date, amount_oere=of.amount_oere).exclude(pk=of.pk)
    return list(rows.select_related("file").order_by("id")[:10])


def bill_numbers(*, bill_ids: Several[int]) -> dict[int, int]:
    """The numbers of bills. 1 query."""
    return dict(Bill.objects.filter(pk__in=list(bill_ids)).values_list("id", "number"))


def bill_with_number(*, number: int) -> Bill | None:
    """A bill that stands, by its number. 1 query."""
    found: Bill | None = Bill.objects.filter(number=number, state__in=STANDING).first()
    return found


def files(*, count: int = 50) -> list[ReceivedFile]:
    """The files that were read, the newest first, with how many of their movements wait. 2 queries.

    Those that wait are few and counted by themselves: a file's other movements are not looked at.
    """
    found = list(ReceivedFile.objects.order_by("-received_at", "-id")[:count])
    rows = Receipt.objects.filter(state__in=OPEN, file__in=found).values_list("file_id").annotate(count=Count("id"))
    waiting = dict(rows)
    for file in found:
        file.waiting = waiting.get(file.pk, 0)
    return found


# -- Betalingsservice --------------------------------------------------------------------------------------------------


def came_back(*, count: int = 100) -> list[Collection]:
    """Collections that were not paid, or were taken back, the newest first: their bills are open. 1 query."""
    rows = Collection.objects.filter(state__in=BACK).select_related("customer").order_by("-due_date", "-id")
    return list(rows[:count])


# -- money back --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credit:
    """A customer who has money with us."""

    customer_id: int
    number: str
    oere: int


def credit_of(*, customer_ids: Sequence[int]) -> dict[int, int]:
    """What these customers have with us when all that they owe is taken off, in øre; others are left out. 1 query.

    What a bill that is not released yet gives back is not theirs yet: its run may still be undone. What such a bill
    asks for is taken off. So undoing a run never leaves anybody with less than was paid out.
    """
    rows = _credits().filter(customer_id__in=list(customer_ids)).values_list("customer_id", "total")
    return {key: -total for key, total in rows}


def credits_to_pay_out(*, count: int = 50) -> list[Credit]:
    """Customers who have money with us (`credit_of`), and no payout on its way, the most first. 1 query."""
    on_the_way = Payout.objects.filter(
        state__in=[PayoutState.PREPARED, PayoutState.APPROVED], customer__isnull=False
    ).values("customer_id")
    rows = _credits().exclude(customer_id__in=on_the_way).order_by("total", "customer_id")
    found = rows.values_list("customer_id", "customer__number", "total")[:count]
    return [Credit(customer_id, number, -total) for customer_id, number, total in found]


def _credits() -> QuerySet[OpenItem]:
    """Customers with less than nothing open, less what unreleased bills give them, used or not, as ``total``.

    Begun with the few who have a credit at all; the others' items are not summed up.
    """
    credited = OpenItem.objects.filter(amount_oere__lt=0).values("customer_id")
    given = Bill.objects.filter(customer_id=OuterRef("customer_id"), state=BillState.POSTED, to_pay_oere__lt=0)
    unreleased = given.values("customer_id").annotate(oere=Sum("to_pay_oere")).values("oere")
    rows: QuerySet[OpenItem] = (
        OpenItem.objects.filter(customer_id__in=credited)
        .values("customer_id", "customer__number")
        .annotate(open=Sum("remaining_oere"))
        .filter(open__lt=0)
        .annotate(total=F("open") - Coalesce(Subquery(unreleased), 0))
        .filter(total__lt=0)
    )
    return rows


def payouts(*, offset: int = 0, count: int = 25) -> list[Payout]:
    """Payouts, those first that somebody has to act on, then the newest. 1 query."""
    rows = Payout.objects.select_related("customer", "prepared_by", "approved_by", "sent_file")
    waits = When(state__in=[PayoutState.PREPARED, PayoutState.APPROVED], then=0)
    return list(rows.order_by(Case(waits, default=1), "-prepared_at", "-id")[offset : offset + count])


def payout(*, payout_id: int) -> Payout:
    """One payout. 1 query. Raises Payout.DoesNotExist."""
    found: Payout = Payout.objects.get(pk=payout_id)
    return found
