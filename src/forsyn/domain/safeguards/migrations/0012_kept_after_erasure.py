"""What is left of somebody who was erased is restricted to its ground."""

from django.db import migrations, models
from django.db.models import Q

GROUNDS = ["accuracy", "unlawful", "claim", "objection", "kept"]


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0011_access_months_end")]

    operations = [
        migrations.AlterField(
            "restriction",
            "ground",
            models.CharField(
                max_length=10,
                choices=[
                    ("accuracy", "Accuracy"),
                    ("unlawful", "Unlawful"),
                    ("claim", "Claim"),
                    ("objection", "Objection"),
                    ("kept", "Kept"),
                ],
            ),
        ),
        migrations.RemoveConstraint("restriction", "safeguards_restriction_ground"),
        migrations.AddConstraint(
            "restriction",
            models.CheckConstraint(condition=Q(ground__in=GROUNDS), name="safeguards_restriction_ground"),
        ),
    ]
