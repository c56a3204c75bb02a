"""What stopped a command from outside the program (database, disk, rights), as one sentence: what, where, the mend."""

from __future__ import annotations

import django.db
import psycopg

from forsyn.domain.safeguards.actions_enforcement import NotEnforced
from forsyn.domain.safeguards.purposes import PurposeViolation
from forsyn.policy.problems import PolicyError

DATABASE_ERRORS = (django.db.Error, psycopg.Error)
"""Both, since Django hands errors of COPY through as they are."""
OUTSIDE = (*DATABASE_ERRORS, OSError, PolicyError, PurposeViolation, NotEnforced)

_AGAIN = "What was not finished is undone: mend that, and run the command again."
_MENDS = {
    "08": f"The connection broke. {_AGAIN}",
    "22P05": "Forsyn needs a database in UTF8: make one with `createdb --encoding=UTF8 --template=template0 NAME`.",
    "25006": "It only lets read: point DATABASE_URL to the primary server.",
    "28": "See the user and password in DATABASE_URL.",
    "3D": "See the database's name in DATABASE_URL, or create that database.",
    "42501": "Run `forsyn migrate` with OWNER_DATABASE_URL, which gives the purposes' roles their rights.",
    "42P01": "Run `forsyn migrate`: the database is not at this program's version.",
    "42703": "Run `forsyn migrate`: the database is not at this program's version.",
    "53": f"PostgreSQL has no more room. {_AGAIN}",
    "55P03": "Somebody else works on the same; wait, and run the command again.",
    "57": f"PostgreSQL stopped the work. {_AGAIN}",
    "58": f"PostgreSQL cannot use its files. {_AGAIN}",
}
"""By SQLSTATE, or by its class (Appendix A of PostgreSQL's manual)."""
_UNREACHABLE = (
    "See that PostgreSQL runs, and that DATABASE_URL (for `forsyn migrate`: OWNER_DATABASE_URL) has its host, port, "
    f"user and password. {_AGAIN}"
)


def explained(error: BaseException) -> str | None:
    """The sentence for the operator; None for a fault of the program, which should show as one."""
    if isinstance(error, PolicyError | PurposeViolation | NotEnforced):
        return str(error)
    if isinstance(error, DATABASE_ERRORS):
        return _of_database(error)
    if isinstance(error, OSError):
        return _of_system(error)
    return None


def _of_database(error: BaseException) -> str | None:
    state = _state(error)
    if state is None:
        reachable = (django.db.OperationalError, django.db.InterfaceError, psycopg.OperationalError)
        return (
            f"The database cannot be used: {_first_line(error)}. {_UNREACHABLE}"
            if isinstance(error, reachable)
            else None
        )
    mend = _MENDS.get(state) or _MENDS.get(state[:2])
    return f"The database refused: {_first_line(error)}. {mend}" if mend else None


def _state(error: BaseException | None) -> str | None:
    """SQLSTATE of the server's answer, which Django puts behind one or more errors of its own."""
    while error is not None:
        if isinstance(error, psycopg.Error):
            return error.sqlstate
        error = error.__cause__ or error.__context__
    return None


def _first_line(error: BaseException) -> str:
    """The first line, and what follows when that ends in a colon."""
    lines = [line.strip(" -\t") for line in str(error).strip().splitlines()] or [type(error).__name__]
    count = 2 if lines[0].endswith(":") else 1
    return " ".join(lines[:count]).rstrip(".")


def _of_system(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{error.strerror}. See that it exists, that you may use it, and that the disk has room."
