"""The schema whose functions say whom a purpose does not see; `forsyn policy apply` writes their bodies."""

from django.db import migrations

STUB = """
create or replace function enforcement.{name}_customers() returns setof bigint
language plpgsql stable security definer parallel safe rows 20
set search_path = pg_catalog, pg_temp as $enforcement$
begin
  return;
end
$enforcement$;
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0002_choices")]

    operations = [
        migrations.RunSQL("create schema if not exists enforcement", migrations.RunSQL.noop),
        migrations.RunSQL(STUB.format(name="hidden"), migrations.RunSQL.noop),
        migrations.RunSQL(STUB.format(name="shown"), migrations.RunSQL.noop),
    ]
