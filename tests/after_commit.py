"""What is to happen after a commit happens in tests, too, whose transaction never commits: at the end of the outermost
block that is the program's own.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


def _run(connection: BaseDatabaseWrapper) -> None:
    own = any(not block._from_testcase for block in connection.atomic_blocks)
    if own or not connection.in_atomic_block or connection.needs_rollback:
        return
    callbacks, connection.run_on_commit = connection.run_on_commit, []
    for _, callback, _ in callbacks:
        callback()


@pytest.fixture(autouse=True)
def after_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of the program commit, as far as its callbacks can tell."""
    leave, register = transaction.Atomic.__exit__, BaseDatabaseWrapper.on_commit

    def left(block: transaction.Atomic, *error: Any) -> None:
        leave(block, *error)
        if not block._from_testcase:
            _run(transaction.get_connection(block.using))

    def registered(connection: BaseDatabaseWrapper, *args: Any, **kwargs: Any) -> None:
        register(connection, *args, **kwargs)
        _run(connection)

    monkeypatch.setattr(transaction.Atomic, "__exit__", left)
    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", registered)
