"""Whose meters are looked at, on record: those who work with meters alone may not know, so the owner looks it up."""

from django.db import migrations

RECORD = """
create function metering_record_access(text, text, integer[], bigint[], daterange, bigint, uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    look alias for $1;
    seen alias for $2;
    meters alias for $3;
    places alias for $4;
    days alias for $5;
    subject alias for $6;
    request alias for $7;
    persons bigint[];
begin
    select coalesce(array_agg(distinct holder.customer_id), '{}') into persons
      from (select installation.supply_point_id, installation.commodity, mounting.period * days as days
              from public.metering_mounting as mounting
              join public.customers_installation as installation on installation.id = mounting.installation_id
             where mounting.meter_id = any(meters) and mounting.period && days
            union all
            select installation.supply_point_id, installation.commodity, days
              from public.customers_installation as installation
             where installation.supply_point_id = any(places)) as shown
      join public.customers_agreement as agreement
        on agreement.supply_point_id = shown.supply_point_id and agreement.commodity = shown.commodity
       and agreement.period && shown.days
      join public.customers_agreement_holder as holder on holder.agreement_id = agreement.id;
    perform public.safeguards_record_access(look, seen, persons, subject, null, null, request);
end
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metering", "0005_colleagues"),
        ("safeguards", "0004_access_log"),
        ("customers", "0003_periods_have_days"),
    ]

    operations = [
        migrations.RunSQL(
            RECORD,
            "drop function metering_record_access(text, text, integer[], bigint[], daterange, bigint, uuid)",
        ),
    ]
