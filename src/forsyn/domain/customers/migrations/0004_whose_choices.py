from django.db import migrations

KEYS = {
    ("safeguards_consent", "customer_id"): "customers_customer",
    ("safeguards_consent", "recorded_by_id"): "accounts_account",
    ("safeguards_restriction", "customer_id"): "customers_customer",
    ("safeguards_restriction", "recorded_by_id"): "accounts_account",
    ("safeguards_restriction", "ended_by_id"): "accounts_account",
    ("safeguards_objection", "customer_id"): "customers_customer",
    ("safeguards_objection", "recorded_by_id"): "accounts_account",
    ("safeguards_objection", "decided_by_id"): "accounts_account",
}


def _key(table, column, target):
    name = f"{table}_{column}_fk"
    return migrations.RunSQL(
        f"alter table {table} add constraint {name} foreign key ({column}) references {target} (id)"
        " deferrable initially deferred",
        f"alter table {table} drop constraint {name}",
    )


class Migration(migrations.Migration):
    """Safeguards is lowest on the stair and names no other area's table: who its rows are of is tied from here."""

    dependencies = [
        ("customers", "0003_periods_have_days"),
        ("accounts", "0004_roles_have_days"),
        ("safeguards", "0002_choices"),
    ]
    operations = [_key(table, column, target) for (table, column), target in KEYS.items()]
