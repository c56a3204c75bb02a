"""Whole months of the access log go when their time is over. Their seals stay, and the chain of seals is unbroken."""

from django.db import migrations

# Half a year is the least that is kept, whatever a policy says or whoever calls: less would be no log.
MONTHS = """
create function safeguards_access_months_over(
    timestamp with time zone,
    out month date, out row_count bigint, out sealed boolean) returns setof record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    keep_from constant timestamp with time zone := least($1, now() - interval '183 days');
    name text;
begin
    for name, month in
        select relname, to_date(substring(relname from '[0-9]{4}_[0-9]{2}$'), 'YYYY_MM')
          from pg_inherits join pg_class on pg_class.oid = inhrelid
         where inhparent = 'public.safeguards_access_log'::regclass and relname ~ '_[0-9]{4}_[0-9]{2}$'
         order by relname
    loop
        continue when (month::timestamp + interval '1 month') at time zone 'UTC' > keep_from;
        execute format('select count(*) from public.%I', name) into row_count;
        execute format(
            'select not exists (select from public.%I as entry where not exists ('
            ' select from public.safeguards_access_seal as seal'
            '  where seal.month = $1 and entry.id between seal.first_id and seal.last_id))', name)
           into sealed using month;
        return next;
    end loop;
end
$$;

create function safeguards_access_end_month(date, timestamp with time zone) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    over record;
begin
    select * into over from public.safeguards_access_months_over($2) as m where m.month = $1;
    if not found then
        raise exception 'the access log of % is not over yet, or has no table of its own', $1
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    if not over.sealed then
        raise exception 'the access log of % has rows that are not sealed; seal them first (forsyn audit seal)', $1
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform pg_advisory_xact_lock(1181705075, 2);
    execute format('drop table public.%I', 'safeguards_access_log_' || to_char($1, 'YYYY_MM'));
    return over.row_count;
end
$$;
"""
BACK = """
drop function safeguards_access_end_month(date, timestamp with time zone);
drop function safeguards_access_months_over(timestamp with time zone);
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0010_nothing_to_the_hidden")]

    operations = [migrations.RunSQL(MONTHS, BACK)]
