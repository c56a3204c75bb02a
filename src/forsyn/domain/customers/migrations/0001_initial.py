import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("street", models.CharField(max_length=100)),
                ("house_number", models.CharField(max_length=10)),
                ("floor", models.CharField(blank=True, max_length=10)),
                ("door", models.CharField(blank=True, max_length=10)),
                ("postal_code", models.CharField(max_length=4)),
                ("city", models.CharField(max_length=60)),
                ("municipality_code", models.CharField(blank=True, max_length=4)),
                ("dar_address_id", models.UUIDField(null=True, unique=True)),
                ("dar_access_address_id", models.UUIDField(null=True)),
                ("sort_key", models.CharField(max_length=400)),
                ("search_key", models.CharField(max_length=400)),
            ],
            options={
                "db_table": "customers_address",
                "indexes": [
                    models.Index(fields=["sort_key"], name="customers_address_sort_idx"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_key", name="gin_trgm_ops"),
                        name="customers_address_search_idx",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("postal_code", "street", "house_number", "floor", "door"), name="customers_address_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("postal_code__regex", "^[0-9]{4}$")), name="customers_address_postal_code"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                ("kind", models.CharField(choices=[("person", "Person"), ("company", "Company")], max_length=10)),
                ("birth_date", models.DateField(null=True)),
                ("cvr", models.CharField(max_length=8, null=True)),
                ("language", models.CharField(default="da", max_length=2)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "person"),
                            ("meter", "meter"),
                            ("utility", "utility"),
                            ("derived", "derived"),
                            ("employer", "employer"),
                            ("other_person", "other_person"),
                            ("public_register", "public_register"),
                            ("partner", "partner"),
                            ("system", "system"),
                        ],
                        max_length=20,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "customers_customer",
                "indexes": [
                    models.Index(
                        condition=models.Q(("cvr__isnull", False)), fields=["cvr"], name="customers_customer_cvr_idx"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "company"])), name="customers_customer_kind"
                    ),
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
                        name="customers_customer_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "person"), ("birth_date", None), _connector="OR"),
                        name="customers_company_has_no_birth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cvr", None),
                            models.Q(("cvr__regex", "^[1-9][0-9]{7}$"), ("kind", "company")),
                            _connector="OR",
                        ),
                        name="customers_customer_cvr",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["da", "en"])), name="customers_customer_language"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplyPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "housing_kind",
                    models.CharField(
                        choices=[
                            ("house", "House"),
                            ("terraced_house", "Terraced House"),
                            ("flat", "Flat"),
                            ("holiday_home", "Holiday Home"),
                            ("business", "Business"),
                        ],
                        max_length=20,
                    ),
                ),
                ("property_number", models.CharField(blank=True, max_length=7)),
                ("bfe_number", models.BigIntegerField(null=True)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supply_points",
                        to="customers.address",
                    ),
                ),
            ],
            options={
                "db_table": "customers_supply_point",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("housing_kind__in", ["house", "terraced_house", "flat", "holiday_home", "business"])
                        ),
                        name="customers_supply_point_housing_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "commodity",
                    models.CharField(
                        choices=[("heat", "Heat"), ("water", "Water"), ("waste_water", "Waste Water")], max_length=12
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "supply_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="installations",
                        to="customers.supplypoint",
                    ),
                ),
            ],
            options={
                "db_table": "customers_installation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("commodity__in", ["heat", "water", "waste_water"])),
                        name="customers_installation_commodity",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "commodity",
                    models.CharField(
                        choices=[("heat", "Heat"), ("water", "Water"), ("waste_water", "Waste Water")], max_length=12
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[("owner", "Owner"), ("tenant", "Tenant"), ("administrator", "Administrator")],
                        max_length=15,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "person"),
                            ("meter", "meter"),
                            ("utility", "utility"),
                            ("derived", "derived"),
                            ("employer", "employer"),
                            ("other_person", "other_person"),
                            ("public_register", "public_register"),
                            ("partner", "partner"),
                            ("system", "system"),
                        ],
                        max_length=20,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "supply_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="customers.supplypoint",
                    ),
                ),
            ],
            options={
                "db_table": "customers_agreement",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("supply_point", "="), ("commodity", "="), ("period", "&&")],
                        name="customers_agreement_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("commodity__in", ["heat", "water", "waste_water"])),
                        name="customers_agreement_commodity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("relation__in", ["owner", "tenant", "administrator"])),
                        name="customers_agreement_relation",
                    ),
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
                        name="customers_agreement_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("mobile", "Mobile"),
                            ("landline", "Landline"),
                            ("work_phone", "Work Phone"),
                        ],
                        max_length=12,
                    ),
                ),
                ("value", models.CharField(max_length=254)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "person"),
                            ("meter", "meter"),
                            ("utility", "utility"),
                            ("derived", "derived"),
                            ("employer", "employer"),
                            ("other_person", "other_person"),
                            ("public_register", "public_register"),
                            ("partner", "partner"),
                            ("system", "system"),
                        ],
                        max_length=20,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_points",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "db_table": "customers_contact_point",
                "indexes": [
                    models.Index(django.db.models.functions.text.Lower("value"), name="customers_contact_value_idx")
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("customer", "="), ("kind", "="), ("period", "&&")],
                        name="customers_contact_point_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["email", "mobile", "landline", "work_phone"])),
                        name="customers_contact_point_kind",
                    ),
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
                        name="customers_contact_point_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementHolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_primary", models.BooleanField()),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holders", to="customers.agreement"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holdings", to="customers.customer"
                    ),
                ),
            ],
            options={
                "db_table": "customers_agreement_holder",
                "constraints": [
                    models.UniqueConstraint(fields=("agreement", "customer"), name="customers_agreement_holder_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("agreement",),
                        name="customers_agreement_holder_primary",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("sort_key", models.CharField(max_length=400)),
                ("search_key", models.CharField(max_length=400)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "person"),
                            ("meter", "meter"),
                            ("utility", "utility"),
                            ("derived", "derived"),
                            ("employer", "employer"),
                            ("other_person", "other_person"),
                            ("public_register", "public_register"),
                            ("partner", "partner"),
                            ("system", "system"),
                        ],
                        max_length=20,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="names", to="customers.customer"
                    ),
                ),
            ],
            options={
                "db_table": "customers_customer_name",
                "indexes": [
                    models.Index(fields=["sort_key"], name="customers_name_sort_idx"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("search_key", name="gin_trgm_ops"),
                        name="customers_name_search_idx",
                    ),
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("customer", "="), ("period", "&&")], name="customers_customer_name_one"
                    ),
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
                        name="customers_customer_name_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_accesses",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "db_table": "customers_portal_access",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("account", "="), ("customer", "="), ("period", "&&")],
                        name="customers_portal_access_one",
                    )
                ],
            },
        ),
    ]
