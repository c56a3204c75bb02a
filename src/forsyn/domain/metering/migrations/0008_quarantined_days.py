"""The local days that a quarantined item is about: an item that spans a move is neither holder's."""

from django.db import migrations, models

from forsyn.domain.metering.generated_days import GeneratedDays

DAYS = """
case when day is not null then daterange(day, day + 1)
     when first_at is not null then daterange(
          (timezone('Europe/Copenhagen', first_at) - interval '1 second')::date,
          (timezone('Europe/Copenhagen', coalesce(last_at, first_at)) - interval '1 second')::date + 1)
end
"""


class Migration(migrations.Migration):
    dependencies = [("metering", "0007_months")]

    operations = [
        migrations.AddField("quarantineitem", "days", GeneratedDays(expression=DAYS)),
        migrations.AddConstraint(
            "quarantineitem",
            models.CheckConstraint(condition=models.Q(days__isempty=False), name="metering_quarantine_days"),
        ),
    ]
