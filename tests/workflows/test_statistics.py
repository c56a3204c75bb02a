"""After a first load, PostgreSQL plans by what is really there."""

from __future__ import annotations

import pytest
from django.db import connection

from forsyn.domain.safeguards.actions import refresh_statistics
from tests.world import build_world


def _estimate() -> float:
    with connection.cursor() as cursor:
        cursor.execute("select reltuples from pg_class where oid = 'customers_customer'::regclass")
        return float(cursor.fetchone()[0])


@pytest.mark.usefixtures("own_database")
def test_planned_rows_are_the_rows_that_are_there() -> None:
    build_world()
    before = _estimate()
    refresh_statistics()
    assert before < 1 < _estimate()
