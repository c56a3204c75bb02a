"""The database itself keeps a number or a notice only with its ground: a live consent, or an open hand-over."""

from django.db import migrations

# Run as the tables' owner: the one who writes may see no consents. FOR SHARE keeps a withdrawal out until the commit.
GROUNDS = """
create function sensitive_health_notice_ground() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from public.safeguards_consent as consent
      where consent.id = new.consent_id and consent.customer_id = new.customer_id
        and consent.consent = 'health_notice' and consent.withdrawn_at is null and consent.proof is not null
        for share;
    if not found then
        raise exception 'A health notice needs the customer''s own live consent to it, in writing and on file.'
            using errcode = 'check_violation', constraint = 'sensitive_health_notice_consented',
                  schema = 'public', table = 'sensitive_health_notice';
    end if;
    return null;
end $$;

create constraint trigger sensitive_health_notice_consented
    after insert or update of customer_id, consent_id on sensitive_health_notice
    for each row execute function sensitive_health_notice_ground();

create function sensitive_cpr_ground() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from public.safeguards_consent as consent
      where consent.customer_id = new.customer_id and consent.withdrawn_at is null
        and consent.consent in ('cpr_address', 'cpr_nemkonto', 'cpr_eboks')
        for share;
    if found then
        return null;
    end if;
    perform from public.sensitive_hand_over as hand_over
      where hand_over.customer_id = new.customer_id and hand_over.closed_at is null
        for share;
    if not found then
        raise exception 'A CPR number needs a live consent, or a claim that is being handed over.'
            using errcode = 'check_violation', constraint = 'sensitive_cpr_grounded',
                  schema = 'public', table = 'sensitive_cpr';
    end if;
    return null;
end $$;

create constraint trigger sensitive_cpr_grounded
    after insert or update of customer_id on sensitive_cpr
    for each row execute function sensitive_cpr_ground();

revoke execute on function sensitive_health_notice_ground(), sensitive_cpr_ground() from public;
"""

NO_GROUNDS = """
drop trigger sensitive_health_notice_consented on sensitive_health_notice;
drop trigger sensitive_cpr_grounded on sensitive_cpr;
drop function sensitive_health_notice_ground();
drop function sensitive_cpr_ground();
"""


class Migration(migrations.Migration):
    dependencies = [("sensitive", "0001_initial")]

    operations = [migrations.RunSQL(GROUNDS, reverse_sql=NO_GROUNDS)]
