"""What somebody else than the person gave is found without reading everything: mostly there is little of it."""

from django.db import migrations

TABLES = {
    "customers_customer": "id",
    "customers_customer_name": "customer_id",
    "customers_contact_point": "customer_id",
    "customers_agreement": "id",
}


def _index(table: str, column: str) -> migrations.RunSQL:
    name = f"{table}_other_source"
    return migrations.RunSQL(
        f"create index {name} on {table} ({column})"
        " where source in ('employer', 'other_person', 'public_register', 'partner')",
        f"drop index {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_corrections_and_notices")]

    operations = [_index(table, column) for table, column in TABLES.items()]
