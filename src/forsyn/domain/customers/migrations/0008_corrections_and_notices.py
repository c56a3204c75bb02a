"""Corrections (Art. 16) with who was told of them (Art. 19), and notices of sources (Art. 14)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_hidden_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.BigIntegerField(null=True)),
                ("field", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField(null=True)),
                (
                    "outcome",
                    models.CharField(choices=[("corrected", "Corrected"), ("refused", "Refused")], max_length=10),
                ),
                ("wrong_value", models.TextField(blank=True)),
                ("right_value", models.TextField(blank=True)),
                ("held_from", models.DateField(null=True)),
                ("held_until", models.DateField(null=True)),
                ("evidence", models.TextField(blank=True)),
                ("document", models.BinaryField(null=True)),
                ("document_name", models.CharField(max_length=200, null=True)),
                ("document_type", models.CharField(max_length=100, null=True)),
                ("reason", models.TextField(blank=True)),
                ("statement", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="customers.customer"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "customers_correction",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "field__in",
                                [
                                    "name",
                                    "birth_date",
                                    "cvr",
                                    "language",
                                    "email",
                                    "mobile",
                                    "landline",
                                    "work_phone",
                                    "address",
                                    "housing_kind",
                                    "property_number",
                                    "relation",
                                    "agreement_period",
                                ],
                            )
                        ),
                        name="customers_correction_field",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome", "corrected"),
                                ("reason", ""),
                                models.Q(("evidence", ""), _negated=True),
                                models.Q(("wrong_value", models.F("right_value")), _negated=True),
                            ),
                            models.Q(("outcome", "refused"), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="customers_correction_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document", None), ("document_name", None), ("document_type", None)),
                            models.Q(
                                ("document__isnull", False),
                                ("document_name__isnull", False),
                                ("document_type__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="customers_correction_document",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["request_id"], name="customers_correction_request"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecipientNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.BigIntegerField(null=True)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("rectification", "Rectification"),
                            ("erasure", "Erasure"),
                            ("restriction", "Restriction"),
                            ("lifting", "Lifting"),
                        ],
                        max_length=15,
                    ),
                ),
                ("recipient", models.CharField(max_length=60)),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                ("made_at", models.DateTimeField()),
                ("disclosure_id", models.BigIntegerField(null=True)),
                ("obstacle", models.TextField(blank=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "correction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="customers.correction",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recipient_notices",
                        to="customers.customer",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "customers_recipient_notice",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["rectification", "erasure", "restriction", "lifting"])),
                        name="customers_recipient_notice_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disclosure_id__isnull", False), ("settled_at", None)),
                            models.Q(("disclosure_id", None), models.Q(("obstacle", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="customers_recipient_notice_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="customers_recipient_notice_settled",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("disclosure_id", None), ("settled_at", None)),
                        fields=["made_at"],
                        name="customers_notice_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=20)),
                ("obtained_date", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("disclosure_id", models.BigIntegerField(null=True)),
                ("exempt", models.TextField(blank=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="source_notices",
                        to="customers.customer",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "customers_source_notice",
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "source"), name="customers_source_notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source__in",
                                [
                                    "person",
                                    "meter",
                                    "utility",
                                    "derived",
                                    "employer",
                                    "other_person",
                                    "public_register",
                                    "partner",
                                    "system",
                                ],
                            )
                        ),
                        name="customers_source_notice_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disclosure_id__isnull", False), ("exempt", "")),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("disclosure_id", None),
                                models.Q(("exempt", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="customers_source_notice_way",
                    ),
                ],
            },
        ),
    ]
