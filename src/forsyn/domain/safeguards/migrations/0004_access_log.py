import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What writes, seals and keeps the log in order runs with its owner's rights: no purpose's role may insert, change or
# delete here, and none may choose the time, the actor or the purpose of a row.
LOG = """
create sequence safeguards_access_log_id_seq;
create table safeguards_access_log (
    id          bigint not null default nextval('safeguards_access_log_id_seq'),
    at          timestamp with time zone not null,
    actor_id    bigint,
    customer_id bigint,
    kind        varchar(10) not null,
    aspect      varchar(40) not null,
    subject_id  bigint,
    purpose     varchar(60) not null,
    search      varchar(200),
    reason      varchar(500),
    request_id  uuid not null,
    constraint safeguards_access_log_pkey primary key (id, at),
    constraint safeguards_access_log_kind check (kind in ('look', 'list', 'search', 'export', 'change')),
    constraint safeguards_access_log_search check ((kind = 'search') = (search is not null)),
    constraint safeguards_access_log_texts check (aspect <> '' and purpose <> '' and reason <> '')
) partition by range (at);
alter sequence safeguards_access_log_id_seq owned by safeguards_access_log.id;
create index safeguards_access_log_at on safeguards_access_log (at, id);
create index safeguards_access_log_customer on safeguards_access_log (customer_id, at) where customer_id is not null;
create index safeguards_access_log_actor on safeguards_access_log (actor_id, at);
create table safeguards_access_log_rest partition of safeguards_access_log default;
"""

# Months are of UTC, so that no setting of a session moves their bounds. Rows that came before their month was made lie
# in the default partition, and move.
MONTHS = """
create function safeguards_ensure_access_months(date, integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    day alias for $1;
    months alias for $2;
    first_day date;
    first_at timestamp with time zone;
    next_at timestamp with time zone;
    name text;
begin
    if day < date '2000-01-01' or day >= date '2100-01-01' or months not between 1 and 36 then
        raise exception 'no access log is kept for % months from %', months, day
            using errcode = 'datetime_field_overflow';
    end if;
    for ahead in 0 .. months - 1 loop
        first_day := (date_trunc('month', day::timestamp) + make_interval(months => ahead))::date;
        name := 'safeguards_access_log_' || to_char(first_day, 'YYYY_MM');
        continue when to_regclass('public.' || name) is not null;
        perform pg_advisory_xact_lock(1181705075, 3);
        continue when to_regclass('public.' || name) is not null;
        first_at := first_day::timestamp at time zone 'UTC';
        next_at := (first_day::timestamp + interval '1 month') at time zone 'UTC';
        execute format('create table public.%I (like public.safeguards_access_log including all)', name);
        execute format('with early as (delete from public.safeguards_access_log_rest where at >= %L and at < %L'
                       ' returning *) insert into public.%I select * from early', first_at, next_at, name);
        execute format('alter table public.safeguards_access_log attach partition public.%I'
                       ' for values from (%L) to (%L)', name, first_at, next_at);
    end loop;
end
$$;
"""

# The lock is what the sealer waits for: whoever has an id of the sequence holds it until the end of the transaction.
RECORD = """
create function safeguards_record_access(text, text, bigint[], bigint, text, text, uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    look alias for $1;
    seen alias for $2;
    customers alias for $3;
    subject alias for $4;
    words alias for $5;
    why alias for $6;
    request alias for $7;
    purpose constant text := split_part(current_setting('role'), ':', 2);
    actor constant bigint := nullif(current_setting('forsyn.actor', true), '')::bigint;
    persons constant bigint[] := case when customers = '{}' and words is null then array[null::bigint]
                                      else customers end;
begin
    if purpose = '' then
        raise exception 'no purpose is entered, so there is nothing to look at and nothing to log'
            using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock_shared(1181705075, 1);
    if words is not null then
        insert into public.safeguards_access_log
               (at, actor_id, kind, aspect, subject_id, purpose, search, reason, request_id)
        values (clock_timestamp(), actor, 'search', seen, subject, purpose, words, why, request);
    end if;
    insert into public.safeguards_access_log
           (at, actor_id, customer_id, kind, aspect, subject_id, purpose, reason, request_id)
    select clock_timestamp(), actor, person, look, seen, subject, purpose, why, request
      from unnest(persons) as person;
end
$$;
"""

# A row as bytes, the same under every setting: the binary form of a composite (log_rules.canonical says it in Python).
DIGESTS = """
create function safeguards_access_row_sha256(safeguards_access_log) returns bytea
language sql stable parallel safe
return sha256(record_send(row($1.id, $1.at, $1.actor_id, $1.customer_id, $1.kind, $1.aspect, $1.subject_id,
                              $1.purpose, $1.search, $1.reason, $1.request_id)));

-- Of one batch: the rows of a month with ids from first to last.
create function safeguards_access_digest(
    date, bigint, bigint,
    out row_count integer, out from_at timestamp with time zone, out to_at timestamp with time zone,
    out fingerprints bytea, out rows_sha256 bytea)
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
begin atomic
    select count(*)::integer, min(at), max(at),
           coalesce(string_agg(int4send((id - $2)::integer) || substr(digest, 1, 8), ''::bytea order by id), ''),
           sha256(coalesce(string_agg(digest, ''::bytea order by id), ''))
      from (select id, at, safeguards_access_row_sha256(entry) as digest
              from safeguards_access_log as entry
             where id between $2 and $3
               and at >= $1::timestamp at time zone 'UTC'
               and at < ($1::timestamp + interval '1 month') at time zone 'UTC') as rows;
end;

-- The batches that the rows after an id, up to another, make: at most so many rows of ids in a row, month by month.
create function safeguards_access_unsealed(
    bigint, bigint, integer,
    out month date, out first_id bigint, out last_id bigint, out row_count integer,
    out from_at timestamp with time zone, out to_at timestamp with time zone, out fingerprints bytea,
    out rows_sha256 bytea) returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    with rows as (
        select id, date_trunc('month', at at time zone 'UTC')::date as month,
               (row_number() over (order by id) - 1) / $3 as chunk
          from safeguards_access_log where id > $1 and id <= $2),
    chunks as (
        select chunk, lag(max(id), 1, $1) over (order by chunk) + 1 as first,
               case when row_number() over (order by chunk desc) = 1 then $2 else max(id) end as last
          from rows group by chunk)
    select months.month, chunks.first, chunks.last, digest.*
      from chunks join (select distinct chunk, month from rows) as months using (chunk)
     cross join lateral safeguards_access_digest(months.month, chunks.first, chunks.last) as digest
     order by chunks.first, months.month;
end;

-- What the sealed batches of those numbers hold now.
create function safeguards_access_sealed(
    integer, integer,
    out number integer, out row_count integer, out from_at timestamp with time zone,
    out to_at timestamp with time zone, out fingerprints bytea, out rows_sha256 bytea) returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select seal.number, digest.*
      from safeguards_access_seal as seal
     cross join lateral safeguards_access_digest(seal.month, seal.first_id, seal.last_id) as digest
     where seal.number between $1 and $2
     order by seal.number;
end;

-- Rows that lie before the last seal and in no batch: at most so many.
create function safeguards_access_outside(integer) returns setof bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select entry.id from safeguards_access_log as entry
     where entry.id <= (select max(last_id) from safeguards_access_seal)
       and not exists (select from safeguards_access_seal as seal
                        where entry.id between seal.first_id and seal.last_id
                          and seal.month = date_trunc('month', entry.at at time zone 'UTC')::date)
     order by entry.id limit $1;
end;
"""

# Nobody is blocked: whoever still writes ids up to the horizon is seen by the lock, and waited for.
HORIZON = """
create function safeguards_access_horizon(out last_id bigint, out writers text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    select case when is_called then last_value else 0 end into last_id from public.safeguards_access_log_id_seq;
    select coalesce(array_agg(virtualtransaction), '{}') into writers
      from pg_locks
     where locktype = 'advisory' and classid = 1181705075 and objid = 1 and objsubid = 2
       and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid();
end
$$;

create function safeguards_access_state(
    out sealed bigint, out unsealed bigint, out oldest_unsealed_at timestamp with time zone, out unplaced bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select (select count(*) from safeguards_access_log where id <= last.id),
           (select count(*) from safeguards_access_log where id > last.id),
           (select min(at) from safeguards_access_log where id > last.id),
           (select count(*) from safeguards_access_log_rest)
      from (select coalesce(max(last_id), 0) as id from safeguards_access_seal) as last;
end;
"""

DROP_DIGESTS = """
drop function safeguards_access_outside(integer);
drop function safeguards_access_sealed(integer, integer);
drop function safeguards_access_unsealed(bigint, bigint, integer);
drop function safeguards_access_digest(date, bigint, bigint);
drop function safeguards_access_row_sha256(safeguards_access_log);
"""


class Migration(migrations.Migration):
    dependencies = [("safeguards", "0003_enforcement")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(LOG, reverse_sql="drop table safeguards_access_log"),
                migrations.RunSQL(MONTHS, reverse_sql="drop function safeguards_ensure_access_months(date, integer)"),
                migrations.RunSQL(
                    "select safeguards_ensure_access_months((now() at time zone 'UTC')::date, 3)",
                    reverse_sql=migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="AccessEntry",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("actor_id", models.BigIntegerField(null=True)),
                        ("customer_id", models.BigIntegerField(null=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("look", "Look"),
                                    ("list", "List"),
                                    ("search", "Search"),
                                    ("export", "Export"),
                                    ("change", "Change"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("aspect", models.CharField(max_length=40)),
                        ("subject_id", models.BigIntegerField(null=True)),
                        ("purpose", models.CharField(max_length=60)),
                        ("search", models.CharField(max_length=200, null=True)),
                        ("reason", models.CharField(max_length=500, null=True)),
                        ("request_id", models.UUIDField()),
                    ],
                    options={
                        "db_table": "safeguards_access_log",
                        "indexes": [],
                        "constraints": [],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccessSeal",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("row_count", models.IntegerField()),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("fingerprints", models.BinaryField()),
                ("rows_sha256", models.BinaryField()),
                ("chain_sha256", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "safeguards_access_seal",
                "constraints": [
                    models.UniqueConstraint(fields=("first_id", "month"), name="safeguards_access_seal_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__gt", 0), ("row_count__gt", 0), ("last_id__gte", models.F("first_id"))
                        ),
                        name="safeguards_access_seal_range",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("candidates", models.IntegerField()),
            ],
            options={
                "db_table": "safeguards_spot_check",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_at__gt", models.F("from_at"))), name="safeguards_spot_check_period"
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="SpotCheckItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "spot_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="safeguards.spotcheck"
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                ("looked_at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField()),
                ("customer_id", models.BigIntegerField()),
                (
                    "marks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("justified", "Justified"), ("asked", "Asked"), ("unjustified", "Unjustified")],
                        max_length=12,
                        null=True,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "safeguards_spot_check_item",
                "indexes": [
                    models.Index(fields=["customer_id"], name="safeguards_spot_check_customer"),
                    models.Index(fields=["actor_id"], name="safeguards_spot_check_actor"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("spot_check", "entry_id"), name="safeguards_spot_check_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by_id", None), ("verdict", None)),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by_id__isnull", False),
                                ("verdict__in", ["justified", "asked", "unjustified"]),
                            ),
                            _connector="OR",
                        ),
                        name="safeguards_spot_check_item_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_id", None),
                            models.Q(("decided_by_id", models.F("actor_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="safeguards_spot_check_item_other",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", None),
                            ("verdict", "justified"),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="safeguards_spot_check_item_note",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            RECORD, reverse_sql="drop function safeguards_record_access(text, text, bigint[], bigint, text, text, uuid)"
        ),
        migrations.RunSQL(DIGESTS, reverse_sql=DROP_DIGESTS),
        migrations.RunSQL(HORIZON, reverse_sql="drop function safeguards_access_horizon(), safeguards_access_state()"),
    ]
