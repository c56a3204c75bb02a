"""A consent that was withdrawn stays so; a new yes is a row of its own. The proof of either is never rewritten."""

from django.db import migrations

TRIGGER = """
create function safeguards_consent_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if old.withdrawn_at is not null
     or (to_jsonb(new) - array['withdrawn_at', 'withdrawn_channel'])
        <> (to_jsonb(old) - array['withdrawn_at', 'withdrawn_channel']) then
    raise exception 'a consent is kept as it was given, and is withdrawn once' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger safeguards_consent_is_kept before update on safeguards_consent
  for each row execute function safeguards_consent_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0006_access_log_state")]

    operations = [
        migrations.RunSQL(TRIGGER, "drop function safeguards_consent_is_kept() cascade"),
    ]
