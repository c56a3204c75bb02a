"""Who works for us hears of a change, too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0009_other_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="recipientnotice",
            name="customers_recipient_notice_cause",
        ),
        migrations.AlterField(
            model_name="recipientnotice",
            name="cause",
            field=models.CharField(
                choices=[
                    ("change", "Change"),
                    ("rectification", "Rectification"),
                    ("erasure", "Erasure"),
                    ("restriction", "Restriction"),
                    ("lifting", "Lifting"),
                ],
                max_length=15,
            ),
        ),
        migrations.AddConstraint(
            model_name="recipientnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["change", "rectification", "erasure", "restriction", "lifting"])),
                name="customers_recipient_notice_cause",
            ),
        ),
    ]
