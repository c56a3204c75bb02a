"""Entering and leaving purposes: nothing of one stays for the next, whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg_pool import ConnectionPool

from forsyn.config.connections import SESSION_DEFAULTS, forget_everything
from forsyn.domain.accounts.models import Account
from forsyn.domain.customers.models import AgreementHolder, Customer
from forsyn.domain.safeguards.purposes import PurposeViolation, current, purpose
from forsyn.policy.purposes import P
from tests.world import World


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, coalesce(current_setting('forsyn.actor', true), '')")
        return "|".join(cursor.fetchone())


OWNER = f"{settings.INSTANCE.owner_role}|"


@pytest.mark.django_db
def test_the_role_and_the_actor_last_as_long_as_the_block() -> None:
    assert role() == OWNER
    with purpose(P.SETTLEMENT, actor=7) as entered:
        assert role() == "forsyn_test:settlement|7"
        assert current() == entered
    assert role() == OWNER
    assert current() is None


@pytest.mark.django_db
def test_an_inner_purpose_gives_the_outer_one_back() -> None:
    with purpose(P.SETTLEMENT, actor=7):
        with purpose(P.SIGN_IN, actor=None):
            assert role() == "forsyn_test:sign_in|"
        assert role() == "forsyn_test:settlement|7"


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ValueError("of the program"), KeyboardInterrupt()])
def test_an_error_leaves_no_role_behind(error: BaseException) -> None:
    with purpose(P.SETTLEMENT, actor=7):
        with pytest.raises(type(error)), purpose(P.SIGN_IN, actor=None):
            raise error
        assert role() == "forsyn_test:settlement|7"
    assert role() == OWNER


@pytest.mark.django_db
def test_an_error_of_the_database_leaves_no_role_behind() -> None:
    with purpose(P.SETTLEMENT, actor=7):
        with pytest.raises(PurposeViolation), purpose(P.SIGN_IN, actor=None), connection.cursor() as cursor:
            cursor.execute("select birth_date from customers_customer")
        assert role() == "forsyn_test:settlement|7"


@pytest.mark.django_db
def test_a_savepoint_undone_within_a_purpose_keeps_it() -> None:
    with purpose(P.SETTLEMENT, actor=7):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert role() == "forsyn_test:settlement|7"


def test_a_server_side_cursor_reads_under_its_purpose(world: World) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        numbers = [number for (number,) in Customer.objects.values_list("number").iterator(chunk_size=2)]
    assert len(numbers) == 10
    with pytest.raises(PurposeViolation), purpose(P.METERING, actor=None):
        list(Customer.objects.values_list("number").iterator(chunk_size=2))


def test_a_copy_reads_under_its_purpose(world: World) -> None:
    copy = "copy (select number from customers_customer) to stdout"
    with purpose(P.SETTLEMENT, actor=None), connection.cursor() as cursor, cursor.copy(copy) as copied:
        assert len(list(copied.rows())) == 10
    with (
        pytest.raises(PurposeViolation),
        purpose(P.METERING, actor=None),
        connection.cursor() as cursor,
        cursor.copy(copy) as copied,
    ):
        list(copied.rows())
    assert role() == OWNER


# -- what is said -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_purpose_that_the_policy_does_not_have_is_refused() -> None:
    with pytest.raises(PurposeViolation, match=r"has no purpose 'curiosity'.*declare \[purposes.curiosity\]"):  # noqa: SIM117
        with purpose("curiosity", actor=None):  # type: ignore[arg-type]
            pass
    assert current() is None


def test_a_field_that_is_closed_says_column_purpose_and_line(world: World) -> None:
    with purpose(P.AGREEMENTS, actor=None):
        anna = Customer.objects.get(pk=world.anna.customer_id)
        assert anna.number == "1001"
        with pytest.raises(PurposeViolation) as violation:
            _ = anna.birth_date
    said = str(violation.value)
    assert said.startswith("customers_customer.birth_date is closed to the purpose 'agreements'")
    line = int(said.rpartition("utility.toml:")[2].split(",")[0])
    text = settings.POLICY_FILE.read_text(encoding="utf-8").splitlines()
    assert text[line - 1].startswith("categories = ")
    assert "[purposes.agreements]" in text[line - 8 : line]


def test_what_a_join_brings_along_is_left_out_too(world: World) -> None:
    with purpose(P.AGREEMENTS, actor=None):
        holder = AgreementHolder.objects.select_related("customer").get(
            customer_id=world.anna.customer_id, agreement__commodity="heat"
        )
        assert holder.customer.number == "1001"
        with pytest.raises(PurposeViolation, match=r"birth_date is closed"):
            _ = holder.customer.birth_date


def test_a_column_asked_for_by_name_is_refused_by_the_database(world: World) -> None:
    with pytest.raises(PurposeViolation, match=r"'agreements' may not do that \(permission denied for table"):  # noqa: SIM117
        with purpose(P.AGREEMENTS, actor=None):
            list(Customer.objects.values_list("birth_date"))


# -- pools and load ------------------------------------------------------------------------------------------------


@pytest.fixture
def pool(own_database: dict[str, str]) -> Iterator[ConnectionPool]:
    """Connections as the web server has them, few of them."""
    conninfo = settings.INSTANCE.embedded.conninfo(own_database["FORSYN_DATABASE"], settings.LOGIN_ROLE)
    with ConnectionPool(
        conninfo,
        kwargs={"options": SESSION_DEFAULTS, "autocommit": True},
        min_size=1,
        max_size=2,
        reset=forget_everything,
    ) as connections:
        yield connections


ATTACKS = [
    'set role "forsyn_test:privacy_rights"',
    "select set_config('forsyn.actor', '1', false)",
    "create temporary table customers_customer (id bigint, number text)",
    "set search_path = pg_temp, public",
    "prepare stolen as select number from customers_customer",
    "declare stolen cursor with hold for select 1",
    "listen customers",
    "select pg_advisory_lock(1)",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_request_does_to_its_connection_reaches_the_next(pool: ConnectionPool, attack: str) -> None:
    with pool.connection() as taken:
        taken.execute('set role "forsyn_test:settlement"')
        taken.execute(attack)
    with pool.connection() as later:
        assert later.execute("select current_user, current_setting('search_path')").fetchone() == (
            settings.LOGIN_ROLE,
            "public,pg_temp",
        )
        assert later.execute("select coalesce(current_setting('forsyn.actor', true), '')").fetchone() == ("",)
        assert later.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)
        assert later.execute("select count(*) from pg_cursors where is_holdable").fetchone() == (0,)
        assert later.execute("select pg_my_temp_schema() = 0 or not exists (select from pg_class"
                             " where relnamespace = pg_my_temp_schema())").fetchone() == (True,)  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            later.execute("select number from customers_customer")


def test_a_statement_whose_plan_was_kept_works_on_the_connection_that_comes_back(pool: ConnectionPool) -> None:
    for keeps in (False, True, True, False, True):
        with pool.connection() as taken:
            taken.prepare_threshold = 0 if keeps else None
            assert taken.execute("select %s::int + 1", [1], prepare=keeps).fetchone() == (2,)
            taken.prepare_threshold = None  # as Django has it


def test_many_threads_in_many_purposes_never_meet(own_database: dict[str, str]) -> None:
    """Each thread enters, nests, fails and leaves at random; each always works as what it has entered."""
    works = [P.SETTLEMENT, P.METERING, P.SIGN_IN, P.CUSTOMER_SERVICE, P.PRIVACY_RIGHTS, P.SELF_SERVICE]
    barrier = threading.Barrier(6)

    def visit(seed: int) -> int:
        chance, entered = Random(seed), 0
        barrier.wait()
        try:
            for _ in range(40):
                work, inner, actor = chance.choice(works), chance.choice(works), chance.randrange(1000)
                try:
                    with purpose(work, actor=actor):
                        assert role() == f"forsyn_test:{work}|{actor}"
                        with purpose(inner, actor=None):
                            assert role() == f"forsyn_test:{inner}|"
                            if chance.random() < 0.3:
                                Account.objects.get(pk=-1)
                        assert role() == f"forsyn_test:{work}|{actor}"
                except (Account.DoesNotExist, PurposeViolation):
                    pass
                assert current() is None
                assert role() == OWNER
                entered += 1
        finally:
            connection.close()
        return entered

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(visit, range(6))) == [40] * 6
