import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Nobody confirms for another (SF-27): a row is its own account's, as the actor of the purpose says. Nothing is granted
# that could change a row afterwards.
OWN = """
create function accounts_check_own_confirmation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.account_id is distinct from nullif(current_setting('forsyn.actor', true), '')::bigint then
        raise exception 'instructions are confirmed by oneself, not for account %', new.account_id
            using errcode = 'check_violation', constraint = 'accounts_instruction_confirmation_own';
    end if;
    return new;
end
$$;
revoke execute on function accounts_check_own_confirmation() from public;

create trigger accounts_instruction_confirmation_own before insert on accounts_instruction_confirmation
    for each row execute function accounts_check_own_confirmation();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_access_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstructionConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("clerk", "clerk"),
                            ("billing", "billing"),
                            ("collection", "collection"),
                            ("operations", "operations"),
                            ("safety", "safety"),
                            ("dpo", "dpo"),
                            ("access_manager", "access_manager"),
                            ("external_support", "external_support"),
                        ],
                        max_length=40,
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("text_version", models.CharField(max_length=40)),
                ("confirmed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instruction_confirmations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "accounts_instruction_confirmation",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "role", "fingerprint"), name="accounts_instruction_confirmation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "clerk",
                                    "billing",
                                    "collection",
                                    "operations",
                                    "safety",
                                    "dpo",
                                    "access_manager",
                                    "external_support",
                                ],
                            )
                        ),
                        name="accounts_instruction_confirmation_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fingerprint__regex", "^[0-9a-f]{64}$")),
                        name="accounts_instruction_confirmation_text",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            OWN,
            """
            drop trigger accounts_instruction_confirmation_own on accounts_instruction_confirmation;
            drop function accounts_check_own_confirmation();
            """,
        ),
    ]
