"""Movements of money that were told to us, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from forsyn.domain.billing.tariff_models import colleague
from forsyn.domain.payments.file_models import SHA256, ReceivedFile, beside
from forsyn.domain.safeguards.guarded import GuardedModel


class Way(models.TextChoices):
    """How we heard of it."""

    BANK = "bank"
    BETALINGSSERVICE = "betalingsservice"
    MANUAL = "manual"


class ReceiptState(models.TextChoices):
    """Where it stands."""

    MATCHED = "matched"
    """Booked on a customer."""
    SUSPENSE = "suspense"
    """Booked on the suspense account until somebody decides."""
    DOUBTFUL = "doubtful"
    """May be what another file told already; not booked until somebody decides."""
    ANNOUNCED = "announced"
    """A sum of many payments, which another file tells one by one; not booked."""
    TOLD = "told"
    """An announced sum whose payments have come."""
    SAME = "same"
    """Found to be what another file told already."""
    RETURNING = "returning"
    """On its way back to who paid."""
    SETTLED = "settled"
    """A movement of a payout of ours."""
    ELSEWHERE = "elsewhere"
    """Nothing to do with customers; booked in the utility's other books."""
    UNDONE = "undone"


OPEN = ("suspense", "doubtful", "announced")
UNBOOKED = ("doubtful", "announced", "told", "same", "elsewhere", "undone")


class Receipt(GuardedModel):
    """One movement on the account: above 0 came in, below 0 went out.

    ``mark`` names it for good, so that no file tells it twice (`rules.marks`). ``payment_id`` is the payment line's id
    as it came, ``told_number`` the bill's number in it where its check digit is right. ``voucher`` is the one that
    stands now; ``suspense_voucher`` the one that put it on the suspense account, if it ever was there.
    """

    file = models.ForeignKey(ReceivedFile, on_delete=models.PROTECT, null=True, related_name="receipts")
    way = models.CharField(max_length=16, choices=Way.choices)
    mark = models.CharField(max_length=64, unique=True)
    booked_date = models.DateField()
    amount_oere = models.BigIntegerField()
    bank_reference = models.CharField(max_length=140, blank=True)
    end_to_end_id = models.CharField(max_length=140, blank=True)
    payment_id = models.CharField(max_length=40, blank=True)
    told_number = models.BigIntegerField(null=True)
    payer_name = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=2000, blank=True)
    part_of = models.CharField(max_length=64, blank=True)
    """The same for all that the bank booked as one sum; on an announced sum, whose payments have come, theirs."""
    state = models.CharField(max_length=10, choices=ReceiptState.choices)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    bill = beside("billing.Bill")
    voucher = beside("ledger.Voucher")
    suspense_voucher = beside("ledger.Voucher")
    reason = models.CharField(max_length=30, blank=True)
    """Why it was set aside (`rules.Aside`)."""
    note = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    handled_by = colleague()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_receipt"
        constraints = [
            models.CheckConstraint(condition=~Q(amount_oere=0), name="payments_receipt_amount"),
            models.CheckConstraint(condition=Q(mark__regex=SHA256), name="payments_receipt_mark"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="payments_receipt_way"),
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="payments_receipt_state"),
            models.CheckConstraint(
                condition=Q(way="manual", file=None) & ~Q(note="") | ~Q(way="manual") & Q(file__isnull=False),
                name="payments_receipt_file",
            ),
            models.CheckConstraint(
                condition=Q(state="matched", customer__isnull=False, voucher__isnull=False)
                | Q(state__in=["suspense", "returning"], customer=None, voucher__isnull=False)
                & Q(voucher=F("suspense_voucher"))
                | Q(state="settled", voucher__isnull=False)
                | Q(state__in=UNBOOKED, voucher=None),
                name="payments_receipt_booked",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-booked_date"], name="payments_receipt_customer"),
            models.Index(fields=["-booked_date", "-id"], condition=Q(state__in=OPEN), name="payments_receipt_open"),
            models.Index(fields=["booked_date", "amount_oere"], name="payments_receipt_alike"),
            models.Index(fields=["part_of"], condition=~Q(part_of=""), name="payments_receipt_part_of"),
            models.Index(fields=["payer_name"], condition=Q(state="matched"), name="payments_receipt_payer"),
            models.Index(fields=["bill"], condition=Q(bill__isnull=False), name="payments_receipt_bill"),
        ]
