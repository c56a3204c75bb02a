"""The access log in the database: who may do what to it, what is recorded, and what tampering is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event

import pytest
from django.db import ProgrammingError, connection, transaction

from forsyn.domain.safeguards import log_rules
from forsyn.domain.safeguards.actions_log import Sealed, one_request, record, seal
from forsyn.domain.safeguards.log_models import AccessEntry, AccessKind, AccessSeal, Aspect
from forsyn.domain.safeguards.log_rules import Anchor, Fault
from forsyn.domain.safeguards.log_verification import Verification, log_state, verify
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
CLERK = 41
Changing = Callable[[str], None]


def sql(statement: str, parameters: Sequence[object] = ()) -> None:
    """As the owner of the tables, whom nothing stops."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def look(*customer_ids: int, work: P = P.CUSTOMER_SERVICE) -> None:
    with purpose(work, actor=CLERK):
        record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=customer_ids)


def fill(rows: int, first_at: datetime = NOW - timedelta(days=3), step: str = "1 minute") -> None:
    sql(
        "insert into safeguards_access_log (at, actor_id, customer_id, kind, aspect, purpose, reason, request_id)"
        " select %s::timestamptz + n * %s::interval, 41, 1000 + n %% 7, 'look', 'consumption', 'customer_service',"
        "        case when n %% 3 = 0 then 'Ringede om ærøskøbing' end, gen_random_uuid()"
        "   from generate_series(1, %s) as n",
        [first_at, step, rows],
    )


def do_seal(**other: float) -> Sealed:
    with purpose(P.SECURITY, actor=None):
        return seal(now=NOW, **other)


def do_verify(*known: Anchor, retired_before: datetime = LONG_AGO) -> Verification:
    with purpose(P.SECURITY, actor=None):
        return verify(known=known, retired_before=retired_before)


# -- recording -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_look_is_on_record_with_actor_purpose_and_time(django_assert_num_queries: Callable[..., object]) -> None:
    with purpose(P.CUSTOMER_SERVICE, actor=CLERK), django_assert_num_queries(1):  # type: ignore[attr-defined]
        record(
            kind=AccessKind.LOOK, aspect=Aspect.CONSUMPTION, customer_ids=[7, 8, 7], subject_id=5, reason=" ringede "
        )
    rows = list(AccessEntry.objects.order_by("id"))
    assert [(row.customer_id, row.actor_id, row.purpose) for row in rows] == [
        (7, CLERK, "customer_service"),
        (8, CLERK, "customer_service"),
    ]
    assert {(row.kind, row.aspect, row.subject_id, row.search, row.reason) for row in rows} == {
        ("look", "consumption", 5, None, "ringede")
    }
    assert rows[0].at <= rows[1].at
    assert rows[0].request_id == rows[1].request_id


@pytest.mark.django_db
def test_a_search_is_recorded_once_with_its_words_and_apart_from_those_found() -> None:
    with one_request() as request, purpose(P.CUSTOMER_SERVICE, actor=CLERK):
        record(
            kind=AccessKind.LIST, aspect=Aspect.CUSTOMER_FILE, customer_ids=range(100), search="prøve\x00" + "s" * 300
        )
        record(kind=AccessKind.SEARCH, aspect=Aspect.CUSTOMER_FILE, search="ingen")
        record(kind=AccessKind.LOOK, aspect=Aspect.METER, subject_id=12)
    searches = AccessEntry.objects.filter(kind="search").order_by("id")
    assert [(row.search, row.customer_id) for row in searches] == [("prøve" + "s" * 195, None), ("ingen", None)]
    assert AccessEntry.objects.filter(kind="list", search=None, customer_id__lt=100).count() == 100
    assert AccessEntry.objects.get(aspect="meter").customer_id is None
    assert set(AccessEntry.objects.values_list("request_id", flat=True)) == {request}


@pytest.mark.django_db
def test_without_a_purpose_there_is_nothing_to_record() -> None:
    with pytest.raises(ProgrammingError, match="no purpose is entered"), transaction.atomic():
        record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[1])


@pytest.mark.django_db
def test_page_and_record_stand_or_fall_together() -> None:
    def page() -> None:
        with purpose(P.CUSTOMER_SERVICE, actor=CLERK):
            record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[1])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        page()
    assert not AccessEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "insert into safeguards_access_log (id, at, kind, aspect, purpose, request_id)"
        " values (1, now(), 'look', 'meter', 'security', gen_random_uuid())",
        "update safeguards_access_log set actor_id = 1",
        "delete from safeguards_access_log",
        "truncate safeguards_access_log",
        "update safeguards_access_seal set row_count = 1",
        "delete from safeguards_access_seal",
        "delete from safeguards_access_log_rest",
        "select * from safeguards_access_log_rest",
        "select setval('safeguards_access_log_id_seq', 1)",
    ],
)
def test_nobody_changes_the_log(statement: str) -> None:
    for work in P:
        with pytest.raises(PurposeViolation), purpose(work, actor=CLERK), transaction.atomic():
            sql(statement)


@pytest.mark.django_db
def test_who_reads_the_log() -> None:
    look(7)
    readers = set()
    for work in P:
        try:
            with purpose(work, actor=CLERK), transaction.atomic():
                sql("select at, aspect, purpose from safeguards_access_log")
            readers.add(work)
        except PurposeViolation:
            pass
    assert readers == {P.SECURITY, P.PRIVACY_RIGHTS, P.RETENTION, P.SELF_SERVICE}
    with pytest.raises(PurposeViolation), purpose(P.SELF_SERVICE, actor=CLERK), transaction.atomic():
        sql("select actor_id from safeguards_access_log")
    with purpose(P.SELF_SERVICE, actor=CLERK):
        assert AccessEntry.objects.only("id").count() == 0, "whoever has looked is not whoever was looked at"


# -- months --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_rows_before_their_month_wait_in_the_rest_and_move() -> None:
    fill(3, datetime(2031, 5, 31, 23, 58, tzinfo=UTC))
    with purpose(P.SECURITY, actor=None):
        assert log_state().unplaced == 3
        sql("select safeguards_ensure_access_months('2031-05-07', 2)")
        sql("select safeguards_ensure_access_months('2031-05-07', 2)")
        assert log_state().unplaced == 0
    with connection.cursor() as cursor:
        cursor.execute("select tableoid::regclass::text, count(*) from safeguards_access_log group by 1 order by 1")
        assert cursor.fetchall() == [("safeguards_access_log_2031_05", 1), ("safeguards_access_log_2031_06", 2)]


# -- seals ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_hashes_as_the_rules_say() -> None:
    fill(5)
    with purpose(P.CUSTOMER_SERVICE, actor=None):
        record(kind=AccessKind.SEARCH, aspect=Aspect.CUSTOMER_FILE, search="Ærø ❄", reason="æ")
    do_seal()
    rows = [log_rules.Entry(*row) for row in AccessEntry.objects.order_by("id").values_list()]
    (found,) = AccessSeal.objects.all()
    expected = log_rules.batch(1, rows)
    assert (bytes(found.rows_sha256), bytes(found.fingerprints)) == (expected.rows_sha256, expected.fingerprints)
    assert (found.row_count, found.from_at, found.to_at) == (6, expected.from_at, expected.to_at)


@pytest.mark.django_db
def test_batches_are_cut_by_size_and_month(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forsyn.domain.safeguards.actions_log.SEAL_ROWS", 4)
    fill(10, datetime(2026, 10, 31, 23, 54, 30, tzinfo=UTC))
    done = do_seal()
    assert (done.batches, done.rows, done.newest.number if done.newest else 0) == (4, 10, 4)
    rows = AccessSeal.objects.order_by("number").values_list("month", "row_count")
    assert [(month.month, count) for month, count in rows] == [(10, 4), (10, 1), (11, 3), (11, 2)]
    again = do_seal()
    assert (again.batches, again.newest) == (0, done.newest)
    assert do_verify(*([done.newest] if done.newest else [])).findings == ()


@pytest.fixture
def sealed_log(monkeypatch: pytest.MonkeyPatch, db: None) -> list[Anchor]:
    """Three batches of ten rows, and two rows not sealed yet; the seals as noted outside."""
    monkeypatch.setattr("forsyn.domain.safeguards.actions_log.SEAL_ROWS", 10)
    sql("alter sequence safeguards_access_log_id_seq restart")
    fill(30)
    do_seal()
    fill(2, NOW)
    return [Anchor(row.number, bytes(row.chain_sha256).hex()) for row in AccessSeal.objects.order_by("number")]


def test_a_log_that_nobody_touched_is_whole(sealed_log: list[Anchor]) -> None:
    done = do_verify(*sealed_log)
    assert done.kept
    assert (done.batches, done.rows, done.retired, done.newest) == (3, 30, 0, sealed_log[-1])
    assert (done.state.unsealed, done.state.oldest_unsealed_at) == (2, NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("deed", "findings"),
    [
        ("delete from safeguards_access_log where id = 14", [(Fault.ROW_MISSING, 2, (14,))]),
        ("update safeguards_access_log set actor_id = 99 where id = 5", [(Fault.ROW_ALTERED, 1, (5,))]),
        ("update safeguards_access_log set at = at + interval '1 microsecond' where id = 30",
         [(Fault.ROW_ALTERED, 3, (30,))]),
        ("update safeguards_access_log set reason = null where reason is not null and id < 4",
         [(Fault.ROW_ALTERED, 1, (3,))]),
        ("delete from safeguards_access_log where id = 8; update safeguards_access_log set id = 8 where id = 31",
         [(Fault.ROW_ALTERED, 1, (8,))]),
        ("update safeguards_access_log set at = at - interval '60 days' where id = 21",
         [(Fault.ROW_MISSING, 3, (21,)), (Fault.ROW_ADDED, None, (21,))]),
        ("update safeguards_access_seal set row_count = 9 where number = 2", [(Fault.SEAL_ALTERED, 2, ())]),
        ("delete from safeguards_access_seal where number = 2",
         [(Fault.SEAL_MISSING, 2, ()), (Fault.ROW_ADDED, None, tuple(range(11, 21)))]),
        ("delete from safeguards_access_seal where number = 3", [(Fault.TAIL_CUT, 3, ())]),
        ("delete from safeguards_access_seal where number > 1; delete from safeguards_access_log where id > 10",
         [(Fault.TAIL_CUT, 2, ()), (Fault.TAIL_CUT, 3, ())]),
        ("truncate safeguards_access_seal, safeguards_access_log",
         [(Fault.TAIL_CUT, number, ()) for number in (1, 2, 3)]),
    ],
)  # fmt: skip
def test_what_an_owner_of_the_tables_does_is_found(
    sealed_log: list[Anchor], deed: str, findings: list[tuple[Fault, int | None, tuple[int, ...]]]
) -> None:
    sql(deed)
    found = do_verify(*sealed_log)
    assert [(one.fault, one.number, one.entry_ids) for one in found.findings] == findings
    assert not found.kept


def test_a_row_slipped_in_where_an_id_was_free_is_found(sealed_log: list[Anchor]) -> None:
    sql("alter sequence safeguards_access_log_id_seq restart with 40")
    fill(1)
    do_seal()
    sql("insert into safeguards_access_log select 35, at, 99, customer_id, kind, aspect, subject_id, purpose, search,"
        " reason, request_id from safeguards_access_log where id = 40")  # fmt: skip
    (finding,) = do_verify(*sealed_log).findings
    assert (finding.fault, finding.number, finding.entry_ids) == (Fault.ROW_ADDED, 4, (35,))


def test_a_chain_sealed_anew_over_altered_rows_differs_from_the_notes(sealed_log: list[Anchor]) -> None:
    sql("update safeguards_access_log set customer_id = 4711 where id = 12; delete from safeguards_access_seal")
    do_seal()
    assert do_verify().kept, "without a note outside, history can be written anew"
    found = do_verify(*sealed_log)
    assert [(one.fault, one.number) for one in found.findings] == [(Fault.REWRITTEN, number) for number in (2, 3)]


def test_what_is_past_its_time_is_not_missed(sealed_log: list[Anchor]) -> None:
    sql("delete from safeguards_access_log where id <= 10")
    assert not do_verify(*sealed_log).kept
    done = do_verify(*sealed_log, retired_before=NOW - timedelta(days=2))
    assert (done.kept, done.retired, done.rows) == (True, 1, 20)


# -- several at once -----------------------------------------------------------------------------------------------


def test_a_row_committed_late_is_never_sealed_around(own_database: dict[str, str]) -> None:
    """A transaction that has its id but is not committed holds the sealing back; one that is rolled back does not."""
    written, go_on = Event(), Event()

    def slow(*, fail: bool) -> None:
        try:
            with purpose(P.CUSTOMER_SERVICE, actor=CLERK):
                record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[1])
                written.set()
                assert go_on.wait(20)
                if fail:
                    raise ValueError
        finally:
            connection.close()

    for fail in (False, True):
        written.clear()
        go_on.clear()
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(slow, fail=fail)
            assert written.wait(20)
            look(2)
            waiting = do_seal(patience_seconds=0.1)
            assert (waiting.waiting, waiting.batches) == (True, 0)
            go_on.set()
            assert isinstance(late.exception(), ValueError) is fail
        assert do_seal().rows == (1 if fail else 2)
    assert do_verify().kept


def test_many_write_while_many_seal(own_database: dict[str, str]) -> None:
    """Ids are given out in one order and committed in another; every row is in exactly one batch in the end."""
    writers, each = 6, 60

    def write(number: int) -> None:
        dice = Random(number)
        try:
            for _ in range(each):
                with purpose(P.CUSTOMER_SERVICE, actor=number):
                    record(kind=AccessKind.LOOK, aspect=Aspect.METER, customer_ids=range(1, dice.randint(2, 4)))
                    if dice.random() < 0.4:
                        sql("select pg_sleep(%s)", [dice.random() / 100])
                    if dice.random() < 0.2:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    def keep_sealing(done: Event) -> int:
        made = 0
        try:
            while not done.is_set():
                made += do_seal().batches
        finally:
            connection.close()
        return made

    done = Event()
    with ThreadPoolExecutor(writers + 2) as pool:
        sealers = [pool.submit(keep_sealing, done) for _ in range(2)]
        for one in [pool.submit(write, number) for number in range(1, writers + 1)]:
            one.result()
        done.set()
        assert sum(one.result() for one in sealers) > 1
    do_seal()
    found = do_verify()
    assert found.findings == ()
    assert (found.rows, found.state.unsealed) == (AccessEntry.objects.count(), 0)
    assert found.rows > writers * each / 2


def test_settings_of_a_session_change_no_hash(sealed_log: list[Anchor]) -> None:
    hashes = set()
    for setting in ("timezone = 'Pacific/Chatham'", "datestyle = 'german'", "bytea_output = 'escape'"):
        sql(f"set local {setting}")
        with connection.cursor() as cursor:
            cursor.execute("select rows_sha256 from safeguards_access_digest('2026-11-01', 1, 10)")
            hashes.add(bytes(cursor.fetchone()[0]))
    assert hashes == {bytes(AccessSeal.objects.only("rows_sha256").get(number=1).rows_sha256)}
