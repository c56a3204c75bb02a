"""Breaches, balancing tests and impact assessments, with what the database itself sees to."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

KEYS = {
    "accountability_breach": (
        "registered_by_id",
        "assessed_by_id",
        "letters_released_by_id",
        "excepted_by_id",
        "closed_by_id",
    ),
    "accountability_breach_search": ("account_id", "made_by_id"),
    "accountability_breach_notice": ("prepared_by_id", "sent_by_id"),
    "accountability_breach_step": ("by_id",),
    "accountability_assessment": ("author_id", "decided_by_id"),
}
"""The members of staff, shown by way of the view of colleagues, are accounts all the same."""
PARTS = {
    ("accountability_breach_search", "breach_id"): "accountability_breach",
    ("accountability_breach_person", "breach_id"): "accountability_breach",
    ("accountability_breach_person", "search_id"): "accountability_breach_search",
    ("accountability_breach_notice", "breach_id"): "accountability_breach",
    ("accountability_breach_step", "breach_id"): "accountability_breach",
}
"""What belongs to a breach goes with it."""

TRIGGERS = """
-- The clock follows from when we became aware; what is closed stays as it is, and closes only when it is done.
create function accountability_breach_guard() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  new.notify_by_at := new.aware_at + interval '72 hours';
  if tg_op = 'INSERT' then
    return new;
  end if;
  if old.closed_at is not null and new.closed_at is not null and new is distinct from old then
    raise exception 'breach % is closed; open it again to change it', old.id
      using errcode = 'check_violation', constraint = 'accountability_breach_stays';
  end if;
  if (new.letter_da, new.letter_en) is distinct from (old.letter_da, old.letter_en)
     and exists (select from public.accountability_breach_person
                  where breach_id = new.id and told_at is not null) then
    raise exception 'persons have had the letter of breach %; it stays as they read it', new.id
      using errcode = 'check_violation', constraint = 'accountability_breach_letter';
  end if;
  if new.closed_at is null or old.closed_at is not null then
    return new;
  end if;
  if (new.risk <> 'none' or new.capacity = 'processor')
     and not exists (select from public.accountability_breach_notice
                      where breach_id = new.id and sent_at is not null) then
    raise exception 'breach % has not been notified', new.id
      using errcode = 'check_violation', constraint = 'accountability_breach_notified';
  end if;
  if new.risk = 'high' and new.capacity = 'controller' and new.exception is null
     and exists (select from public.accountability_breach_person
                  where breach_id = new.id and told_at is null and left_out_reason = '') then
    raise exception 'persons whom breach % touched have not been told', new.id
      using errcode = 'check_violation', constraint = 'accountability_breach_told';
  end if;
  return new;
end $$;
create trigger accountability_breach_guard before insert or update on accountability_breach
  for each row execute function accountability_breach_guard();

-- Nothing is edited silently: each change is on the record with what stood before.
create function accountability_breach_changed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  changed jsonb;
begin
  select jsonb_object_agg(was.key, jsonb_build_array(was.value, now_is.value)) into changed  -- who: stands in by_id
    from jsonb_each(to_jsonb(old)) as was join jsonb_each(to_jsonb(new)) as now_is using (key)
   where was.value is distinct from now_is.value and was.key not like '%_by_id';
  if changed is not null then
    insert into public.accountability_breach_step (breach_id, at, kind, by_id, text, changes)
    values (new.id, coalesce(nullif(current_setting('forsyn.now', true), '')::timestamptz, clock_timestamp()),
            'changed', nullif(current_setting('forsyn.actor', true), '')::bigint, '', changed);
  end if;
  return null;
end $$;
create trigger accountability_breach_changed after update on accountability_breach
  for each row execute function accountability_breach_changed();

-- A step is by whoever works, and is never rewritten.
create function accountability_step_guard() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    raise exception 'the record of a breach is added to, never changed'
      using errcode = 'check_violation', constraint = 'accountability_step_stays';
  end if;
  new.by_id := coalesce(nullif(current_setting('forsyn.actor', true), '')::bigint, new.by_id);
  return new;
end $$;
create trigger accountability_step_guard before insert or update on accountability_breach_step
  for each row execute function accountability_step_guard();

-- What was sent stays as it was sent; only the receipt may still come. Late needs a reason (Art. 33(1)).
create function accountability_notice_guard() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' and old.sent_at is not null
     and ((to_jsonb(new) - 'receipt') <> (to_jsonb(old) - 'receipt') or old.receipt <> '') then
    raise exception 'a notice that was sent stays as it was sent'
      using errcode = 'check_violation', constraint = 'accountability_notice_stays';
  end if;
  if new.sent_at is not null and new.phase = 1 and new.late_reason = ''
     and exists (select from public.accountability_breach
                  where id = new.breach_id and capacity = 'controller' and new.sent_at > notify_by_at) then
    raise exception 'a notice after the 72 hours gives the reason for the delay'
      using errcode = 'check_violation', constraint = 'accountability_notice_late';
  end if;
  return new;
end $$;
create trigger accountability_notice_guard before insert or update on accountability_breach_notice
  for each row execute function accountability_notice_guard();

-- Whoever was told cannot become untold, and was told once.
create function accountability_person_guard() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'what a person was told of a breach stays on record'
    using errcode = 'check_violation', constraint = 'accountability_person_told';
end $$;
create trigger accountability_person_guard before update on accountability_breach_person
  for each row when (old.told_at is not null and new is distinct from old)
  execute function accountability_person_guard();

-- A decision stays; a new look is a new version.
create function accountability_assessment_guard() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'version % of the assessment of % is decided; write a new version', old.version, old.purpose
    using errcode = 'check_violation', constraint = 'accountability_assessment_stays';
end $$;
create trigger accountability_assessment_guard before update on accountability_assessment
  for each row when (old.decided_at is not null) execute function accountability_assessment_guard();
"""
DROP_TRIGGERS = """
drop function accountability_breach_guard() cascade;
drop function accountability_breach_changed() cascade;
drop function accountability_step_guard() cascade;
drop function accountability_notice_guard() cascade;
drop function accountability_person_guard() cascade;
drop function accountability_assessment_guard() cascade;
"""


def _key(table, column, target, rest=""):
    name = f"{table}_{column}_fk"
    return migrations.RunSQL(
        f"alter table {table} add constraint {name} foreign key ({column}) references {target} (id){rest}"
        " deferrable initially deferred",
        f"alter table {table} drop constraint {name}",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0008_kind_for_good"),
        ("customers", "0007_hidden_numbers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("what_happened", models.TextField()),
                ("began_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("aware_at", models.DateTimeField()),
                ("notify_by_at", models.DateTimeField(editable=False)),
                ("confidentiality", models.BooleanField()),
                ("integrity", models.BooleanField()),
                ("availability", models.BooleanField()),
                (
                    "data_categories",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                (
                    "person_groups",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("approximate_persons", models.IntegerField(null=True)),
                ("approximate_records", models.BigIntegerField(null=True)),
                ("consequences", models.TextField(blank=True)),
                ("measures", models.TextField(blank=True)),
                ("processor", models.CharField(blank=True, max_length=40)),
                (
                    "capacity",
                    models.CharField(choices=[("controller", "controller"), ("processor", "processor")], max_length=10),
                ),
                ("on_behalf_of", models.CharField(blank=True, max_length=200)),
                ("registered_at", models.DateTimeField()),
                (
                    "risk",
                    models.CharField(
                        choices=[("none", "None"), ("risk", "Risk"), ("high", "High")], max_length=5, null=True
                    ),
                ),
                ("risk_reason", models.TextField(blank=True)),
                ("assessed_at", models.DateTimeField(null=True)),
                ("letter_da", models.TextField(blank=True)),
                ("letter_en", models.TextField(blank=True)),
                ("letters_released_at", models.DateTimeField(null=True)),
                (
                    "exception",
                    models.CharField(
                        choices=[
                            ("protected", "Protected"),
                            ("averted", "Averted"),
                            ("disproportionate", "Disproportionate"),
                        ],
                        max_length=16,
                        null=True,
                    ),
                ),
                ("exception_reason", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("lessons", models.TextField(blank=True)),
                (
                    "assessed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "excepted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "letters_released_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "db_table": "accountability_breach",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("what_happened", ""), _negated=True)
                        ),
                        name="accountability_breach_what_happened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidentiality", True), ("integrity", True), ("availability", True), _connector="OR"
                        ),
                        name="accountability_breach_nature",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("data_categories__len__gt", 0), ("person_groups__len__gt", 0)),
                        name="accountability_breach_whose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("began_at", None), ("began_at__lte", models.F("aware_at")), _connector="OR"),
                            models.Q(
                                ("ended_at", None),
                                ("began_at", None),
                                ("ended_at__gte", models.F("began_at")),
                                _connector="OR",
                            ),
                        ),
                        name="accountability_breach_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("capacity", "controller"), ("on_behalf_of", "")),
                            models.Q(("capacity", "processor"), models.Q(("on_behalf_of", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="accountability_breach_capacity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("assessed_at", None), ("assessed_by", None), ("risk", None), ("risk_reason", "")),
                            models.Q(
                                ("assessed_at__isnull", False),
                                ("assessed_by__isnull", False),
                                ("risk__in", ["none", "risk", "high"]),
                                models.Q(("risk_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accountability_breach_assessed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("letters_released_at", None), ("letters_released_by", None)),
                            models.Q(
                                ("letters_released_at__isnull", False),
                                ("letters_released_by__isnull", False),
                                models.Q(("letter_da", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accountability_breach_released",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("excepted_by", None), ("exception", None), ("exception_reason", "")),
                            models.Q(
                                ("excepted_by__isnull", False),
                                ("exception__in", ["protected", "averted", "disproportionate"]),
                                models.Q(("exception_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accountability_breach_exception",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(
                                ("closed_at__isnull", False), ("closed_by__isnull", False), ("risk__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="accountability_breach_closed",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["notify_by_at"],
                        name="accountability_breach_open",
                    ),
                    models.Index(fields=["-aware_at"], name="accountability_breach_latest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phase", models.SmallIntegerField()),
                ("final", models.BooleanField(default=False)),
                ("recipient", models.CharField(max_length=60)),
                ("text", models.TextField()),
                ("prepared_at", models.DateTimeField()),
                ("late_reason", models.TextField(blank=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("receipt", models.CharField(blank=True, max_length=100)),
                ("disclosure_id", models.BigIntegerField(null=True)),
                (
                    "breach",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="accountability.breach",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "db_table": "accountability_breach_notice",
                "constraints": [
                    models.UniqueConstraint(fields=("breach", "phase"), name="accountability_notice_phase"),
                    models.CheckConstraint(
                        condition=models.Q(("phase__gte", 1), models.Q(("text", ""), _negated=True)),
                        name="accountability_notice_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disclosure_id", None), ("receipt", ""), ("sent_at", None), ("sent_by", None)),
                            models.Q(
                                ("disclosure_id__isnull", False), ("sent_at__isnull", False), ("sent_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="accountability_notice_sent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("looks", "Looks"),
                            ("disclosures", "Disclosures"),
                            ("numbers", "Numbers"),
                            ("places", "Places"),
                            ("meters", "Meters"),
                            ("supplied", "Supplied"),
                        ],
                        max_length=12,
                    ),
                ),
                ("recipient", models.CharField(blank=True, max_length=60)),
                ("from_at", models.DateTimeField(null=True)),
                ("until_at", models.DateTimeField(null=True)),
                ("given", models.IntegerField(null=True)),
                ("found", models.IntegerField()),
                ("added", models.IntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "breach",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="searches",
                        to="accountability.breach",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "db_table": "accountability_breach_search",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["looks", "disclosures", "numbers", "places", "meters", "supplied"])
                        ),
                        name="accountability_search_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("added__gte", 0), ("found__gte", 0), ("added__lte", models.F("found"))),
                        name="accountability_search_counts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField()),
                ("left_out_reason", models.TextField(blank=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "told_by",
                    models.CharField(choices=[("email", "Email"), ("letter", "Letter")], max_length=6, null=True),
                ),
                ("disclosure_id", models.BigIntegerField(null=True)),
                (
                    "breach",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="persons",
                        to="accountability.breach",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "search",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="persons",
                        to="accountability.breachsearch",
                    ),
                ),
            ],
            options={
                "db_table": "accountability_breach_person",
                "constraints": [
                    models.UniqueConstraint(fields=("breach", "customer"), name="accountability_breach_person_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disclosure_id", None), ("told_at", None), ("told_by", None)),
                            models.Q(
                                ("disclosure_id__isnull", False),
                                ("told_at__isnull", False),
                                ("told_by__in", ["email", "letter"]),
                            ),
                            _connector="OR",
                        ),
                        name="accountability_breach_person_told",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("left_out_reason", ""), ("told_at", None)),
                        fields=["breach", "customer"],
                        name="accountability_person_untold",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registered", "Registered"),
                            ("changed", "Changed"),
                            ("searched", "Searched"),
                            ("left_out", "Left Out"),
                            ("assessed", "Assessed"),
                            ("prepared", "Prepared"),
                            ("notified", "Notified"),
                            ("letter", "Letter"),
                            ("told", "Told"),
                            ("exception", "Exception"),
                            ("note", "Note"),
                            ("closed", "Closed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("changes", models.JSONField(default=dict)),
                (
                    "breach",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="accountability.breach",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "db_table": "accountability_breach_step",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "registered",
                                    "changed",
                                    "searched",
                                    "left_out",
                                    "assessed",
                                    "prepared",
                                    "notified",
                                    "letter",
                                    "told",
                                    "exception",
                                    "note",
                                    "closed",
                                ],
                            )
                        ),
                        name="accountability_step_kind",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["breach", "at", "id"], name="accountability_step_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("balancing", "Balancing"), ("impact", "Impact")], max_length=10)),
                ("purpose", models.CharField(max_length=40)),
                ("version", models.SmallIntegerField()),
                ("texts", models.JSONField()),
                ("basis", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("carry_on", "Carry On"),
                            ("carry_on_with", "Carry On With"),
                            ("stop", "Stop"),
                            ("not_needed", "Not Needed"),
                        ],
                        max_length=13,
                        null=True,
                    ),
                ),
                ("decision_reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("review_date", models.DateField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.colleague",
                    ),
                ),
            ],
            options={
                "db_table": "accountability_assessment",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "purpose", "version"), name="accountability_assessment_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("kind", "purpose"),
                        name="accountability_assessment_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["balancing", "impact"])), name="accountability_assessment_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", None),
                                ("decision", None),
                                ("decision_reason", ""),
                                ("review_date", None),
                            ),
                            models.Q(
                                ("decision__in", ["carry_on", "carry_on_with", "stop", "not_needed"]),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("review_date__isnull", False),
                                models.Q(("decision_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="accountability_assessment_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at", None), ("decided_at__gte", models.F("written_at")), _connector="OR"
                        ),
                        name="accountability_assessment_decided_after",
                    ),
                ],
            },
        ),
        *(_key(table, column, "accounts_account") for table, columns in KEYS.items() for column in columns),
        *(_key(table, column, target, " on delete cascade") for (table, column), target in PARTS.items()),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
