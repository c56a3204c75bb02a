"""How far sealing has come, without counting the whole log, which pages ask for; and that count, for verifying."""

from django.db import migrations

STATE = """
drop function safeguards_access_state();

create function safeguards_access_state(
    out unsealed bigint, out oldest_unsealed_at timestamp with time zone, out unplaced bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select count(*), min(at), (select count(*) from safeguards_access_log_rest)
      from safeguards_access_log
     where id > (select coalesce(max(last_id), 0) from safeguards_access_seal);
end;

create function safeguards_access_sealed_rows() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select count(*) from safeguards_access_log where id <= (select max(last_id) from safeguards_access_seal);
end;
"""
BACK = """
drop function safeguards_access_sealed_rows();
drop function safeguards_access_state();

create function safeguards_access_state(
    out sealed bigint, out unsealed bigint, out oldest_unsealed_at timestamp with time zone, out unplaced bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select (select count(*) from safeguards_access_log where id <= last.id),
           (select count(*) from safeguards_access_log where id > last.id),
           (select min(at) from safeguards_access_log where id > last.id),
           (select count(*) from safeguards_access_log_rest)
      from (select coalesce(max(last_id), 0) as id from safeguards_access_seal) as last;
end;
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0005_door")]

    operations = [migrations.RunSQL(STATE, BACK)]
