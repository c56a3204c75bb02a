"""Agreements that come without a number are numbered after their ids, which purposes' roles cannot draw by themselves."""

from django.db import migrations

NEXT_ID = """
create function customers_next_agreement_id() returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    select nextval(pg_get_serial_sequence('public.customers_agreement', 'id'))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_search_under_row_policies")]

    operations = [migrations.RunSQL(NEXT_ID, reverse_sql="drop function customers_next_agreement_id()")]
