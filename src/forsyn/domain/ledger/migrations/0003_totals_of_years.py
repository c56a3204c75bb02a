"""A year's sums by account, counted from the first posting on: a balance is read from some twenty rows, however many
postings there are, and stays what it was when they end."""

import django.db.models.deletion
from django.db import migrations, models

RIGHTS = "security definer set search_path = pg_catalog, pg_temp"

SUMMED = """
insert into ledger_year_total (year_id, account_id, posting_count, debit_oere, credit_oere)
select year_id, account_id, sum(postings), sum(debit), sum(credit)
  from (select year_id, account_id, count(*) as postings,
               coalesce(sum(amount_oere) filter (where amount_oere > 0), 0) as debit,
               coalesce(-sum(amount_oere) filter (where amount_oere < 0), 0) as credit
          from ledger_posting group by year_id, account_id
        union all
        select year_id, account_id, posting_count, debit_oere, credit_oere from ledger_ended_postings) as posted
 group by year_id, account_id;

drop trigger ledger_postings_ended on ledger_posting;
drop function ledger_postings_ended();

create function ledger_postings_summed() returns trigger language plpgsql OWNERS as $$
begin
    insert into public.ledger_year_total as total (year_id, account_id, posting_count, debit_oere, credit_oere)
    select year_id, account_id, count(*), coalesce(sum(amount_oere) filter (where amount_oere > 0), 0),
           coalesce(-sum(amount_oere) filter (where amount_oere < 0), 0)
      from added group by year_id, account_id order by year_id, account_id
        on conflict (year_id, account_id) do update
       set posting_count = total.posting_count + excluded.posting_count,
           debit_oere = total.debit_oere + excluded.debit_oere,
           credit_oere = total.credit_oere + excluded.credit_oere;
    return null;
end
$$;
create trigger ledger_postings_summed after insert on ledger_posting referencing new table as added
    for each statement execute function ledger_postings_summed();
""".replace("OWNERS", RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_held_by_the_database")]

    operations = [
        migrations.CreateModel(
            name="YearTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("posting_count", models.BigIntegerField()),
                ("debit_oere", models.BigIntegerField()),
                ("credit_oere", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.ledgeraccount"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.accountingyear",
                    ),
                ),
            ],
            options={"db_table": "ledger_year_total"},
        ),
        migrations.AddConstraint(
            model_name="yeartotal",
            constraint=models.UniqueConstraint(fields=("year", "account"), name="ledger_year_total_one"),
        ),
        migrations.RunSQL(SUMMED),
        migrations.DeleteModel(name="EndedPostings"),
        migrations.RemoveIndex(model_name="posting", name="ledger_posting_of_account"),
        migrations.AddIndex(
            model_name="posting", index=models.Index(fields=["account", "year"], name="ledger_posting_by_account")
        ),
    ]
