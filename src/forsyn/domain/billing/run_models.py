"""Runs, the bills that they make, and how bills were sent."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q

from forsyn.domain.billing.plan_models import Instalment
from forsyn.domain.billing.tariff_models import COMMODITIES, TariffVersion, colleague
from forsyn.domain.billing.terms_models import EQUAL, OVERLAPS
from forsyn.domain.customers.models import has_days
from forsyn.domain.safeguards.guarded import GuardedModel


class BillKind(models.TextChoices):
    """What a bill is for."""

    ON_ACCOUNT = "on_account"
    ANNUAL = "annual"
    INTERIM = "interim"
    """A settlement within the year, such as at a change of tariff."""
    FINAL = "final"
    """At a move out."""
    CORRECTION = "correction"


class RunState(models.TextChoices):
    """Where a run stands. From executed on the ledger has it; what is undone was reversed there."""

    DRAFT = "draft"
    PREVIEWED = "previewed"
    APPROVED = "approved"
    EXECUTING = "executing"
    EXECUTED = "executed"
    RELEASED = "released"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"


class BillState(models.TextChoices):
    """Where a bill stands."""

    STOPPED = "stopped"
    PREVIEWED = "previewed"
    LEFT_OUT = "left_out"
    """Approved, and not posted, since it changed before; ``reasons`` says what. A later run bills its days."""
    POSTED = "posted"
    RELEASED = "released"
    UNDONE = "undone"


BILLED = ("posted", "released")


class Run(GuardedModel):
    """A billing run: bills of one kind for a period, previewed, approved by a second person, executed once, released.

    ``agreement`` is set where it is about one agreement alone, as a move is. ``totals`` is what the approver saw, and
    ``sha256`` goes over all of its bills. ``recorded_at`` stands on every voucher of the run, whenever it is resumed.
    """

    kind = models.CharField(max_length=10, choices=BillKind.choices)
    commodity = models.CharField(max_length=12, choices=COMMODITIES)
    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, null=True, related_name="+")
    period = DateRangeField()
    issue_date = models.DateField()
    due_date = models.DateField()
    state = models.CharField(max_length=10, choices=RunState.choices)
    note = models.CharField(max_length=400, blank=True)
    made_by = colleague()
    made_at = models.DateTimeField()
    previewed_at = models.DateTimeField(null=True)
    totals = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    approved_by = colleague()
    approved_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    executed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    undone_by = colleague()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "billing_run"
        constraints = [
            has_days("billing_run"),
            models.CheckConstraint(condition=Q(kind__in=BillKind.values), name="billing_run_kind"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="billing_run_state"),
            models.CheckConstraint(condition=Q(due_date__gte=F("issue_date")), name="billing_run_due"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(made_by=None) | ~Q(approved_by=F("made_by")),
                name="billing_run_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "previewed", "discarded"])
                | Q(approved_at__isnull=False, previewed_at__isnull=False) & ~Q(sha256=""),
                name="billing_run_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["executing", "executed", "released"]) | Q(recorded_at__isnull=False),
                name="billing_run_recorded",
            ),
        ]
        indexes = [models.Index(fields=["-made_at"], name="billing_run_latest")]


class Bill(GuardedModel):
    """One bill of one agreement, to its primary holder.

    ``basis`` and ``calculation`` are the canonical JSON of `kernel.charges` Basis and Bill, byte for byte (null for
    instalments on account); ``sha256`` goes over the calculation. ``posting_accounts`` (keys of ledger
    accounts), ``posting_oere`` and ``posting_vat`` are the postings, side by side, so that a run is posted by SQL. Øre;
    a ``to_pay_oere`` below 0 is owed to the customer. A correction keeps the whole new calculation; its amounts are
    the difference to the bill that it corrects, and a bill is corrected once: the next corrects the correction.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="bills", db_index=False)
    agreement = models.ForeignKey("customers.Agreement", on_delete=models.PROTECT, related_name="bills", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="bills", db_index=False)
    kind = models.CharField(max_length=10, choices=BillKind.choices)
    state = models.CharField(max_length=10, choices=BillState.choices)
    period = DateRangeField()
    number = models.BigIntegerField(null=True, unique=True)
    """Invoice number: consecutive without gaps over all bills, given when posted; the FI payment id is made of it."""
    issue_date = models.DateField()
    due_date = models.DateField()
    reasons = models.JSONField(null=True)
    """Why it was stopped, or left out: a list of {code, component, from, until, value}."""
    remarks = ArrayField(models.CharField(max_length=30), default=list)
    """What the approver should look at: keys such as far_above_last_year."""
    tariff_version = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, null=True, related_name="+")
    instalment = models.ForeignKey(Instalment, on_delete=models.DO_NOTHING, null=True, related_name="bills")
    """The database forgets it where a plan is changed whose bill was undone; one that is billed is not deleted."""
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    net_oere = models.BigIntegerField(null=True)
    vat_oere = models.BigIntegerField(null=True)
    on_account_net_oere = models.BigIntegerField(null=True)
    on_account_vat_oere = models.BigIntegerField(null=True)
    to_pay_oere = models.BigIntegerField(null=True)
    last_year_net_oere = models.BigIntegerField(null=True)
    """The settlement of the same days a year before, where there is one."""
    basis = models.TextField(null=True)
    calculation = models.TextField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    posting_accounts = ArrayField(models.CharField(max_length=60), null=True)
    posting_oere = ArrayField(models.BigIntegerField(), null=True)
    posting_vat = ArrayField(models.CharField(max_length=10), null=True)
    voucher = models.OneToOneField("ledger.Voucher", on_delete=models.PROTECT, null=True, related_name="+")
    undoing_voucher = models.OneToOneField("ledger.Voucher", on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "billing_bill"
        constraints = [
            models.UniqueConstraint(fields=["run", "agreement", "period"], name="billing_bill_once_a_run"),
            models.UniqueConstraint(
                fields=["instalment"], condition=Q(state__in=BILLED), name="billing_bill_instalment_once"
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(state__in=BILLED), name="billing_bill_corrected_once"
            ),
            ExclusionConstraint(
                name="billing_bill_days_once",
                expressions=[("agreement", EQUAL), ("period", OVERLAPS)],
                condition=Q(state__in=BILLED, kind__in=["annual", "interim", "final"]),
            ),
            has_days("billing_bill"),
            models.CheckConstraint(condition=Q(kind__in=BillKind.values), name="billing_bill_kind"),
            models.CheckConstraint(condition=Q(state__in=BillState.values), name="billing_bill_state"),
            models.CheckConstraint(
                condition=Q(state="stopped", reasons__isnull=False, to_pay_oere=None, posting_oere=None)
                | (
                    (
                        Q(state="left_out", reasons__isnull=False)
                        | ~Q(state__in=["stopped", "left_out"]) & Q(reasons=None)
                    )
                    & Q(net_oere__isnull=False, vat_oere__isnull=False, vat_percent__isnull=False)
                    & Q(on_account_net_oere__isnull=False, on_account_vat_oere__isnull=False)
                    & Q(to_pay_oere=F("net_oere") + F("vat_oere") - F("on_account_net_oere") - F("on_account_vat_oere"))
                    & Q(posting_accounts__isnull=False, posting_oere__isnull=False, posting_vat__isnull=False)
                ),
                name="billing_bill_reckoned",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["stopped", "previewed", "left_out"], number=None, voucher=None)
                | Q(state__in=["posted", "released", "undone"], number__isnull=False),
                name="billing_bill_posted",
            ),
            models.CheckConstraint(
                condition=Q(kind="on_account", basis=None, calculation=None)
                | ~Q(kind="on_account") & (Q(state="stopped") | Q(basis__isnull=False, calculation__isnull=False)),
                name="billing_bill_basis",
            ),
            models.CheckConstraint(condition=Q(kind="on_account") | Q(instalment=None), name="billing_bill_instalment"),
            models.CheckConstraint(
                condition=Q(kind="correction", corrects__isnull=False) | (~Q(kind="correction") & Q(corrects=None)),
                name="billing_bill_corrects",
            ),
            models.CheckConstraint(
                condition=Q(state="released", released_at__isnull=False) | (~Q(state="released") & Q(released_at=None)),
                name="billing_bill_released",
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "-issue_date", "-id"], name="billing_bill_agreement"),
            models.Index(fields=["customer", "-issue_date", "-id"], name="billing_bill_customer"),
            models.Index(fields=["run", "state", "id"], name="billing_bill_run_state"),
            models.Index(fields=["run", "id"], name="billing_bill_run"),
        ]


class NumberSeries(GuardedModel):
    """The last invoice number given; its row is locked while numbers are taken, so that there are no gaps."""

    last_number = models.BigIntegerField()

    class Meta:
        db_table = "billing_number_series"


class Channel(models.TextChoices):
    """How a bill goes to its customer."""

    EMAIL = "email"
    DIGITAL_POST = "digital_post"
    PRINT = "print"
    E_INVOICE = "e_invoice"
    BETALINGSSERVICE = "betalingsservice"


class Dispatch(GuardedModel):
    """That a bill was sent, by which way. It is written with the outbox's row, so it stands once."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="dispatches")
    channel = models.CharField(max_length=16, choices=Channel.choices)
    made_at = models.DateTimeField()
    disclosure_id = models.BigIntegerField(null=True)
    """The entry at the door (safeguards_disclosure)."""
    batch = models.CharField(max_length=60, blank=True)
    """The file that it went with, where many go together."""

    class Meta:
        db_table = "billing_dispatch"
        constraints = [
            models.UniqueConstraint(fields=["bill", "channel"], name="billing_dispatch_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="billing_dispatch_channel"),
        ]
        indexes = [models.Index(fields=["batch"], condition=~Q(batch=""), name="billing_dispatch_batch")]
