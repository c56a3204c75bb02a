"""What a row of a request cannot say alone: which state follows which, what never changes, what must be there first."""

from django.db import migrations

REQUEST = """
create function rights_request_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state not in ('received', 'open') then
            raise exception 'a request begins as received, or open' using errcode = 'check_violation',
                constraint = 'rights_request_begins';
        end if;
        return new;
    end if;
    if (new.id, new.received_at, new.received_date, new.channel)
       is distinct from (old.id, old.received_at, old.received_date, old.channel) then
        raise exception 'request %: when and how it came does not change', old.id using errcode = 'check_violation';
    end if;
    if new.message_sha256 is distinct from old.message_sha256 and old.message_sha256 is not null then
        raise exception 'request %: the mail that it came by does not change', old.id using errcode = 'check_violation';
    end if;
    if new.version <= old.version then
        raise exception 'request %: a change makes a new version', old.id
            using errcode = 'check_violation', constraint = 'rights_request_version';
    end if;
    if old.closed_at is not null and (new.state, new.closed_at, new.outcome, new.refusal_ground, new.deadline_date)
       is distinct from (old.state, old.closed_at, old.outcome, old.refusal_ground, old.deadline_date) then
        raise exception 'request %: it is closed', old.id
            using errcode = 'check_violation', constraint = 'rights_request_closed';
    end if;
    if new.state <> old.state and not (new.state = any (case old.state
            when 'received' then array['identity_asked', 'open', 'refused', 'withdrawn']
            when 'identity_asked' then array['open', 'refused', 'withdrawn']
            when 'open' then array['identity_asked', 'planned', 'answered', 'refused', 'withdrawn']
            when 'planned' then array['identity_asked', 'open', 'answered', 'refused', 'withdrawn']
            else array[]::text[] end)) then
        raise exception 'request %: % does not follow %', old.id, new.state, old.state
            using errcode = 'check_violation', constraint = 'rights_request_move';
    end if;
    if old.extended_at is not null and (new.extended_at, new.extension_reason, new.extension_told_at)
       is distinct from (old.extended_at, old.extension_reason, old.extension_told_at) then
        raise exception 'request %: it is extended once', old.id
            using errcode = 'check_violation', constraint = 'rights_request_extended_once';
    end if;
    if old.extended_at is null and new.extended_at is not null
       and ((new.extended_at at time zone 'Europe/Copenhagen')::date > old.first_deadline_date
            or (new.extension_told_at at time zone 'Europe/Copenhagen')::date > old.first_deadline_date) then
        raise exception 'request %: an extension is told before the first limit', old.id
            using errcode = 'check_violation', constraint = 'rights_request_extended_in_time';
    end if;
    if new.state in ('answered', 'refused') and old.state <> new.state
       and not exists (select from public.rights_request_document
                        where request_id = new.id and kind = 'answer') then
        raise exception 'request %: it is answered by a letter', old.id
            using errcode = 'check_violation', constraint = 'rights_request_letter';
    end if;
    return new;
end
$$;
create trigger rights_request_is_kept before insert or update on rights_request
    for each row execute function rights_request_is_kept();

-- Regulation 1182/71 moves a limit by five days at most (Maundy Thursday to Easter Monday).
alter table rights_request add constraint rights_request_limits check (
    first_deadline_date between (received_date + interval '1 month')::date + paused_days
                            and (received_date + interval '1 month')::date + paused_days + 5
    and deadline_date <= (received_date + interval '3 months')::date + paused_days + 5);
"""

RECORD = """
create function rights_is_appended() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    raise exception '% is a record: lines are added, and not changed', tg_table_name using errcode = 'check_violation';
end
$$;
create trigger rights_request_step_is_appended before update on rights_request_step
    for each row execute function rights_is_appended();
create trigger rights_request_document_is_appended before update on rights_request_document
    for each row execute function rights_is_appended();

create function rights_request_plan_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if old.carried_out_at is not null or old.dropped_at is not null
       or (to_jsonb(new) - array['carried_out_at', 'carried_out_by_id', 'counts', 'dropped_at'])
          <> (to_jsonb(old) - array['carried_out_at', 'carried_out_by_id', 'counts', 'dropped_at']) then
        raise exception 'plan % is kept as it was made, and is carried out or dropped once', old.id
            using errcode = 'check_violation', constraint = 'rights_request_plan_once';
    end if;
    return new;
end
$$;
create trigger rights_request_plan_is_kept before update on rights_request_plan
    for each row execute function rights_request_plan_is_kept();

create function rights_identity_check_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if old.passed_at is not null or (old.code_hash is null and new.passed_at is not null)
       or new.tries_left > old.tries_left
       or (new.code_hash is distinct from old.code_hash and new.code_hash is not null)
       or (to_jsonb(new) - array['tries_left', 'code_hash', 'passed_at'])
          <> (to_jsonb(old) - array['tries_left', 'code_hash', 'passed_at']) then
        raise exception 'identity check %: a code passes once, and loses tries only', old.id
            using errcode = 'check_violation', constraint = 'rights_identity_check_once';
    end if;
    return new;
end
$$;
create trigger rights_identity_check_is_kept before update on rights_identity_check
    for each row execute function rights_identity_check_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_requests")]

    operations = [
        migrations.RunSQL(
            REQUEST,
            """
            alter table rights_request drop constraint rights_request_limits;
            drop function rights_request_is_kept() cascade;
            """,
        ),
        migrations.RunSQL(
            RECORD,
            """
            drop function rights_is_appended() cascade;
            drop function rights_request_plan_is_kept() cascade;
            drop function rights_identity_check_is_kept() cascade;
            """,
        ),
    ]
