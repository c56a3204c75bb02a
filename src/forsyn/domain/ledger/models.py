"""Double entry in øre: vouchers with their postings, what is open of them, and what pays what.

PostgreSQL holds the books: migrations/0002_held_by_the_database.py says what it refuses.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from forsyn.domain.safeguards.guarded import GuardedModel

TEXT_LENGTH = 200
ORIGIN_LENGTH = 120


class AccountKind(models.TextChoices):
    """On which side of the accounts an account stands."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


class VoucherKind(models.TextChoices):
    """What a voucher is about."""

    BILL = "bill"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    PAYOUT = "payout"
    RETURN = "return"
    CORRECTION = "correction"
    CLOSING = "closing"
    OTHER = "other"


class VatCode(models.TextChoices):
    """Which rate of VAT a posting falls under, as `kernel.money.Vat`; nothing where VAT is no question."""

    NONE = ""
    STANDARD = "standard"
    OUTSIDE = "outside"


class LedgerAccount(GuardedModel):
    """An account of the ledger; the program knows it by its key, people by its number."""

    id = models.SmallAutoField(primary_key=True)
    number = models.IntegerField(unique=True)
    key = models.CharField(max_length=60, unique=True)
    name_da = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=AccountKind.choices)
    is_receivable = models.BooleanField()

    class Meta:
        db_table = "ledger_account"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="ledger_account_kind"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(name_da=""), name="ledger_account_named"),
            models.CheckConstraint(
                condition=Q(is_receivable=False) | Q(kind=AccountKind.ASSET), name="ledger_account_receivable"
            ),
        ]


class AccountingYear(GuardedModel):
    """An accounting year. ``last_number`` is the newest voucher's; only the database counts it up."""

    id = models.SmallAutoField(primary_key=True)
    period = DateRangeField()
    last_number = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "ledger_accounting_year"
        constraints = [
            ExclusionConstraint(name="ledger_accounting_year_one", expressions=[("period", RangeOperators.OVERLAPS)]),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="ledger_accounting_year_period",
            ),
            models.CheckConstraint(condition=Q(last_number__gte=0), name="ledger_accounting_year_last_number"),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(closed_at__isnull=False), name="ledger_accounting_year_closed"
            ),
        ]


class Voucher(GuardedModel):
    """What is posted together. ``number`` is consecutive within the year, without gaps; ``origin`` names what made it.

    ``customer`` is the one whom it concerns, if any; ``line_count`` is how many postings it has.
    """

    year = models.ForeignKey(AccountingYear, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    posting_date = models.DateField()
    line_count = models.SmallIntegerField()
    kind = models.CharField(max_length=12, choices=VoucherKind.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    origin = models.CharField(max_length=ORIGIN_LENGTH, unique=True)
    text = models.CharField(max_length=TEXT_LENGTH)

    class Meta:
        db_table = "ledger_voucher"
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="ledger_voucher_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="ledger_voucher_number_positive"),
            models.CheckConstraint(condition=Q(line_count__gte=2), name="ledger_voucher_line_count"),
            models.CheckConstraint(condition=Q(kind__in=VoucherKind.values), name="ledger_voucher_kind"),
            models.CheckConstraint(condition=~Q(origin="") & ~Q(text=""), name="ledger_voucher_named"),
        ]
        indexes = [models.Index(fields=["customer", "posting_date"], name="ledger_voucher_of_customer")]


class Posting(GuardedModel):
    """One line of a voucher: debit above 0, credit below. ``due_date`` stands on what a customer owes, and only there.

    ``year`` is the voucher's, so that the night needs no join.
    """

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="postings", db_index=False)
    amount_oere = models.BigIntegerField()
    due_date = models.DateField(null=True)
    line = models.SmallIntegerField()
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.ForeignKey(
        AccountingYear, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    vat_code = models.CharField(max_length=10, choices=VatCode.choices)
    text = models.CharField(max_length=TEXT_LENGTH)

    class Meta:
        db_table = "ledger_posting"
        constraints = [
            models.UniqueConstraint(fields=["voucher", "line"], name="ledger_posting_line"),
            models.CheckConstraint(condition=~Q(amount_oere=0), name="ledger_posting_amount"),
            models.CheckConstraint(condition=Q(line__gt=0), name="ledger_posting_line_positive"),
            models.CheckConstraint(condition=Q(vat_code__in=VatCode.values), name="ledger_posting_vat_code"),
            models.CheckConstraint(condition=Q(due_date=None) | Q(amount_oere__gt=0), name="ledger_posting_due_date"),
        ]
        indexes = [models.Index(fields=["account", "year"], name="ledger_posting_by_account")]


class OpenItem(GuardedModel):
    """What is left of a customer's posting when what pays it is taken off; gone when nothing is left.

    Kept by the database alone, so the posting's key is enough. Both amounts have the posting's sign.
    """

    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="open_item")
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    amount_oere = models.BigIntegerField()
    remaining_oere = models.BigIntegerField()
    due_date = models.DateField(null=True)

    class Meta:
        db_table = "ledger_open_item"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_oere__gt=0, remaining_oere__gt=0, remaining_oere__lte=F("amount_oere"))
                | Q(amount_oere__lt=0, remaining_oere__lt=0, remaining_oere__gte=F("amount_oere")),
                name="ledger_open_item_remaining",
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], condition=Q(amount_oere__lt=0), name="ledger_open_item_credits"),
        ]


class Allocation(GuardedModel):
    """So much of a credit pays a debit of the same customer; undone, never changed.

    The two are named by plain numbers, since the night may end one of them a year before the other; ``year`` is the
    later of their years.
    """

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    credit_id = models.BigIntegerField(db_index=True)
    debit_id = models.BigIntegerField(db_index=True)
    amount_oere = models.BigIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AccountingYear, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "ledger_allocation"
        constraints = [
            models.CheckConstraint(condition=Q(amount_oere__gt=0), name="ledger_allocation_amount"),
            models.CheckConstraint(
                condition=Q(undone_by=None) | Q(undone_at__isnull=False), name="ledger_allocation_undone"
            ),
        ]


class YearTotal(GuardedModel):
    """What was posted on an account in a year. It stays when the postings end, so that balances stay what they were.

    Kept by the database alone.
    """

    year = models.ForeignKey(AccountingYear, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    posting_count = models.BigIntegerField()
    debit_oere = models.BigIntegerField()
    credit_oere = models.BigIntegerField()

    class Meta:
        db_table = "ledger_year_total"
        constraints = [models.UniqueConstraint(fields=["year", "account"], name="ledger_year_total_one")]
