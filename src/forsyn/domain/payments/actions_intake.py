"""Takes in what a file tells: each movement once, booked or set aside; all of the file or nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Q

from forsyn.domain.ledger import actions_bulk as books
from forsyn.domain.ledger.actions_allocations import allocate_pairs
from forsyn.domain.ledger.models import OpenItem
from forsyn.domain.ledger.queries import open_days_after
from forsyn.domain.ledger.rules import NewVoucher, Open, Pair, pair
from forsyn.domain.payments import booking, rules
from forsyn.domain.payments.known_queries import known_beside, known_marks
from forsyn.domain.payments.models import Payout, PayoutState, Receipt, ReceiptState, ReceivedFile, Way
from forsyn.domain.payments.rules import Aside, Fate, Movement

_ONE_AFTER_THE_OTHER = 0x7061794D
"""An advisory lock of this number: two files at once could tell the same payment twice."""
CHUNK = 2_000
LONGEST_TEXT, LONGEST_NAME, LONGEST_REFERENCE, LONGEST_PAYMENT_ID = 2000, 200, 140, 40


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that was read whole and found right."""

    kind: str
    name: str
    sha256: str
    entry_count: int
    credit_oere: int
    debit_oere: int
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a file: how many movements, and how much, by state of `Receipt`; how many were known before."""

    file_id: int
    movements: int
    known: int
    counts: Mapping[str, int] = field(default_factory=dict)
    oere: Mapping[str, int] = field(default_factory=dict)
    receipts: Mapping[str, int] = field(default_factory=dict)
    """The new rows' ids, by the movement's place."""
    late: int = 0
    """Movements of days whose accounting year is closed: they are booked on the first day that is open."""


@dataclass(slots=True)
class _New:
    """A movement that no file has told before, on its way to be a row."""

    movement: Movement
    mark: str
    fate: Fate
    posting_date: date
    customer_id: int | None = None
    voucher_id: int | None = None

    @property
    def origin(self) -> str:
        return f"receipt:{self.mark}"


def lock_intake() -> None:
    """Until the transaction ends nobody else takes a file in. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_ONE_AFTER_THE_OTHER])


def refuse_known_file(*, file: NewFile) -> None:
    """Raise AlreadyRead where the same bytes, or the same delivery, were read before. 1 query."""
    same = Q(sha256=file.sha256)
    if file.delivery:
        same |= Q(kind=file.kind, delivery=file.delivery)
    earlier = ReceivedFile.objects.filter(same).first()
    if earlier is None:
        return
    what = f"{file.name}" if earlier.sha256 == file.sha256 else f"{file.name}: delivery {file.delivery}"
    raise rules.AlreadyRead(
        f"{what} was read on {earlier.received_at:%Y-%m-%d}, as {earlier.name}. Every file is read once."
    )


@transaction.atomic
def take_in(
    *, file: NewFile, movements: Sequence[Movement], way: str, now: datetime, account_id: int | None = None
) -> Intake:
    """Keep a file and its movements, and book them. At most 26 queries, and 3 for each 2,000 new movements.

    What moved in a year that is closed is booked on the first day after it that is open. Raises AlreadyRead, and the
    ledger's NotPossible where there is no accounting year to book in.
    """
    lock_intake()
    refuse_known_file(file=file)
    marked = dict(zip(rules.marks(movements), movements, strict=True))
    known = known_marks(marks=list(marked))
    fresh = [(mark, movement) for mark, movement in marked.items() if mark not in known]
    told = [movement for _, movement in fresh]
    fates = rules.fates(told, known_beside(movements=told, way=way, told_again=known))
    later = open_days_after({movement.booked_date for movement in told})
    new = [
        _New(movement, mark, found, later.get(movement.booked_date, movement.booked_date))
        for (mark, movement), found in zip(fresh, fates, strict=True)
    ]
    _take_back(new, now, account_id)
    payouts = _payouts(new)
    _book(new, payouts, now, account_id)
    row = ReceivedFile.objects.create(
        kind=file.kind, name=file.name[:200], sha256=file.sha256, delivery=file.delivery, received_at=now,
        entry_count=file.entry_count, known_count=len(movements) - len(fresh), credit_oere=file.credit_oere,
        debit_oere=file.debit_oere, received_by_id=account_id,
    )  # fmt: skip
    receipts = _keep(new, row.pk, way, now)
    _close_payouts(new, payouts, now)
    pay_bills(
        customer_ids={each.customer_id for each in new if each.customer_id is not None},
        first={bill.voucher_id for each in new for bill in each.fate.bills if bill.voucher_id},
        now=now,
        account_id=account_id,
    )
    _sums_are_told(told, row.pk)
    late = sum(each.movement.booked_date in later for each in new)
    return _intake(row.pk, movements, len(movements) - len(fresh), new, receipts, late)


def pay_bills(*, customer_ids: Collection[int], first: Collection[int], now: datetime, account_id: int | None) -> None:
    """Let what these customers have paid pay what they owe: the bills of these vouchers first, then the oldest due.

    2 queries.
    """
    if not customer_ids:
        return
    rows = OpenItem.objects.filter(customer_id__in=list(customer_ids)).order_by("customer_id", "posting_id")
    items = rows.values_list("customer_id", "voucher_id", "posting_id", "remaining_oere", "due_date")
    wanted, pairs = set(first), list[Pair]()
    for _, group in groupby(items.iterator(chunk_size=CHUNK), key=lambda row: row[0]):
        held = list(group)
        named = [row[2] for row in held if row[1] in wanted and row[3] > 0]
        pairs += pair([Open(*row[2:]) for row in held], first=named)
    allocate_pairs(pairs=pairs, now=now, account_id=account_id)


def _take_back(new: Sequence[_New], now: datetime, account_id: int | None) -> None:
    """Payments that the bank takes back: their vouchers are reversed, and what they had paid is open again."""
    taken = {each.fate.takes_back.id: each for each in new if each.fate.takes_back is not None}
    if not taken:
        return
    earlier = {row.pk: row for row in Receipt.objects.filter(pk__in=taken)}
    by_day = sorted(taken.items(), key=lambda item: item[1].posting_date)
    for posting_date, group in groupby(by_day, key=lambda item: item[1].posting_date):
        held = [(earlier[key], each) for key, each in group]
        reversed_by = books.reverse_many(
            voucher_ids=[row.voucher_id for row, _ in held], posting_date=posting_date,
            text="Indbetaling taget tilbage af banken", now=now, account_id=account_id, kind=booking.RETURN,
        )  # fmt: skip
        vouchers = {posted.origin: posted.voucher_id for posted in reversed_by}
        for row, each in held:
            each.customer_id, each.voucher_id = row.customer_id, vouchers[f"reversal:{row.voucher_id}"]
    Receipt.objects.filter(pk__in=taken).update(
        state=ReceiptState.UNDONE, voucher=None, reason=Aside.REVERSAL, handled_at=now, handled_by=account_id
    )


def _payouts(new: Sequence[_New]) -> dict[int, Payout]:
    keys = {each.fate.payout.id for each in new if each.fate.payout is not None}
    return {row.pk: row for row in Payout.objects.filter(pk__in=keys)} if keys else {}


def _book(new: Sequence[_New], payouts: Mapping[int, Payout], now: datetime, account_id: int | None) -> None:
    asked = [(each, voucher) for each in new if (voucher := _voucher(each, payouts)) is not None]
    for start in range(0, len(asked), CHUNK):
        part = asked[start : start + CHUNK]
        posted = books.post_many(vouchers=[voucher for _, voucher in part], now=now, account_id=account_id)
        for (each, voucher), made in zip(part, posted, strict=True):
            each.voucher_id, each.customer_id = made.voucher_id, voucher.customer_id


def _voucher(each: _New, payouts: Mapping[int, Payout]) -> NewVoucher | None:
    """What a movement books, if anything; what was taken back is booked already."""
    movement, found = each.movement, each.fate
    oere = movement.amount_oere
    if found.payout is not None:
        customer_id = payouts[found.payout.id].customer_id
        make = booking.left if oere < 0 else booking.came_back
        return make(origin=each.origin, on=each.posting_date, oere=abs(oere), customer_id=customer_id)
    if found.bill is not None:
        return booking.paid(
            origin=each.origin, on=each.posting_date, oere=oere, customer_id=found.bill.customer_id,
            bill_numbers=[bill.number for bill in found.bills],
        )  # fmt: skip
    if found.state == ReceiptState.SUSPENSE:
        return booking.set_aside(origin=each.origin, on=each.posting_date, oere=oere)
    return None


def _keep(new: Sequence[_New], file_id: int, way: str, now: datetime) -> dict[str, int]:
    rows = [_row(each, file_id, way, now) for each in new]
    Receipt.objects.bulk_create(rows, batch_size=CHUNK)
    return {each.movement.place: row.pk for each, row in zip(new, rows, strict=True)}


def _row(each: _New, file_id: int, way: str, now: datetime) -> Receipt:
    movement, found = each.movement, each.fate
    return Receipt(
        file_id=file_id,
        way=way,
        mark=each.mark,
        booked_date=movement.booked_date,
        amount_oere=movement.amount_oere,
        bank_reference=movement.bank_reference[:LONGEST_REFERENCE],
        end_to_end_id=movement.end_to_end_id[:LONGEST_REFERENCE],
        payment_id=movement.payment_id[:LONGEST_PAYMENT_ID],
        told_number=movement.told_numbers[0] if len(movement.told_numbers) == 1 else None,
        payer_name=movement.payer_name[:LONGEST_NAME],
        text=movement.text[:LONGEST_TEXT],
        part_of=found.part_of or ("" if movement.is_sum else movement.part_of),
        state=found.state,
        customer_id=each.customer_id,
        bill_id=found.bill.id if found.bill else None,
        voucher_id=each.voucher_id,
        suspense_voucher_id=each.voucher_id if found.state == ReceiptState.SUSPENSE else None,
        reason=found.reason,
        recorded_at=now,
    )


def _close_payouts(new: Sequence[_New], payouts: Mapping[int, Payout], now: datetime) -> None:
    """Payouts that left the account are paid; what came back failed, and a payment to be returned waits again."""
    told = [(payouts[each.fate.payout.id], each) for each in new if each.fate.payout is not None]
    left = {row.pk for row, each in told if each.movement.amount_oere < 0}
    back = {row.pk for row, each in told if each.movement.amount_oere > 0}
    if left:
        Payout.objects.filter(pk__in=left, state=PayoutState.SENT).update(state=PayoutState.PAID, closed_at=now)
        returned = [row.receipt_id for row, _ in told if row.pk in left - back and row.receipt_id]
        Receipt.objects.filter(pk__in=returned, state=ReceiptState.RETURNING).update(state=ReceiptState.SETTLED)
    if back:
        Payout.objects.filter(pk__in=back).update(state=PayoutState.FAILED, closed_at=now)
    for row, each in told:
        if row.pk in back and each.movement.amount_oere > 0 and row.receipt_id:
            Receipt.objects.filter(pk=row.receipt_id).update(
                state=ReceiptState.SUSPENSE, voucher=each.voucher_id, suspense_voucher=each.voucher_id
            )


def _sums_are_told(movements: Sequence[Movement], file_id: int) -> None:
    """Sums that waited for these payments, told as their parts now. At most 3 queries."""
    parts = rules.sums(movements)
    if not parts:
        return
    waiting = Receipt.objects.filter(
        booked_date__in={day for day, _ in parts}, payment_id="", way=Way.BANK,
        state__in=[ReceiptState.ANNOUNCED, ReceiptState.SUSPENSE],
    ).exclude(file_id=file_id)  # fmt: skip
    announced, perhaps = [], []
    used = set()
    for row in waiting.order_by("id"):
        part_of = parts.get((row.booked_date, row.amount_oere))
        if part_of is None or part_of in used:
            continue
        used.add(part_of)
        row.part_of, row.state, row.reason = (
            (part_of, ReceiptState.TOLD, "")
            if row.state == ReceiptState.ANNOUNCED
            else (row.part_of, row.state, Aside.SUM_PERHAPS)
        )
        (announced if row.state == ReceiptState.TOLD else perhaps).append(row)
    Receipt.objects.bulk_update(announced, ["part_of", "state", "reason"])
    Receipt.objects.bulk_update(perhaps, ["reason"])


def _intake(
    file_id: int, movements: Sequence[Movement], known: int, new: Sequence[_New], receipts: Mapping[str, int], late: int
) -> Intake:
    counts: Counter[str] = Counter(str(each.fate.state) for each in new)
    oere: Counter[str] = Counter()
    for each in new:
        oere[str(each.fate.state)] += each.movement.amount_oere
    return Intake(file_id, len(movements), known, dict(counts), dict(oere), dict(receipts), late)
