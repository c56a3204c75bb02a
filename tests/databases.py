"""Copies of whole databases: what a test that really commits works on."""

from __future__ import annotations

import psycopg
from django.conf import settings
from psycopg import sql

from forsyn.config.embedded_postgres import SUPERUSER


def administrator() -> psycopg.Connection[tuple[object, ...]]:
    """A session as the server's superuser, each statement its own transaction."""
    return psycopg.connect(settings.INSTANCE.embedded.conninfo("postgres", SUPERUSER), autocommit=True)


def clone(database: str, *, template: str, owner: str) -> None:
    """A copy of a template that nobody is connected to, with what is granted on a database as a whole."""
    names = {
        name: sql.Identifier(value) for name, value in (("copy", database), ("template", template), ("owner", owner))
    }
    with administrator() as session:
        session.execute(sql.SQL("create database {copy} template {template} owner {owner}").format(**names))
        session.execute(sql.SQL("revoke all on database {copy} from public").format(**names))
        granted = session.execute(
            "select format('grant %%s on database %%I to %%s', privilege_type, %s::text, grantee::regrole)"
            "  from pg_database cross join aclexplode(datacl) where datname = %s and grantee <> datdba",
            [database, template],
        ).fetchall()
        for (statement,) in granted:
            session.execute(str(statement))


def drop(database: str) -> None:
    """Whoever is connected to it."""
    with administrator() as session:
        session.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database)))
