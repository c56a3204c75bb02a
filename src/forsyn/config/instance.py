"""Which database this instance uses, and its roles: an owner that migrates and a login that only works.

One instance = one controller = one database = one policy. Roles are cluster-wide in PostgreSQL, so their names
carry the instance's name.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from forsyn.config.embedded_postgres import SUPERUSER, EmbeddedServer, default_state_directory

PROJECT = Path(__file__).resolve().parents[3]


class InstanceError(RuntimeError):
    """The instance is set up wrongly; the message says what to do."""


@dataclass(frozen=True)
class Instance:
    """One controller's installation."""

    name: str
    policy_file: Path
    database_url: str | None
    owner_database_url: str | None
    state: Path

    @classmethod
    def from_environment(cls) -> Instance:
        name = os.environ.get("FORSYN_INSTANCE", "nordby")
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", name):
            raise InstanceError(
                f"FORSYN_INSTANCE is {name!r}: use up to 31 small letters, digits and _, beginning with a letter."
            )
        url = os.environ.get("DATABASE_URL")
        return cls(
            name=name,
            policy_file=Path(os.environ.get("FORSYN_POLICY", PROJECT / "policies" / "utility.toml")),
            database_url=url,
            owner_database_url=os.environ.get("OWNER_DATABASE_URL", url),
            state=default_state_directory(PROJECT),
        )

    def is_demo(self, *, asked: bool) -> bool:
        """Whether this is the demo, as asked. Raises InstanceError for an instance that may hold real people.

        The demo shows everybody's codes and mails to anybody, and its data can be thrown away.
        """
        if asked and self.database_url:
            raise InstanceError(
                "The demo runs on the embedded PostgreSQL only, but DATABASE_URL names another database. "
                "Unset DATABASE_URL and OWNER_DATABASE_URL for the demo; without the demo, unset FORSYN_DEMO."
            )
        if asked and self.name != "demo" and not self.name.endswith("_demo"):
            raise InstanceError(
                f"FORSYN_DEMO is set, but FORSYN_INSTANCE is {self.name!r}. A demo shows everybody's sign-in codes: "
                "unset FORSYN_DEMO, or start the demo with `forsyn demo`."
            )
        return asked

    @property
    def database(self) -> str:
        """Name of the database on the embedded server."""
        return os.environ.get("FORSYN_DATABASE", f"forsyn_{self.name}")

    @property
    def owner_role(self) -> str:
        return f"forsyn_{self.name}_owner"

    @property
    def login_role(self) -> str:
        return f"forsyn_{self.name}_app"

    @cached_property
    def embedded(self) -> EmbeddedServer | None:
        return None if self.database_url else EmbeddedServer(self.state, durable=not os.environ.get("FORSYN_TESTING"))

    @contextlib.contextmanager
    def running_database(self) -> Iterator[None]:
        """PostgreSQL runs, and this instance's roles and database are there, as long as the block lasts."""
        if self.embedded is None:
            yield
            return
        server = self.embedded
        with server.running(prepare=lambda: self._make_roles_and_database(server)):
            yield

    def _make_roles_and_database(self, server: EmbeddedServer) -> None:
        with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as connection:
            for role, options in ((self.owner_role, "createrole"), (self.login_role, "noinherit")):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    password = secrets.token_urlsafe(24)
                    server.add_password(role, password)
                    connection.execute(
                        sql.SQL("create role {} login password {}").format(sql.Identifier(role), sql.Literal(password))
                    )
                # Each purpose is a role that the owner makes, and whose rights the login has only while it is entered.
                connection.execute(sql.SQL("alter role {} {}").format(sql.Identifier(role), sql.SQL(options)))
            if not connection.execute("select 1 from pg_database where datname = %s", [self.database]).fetchone():
                connection.execute(
                    sql.SQL("create database {} owner {}").format(
                        sql.Identifier(self.database), sql.Identifier(self.owner_role)
                    )
                )

    def connection_settings(self, *, owner: bool = False) -> dict[str, object]:
        """Django's DATABASES entry for the login role, or for the owner who migrates."""
        if self.embedded is None:
            return _from_url(self.owner_database_url if owner else self.database_url)
        return {
            "NAME": self.database,
            "USER": self.owner_role if owner else self.login_role,
            "HOST": str(self.embedded.files.socket_directory),
            "OPTIONS": {"passfile": str(self.embedded.files.password_file)},
        }


def _from_url(url: str | None) -> dict[str, object]:
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url or "")
    except psycopg.ProgrammingError as error:
        raise InstanceError(
            f"DATABASE_URL cannot be read ({error}). Write postgresql://user:password@host:5432/database."
        ) from None
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, object] = {names[key]: value for key, value in parts.items() if key in names}
    settings["OPTIONS"] = {key: value for key, value in parts.items() if key not in names}
    if not settings.get("NAME"):
        raise InstanceError("DATABASE_URL names no database. Write postgresql://user:password@host:5432/database.")
    return settings
