"""What comes into the logs when something goes wrong: where, and nothing of anybody."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from forsyn.config.logs import PlainFormatter

NAME = "Qvxzlogpersen"


def logged(deed: Callable[[], object]) -> str:
    """The log of an error that nobody foresaw."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter())
    try:
        deed()
    except Exception:
        handler.handle(logging.makeLogRecord({"msg": "It failed.", "exc_info": sys.exc_info()}))
    return stream.getvalue()


def refused_row() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("insert into customers_customer_name (name) values (%s)", [f"{NAME}\n{NAME}"])


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_in_the_programs_log() -> None:
    text = logged(refused_row)
    assert "refused_row" in text
    assert "violates not-null constraint" in text
    assert NAME not in text


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_in_the_databases_log() -> None:
    log = Path(settings.INSTANCE.embedded.files.log)
    before = log.stat().st_size
    with pytest.raises(IntegrityError):
        refused_row()
    with pytest.raises(Exception, match=NAME), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select %s::date", [NAME])
    assert NAME not in log.read_bytes()[before:].decode()


@pytest.mark.parametrize("error", [ValueError(NAME), KeyError(NAME), RuntimeError(NAME)])
def test_an_error_that_may_quote_a_value_tells_its_place(error: Exception) -> None:
    def fail() -> None:
        raise RuntimeError(NAME) from error

    text = logged(fail)
    assert "in fail" in text
    assert type(error).__name__ in text
    assert NAME not in text


def test_what_quotes_nothing_is_told_whole() -> None:
    assert "unsupported operand" in logged(lambda: None + 1)  # type: ignore[operator]
