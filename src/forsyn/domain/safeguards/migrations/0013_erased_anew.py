"""Whoever comes back with a backup is erased anew by the program, and restricted without anybody's hand."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0012_kept_after_erasure")]

    operations = [
        migrations.AlterField("restriction", "recorded_by_id", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "restriction",
            models.CheckConstraint(
                condition=Q(recorded_by_id__isnull=False) | Q(ground="kept"), name="safeguards_restriction_recorded"
            ),
        ),
    ]
