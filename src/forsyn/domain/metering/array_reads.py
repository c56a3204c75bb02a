"""Query results as numpy arrays, by PostgreSQL's binary COPY form instead of a Python object for each value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from forsyn.domain.metering.day_rows import COPY_HEADER, DayRows, from_copy

_ARRAY_HEADER = 20
_ROW_HEADER = 2


def copy_out(statement: sql.Composed) -> list[bytes]:
    """The rows of a query in binary COPY form, one message a row; header and trailer as they come."""
    connection.ensure_connection()
    text = statement.as_string(connection.connection)
    with connection.cursor() as cursor, cursor.copy(f"copy ({text}) to stdout (format binary)") as copy:
        return [bytes(message) for message in copy]


def read_rows(statement: sql.Composed) -> DayRows:
    """Rows of a query that selects day_rows.COLUMNS in their order."""
    return from_copy(copy_out(statement))


def read_columns(statement: sql.Composed, kinds: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """The columns of a query, which are smallint ("i2"), integer ("i4") or bigint ("i8") and never null.

    The server gathers each column into one array: a million rows are one message.
    """
    names = [f"c{number}" for number in range(len(kinds))]
    gathered = sql.SQL(", ").join(sql.SQL("array_agg({})").format(sql.Identifier(name)) for name in names)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    data = b"".join(copy_out(sql.SQL("select {} from ({}) as gathered ({})").format(gathered, statement, columns)))
    found = []
    at = len(COPY_HEADER) + _ROW_HEADER
    for kind in kinds:
        length = int.from_bytes(data[at : at + 4], "big", signed=True)
        at += 4
        element = np.dtype([("length", ">i4"), ("value", f">{kind}")])
        count = max(length - _ARRAY_HEADER, 0) // element.itemsize
        values = np.frombuffer(data, element, count, at + _ARRAY_HEADER if count else 0)["value"]
        found.append(values.astype(np.int64))
        at += max(length, 0)
    return found


def integers(array: npt.NDArray[np.integer]) -> sql.Composable:
    """Whole numbers as an array literal; the statement names its type."""
    return sql.SQL("'{{" + ",".join(map(str, array.tolist())) + "}}'")
