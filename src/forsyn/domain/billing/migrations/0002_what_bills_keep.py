"""What a row cannot say alone: which step follows which, and that what was approved or posted stays as it was."""

from django.db import migrations

TARIFF = """
create function billing_tariff_version_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'draft' then
            raise exception 'a version of a tariff begins as a draft' using errcode = 'check_violation',
                constraint = 'billing_tariff_version_begins';
        end if;
    elsif old.state <> 'draft' then
        raise exception 'version % of tariff % is %; write a new version', old.number, old.tariff_id, old.state
            using errcode = 'check_violation', constraint = 'billing_tariff_version_kept';
    end if;
    return new;
end
$$;
create trigger billing_tariff_version_is_kept before insert or update on billing_tariff_version
    for each row execute function billing_tariff_version_is_kept();

create function billing_tariff_texts_are_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from public.billing_tariff_version as version
                where version.id = new.version_id and version.state <> 'draft') then
        raise exception 'version % of a tariff is decided; write a new version', new.version_id
            using errcode = 'check_violation', constraint = 'billing_tariff_texts_kept';
    end if;
    return new;
end
$$;
create trigger billing_tariff_texts_are_kept before insert or update on billing_tariff_texts
    for each row execute function billing_tariff_texts_are_kept();
"""

RUN = """
create function billing_run_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'draft' then
            raise exception 'a run begins as a draft' using errcode = 'check_violation',
                constraint = 'billing_run_begins';
        end if;
        return new;
    end if;
    if new.state <> old.state and not (new.state = any (case old.state
            when 'draft' then array['previewed', 'discarded']
            when 'previewed' then array['draft', 'approved', 'discarded']
            when 'approved' then array['executing', 'discarded']
            when 'executing' then array['executed']
            when 'executed' then array['released', 'undoing']
            when 'undoing' then array['undone']
            else array[]::text[] end)) then
        raise exception 'run %: % does not follow %', old.id, new.state, old.state
            using errcode = 'check_violation', constraint = 'billing_run_move';
    end if;
    if old.state not in ('draft', 'previewed')
       and (new.totals, new.sha256, new.approved_by_id, new.approved_at, new.previewed_at)
           is distinct from (old.totals, old.sha256, old.approved_by_id, old.approved_at, old.previewed_at) then
        raise exception 'run %: what was approved does not change', old.id
            using errcode = 'check_violation', constraint = 'billing_run_approved_once';
    end if;
    if (new.kind, new.commodity, new.agreement_id, new.period, new.made_at, new.made_by_id)
       is distinct from (old.kind, old.commodity, old.agreement_id, old.period, old.made_at, old.made_by_id)
       or old.state <> 'draft' and (new.issue_date, new.due_date) is distinct from (old.issue_date, old.due_date)
       or old.recorded_at is not null and new.recorded_at is distinct from old.recorded_at then
        raise exception 'run %: what it is for does not change; make a new run', old.id
            using errcode = 'check_violation', constraint = 'billing_run_kept';
    end if;
    return new;
end
$$;
create trigger billing_run_is_kept before insert or update on billing_run
    for each row execute function billing_run_is_kept();
"""

BILL = """
create function billing_bill_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        raise exception 'a bill begins as stopped or previewed' using errcode = 'check_violation',
            constraint = 'billing_bill_begins';
    elsif tg_op = 'DELETE' then
        if split_part(current_setting('role'), ':', 2) = 'settlement' then
            raise exception 'bill % is in the books; it is undone or corrected, not deleted', old.number
                using errcode = 'check_violation', constraint = 'billing_bill_kept';
        end if;
        return old;
    elsif not (new.state = any (case old.state
            when 'previewed' then array['posted']
            when 'posted' then array['released', 'undone']
            else array[]::text[] end)) then
        raise exception 'bill %: % does not follow %', old.id, new.state, old.state
            using errcode = 'check_violation', constraint = 'billing_bill_move';
    elsif (old.number is not null and new.number is distinct from old.number)
       or (old.voucher_id is not null and new.voucher_id is distinct from old.voucher_id) then
        raise exception 'bill %: its number and its voucher do not change', old.id
            using errcode = 'check_violation', constraint = 'billing_bill_numbered_once';
    end if;
    return new;
end
$$;
create trigger billing_bill_begins before insert on billing_bill
    for each row when (new.state not in ('stopped', 'previewed')) execute function billing_bill_is_kept();
create trigger billing_bill_is_kept before update on billing_bill
    for each row when (new.state <> old.state or new.number is distinct from old.number
                       or new.voucher_id is distinct from old.voucher_id)
    execute function billing_bill_is_kept();
create trigger billing_bill_is_not_deleted before delete on billing_bill
    for each row when (old.state not in ('stopped', 'previewed')) execute function billing_bill_is_kept();

create function billing_instalment_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if split_part(current_setting('role'), ':', 2) <> 'retention' and exists (
           select from public.billing_bill as bill
            where bill.instalment_id = old.id and bill.state in ('posted', 'released')) then
        raise exception 'instalment % has been billed', old.id
            using errcode = 'check_violation', constraint = 'billing_instalment_kept';
    end if;
    return coalesce(new, old);
end
$$;
create trigger billing_instalment_is_kept before update or delete on billing_instalment
    for each row execute function billing_instalment_is_kept();
"""

SEED = """
insert into billing_vat_rate (period, percent) values ('[1992-01-01,)', 25.00);
insert into billing_number_series (last_number) values (0);
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_tariffs_and_bills")]

    operations = [
        migrations.RunSQL(
            TARIFF,
            "drop trigger billing_tariff_version_is_kept on billing_tariff_version;"
            "drop trigger billing_tariff_texts_are_kept on billing_tariff_texts;"
            "drop function billing_tariff_version_is_kept(); drop function billing_tariff_texts_are_kept();",
        ),
        migrations.RunSQL(RUN, "drop trigger billing_run_is_kept on billing_run; drop function billing_run_is_kept();"),
        migrations.RunSQL(
            BILL,
            "drop trigger billing_bill_begins on billing_bill; drop trigger billing_bill_is_kept on billing_bill;"
            "drop trigger billing_bill_is_not_deleted on billing_bill;"
            "drop trigger billing_instalment_is_kept on billing_instalment;"
            "drop function billing_bill_is_kept(); drop function billing_instalment_is_kept();",
        ),
        migrations.RunSQL(SEED, "delete from billing_vat_rate; delete from billing_number_series;"),
    ]
