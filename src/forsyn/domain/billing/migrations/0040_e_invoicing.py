import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_kind_for_good"),
        ("billing", "0030_runs_are_whole"),
        ("customers", "0010_changes_are_told"),
    ]

    operations = [
        migrations.CreateModel(
            name="EInvoicing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gln", models.CharField(blank=True, max_length=13)),
                (
                    "format",
                    models.CharField(
                        choices=[("oioubl", "Oioubl"), ("peppol", "Peppol")], default="oioubl", max_length=6
                    ),
                ),
                ("buyer_reference", models.CharField(blank=True, max_length=60)),
                ("order_reference", models.CharField(blank=True, max_length=60)),
                ("account_code", models.CharField(blank=True, max_length=60)),
                ("recorded_at", models.DateTimeField()),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "db_table": "billing_e_invoicing",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("gln", ""), ("gln__regex", "^[0-9]{13}$"), _connector="OR"),
                        name="billing_e_invoicing_gln",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["oioubl", "peppol"])), name="billing_e_invoicing_format"
                    ),
                ],
            },
        ),
    ]
