"""What optimising the operation sees of the meters: their days under a random number, of nobody who objects.

A meter's pseudonym is drawn when the meter is registered, by the database itself, so no code can forget it. It is no
function of the meter's number, so only who may read `metering_pseudonym` finds back. The view works with its owner's rights
and keeps out, by days, whom the purpose entered does not see: restricted customers, and those who object to it.
"""

from django.db import migrations

# `forsyn policy apply` writes what it does, as of all functions of that schema.
HIDDEN_DAYS = """
create or replace function enforcement.hidden_in_metering_day() returns int8multirange
language plpgsql stable security definer parallel safe
set search_path = pg_catalog, pg_temp as $enforcement$
begin
  return '{}'::int8multirange;
end
$enforcement$;
"""

PSEUDONYMS = """
create table metering_pseudonym (
    id        integer not null primary key references metering_meter on delete cascade deferrable initially deferred,
    pseudonym uuid not null default gen_random_uuid() constraint metering_pseudonym_once unique
);
insert into metering_pseudonym (id) select id from metering_meter;

create function metering_draw_pseudonyms() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into public.metering_pseudonym (id) select id from added;
    return null;
end
$$;
create trigger metering_meter_pseudonyms after insert on metering_meter
    referencing new table as added for each statement execute function metering_draw_pseudonyms();

-- The day beside the meter as one number: see forsyn.policy.row_policies. Asked once a statement.
create view metering_pseudonymous_day with (security_barrier) as
select pseudonym.pseudonym, meter.commodity, register.code as register, register.unit,
       day.day, day.total, day.values, day.quality
  from metering_day as day
  join metering_meter as meter on meter.id = day.meter_id
  join metering_register as register on register.meter_id = day.meter_id and register.number = day.register
  join metering_pseudonym as pseudonym on pseudonym.id = day.meter_id
 where not (((day.meter_id::bigint << 20) | (day.day - date '1900-01-01'))
            <@ (select enforcement.hidden_in_metering_day()));
"""
WITHOUT_PSEUDONYMS = """
drop view metering_pseudonymous_day;
drop trigger metering_meter_pseudonyms on metering_meter;
drop function metering_draw_pseudonyms();
drop table metering_pseudonym;
"""


class Migration(migrations.Migration):
    dependencies = [("metering", "0003_day_store"), ("safeguards", "0003_enforcement")]

    operations = [
        migrations.RunSQL(HIDDEN_DAYS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(PSEUDONYMS, reverse_sql=WITHOUT_PSEUDONYMS),
    ]
