"""Money back: to a customer who has paid too much, or to somebody whose payment was none of ours."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from forsyn.domain.billing.tariff_models import colleague
from forsyn.domain.payments.file_models import SentFile, beside
from forsyn.domain.safeguards.guarded import GuardedModel


class Route(models.TextChoices):
    """Where the money goes."""

    NEMKONTO = "nemkonto"
    ACCOUNT = "account"
    """An account that the payee has told us."""


class PayoutState(models.TextChoices):
    """Where it stands."""

    PREPARED = "prepared"
    APPROVED = "approved"
    SENT = "sent"
    """Told to the bank, and booked as in transit."""
    PAID = "paid"
    FAILED = "failed"
    """It came back from the bank; the money is the payee's again."""
    WITHDRAWN = "withdrawn"


class Payout(GuardedModel):
    """A payout, prepared by one and approved by another.

    ``balance_oere`` is what the payee had with us when it was prepared: if it is another when it is sent, it is
    prepared anew. ``end_to_end_id`` comes back on the bank's statement.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    receipt = beside("payments.Receipt")
    amount_oere = models.BigIntegerField()
    balance_oere = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    route = models.CharField(max_length=10, choices=Route.choices)
    payee_name = models.CharField(max_length=200)
    registration_number = models.CharField(max_length=4, blank=True)
    account_number = models.CharField(max_length=10, blank=True)
    end_to_end_id = models.CharField(max_length=35, unique=True)
    state = models.CharField(max_length=10, choices=PayoutState.choices)
    prepared_by = colleague()
    prepared_at = models.DateTimeField()
    approved_by = colleague()
    approved_at = models.DateTimeField(null=True)
    sent_file = models.ForeignKey(SentFile, on_delete=models.PROTECT, null=True, related_name="payouts")
    voucher = beside("ledger.Voucher")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_payout"
        constraints = [
            models.CheckConstraint(condition=Q(amount_oere__gt=0), name="payments_payout_amount"),
            models.CheckConstraint(condition=Q(amount_oere__lte=F("balance_oere")), name="payments_payout_balance"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="payments_payout_route"),
            models.CheckConstraint(condition=Q(state__in=PayoutState.values), name="payments_payout_state"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(payee_name=""), name="payments_payout_reason"),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, receipt=None) | Q(customer=None, receipt__isnull=False),
                name="payments_payout_payee",
            ),
            models.CheckConstraint(
                condition=Q(route="nemkonto", customer__isnull=False, registration_number="", account_number="")
                | Q(route="account", registration_number__regex="^[0-9]{4}$", account_number__regex="^[0-9]{10}$"),
                name="payments_payout_account",
            ),
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=False)
                & (
                    Q(state__in=["prepared", "withdrawn"], approved_by=None)
                    | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("prepared_by"))
                ),
                name="payments_payout_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "approved", "withdrawn"], sent_file=None, voucher=None)
                | Q(state__in=["sent", "paid", "failed"], sent_file__isnull=False, voucher__isnull=False),
                name="payments_payout_sent",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state__in=["prepared", "approved"]),
                name="payments_payout_one_open",
            ),
            models.UniqueConstraint(
                fields=["receipt"],
                condition=Q(state__in=["prepared", "approved", "sent", "paid"]),
                name="payments_payout_returned_once",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-prepared_at"], name="payments_payout_customer"),
            models.Index(fields=["state", "-prepared_at"], name="payments_payout_state_latest"),
        ]
