"""What a row cannot say alone: which step of a payout follows which, and that a charged-back collection was paid."""

from django.db import migrations

PAYOUT = """
create function payments_payout_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'prepared' then
            raise exception 'a payout begins as prepared' using errcode = 'check_violation',
                constraint = 'payments_payout_begins';
        end if;
        return new;
    end if;
    if new.state <> old.state and not (new.state = any (case old.state
            when 'prepared' then array['approved', 'withdrawn']
            when 'approved' then array['sent', 'withdrawn']
            when 'sent' then array['paid', 'failed']
            when 'paid' then array['failed']
            else array[]::text[] end)) then
        raise exception 'payout %: % does not follow %', old.id, new.state, old.state
            using errcode = 'check_violation', constraint = 'payments_payout_move';
    end if;
    if (new.customer_id, new.receipt_id, new.amount_oere, new.balance_oere, new.route, new.payee_name,
        new.registration_number, new.account_number, new.end_to_end_id, new.prepared_by_id, new.prepared_at)
       is distinct from
       (old.customer_id, old.receipt_id, old.amount_oere, old.balance_oere, old.route, old.payee_name,
        old.registration_number, old.account_number, old.end_to_end_id, old.prepared_by_id, old.prepared_at)
       or old.state <> 'prepared' and (new.approved_by_id, new.approved_at)
           is distinct from (old.approved_by_id, old.approved_at) then
        raise exception 'payout %: what was prepared and approved does not change; prepare a new one', old.id
            using errcode = 'check_violation', constraint = 'payments_payout_kept';
    end if;
    return new;
end
$$;
create trigger payments_payout_is_kept before insert or update on payments_payout
    for each row execute function payments_payout_is_kept();
"""

RECEIPT = """
create function payments_receipt_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if (new.file_id, new.way, new.mark, new.booked_date, new.amount_oere, new.payment_id, new.told_number)
       is distinct from
       (old.file_id, old.way, old.mark, old.booked_date, old.amount_oere, old.payment_id, old.told_number) then
        raise exception 'receipt %: what the bank told does not change', old.id
            using errcode = 'check_violation', constraint = 'payments_receipt_kept';
    end if;
    if old.state in ('same', 'undone') and new.state <> old.state then
        raise exception 'receipt %: % does not follow %', old.id, new.state, old.state
            using errcode = 'check_violation', constraint = 'payments_receipt_move';
    end if;
    return new;
end
$$;
create trigger payments_receipt_is_kept before update on payments_receipt
    for each row execute function payments_receipt_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments")]

    operations = [
        migrations.RunSQL(
            PAYOUT,
            "drop trigger payments_payout_is_kept on payments_payout; drop function payments_payout_is_kept();",
        ),
        migrations.RunSQL(
            RECEIPT,
            "drop trigger payments_receipt_is_kept on payments_receipt; drop function payments_receipt_is_kept();",
        ),
    ]
