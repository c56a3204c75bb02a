"""A connection as the program's own login role, for whoever has got hold of its password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from forsyn.workflows.enforcement import role_names

REFUSED = psycopg.errors.InsufficientPrivilege


@contextmanager
def as_login(database: str | None = None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Signed in as the program is, in no purpose; each statement stands alone."""
    name = database or str(connection.settings_dict["NAME"])
    conninfo = settings.INSTANCE.embedded.conninfo(name, settings.LOGIN_ROLE)
    with psycopg.connect(conninfo, autocommit=True) as login:
        yield login


def become(login: psycopg.Connection[tuple[object, ...]], purpose: str) -> None:
    """Take on a purpose's role until something else is taken on, which the program itself never does."""
    login.execute(sql.SQL("set role {}").format(sql.Identifier(role_names().of(purpose))))


def may(login: psycopg.Connection[tuple[object, ...]], statement: sql.Composable) -> bool:
    """Whether the database lets a statement through; what fails after the check of rights was let through."""
    try:
        if statement.as_string(login).startswith("copy"):
            with login.cursor().copy(statement) as copied:
                list(copied)
        else:
            login.execute(statement)
    except REFUSED:
        return False
    except (
        psycopg.errors.IntegrityError,
        psycopg.errors.FeatureNotSupported,
        psycopg.errors.ObjectNotInPrerequisiteState,
    ):
        return True
    return True
