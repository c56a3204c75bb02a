"""Which customers of a file are there but not to be seen, so that an import can say so instead of making them twice."""

from django.db import migrations

FUNCTION = """
create function customers_hidden_numbers(numbers text[]) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select customer.number::text
      from enforcement.hidden_customers() as hidden (id)
      join public.customers_customer as customer on customer.id = hidden.id
     where customer.number = any(numbers)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_agreement_ids"), ("safeguards", "0003_enforcement")]

    operations = [migrations.RunSQL(FUNCTION, "drop function customers_hidden_numbers(text[])")]
