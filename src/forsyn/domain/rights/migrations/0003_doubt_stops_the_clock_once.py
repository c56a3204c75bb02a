"""Time stops for a reasonable doubt about who asks, and only for one: Art. 12(6)."""

from django.db import migrations

DOUBT = """
create function rights_doubt_is_new() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.by_id is null or btrim(new.text) = '' then
        raise exception 'request %: a person doubts who asks, and says why', new.request_id
            using errcode = 'check_violation', constraint = 'rights_request_step_doubt';
    end if;
    if exists (select from public.rights_request_step
                where request_id = new.request_id and kind in ('identity_asked', 'identity_settled')
                  and by_id = new.by_id) then
        raise exception 'request %: a new doubt is another person''s', new.request_id
            using errcode = 'check_violation', constraint = 'rights_request_step_new_doubt';
    end if;
    return new;
end
$$;
create trigger rights_doubt_is_new before insert on rights_request_step
    for each row when (new.kind = 'identity_asked') execute function rights_doubt_is_new();

-- How many lines of each kind a request has: each stop of its clock needs a doubt of its own.
create function rights_clock_stops_for_doubt() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    unused bigint;
begin
    if old.paused_since_date is not null and new.paused_since_date is not null then
        raise exception 'request %: its clock stands already', new.id
            using errcode = 'check_violation', constraint = 'rights_request_stops_once';
    end if;
    if new.paused_since_date is not null then
        select count(*) filter (where kind = 'identity_asked') - count(*) filter (where kind = 'clock_stopped')
          into unused from public.rights_request_step where request_id = new.id;
        if unused < 1 or new.state <> 'identity_asked' then
            raise exception 'request %: its clock stops for a doubt that is on the record', new.id
                using errcode = 'check_violation', constraint = 'rights_request_stops_for_doubt';
        end if;
    end if;
    if new.paused_days < old.paused_days
       or (new.paused_days > old.paused_days and (old.paused_since_date is null or new.paused_since_date is not null))
    then
        raise exception 'request %: days are added when its clock runs again', new.id
            using errcode = 'check_violation', constraint = 'rights_request_paused_days';
    end if;
    return new;
end
$$;
create trigger rights_clock_stops_for_doubt before update on rights_request
    for each row
    when (new.paused_since_date is distinct from old.paused_since_date or new.paused_days <> old.paused_days)
    execute function rights_clock_stops_for_doubt();
"""


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_requests_are_kept")]

    operations = [
        migrations.RunSQL(
            DOUBT,
            """
            drop function rights_doubt_is_new() cascade;
            drop function rights_clock_stops_for_doubt() cascade;
            """,
        ),
    ]
