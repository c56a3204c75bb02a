"""The door takes the purpose from the role, the actor from the session, and the persons from those who exist."""

from django.db import migrations

FUNCTIONS = """
-- Whom among these the purpose may not see, and no more than `enforcement` tells the role itself: somebody hidden has
-- objected to this very purpose, or else is restricted; somebody without the consent is not among those shown.
create or replace function safeguards_door_persons(customers bigint[], for_purpose text, needed_consent text)
returns table (restricted bigint, objecting bigint, without_consent bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    own constant text := nullif(split_part(current_setting('role'), ':', 2), '');
begin
    if own is null or own is distinct from for_purpose then
        raise exception 'the role % may not ask whom the purpose % does not see', current_setting('role'), for_purpose
            using errcode = 'insufficient_privilege';
    end if;
    return query
    with hidden as (
        select one.id, exists (select from public.safeguards_objection as objection
                                where objection.customer_id = one.id and objection.purpose = own
                                  and objection.ended_at is null
                                  and (objection.decided_at is null or objection.upheld)) as objects
          from unnest(customers) as one (id)
         where one.id in (select c from enforcement.hidden_customers() as c))
    select (select count(*) from hidden where not hidden.objects),
           (select count(*) from hidden where hidden.objects),
           (select count(*) from unnest(customers) as one (id)
             where needed_consent is not null
               and one.id not in (select c from enforcement.shown_customers() as c where c is not null));
end
$$;

-- The one way to put something on record as leaving: for the role's own purpose, by whoever works, about who exists.
create or replace function safeguards_disclose(facts jsonb, digest bytea, customers bigint[], about_account bigint,
                                    by_account bigint, for_work text, sealed bytea)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
    own constant text := nullif(split_part(current_setting('role'), ':', 2), '');
    actor constant bigint := nullif(current_setting('forsyn.actor', true), '')::bigint;
begin
    if own is null or own is distinct from facts ->> 'purpose' then
        raise exception 'the role % puts nothing on record for the purpose %',
            current_setting('role'), facts ->> 'purpose' using errcode = 'insufficient_privilege';
    end if;
    if by_account is distinct from actor then
        raise exception 'account % is not the one that works here', by_account
            using errcode = 'insufficient_privilege';
    end if;
    if exists (select from unnest(customers) as one (id)
                where not exists (select from public.customers_customer as known where known.id = one.id)) then
        raise exception 'the record names a customer that there is not' using errcode = 'foreign_key_violation';
    end if;
    if about_account is not null
       and not exists (select from public.accounts_account as known where known.id = about_account) then
        raise exception 'the record names an account that there is not' using errcode = 'foreign_key_violation';
    end if;
    insert into public.safeguards_disclosure
        (at, purpose, recipient, role, agreement_id, categories, countries, ground, statute, channel, to_person,
         person_count, payload_sha256, payload_bytes, state)
    select fact.at, fact.purpose, fact.recipient, fact.role, fact.agreement_id, fact.categories, fact.countries,
           fact.ground, fact.statute, fact.channel, fact.to_person, fact.person_count, digest, fact.payload_bytes,
           case when sealed is null then 'handed_over' else 'waiting' end
      from jsonb_to_record(facts) as fact
        (at timestamptz, purpose text, recipient text, role text, agreement_id bigint, categories text[],
         countries text[], ground text, statute text, channel text, to_person boolean, person_count integer,
         payload_bytes bigint)
    returning id into made;
    insert into public.safeguards_disclosure_person (disclosure_id, part, customer_id, account_id)
    select made, 'about', one.id, null::bigint from unnest(customers) as one (id)
    union all select made, 'about', null, about_account where about_account is not null
    union all select made, 'by', null, by_account where by_account is not null;
    if sealed is not null then
        insert into public.safeguards_outbox (disclosure_id, work, sealed, created_at, due_at, attempts, last_error)
        select made, for_work, sealed, (facts ->> 'at')::timestamptz, (facts ->> 'at')::timestamptz, 0, '';
    end if;
    return made;
end
$$;

create or replace function safeguards_refuse(facts jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own constant text := nullif(split_part(current_setting('role'), ':', 2), '');
begin
    if own is null or own is distinct from facts ->> 'purpose' then
        raise exception 'the role % puts nothing on record for the purpose %',
            current_setting('role'), facts ->> 'purpose' using errcode = 'insufficient_privilege';
    end if;
    insert into public.safeguards_disclosure_refusal
        (at, purpose, recipient, categories, channel, person_count, reasons, explanation)
    select fact.* from jsonb_to_record(facts) as fact
        (at timestamptz, purpose text, recipient text, categories text[], channel text, person_count integer,
         reasons text[], explanation text);
end
$$;
"""
BEFORE = """
create or replace function safeguards_door_persons(customers bigint[], for_purpose text, needed_consent text)
returns table (restricted bigint, objecting bigint, without_consent bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*) filter (where exists (select from public.safeguards_restriction as restriction
                                           where restriction.customer_id = one.id and restriction.ended_at is null)),
           count(*) filter (where exists (select from public.safeguards_objection as objection
                                           where objection.customer_id = one.id and objection.purpose = for_purpose
                                             and objection.ended_at is null
                                             and (objection.decided_at is null or objection.upheld))),
           count(*) filter (where needed_consent is not null
                              and not exists (select from public.safeguards_consent as consent
                                               where consent.customer_id = one.id and consent.consent = needed_consent
                                                 and consent.withdrawn_at is null))
      from unnest(customers) as one (id)
$$;

create or replace function safeguards_disclose(facts jsonb, digest bytea, customers bigint[], about_account bigint,
                                    by_account bigint, for_work text, sealed bytea)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
begin
    insert into public.safeguards_disclosure
        (at, purpose, recipient, role, agreement_id, categories, countries, ground, statute, channel, to_person,
         person_count, payload_sha256, payload_bytes, state)
    select fact.at, fact.purpose, fact.recipient, fact.role, fact.agreement_id, fact.categories, fact.countries,
           fact.ground, fact.statute, fact.channel, fact.to_person, fact.person_count, digest, fact.payload_bytes,
           case when sealed is null then 'handed_over' else 'waiting' end
      from jsonb_to_record(facts) as fact
        (at timestamptz, purpose text, recipient text, role text, agreement_id bigint, categories text[],
         countries text[], ground text, statute text, channel text, to_person boolean, person_count integer,
         payload_bytes bigint)
    returning id into made;
    insert into public.safeguards_disclosure_person (disclosure_id, part, customer_id, account_id)
    select made, 'about', one.id, null::bigint from unnest(customers) as one (id)
    union all select made, 'about', null, about_account where about_account is not null
    union all select made, 'by', null, by_account where by_account is not null;
    if sealed is not null then
        insert into public.safeguards_outbox (disclosure_id, work, sealed, created_at, due_at, attempts, last_error)
        select made, for_work, sealed, (facts ->> 'at')::timestamptz, (facts ->> 'at')::timestamptz, 0, '';
    end if;
    return made;
end
$$;

create or replace function safeguards_refuse(facts jsonb) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into public.safeguards_disclosure_refusal
        (at, purpose, recipient, categories, channel, person_count, reasons, explanation)
    select fact.* from jsonb_to_record(facts) as fact
        (at timestamptz, purpose text, recipient text, categories text[], channel text, person_count integer,
         reasons text[], explanation text)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0007_withdrawn_for_good")]

    operations = [migrations.RunSQL(FUNCTIONS, BEFORE)]
