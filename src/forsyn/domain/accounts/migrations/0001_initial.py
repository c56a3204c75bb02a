import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("safeguards", "0001_extensions")]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(choices=[("staff", "Staff"), ("customer", "Customer")], max_length=10),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="accounts_account_email_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["staff", "customer"])), name="accounts_account_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("clerk", "Clerk"),
                            ("billing", "Billing"),
                            ("operations", "Operations"),
                            ("dpo", "Dpo"),
                        ],
                        max_length=20,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_staff_role",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["clerk", "billing", "operations", "dpo"])),
                        name="accounts_staff_role_role",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("account", "="), ("role", "="), ("period", "&&")],
                        name="accounts_staff_role_once",
                    ),
                ],
            },
        ),
    ]
