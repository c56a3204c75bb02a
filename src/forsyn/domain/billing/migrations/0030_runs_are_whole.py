"""A run's bills are made while it is a draft and are what was approved; how many customers it leaves out, without whom.

`billing_run_fingerprint` goes over all bills of a run, also those of customers who were restricted since the preview:
their bills are not posted, but what was approved is still the same.
"""

from django.db import migrations

BILLS_OF_DRAFTS = """
create function billing_bills_are_of_drafts() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
    other record;
begin
    select run.id, run.state into other from public.billing_run as run
     where run.id in (select run_id from added) and run.state <> 'draft' limit 1;
    if found then
        raise exception 'run % is %: bills are made for a draft', other.id, other.state
            using errcode = 'check_violation', constraint = 'billing_bill_of_draft';
    end if;
    return null;
end
$$;
create trigger billing_bills_are_of_drafts after insert on billing_bill referencing new table as added
    for each statement execute function billing_bills_are_of_drafts();

create function billing_bills_stay_approved() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
    other record;
begin
    if split_part(current_setting('role'), ':', 2) = 'settlement' then
        select run.id, run.state into other from public.billing_run as run
         where run.id in (select run_id from gone) and run.state not in ('draft', 'previewed', 'discarded') limit 1;
        if found then
            raise exception 'run % is %: its bills stay as they were approved', other.id, other.state
                using errcode = 'check_violation', constraint = 'billing_bill_of_approved';
        end if;
    end if;
    return null;
end
$$;
create trigger billing_bills_stay_approved after delete on billing_bill referencing old table as gone
    for each statement execute function billing_bills_stay_approved();
"""

FINGERPRINT = """
create function billing_run_fingerprint(run bigint) returns text language sql stable
security definer set search_path = pg_catalog, pg_temp as $$
    select encode(sha256(convert_to(coalesce(string_agg((
               agreement.number, bill.agreement_id, bill.customer_id, bill.kind, bill.period, bill.issue_date,
               bill.due_date, bill.state = 'stopped', bill.reasons, bill.remarks, bill.tariff_version_id,
               bill.instalment_id, bill.corrects_id, bill.vat_percent, bill.net_oere, bill.vat_oere,
               bill.on_account_net_oere, bill.on_account_vat_oere, bill.to_pay_oere, bill.last_year_net_oere,
               bill.sha256, bill.posting_accounts, bill.posting_oere, bill.posting_vat)::text,
               E'\\n' order by agreement.number collate "C", bill.period), ''), 'UTF8')), 'hex')
      from public.billing_bill as bill
      join public.customers_agreement as agreement on agreement.id = bill.agreement_id
     where bill.run_id = run
$$;
"""

LEFT_OUT = """
create function billing_run_restricted(run bigint) returns integer language sql stable
security definer set search_path = pg_catalog, pg_temp as $$
    select count(distinct agreement.id)::integer
      from public.billing_run as one
      join public.customers_agreement as agreement
        on agreement.commodity = one.commodity and agreement.period && one.period
       and (one.agreement_id is null or one.agreement_id = agreement.id)
      join public.customers_agreement_holder as holder on holder.agreement_id = agreement.id and holder.is_primary
     where one.id = run and holder.customer_id in (select c from enforcement.hidden_customers() as c)
       and (one.kind <> 'on_account' or exists (
            select from public.billing_plan as plan
              join public.billing_instalment as instalment on instalment.plan_id = plan.id
             where plan.agreement_id = agreement.id and one.period @> instalment.due_date))
$$;

create function billing_run_held_back(run bigint, standing text) returns integer language sql stable
security definer set search_path = pg_catalog, pg_temp as $$
    select count(*)::integer from public.billing_bill as bill
     where bill.run_id = run and bill.state = standing
       and bill.customer_id in (select c from enforcement.hidden_customers() as c)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_what_bills_keep")]

    operations = [
        migrations.RunSQL(
            BILLS_OF_DRAFTS,
            "drop trigger billing_bills_are_of_drafts on billing_bill;"
            "drop trigger billing_bills_stay_approved on billing_bill;"
            "drop function billing_bills_are_of_drafts(); drop function billing_bills_stay_approved();",
        ),
        migrations.RunSQL(FINGERPRINT, "drop function billing_run_fingerprint(bigint)"),
        migrations.RunSQL(
            LEFT_OUT,
            "drop function billing_run_restricted(bigint); drop function billing_run_held_back(bigint, text)",
        ),
    ]
