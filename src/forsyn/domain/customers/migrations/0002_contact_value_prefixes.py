"""Telephones and e-mails are searched by what they begin with: the index must serve that under any collation."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="contactpoint", name="customers_contact_value_idx"),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(OpClass(Lower("value"), name="text_pattern_ops"), name="customers_contact_value_idx"),
        ),
    ]
