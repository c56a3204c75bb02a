"""Which entries of the log of erasures this database has carried out."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_nights")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=64)),
                ("logged_at", models.DateTimeField()),
                ("carried_out_at", models.DateTimeField()),
            ],
            options={
                "db_table": "retention_erasure",
                "constraints": [
                    models.UniqueConstraint(fields=["person", "logged_at"], name="retention_erasure_once"),
                    models.CheckConstraint(
                        condition=Q(person__regex="^[0-9a-f]{64}$"), name="retention_erasure_is_a_hash"
                    ),
                ],
            },
        ),
    ]
