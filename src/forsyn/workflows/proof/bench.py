"""Where trials are carried out: on the live database, as any role, in a transaction that is never kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from forsyn.domain.safeguards.enforcement_queries import changed_policies, found_enforcement
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.policy.bindings import Bindings, Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.enforcement import wanted
from forsyn.policy.policy import Policy, Purpose, Text
from forsyn.policy.privileges import Matrix
from forsyn.policy.purposes import P
from forsyn.policy.roles import RoleNames
from forsyn.workflows.proof.deviations import Deviation, deviations

DENIED = "42501"
"""SQLSTATE of what a role may not do, by grant or by row policy."""
CHECK_VIOLATION = "23514"
"""SQLSTATE of what a constraint of the table does not let in."""
NOT_NULL_VIOLATION = "23502"
"""SQLSTATE of something that must be said and is not."""
NO_SUCH_ROW = "23503"
"""SQLSTATE of a reference to nothing."""
GRACE = timedelta(days=1)
"""What is to go "at once" may wait for the next night."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a trial found: how many attempts or rows it looked at, and how many of them went wrong.

    ``statement`` is one of those run (the first that went wrong, if any did), or the function that was asked.
    ``where`` names the tables or declarations that went wrong, never anybody's data. ``note``: what to say besides.
    """

    statement: str
    tried: int
    wrong: int
    where: tuple[str, ...] = ()
    note: Text | None = None


@dataclass
class Bench:
    """The live database with what the policy demands of it. Use it inside `rolled_back`."""

    matrix: Matrix
    now: datetime
    today: date
    names: RoleNames

    @cached_property
    def catalog(self) -> Catalog:
        return live_catalog()

    @property
    def policy(self) -> Policy:
        return self.matrix.policy

    @property
    def bindings(self) -> Bindings:
        return self.matrix.bindings

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The declared tables that are there."""
        return tuple(table for table in self.bindings.tables if table.name in self.catalog.tables)

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """Where the database enforces something else than the policy demands."""
        database = str(connection.settings_dict["NAME"])
        want = wanted(self.matrix, self.catalog, self.names, database)
        found, said = found_enforcement(names=self.names)
        return tuple(deviations(want, found, changed_policies(want, found, said, self.names), self.names))

    def role_of(self, work: P) -> str:
        """The role of the purpose that does a piece of the program's work. Raises LookupError where none does."""
        purpose = self.policy.purpose_for(work)
        if purpose is None:
            raise LookupError(f"no purpose of the policy does the work {work!s}")
        return self.names.of(purpose.key)

    @property
    def reader(self) -> str:
        """The role that sees every person's rows, restricted ones too."""
        return self.role_of(P.PRIVACY_RIGHTS)

    def purposes(self, wanted: Callable[[Purpose], bool] = lambda purpose: True) -> list[Purpose]:
        return [purpose for purpose in self.policy.purposes.values() if wanted(purpose)]

    def consent_texts(self, consent: str | None) -> list[str]:
        """The texts to which a yes counts today, the Danish one first."""
        return list(self.policy.consents[consent].texts) if consent in self.policy.consents else [""]

    def consenting(self, purpose: Purpose) -> tuple[str | None, list[str]]:
        """A purpose's consent, and the texts to which a yes counts."""
        return purpose.consent, self.consent_texts(purpose.consent)

    def rows(self, statement: str, parameters: Sequence[Any] = (), *, role: str | None = None) -> list[tuple[Any, ...]]:
        """The rows that a role (the reader) gets."""
        with self.as_role(role or self.reader) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def count(self, statement: str, parameters: Sequence[Any] = (), *, role: str | None = None) -> int:
        """The number that a ``select count(*)`` gives a role (the reader)."""
        ((number,),) = self.rows(statement, parameters, role=role)
        return int(number)

    @contextmanager
    def as_role(self, role: str) -> Iterator[CursorWrapper]:
        """Work as a role of the database until the block ends; what is done is undone."""
        with rolled_back(), connection.cursor() as cursor:
            become(cursor, role)
            yield cursor

    def refusal(self, statement: str, parameters: Sequence[Any] = (), *, role: str) -> Refusal | None:
        """How the database refuses a statement to a role; None where it carries it out (and it is undone)."""
        try:
            with self.as_role(role) as cursor:
                cursor.execute(statement, parameters)
                cursor.execute("set constraints all immediate")
        except DatabaseError as error:
            return Refusal.of(error)
        return None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the database refused: the SQLSTATE, and the constraint, if it was one."""

    state: str
    constraint: str

    @classmethod
    def of(cls, error: DatabaseError) -> Refusal:
        cause = error.__cause__
        diagnosis = getattr(cause, "diag", None)
        return cls(getattr(cause, "sqlstate", None) or "", getattr(diagnosis, "constraint_name", None) or "")


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction, or a part of one, that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def become(cursor: CursorWrapper, role: str) -> None:
    """Take on a role until the transaction, or the part of it, ends."""
    cursor.execute("set local role " + connection.ops.quote_name(role))


def spoken(statement: str, role: str | None = None) -> str:
    """A statement as evidence shows it: on one line, with the role that it was run as."""
    line = " ".join(statement.split())
    return f"set local role {role}; {line}" if role else line
