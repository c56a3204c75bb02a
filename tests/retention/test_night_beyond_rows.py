"""What the night does besides rows: months of the access log, sensitive notices, files left behind."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from forsyn.domain.retention.actions import end_access_month
from forsyn.domain.retention.models import Step, Work
from forsyn.domain.safeguards.actions_holds import hold
from forsyn.domain.safeguards.actions_log import seal
from forsyn.domain.safeguards.log_verification import verify
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.domain.sensitive.models import MODELS
from forsyn.domain.sensitive.rules import Kind
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.night_files import delete_leftover_files, leftover_files
from tests.retention.test_night import evidence, night, nothing_is_vacuumed
from tests.world import NOW, TODAY, World

__all__ = ["nothing_is_vacuumed"]  # a fixture that each test here uses, too
SPRING = date(2023, 4, 1)
KEPT_FROM = datetime(2024, 11, 1, tzinfo=UTC)


@pytest.fixture
def old_log(world: World) -> World:
    """Looks at Anna in April and at Gorm in May three years ago, sealed."""
    with connection.cursor() as cursor:
        cursor.execute("select safeguards_ensure_access_months('2023-04-01', 2)")
        for month, customer in ((4, world.anna), (4, world.anna), (5, world.gorm)):
            cursor.execute(
                "insert into safeguards_access_log (at, actor_id, customer_id, kind, aspect, purpose, request_id)"
                " values (%s, %s, %s, 'look', 'notes', 'customer_service', %s)",
                [datetime(2023, month, 20, tzinfo=UTC), world.clerk.pk, customer.customer_id, uuid4()],
            )
    with purpose(P.SECURITY, actor=None):
        seal(now=NOW)
    return world


def months() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'safeguards_access_log'::regclass"
            " and inhrelid::regclass::text like '%%_2023_%%' order by 1"
        )
        return [name for (name,) in cursor.fetchall()]


def test_whole_months_of_the_log_go_and_the_chain_still_verifies(old_log: World) -> None:
    done = night(TODAY)
    assert evidence(done)["log", "safeguards_access_log"] == 3
    assert months() == []
    with purpose(P.SECURITY, actor=None):
        told = verify(known=(), retired_before=KEPT_FROM)
        assert (told.kept, told.retired) == (True, 2)
        assert not verify(known=(), retired_before=datetime(2020, 1, 1, tzinfo=UTC)).kept


def test_a_month_that_tells_of_somebody_held_stays(old_log: World) -> None:
    hold(
        policy=current_policy(), customer_id=old_log.anna.customer_id, categories=["access_log"], ground="klage",
        reason="Kunden klager over opslag.", owner_id=old_log.dpo.pk, end_date=date(2027, 1, 1),
        review_date=date(2027, 1, 1), today=TODAY, now=NOW,
    )  # fmt: skip
    night(TODAY)
    assert months() == ["safeguards_access_log_2023_04"]


def test_the_database_lets_no_month_go_that_is_young_or_not_sealed(old_log: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into safeguards_access_log (at, customer_id, kind, aspect, purpose, request_id)"
            " values ('2023-05-21', null, 'list', 'notes', 'customer_service', %s)",
            [uuid4()],
        )
    refused = [(date(2023, 5, 1), KEPT_FROM), (SPRING, datetime(2023, 4, 15, tzinfo=UTC)), (TODAY.replace(day=1), NOW)]
    for month, before in refused:
        with pytest.raises(DatabaseError), transaction.atomic():
            end_access_month(month=month, before=before)
    night(TODAY)
    assert months() == ["safeguards_access_log_2023_05"]
    with pytest.raises(PurposeViolation), purpose(P.CUSTOMER_SERVICE, actor=None):
        end_access_month(month=SPRING, before=KEPT_FROM)


@pytest.mark.parametrize("kind", [Kind.THREATS, Kind.PREMISES, Kind.OFFENCES])
def test_a_notice_that_nobody_reviewed_goes_the_night_after_its_day(world: World, kind: Kind) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {MODELS[kind]._meta.db_table}"
            " (id, customer_id, sealed, sealing_key, source, recorded_at, review_date) select gen_random_uuid(), who,"
            " decode(repeat('00', 64), 'hex'), 'key', 'utility', '2026-05-01', %s from unnest(%s::bigint[]) as who",
            [TODAY, [world.anna.customer_id, world.gorm.customer_id]],
        )
    hold(
        policy=current_policy(), customer_id=world.gorm.customer_id, categories=[str(kind)], ground="politisag",
        reason="Anmeldt.", owner_id=world.dpo.pk, end_date=date(2027, 1, 1), review_date=date(2027, 1, 1),
        today=TODAY, now=NOW,
    )  # fmt: skip
    night(TODAY)
    assert MODELS[kind].objects.count() == 2
    night(TODAY + timedelta(days=1))
    assert list(MODELS[kind].objects.values_list("customer_id", flat=True)) == [world.gorm.customer_id]
    step = Step.objects.filter(work=Work.SENSITIVE, table_name=str(kind)).latest("pk")
    assert (step.previewed, step.done_count) == (1, 1)


def test_a_delivery_that_was_killed_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in ("forsyn-delivery-a", "forsyn-delivery-b", "elses"))
    for folder in (old, young, other):
        folder.mkdir()
        (folder / "7").write_bytes(b"values")
    for folder in (old, other):
        os.utime(folder, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    os.utime(young, (NOW.timestamp(), NOW.timestamp()))
    assert leftover_files(now=NOW, folder=tmp_path) == [old]
    assert delete_leftover_files(now=NOW, folder=tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elses", "forsyn-delivery-b"]
