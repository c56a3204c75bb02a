"""What is to happen after a commit happens in tests, too, whose transaction never commits: at the end of the outermost
block that is the program's own. There a refusal of the door is put on record, too, which otherwise takes a connection
of its own.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as default
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from forsyn.domain.safeguards import actions_door


def _over(connection: BaseDatabaseWrapper) -> bool:
    """Whether only the test's own transaction is left, and can be worked in."""
    own = any(not block._from_testcase for block in connection.atomic_blocks)
    return connection.in_atomic_block and not own and not connection.needs_rollback


def _run(connection: BaseDatabaseWrapper) -> None:
    callbacks, connection.run_on_commit = connection.run_on_commit, []
    for _, callback, _ in callbacks:
        callback()


def _refuse(role: str, facts: str) -> None:
    with default.cursor() as cursor:
        cursor.execute("select current_setting('role'), set_config('role', %s, true)", [role])
        former, _ = cursor.fetchone()
        cursor.execute("select safeguards_refuse(%s::jsonb)", [facts])
        cursor.execute("select set_config('role', %s, true)", [former])


@pytest.fixture(autouse=True)
def after_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of the program commit, as far as its callbacks can tell."""
    leave, register = transaction.Atomic.__exit__, BaseDatabaseWrapper.on_commit
    apart, refused = actions_door.write_apart, list[tuple[str, str]]()

    def left(block: transaction.Atomic, *error: Any) -> None:
        leave(block, *error)
        connection = transaction.get_connection(block.using)
        if block._from_testcase or not _over(connection):
            return
        while refused and connection.alias == default.alias:
            _refuse(*refused.pop())
        _run(connection)

    def registered(connection: BaseDatabaseWrapper, *args: Any, **kwargs: Any) -> None:
        register(connection, *args, **kwargs)
        if _over(connection):
            _run(connection)

    def written(role: str, facts: str) -> None:
        if any(block._from_testcase for block in default.atomic_blocks):
            refused.append((role, facts))
        else:
            apart(role, facts)

    monkeypatch.setattr(transaction.Atomic, "__exit__", left)
    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", registered)
    monkeypatch.setattr(actions_door, "write_apart", written)
