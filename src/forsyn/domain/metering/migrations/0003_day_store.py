"""Day rows are read from `metering_day`, under row policies, and copied into its only partition.

PostgreSQL refuses COPY FROM into a table with row policies, and with them off only the owner would be kept out. So
`metering_day` becomes a partitioned table over the table that was, which is `metering_day_store` from here on: policies
stand on the former, the months hang on the latter. No row is moved or read: that each row has a day follows from the
primary key, which the new table's is matched with.
"""

from django.db import migrations

UNDER_A_ROOT = """
alter table metering_day rename to metering_day_store;
alter table metering_day_store rename constraint metering_day_pkey to metering_day_store_pkey;
create table metering_day (like metering_day_store including all) partition by range (day);
alter table metering_day attach partition metering_day_store for values from (minvalue) to (maxvalue);
"""
WITHOUT_ROOT = """
alter table metering_day detach partition metering_day_store;
drop table metering_day;
alter table metering_day_store rename to metering_day;
alter table metering_day rename constraint metering_day_store_pkey to metering_day_pkey;
"""

# Runs with its owner's rights, since the application may not create tables. It makes the month apart and attaches
# it: that lets others read and write meanwhile, while CREATE TABLE ... PARTITION OF would lock them out.
ENSURE_MONTH = """
create or replace function metering_ensure_month(month date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    first_day constant date := date_trunc('month', month)::date;
    next_month constant date := (first_day + interval '1 month')::date;
    name constant text := 'metering_day_' || to_char(first_day, 'YYYY_MM');
begin
    if month < date '1990-01-01' or month >= date '2100-01-01' then
        raise exception 'no meter values are kept for %', month using errcode = 'datetime_field_overflow';
    end if;
    if to_regclass('public.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('metering_ensure_month'));
    if to_regclass('public.' || name) is null then
        execute format('create table public.%I (like public.{parent} including all)', name);
        execute format('alter table public.{parent} attach partition public.%I for values from (%L) to (%L)',
                       name, first_day, next_month);
    end if;
end
$$;
"""


def _ensure_month(parent: str) -> str:
    return ENSURE_MONTH.replace("{parent}", parent)


class Migration(migrations.Migration):
    dependencies = [("metering", "0002_meter_number_prefix")]

    operations = [
        migrations.RunSQL(UNDER_A_ROOT, reverse_sql=WITHOUT_ROOT),
        migrations.RunSQL(_ensure_month("metering_day_store"), reverse_sql=_ensure_month("metering_day")),
    ]
