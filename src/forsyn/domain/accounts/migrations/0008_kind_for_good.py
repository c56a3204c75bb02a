"""A customer's account never becomes one of staff, nor the other way round: that would be another account."""

from django.db import migrations

TRIGGER = """
create function accounts_account_kind_is_kept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the kind of an account does not change' using errcode = 'check_violation';
end $$;
create trigger accounts_account_kind_is_kept before update on accounts_account
  for each row when (old.kind is distinct from new.kind) execute function accounts_account_kind_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_instruction_confirmation")]

    operations = [
        migrations.RunSQL(TRIGGER, "drop function accounts_account_kind_is_kept() cascade"),
    ]
