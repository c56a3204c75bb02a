"""Bills that are left out of an approved run, instalments that are free again, and runs that are undone for all.

A bill of which something changed since its preview is left out: it keeps what was approved, so that the fingerprint of
its run stays true, and says why. An undone run is taken back under accounting, which sees everybody's books.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

STATES = [
    ("stopped", "Stopped"),
    ("previewed", "Previewed"),
    ("left_out", "Left Out"),
    ("posted", "Posted"),
    ("released", "Released"),
    ("undone", "Undone"),
]
RECKONED = Q(state="stopped", reasons__isnull=False, to_pay_oere=None, posting_oere=None) | (
    (Q(state="left_out", reasons__isnull=False) | ~Q(state__in=["stopped", "left_out"]) & Q(reasons=None))
    & Q(net_oere__isnull=False, vat_oere__isnull=False, vat_percent__isnull=False)
    & Q(on_account_net_oere__isnull=False, on_account_vat_oere__isnull=False)
    & Q(to_pay_oere=F("net_oere") + F("vat_oere") - F("on_account_net_oere") - F("on_account_vat_oere"))
    & Q(posting_accounts__isnull=False, posting_oere__isnull=False, posting_vat__isnull=False)
)
POSTED = Q(state__in=["stopped", "previewed", "left_out"], number=None, voucher=None) | Q(
    state__in=["posted", "released", "undone"], number__isnull=False
)

BILL = """
create or replace function billing_bill_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        raise exception 'a bill begins as stopped or previewed' using errcode = 'check_violation',
            constraint = 'billing_bill_begins';
    elsif tg_op = 'DELETE' then
        if split_part(current_setting('role'), ':', 2) = 'settlement' then
            raise exception 'bill % was approved; it is undone or corrected, not deleted', old.id
                using errcode = 'check_violation', constraint = 'billing_bill_kept';
        end if;
        return old;
    elsif not (new.state = any (case old.state
            when 'previewed' then array['posted', 'left_out']
            when 'posted' then array['released', 'undone']
            else array[]::text[] end)) then
        raise exception 'bill %: % does not follow %', old.id, new.state, old.state
            using errcode = 'check_violation', constraint = 'billing_bill_move';
    elsif new.state <> 'undone' and split_part(current_setting('role'), ':', 2) = 'accounting' then
        raise exception 'bill %: accounting undoes bills, and does nothing else to them', old.id
            using errcode = 'check_violation', constraint = 'billing_bill_accounting';
    elsif (old.number is not null and new.number is distinct from old.number)
       or (old.voucher_id is not null and new.voucher_id is distinct from old.voucher_id) then
        raise exception 'bill %: its number and its voucher do not change', old.id
            using errcode = 'check_violation', constraint = 'billing_bill_numbered_once';
    end if;
    return new;
end
$$;
drop trigger billing_bill_is_kept on billing_bill;
create trigger billing_bill_is_kept before update on billing_bill
    for each row when (new.state <> old.state or new.number is distinct from old.number
                       or new.voucher_id is distinct from old.voucher_id or new.reasons is distinct from old.reasons)
    execute function billing_bill_is_kept();
"""

RUN = """
create function billing_run_undone_by_accounting() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if split_part(current_setting('role'), ':', 2) = 'accounting' and new.state not in ('undoing', 'undone') then
        raise exception 'run %: accounting undoes runs, and does nothing else to them', old.id
            using errcode = 'check_violation', constraint = 'billing_run_accounting';
    end if;
    return new;
end
$$;
create trigger billing_run_undone_by_accounting before update on billing_run
    for each row execute function billing_run_undone_by_accounting();

create function billing_run_built_upon(run bigint) returns integer language sql stable
security definer set search_path = pg_catalog, pg_temp as $$
    select count(distinct later.id)::integer
      from public.billing_bill as bill
      join public.billing_bill as later on later.agreement_id = bill.agreement_id and later.run_id <> bill.run_id
                                       and later.number > bill.number and later.state in ('posted', 'released')
      join public.customers_agreement as agreement on agreement.id = bill.agreement_id
     where bill.run_id = run and bill.state = 'posted' and later.kind <> 'on_account'
       and (bill.kind <> 'on_account' or later.period @> lower(bill.period)
            or upper(later.period) = upper(agreement.period) and lower(bill.period) >= upper(later.period))
$$;
"""

FINGERPRINT = """
create or replace function billing_run_fingerprint(run bigint) returns text language sql stable
security definer set search_path = pg_catalog, pg_temp as $$
    select encode(sha256(convert_to(coalesce(string_agg((
               agreement.number, bill.agreement_id, bill.customer_id, bill.kind, bill.period, bill.issue_date,
               bill.due_date, bill.state = 'stopped', case when bill.state = 'stopped' then bill.reasons end,
               bill.remarks, bill.tariff_version_id, bill.corrects_id, bill.vat_percent, bill.net_oere, bill.vat_oere,
               bill.on_account_net_oere, bill.on_account_vat_oere, bill.to_pay_oere, bill.last_year_net_oere,
               bill.sha256, bill.posting_accounts, bill.posting_oere, bill.posting_vat)::text,
               E'\\n' order by agreement.number collate "C", bill.period), ''), 'UTF8')), 'hex')
      from public.billing_bill as bill
      join public.customers_agreement as agreement on agreement.id = bill.agreement_id
     where bill.run_id = run
$$;
"""

INSTALMENT = """
create or replace function billing_instalment_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if split_part(current_setting('role'), ':', 2) <> 'retention' and exists (
           select from public.billing_bill as bill join public.billing_run as run on run.id = bill.run_id
            where bill.instalment_id = old.id
              and (bill.state in ('posted', 'released')
                   or bill.state = 'previewed' and run.state in ('previewed', 'approved', 'executing'))) then
        raise exception 'instalment % has been billed', old.id
            using errcode = 'check_violation', constraint = 'billing_instalment_kept';
    end if;
    return coalesce(new, old);
end
$$;

do $$
declare
    named text;
begin
    select conname into named from pg_constraint
     where conrelid = 'public.billing_bill'::regclass and confrelid = 'public.billing_instalment'::regclass;
    execute format('alter table public.billing_bill drop constraint %I', named);
    execute format('alter table public.billing_bill add constraint %I foreign key (instalment_id)'
                   ' references public.billing_instalment (id) on delete set null deferrable initially deferred', named);
end
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0040_e_invoicing")]

    operations = [
        migrations.AlterField("bill", "state", models.CharField(choices=STATES, max_length=10)),
        migrations.AlterField(
            "bill",
            "instalment",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="bills",
                to="billing.instalment",
            ),
        ),
        migrations.RemoveConstraint("bill", "billing_bill_state"),
        migrations.AddConstraint(
            "bill",
            models.CheckConstraint(
                condition=Q(state__in=[value for value, _ in STATES]), name="billing_bill_state"
            ),
        ),
        migrations.RemoveConstraint("bill", "billing_bill_reckoned"),
        migrations.AddConstraint("bill", models.CheckConstraint(condition=RECKONED, name="billing_bill_reckoned")),
        migrations.RemoveConstraint("bill", "billing_bill_posted"),
        migrations.AddConstraint("bill", models.CheckConstraint(condition=POSTED, name="billing_bill_posted")),
        migrations.RunSQL(BILL),
        migrations.RunSQL(RUN),
        migrations.RunSQL(FINGERPRINT),
        migrations.RunSQL(INSTALMENT),
    ]  # fmt: skip
