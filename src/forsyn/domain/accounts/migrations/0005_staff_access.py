import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Roles given before they had to end and to be reviewed: a year from now at most, and looked at within three months.
BOUND_THEM = """
update accounts_staff_role
   set period = case when upper_inf(period)
                     then daterange(lower(period), greatest(lower(period) + 1, (current_date + interval '1 year')::date))
                     else period end,
       granted_at = lower(period)::timestamp at time zone 'Europe/Copenhagen',
       review_date = greatest(lower(period), (current_date + interval '3 months')::date)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_roles_have_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="Colleague",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "accounts_colleague",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AccessRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("clerk", "clerk"),
                            ("billing", "billing"),
                            ("collection", "collection"),
                            ("operations", "operations"),
                            ("safety", "safety"),
                            ("dpo", "dpo"),
                            ("access_manager", "access_manager"),
                            ("external_support", "external_support"),
                        ],
                        max_length=40,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("granted", models.BooleanField(null=True)),
                ("answer", models.TextField(default="")),
            ],
            options={
                "db_table": "accounts_access_request",
            },
        ),
        migrations.CreateModel(
            name="ConfidentialityAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.BinaryField()),
                ("document_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("signed_date", models.DateField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("registered_at", models.DateTimeField()),
            ],
            options={
                "db_table": "accounts_confidentiality_agreement",
            },
        ),
        migrations.CreateModel(
            name="ExternalStaff",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="external",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("employer", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "accounts_external_staff",
            },
        ),
        migrations.RemoveConstraint(
            model_name="staffrole",
            name="accounts_staff_role_role",
        ),
        migrations.RemoveConstraint(
            model_name="staffrole",
            name="accounts_staff_role_period",
        ),
        migrations.AddField(
            model_name="staffrole",
            name="end_reason",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="staffrole",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="staffrole",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="staffrole",
            name="granted_at",
            field=models.DateTimeField(default=datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.UTC)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="staffrole",
            name="granted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="staffrole",
            name="reason",
            field=models.TextField(default="Givet, før en adgang skulle have en grund."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="staffrole",
            name="review_date",
            field=models.DateField(default=datetime.date(2026, 1, 1)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="staffrole",
            name="reviewed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="staffrole",
            name="reviewed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="staffrole",
            name="role",
            field=models.CharField(
                choices=[
                    ("clerk", "clerk"),
                    ("billing", "billing"),
                    ("collection", "collection"),
                    ("operations", "operations"),
                    ("safety", "safety"),
                    ("dpo", "dpo"),
                    ("access_manager", "access_manager"),
                    ("external_support", "external_support"),
                ],
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="access_requests", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="staffrole",
            name="request",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="role_given",
                to="accounts.accessrequest",
            ),
        ),
        migrations.RemoveConstraint(model_name="staffrole", name="accounts_staff_role_once"),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("ended_at", None)),
                expressions=[("account", "="), ("role", "="), ("period", "&&")],
                name="accounts_staff_role_once",
            ),
        ),
        migrations.RunSQL(BOUND_THEM, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "clerk",
                            "billing",
                            "collection",
                            "operations",
                            "safety",
                            "dpo",
                            "access_manager",
                            "external_support",
                        ],
                    )
                ),
                name="accounts_staff_role_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)
                ),
                name="accounts_staff_role_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "\\S")), name="accounts_staff_role_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__startswith__lte", models.F("review_date"))),
                name="accounts_staff_role_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_reason", ""), ("ended_at", None), ("ended_by", None)),
                    models.Q(("end_reason__regex", "\\S"), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_staff_role_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("reviewed_by", None), ("reviewed_at__isnull", False), _connector="OR"),
                name="accounts_staff_role_reviewed",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("granted_by", None), models.Q(("granted_by", models.F("account")), _negated=True), _connector="OR"
                ),
                name="accounts_staff_role_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by", None),
                    models.Q(("reviewed_by", models.F("account")), _negated=True),
                    _connector="OR",
                ),
                name="accounts_staff_role_reviewed_by_another",
            ),
        ),
        migrations.AddField(
            model_name="confidentialityagreement",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="agreements", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="confidentialityagreement",
            name="registered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="externalstaff",
            constraint=models.CheckConstraint(
                condition=models.Q(("employer__regex", "\\S")), name="accounts_external_staff_employer"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)),
                fields=("account", "role"),
                name="accounts_access_request_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "clerk",
                            "billing",
                            "collection",
                            "operations",
                            "safety",
                            "dpo",
                            "access_manager",
                            "external_support",
                        ],
                    )
                ),
                name="accounts_access_request_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)
                ),
                name="accounts_access_request_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "\\S")), name="accounts_access_request_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("granted", None)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False), ("granted__isnull", False)),
                    _connector="OR",
                ),
                name="accounts_access_request_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("granted", False), _negated=True), ("answer__regex", "\\S"), _connector="OR"
                ),
                name="accounts_access_request_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None), models.Q(("decided_by", models.F("account")), _negated=True), _connector="OR"
                ),
                name="accounts_access_request_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="confidentialityagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)
                ),
                name="accounts_confidentiality_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="confidentialityagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__startswith__gte", models.F("signed_date"))),
                name="accounts_confidentiality_signed",
            ),
        ),
        migrations.AddConstraint(
            model_name="confidentialityagreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("registered_by", None),
                    models.Q(("registered_by", models.F("account")), _negated=True),
                    _connector="OR",
                ),
                name="accounts_confidentiality_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="confidentialityagreement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("account", "="), ("period", "&&")], name="accounts_confidentiality_once"
            ),
        ),
    ]
