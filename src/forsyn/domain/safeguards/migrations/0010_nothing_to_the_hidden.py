"""What waits to leave is asked about once more at the moment it leaves: a no, a withdrawal or a restriction that came
in between holds it back (Art. 7(3), 18, 21). What was wanted no more never left, and is taken back with its record;
what is only restricted waits, a day at a time."""

from django.db import migrations

NEW = """
drop function safeguards_outbox_claim(text, timestamptz, timestamptz, integer);

create function safeguards_outbox_claim(for_work text, at_time timestamptz, until timestamptz, most integer,
                                        needed_consent text)
returns table (id bigint, channel text, sealed bytea, attempts integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    hidden constant bigint[] := array(select c from enforcement.hidden_customers() as c);
    unwanted bigint[];
begin
    with lost as (
        update public.safeguards_outbox as message
           set due_at = null, leased_until = null, last_error = 'the program stopped while it was being sent'
         where message.work = for_work and message.leased_until < at_time
        returning message.disclosure_id)
    update public.safeguards_disclosure as disclosure set state = 'doubtful', settled_at = at_time
      from lost where disclosure.id = lost.disclosure_id;
    -- somebody has objected, or withdrawn the consent, since it was written
    with due as (
        select message.id, message.disclosure_id, disclosure.purpose
          from public.safeguards_outbox as message
          join public.safeguards_disclosure as disclosure on disclosure.id = message.disclosure_id
         where message.work = for_work and message.due_at <= at_time and message.leased_until is null
         order by message.due_at, message.id limit most * 5 for update of message skip locked),
    gone as (
        delete from public.safeguards_outbox as message using due
         where message.id = due.id and exists (
            select from public.safeguards_disclosure_person as about
             where about.disclosure_id = due.disclosure_id and about.part = 'about' and about.customer_id is not null
               and (exists (select from public.safeguards_objection as objection
                             where objection.customer_id = about.customer_id and objection.purpose = due.purpose
                               and objection.ended_at is null and (objection.decided_at is null or objection.upheld))
                    or needed_consent is not null
                       and about.customer_id not in (select c from enforcement.shown_customers() as c)))
        returning message.disclosure_id)
    select array_agg(gone.disclosure_id) into unwanted from gone;
    if unwanted is not null then
        delete from public.safeguards_disclosure_person as about where about.disclosure_id = any(unwanted);
        delete from public.safeguards_disclosure as disclosure where disclosure.id = any(unwanted);
    end if;
    if cardinality(hidden) > 0 then
        update public.safeguards_outbox as message set due_at = at_time + interval '1 day'
         where message.work = for_work and message.due_at <= at_time and message.leased_until is null
           and message.disclosure_id in (select about.disclosure_id from public.safeguards_disclosure_person as about
                                          where about.part = 'about' and about.customer_id = any(hidden));
    end if;
    return query
    with due as (
        select message.id from public.safeguards_outbox as message
          join public.safeguards_disclosure as disclosure on disclosure.id = message.disclosure_id
         where message.work = for_work and message.due_at <= at_time and message.leased_until is null
           and (needed_consent is null or not exists (
                select from public.safeguards_disclosure_person as about
                 where about.disclosure_id = message.disclosure_id and about.part = 'about'
                   and about.customer_id is not null
                   and about.customer_id not in (select c from enforcement.shown_customers() as c)))
         order by message.due_at, message.id limit most for update of message skip locked)
    update public.safeguards_outbox as message
       set leased_until = until, attempts = message.attempts + 1
      from due, public.safeguards_disclosure as disclosure
     where message.id = due.id and disclosure.id = message.disclosure_id
    returning message.id, disclosure.channel::text, message.sealed, message.attempts;
end
$$;
revoke all on function safeguards_outbox_claim(text, timestamptz, timestamptz, integer, text) from public;
"""
FORMER = """
drop function safeguards_outbox_claim(text, timestamptz, timestamptz, integer, text);

create function safeguards_outbox_claim(for_work text, at_time timestamptz, until timestamptz, most integer)
returns table (id bigint, channel text, sealed bytea, attempts integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    with lost as (
        update public.safeguards_outbox as message
           set due_at = null, leased_until = null, last_error = 'the program stopped while it was being sent'
         where message.work = for_work and message.leased_until < at_time
        returning message.disclosure_id)
    update public.safeguards_disclosure as disclosure set state = 'doubtful', settled_at = at_time
      from lost where disclosure.id = lost.disclosure_id;
    return query
    with due as (
        select message.id from public.safeguards_outbox as message
         where message.work = for_work and message.due_at <= at_time and message.leased_until is null
         order by message.due_at, message.id limit most for update skip locked)
    update public.safeguards_outbox as message
       set leased_until = until, attempts = message.attempts + 1
      from due, public.safeguards_disclosure as disclosure
     where message.id = due.id and disclosure.id = message.disclosure_id
    returning message.id, disclosure.channel::text, message.sealed, message.attempts;
end
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0009_holds")]

    operations = [migrations.RunSQL(NEW, FORMER)]
