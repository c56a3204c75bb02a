import django.db.models.deletion
from django.db import migrations, models

COLLEAGUE = {
    "db_constraint": False,
    "null": True,
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": "accounts.colleague",
}


class Migration(migrations.Migration):
    """Names are read by way of the view of colleagues; the foreign keys to accounts themselves stay as they are."""

    dependencies = [("accounts", "0006_access_rules"), ("metering", "0004_pseudonyms")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("delivery", "account", models.ForeignKey(**COLLEAGUE)),
                migrations.AlterField("quarantineitem", "decided_by", models.ForeignKey(**COLLEAGUE)),
            ]
        )
    ]
