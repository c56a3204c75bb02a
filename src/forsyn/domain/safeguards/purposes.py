"""The only way to people's data: a transaction in which the database works as the role of one purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from forsyn.policy.purposes import P


class PurposeViolation(PermissionError):
    """Something is read or written that the purpose entered may not; the message says what, and where it is declared."""


@contextmanager
def purpose(entered: P, *, actor: int | None) -> Iterator[None]:
    """Work under a purpose until the block ends: one transaction, as the purpose's role of the database.

    ``actor`` is the id of the account that works; None is the program itself (a command, a job, nobody signed in).
    """
    with transaction.atomic():
        yield
