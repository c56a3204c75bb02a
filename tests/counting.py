"""Counting the queries of pages and jobs, without those by which a purpose is entered and left.

These are few and the same for every page; what is to be seen is whether a page asks the database once too often. In
place of pytest-django's fixtures of the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

PURPOSE_ITSELF = (
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "ROLLBACK TO SAVEPOINT",
    "select current_setting('role')",
    "select set_config('role'",
)


def asked(context: CaptureQueriesContext) -> list[str]:
    """The statements that a page or job itself sent."""
    return [query["sql"] for query in context.captured_queries if not query["sql"].lstrip().startswith(PURPOSE_ITSELF)]


def _counting(exact: bool) -> Callable[..., Any]:
    @contextmanager
    def count(number: int, info: str | None = None) -> Iterator[CaptureQueriesContext]:
        with CaptureQueriesContext(connection) as context:
            yield context
        found = asked(context)
        good = len(found) == number if exact else len(found) <= number
        listed = "\n".join(found)
        assert good, f"{len(found)} queries instead of {number}{f' ({info})' if info else ''}:\n{listed}"

    return count


@pytest.fixture
def django_assert_num_queries() -> Callable[..., Any]:
    """``with django_assert_num_queries(3): …``."""
    return _counting(exact=True)


@pytest.fixture
def django_assert_max_num_queries() -> Callable[..., Any]:
    """``with django_assert_max_num_queries(3): …``."""
    return _counting(exact=False)
