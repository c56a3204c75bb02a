"""The application's login role works on rows and owns nothing."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, connections

from forsyn.domain.safeguards.actions import grant_login_role


@pytest.mark.django_db
def test_the_login_role_owns_no_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "create table smuggled (id int)",
        "alter table customers_customer drop column cvr",
        "delete from django_migrations",
    ],
)
def test_the_login_role_changes_no_table(statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute(statement)


def test_where_one_role_is_both_the_owner_keeps_its_rights(own_database: dict[str, str]) -> None:
    owner = settings.INSTANCE.owner_role
    grant_login_role(role=owner)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select has_table_privilege(%s, 'django_migrations', 'insert')", [owner])
        assert cursor.fetchone() == (True,), "the next version could not migrate"
