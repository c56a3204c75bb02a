from django.db import migrations

# What a constraint of one row cannot say about people from other companies (SV-03): their roles lie within the periods
# of their confidentiality agreements, and their account is open only while there is one that has not run out.
FUNCTION = """
create function accounts_check_external() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    whose bigint;
    covered datemultirange;
begin
    whose := case when tg_table_name = 'accounts_account' then (to_jsonb(coalesce(new, old)) ->> 'id')
                  else (to_jsonb(coalesce(new, old)) ->> 'account_id') end;
    if not exists (select from public.accounts_external_staff where account_id = whose) then
        return null;
    end if;
    if exists (select from public.accounts_account where id = whose and kind <> 'staff') then
        raise exception 'account % is no member of staff, so it has no employer', whose
            using errcode = 'check_violation', constraint = 'accounts_external_staff_kind';
    end if;
    select coalesce(range_agg(period), '{}') into covered
      from public.accounts_confidentiality_agreement where account_id = whose;
    if exists (select from public.accounts_staff_role where account_id = whose and not period <@ covered) then
        raise exception 'a role of account % goes beyond its confidentiality agreements', whose
            using errcode = 'check_violation', constraint = 'accounts_external_staff_agreement';
    end if;
    if tg_table_name <> 'accounts_staff_role' and coalesce(upper(covered) <= current_date, true)
       and exists (select from public.accounts_account where id = whose and is_active) then
        raise exception 'account % is open without a confidentiality agreement', whose
            using errcode = 'check_violation', constraint = 'accounts_external_staff_open';
    end if;
    return null;
end
$$;
revoke execute on function accounts_check_external() from public;

create constraint trigger accounts_external_staff_agreement after insert or update on accounts_external_staff
    deferrable initially immediate for each row execute function accounts_check_external();
create constraint trigger accounts_external_staff_agreement after insert or update of account_id, period on accounts_staff_role
    deferrable initially immediate for each row execute function accounts_check_external();
create constraint trigger accounts_external_staff_agreement
    after insert or update of account_id, period or delete on accounts_confidentiality_agreement
    deferrable initially immediate for each row execute function accounts_check_external();
create constraint trigger accounts_external_staff_agreement after update of is_active, kind on accounts_account
    deferrable initially immediate for each row execute function accounts_check_external();

alter table accounts_confidentiality_agreement
    add constraint accounts_confidentiality_document
    check (octet_length(document) > 0 and sha256 = encode(sha256(document), 'hex'));
"""

# Names of staff for other purposes, which do not read accounts. Customers' accounts stay unseen, by any trick of a query.
COLLEAGUES = """
create view accounts_colleague with (security_barrier) as
    select id, name from accounts_account where kind = 'staff'
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_staff_access")]

    operations = [
        migrations.RunSQL(
            FUNCTION,
            """
            alter table accounts_confidentiality_agreement drop constraint accounts_confidentiality_document;
            drop trigger accounts_external_staff_agreement on accounts_external_staff;
            drop trigger accounts_external_staff_agreement on accounts_staff_role;
            drop trigger accounts_external_staff_agreement on accounts_confidentiality_agreement;
            drop trigger accounts_external_staff_agreement on accounts_account;
            drop function accounts_check_external();
            """,
        ),
        migrations.RunSQL(COLLEAGUES, "drop view accounts_colleague"),
    ]
