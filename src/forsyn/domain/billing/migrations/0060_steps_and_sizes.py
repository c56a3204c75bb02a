"""Bills follow their run's steps, and nobody but the approver approves: held by the database for whatever writes.

- A bill is posted while its run is carried out, with a voucher of its own; released once it is executed; undone while
  the run is, with the voucher that reverses its own. One look a statement.
- A run or a tariff is approved by who works, not by nobody and not in another's name; what an approver is shown of a
  run does not change but with its bills.
- The series of bill numbers goes up to the last number that was given, and no further: no gap, no number twice.
- Sizes may be kilowatts, or cubic metres of rooms.
"""

from django.db import migrations, models

FACTORS = ["square_metres", "meter_size", "dwellings", "kilowatts", "cubic_metres"]

BILLS = """
create function billing_bills_follow_their_run() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    wrong record;
begin
    if split_part(current_setting('role'), ':', 2) = '' then
        return null;  -- the owner: migrations, and what a test lays out
    end if;
    select bill.id, bill.state, run.id as run_id, run.state as run_state into wrong
      from after as bill
      join before as was on was.id = bill.id
      join public.billing_run as run on run.id = bill.run_id
      left join public.ledger_voucher as voucher on voucher.id = bill.voucher_id
      left join public.ledger_voucher as undoing on undoing.id = bill.undoing_voucher_id
     where case when bill.state = was.state then
                (bill.released_at, bill.undoing_voucher_id) is distinct from (was.released_at, was.undoing_voucher_id)
                when bill.state = 'posted' then run.state <> 'executing'
                or (voucher.id is null) <> (cardinality(bill.posting_oere) = 0)
                or voucher.origin <> 'bill:' || bill.number or voucher.customer_id is distinct from bill.customer_id
                   and voucher.id is not null
                when bill.state = 'released' then run.state <> 'executed'
                when bill.state = 'undone' then run.state <> 'undoing'
                or undoing.reverses_id is distinct from bill.voucher_id
                else false end
     limit 1;
    if found then
        raise exception 'bill % becomes % while run % is %, or its voucher is not its own',
            wrong.id, wrong.state, wrong.run_id, wrong.run_state
            using errcode = 'check_violation', constraint = 'billing_bill_with_its_run';
    end if;
    return null;
end
$$;
create trigger billing_bills_follow_their_run after update on billing_bill
    referencing old table as before new table as after
    for each statement execute function billing_bills_follow_their_run();
"""

APPROVED = """
create function billing_approved_by_who_works() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
    if split_part(current_setting('role'), ':', 2) = '' then
        return new;  -- the owner
    end if;
    if new.state = 'approved' and old.state <> 'approved'
       and (new.approved_by_id is null
            or new.approved_by_id::text <> coalesce(current_setting('forsyn.actor', true), '')) then
        raise exception '% is approved by the person who works, and by nobody else', tg_table_name
            using errcode = 'check_violation', constraint = tg_table_name || '_approver';
    end if;
    return new;
end
$$;
create trigger billing_run_approver before update on billing_run
    for each row when (new.state <> old.state) execute function billing_approved_by_who_works();
create trigger billing_tariff_version_approver before update on billing_tariff_version
    for each row when (new.state <> old.state) execute function billing_approved_by_who_works();

create function billing_run_shows_its_bills() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'run %: what its approver is shown does not change; preview it anew', old.id
        using errcode = 'check_violation', constraint = 'billing_run_shown';
end
$$;
create trigger billing_run_shows_its_bills before update on billing_run
    for each row when (old.state = 'previewed' and new.state <> 'draft'
                       and (new.totals, new.sha256, new.previewed_at)
                           is distinct from (old.totals, old.sha256, old.previewed_at))
    execute function billing_run_shows_its_bills();

create function billing_drafted_by_who_works() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
    if split_part(current_setting('role'), ':', 2) <> ''
       and coalesce(new.drafted_by_id::text, '') <> coalesce(current_setting('forsyn.actor', true), '') then
        raise exception 'a draft of a tariff is by the person who wrote it' using errcode = 'check_violation',
            constraint = 'billing_tariff_version_drafter';
    end if;
    return new;
end
$$;
create trigger billing_tariff_version_drafter before update on billing_tariff_version
    for each row when (new.drafted_by_id is distinct from old.drafted_by_id or new.document <> old.document)
    execute function billing_drafted_by_who_works();
"""

NUMBERS = """
create function billing_number_series_goes_on() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' and exists (select from public.billing_number_series where id <> new.id) then
        raise exception 'bills have one series of numbers' using errcode = 'check_violation',
            constraint = 'billing_number_series_one';
    elsif tg_op = 'UPDATE' and (new.id <> old.id or new.last_number < old.last_number
            or new.last_number <> old.last_number and not exists (
                   select from public.billing_bill as bill where bill.number = new.last_number)) then
        raise exception 'the last bill has number %, not %', old.last_number, new.last_number
            using errcode = 'check_violation', constraint = 'billing_number_series_gapless';
    end if;
    return null;
end
$$;
create trigger billing_number_series_goes_on after insert or update on billing_number_series
    for each row execute function billing_number_series_goes_on();
"""

NOTHING = """
drop trigger billing_bills_follow_their_run on billing_bill;
drop trigger billing_run_approver on billing_run;
drop trigger billing_tariff_version_approver on billing_tariff_version;
drop trigger billing_run_shows_its_bills on billing_run;
drop trigger billing_tariff_version_drafter on billing_tariff_version;
drop trigger billing_number_series_goes_on on billing_number_series;
drop function billing_bills_follow_their_run();
drop function billing_approved_by_who_works();
drop function billing_run_shows_its_bills();
drop function billing_drafted_by_who_works();
drop function billing_number_series_goes_on();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0050_left_out")]

    operations = [
        migrations.AlterField(
            "factorof",
            "factor",
            models.CharField(choices=[(factor, factor) for factor in ("agreement", *FACTORS)], max_length=15),
        ),
        migrations.RemoveConstraint("factorof", "billing_factor_factor"),
        migrations.AddConstraint(
            "factorof",
            models.CheckConstraint(condition=models.Q(factor__in=FACTORS), name="billing_factor_factor"),
        ),
        migrations.RunSQL(BILLS + APPROVED + NUMBERS, NOTHING),
    ]
