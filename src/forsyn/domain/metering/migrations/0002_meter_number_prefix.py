"""Search by the beginning of a meter's number needs this index where the database's collation is not C."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metering", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="meter",
            index=models.Index(fields=["number"], name="metering_meter_prefix", opclasses=["text_pattern_ops"]),
        ),
    ]
