"""What of an error goes into the log: where it happened and of which kind, and nothing that it quotes.

A log is read by operators, is copied elsewhere, and knows no retention; a database's error quotes whole rows, and most
others the value that they stumbled over.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

import psycopg
from django.db import DataError
from django.db import Error as DatabaseFailure

_QUOTES_NOTHING = (TypeError, AttributeError, NameError, ImportError, OSError)
_QUOTES_BELOW = (DatabaseFailure, psycopg.Error)
"""Their first line names tables and constraints; the row stands below it."""
_QUOTES_AT_ONCE = (DataError, psycopg.DataError)
_OWN = "forsyn."
"""Errors of this program are written for whoever reads them."""
_JOINED = "\nThe above error led to this one:\n\n"


class PlainFormatter(logging.Formatter):
    """As the standard one, but for errors: their places are told, and of their messages what quotes nobody."""

    def formatException(  # noqa: N802 - logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return _JOINED.join(_lines(error) for error in _chain(ei[1])).removesuffix("\n")


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and what led to it, the first one first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found[::-1]


def _lines(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    places = "".join(traceback.format_tb(error.__traceback__))
    message = _message(error)
    return f"Traceback (most recent call last):\n{places}{kind}{f': {message}' if message else ''}\n"


def _message(error: BaseException) -> str:
    if isinstance(error, _QUOTES_AT_ONCE):
        return ""
    if isinstance(error, _QUOTES_BELOW):
        return (str(error).strip().splitlines() or [""])[0]
    known = isinstance(error, _QUOTES_NOTHING) or type(error).__module__.startswith(_OWN)
    return str(error) if known else ""
