"""Months for what is too old to be kept by days, and how far the thinning of hours and days has come."""

from django.db import migrations, models

TABLES = """
alter table metering_day add column carried bigint;
alter table metering_day_superseded add column carried bigint;

create table metering_month (
    first_day     date not null,
    until_day     date not null,
    meter_id      integer not null,
    register      smallint not null,
    quality       smallint not null,
    days          smallint not null,
    complete_days smallint not null,
    total         bigint not null,
    opening       bigint,
    closing       bigint,
    carried       bigint,
    constraint metering_month_pkey primary key (meter_id, register, first_day),
    constraint metering_month_within_a_month check (
        first_day < until_day and until_day <= (date_trunc('month', first_day::timestamp) + interval '1 month')::date),
    constraint metering_month_days check (days between 1 and until_day - first_day and complete_days between 0 and days)
);

create table metering_thinning (
    level         text primary key constraint metering_thinning_level check (level in ('hours', 'days')),
    closed_before date constraint metering_thinning_month
        check (level = 'hours' or closed_before = date_trunc('month', closed_before::timestamp)::date),
    done_before   date,
    done_meter    integer not null default 0,
    constraint metering_thinning_closed check (done_before is null or done_before <= closed_before)
);
insert into metering_thinning (level) values ('hours'), ('days');

create table metering_spared (
    id    integer not null primary key,
    hours boolean not null,
    days  boolean not null,
    constraint metering_spared_something check (hours or days)
);
"""
NO_TABLES = """
drop table metering_spared;
drop table metering_thinning;
drop table metering_month;
alter table metering_day_superseded drop column carried;
alter table metering_day drop column carried;
"""


def _day_columns(model: str) -> list[migrations.AddField]:
    return [migrations.AddField(model, "carried", models.BigIntegerField(null=True))]


class Migration(migrations.Migration):
    dependencies = [("metering", "0006_access_log")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES, reverse_sql=NO_TABLES)],
            state_operations=[
                *_day_columns("day"),
                *_day_columns("daysuperseded"),
                migrations.CreateModel(
                    name="Month",
                    fields=[
                        ("first_day", models.DateField()),
                        ("until_day", models.DateField()),
                        ("meter_id", models.IntegerField()),
                        ("register", models.SmallIntegerField()),
                        ("quality", models.SmallIntegerField()),
                        ("days", models.SmallIntegerField()),
                        ("complete_days", models.SmallIntegerField()),
                        ("total", models.BigIntegerField()),
                        ("opening", models.BigIntegerField(null=True)),
                        ("closing", models.BigIntegerField(null=True)),
                        ("carried", models.BigIntegerField(null=True)),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "meter_id",
                                "register",
                                "first_day",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                    ],
                    options={"db_table": "metering_month", "abstract": False},
                ),
                migrations.CreateModel(
                    name="Thinning",
                    fields=[
                        ("level", models.TextField(primary_key=True, serialize=False)),
                        ("closed_before", models.DateField(null=True)),
                        ("done_before", models.DateField(null=True)),
                        ("done_meter", models.IntegerField(default=0)),
                    ],
                    options={"db_table": "metering_thinning", "abstract": False},
                ),
                migrations.CreateModel(
                    name="Spared",
                    fields=[
                        ("id", models.IntegerField(primary_key=True, serialize=False)),
                        ("hours", models.BooleanField()),
                        ("days", models.BooleanField()),
                    ],
                    options={"db_table": "metering_spared", "abstract": False},
                ),
            ],
        ),
    ]
