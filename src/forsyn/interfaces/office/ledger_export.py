"""A year's postings as CSV in the columns that accounting systems take: decimal comma, dates as dd-mm-yyyy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forsyn.domain.ledger.queries import EXPORT_COLUMNS, ExportRow
from forsyn.integrations.packages.codec import write_csv


def export_file(rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """The file in pieces; it is never held whole."""
    return write_csv(EXPORT_COLUMNS, map(_cells, rows))


def _cells(row: ExportRow) -> tuple[str | int, ...]:
    return (
        row.number,
        f"{row.posting_date:%d-%m-%Y}",
        row.account,
        row.account_name,
        row.text,
        _kr(row.debit_oere),
        _kr(row.credit_oere),
        row.vat_code,
        row.customer_number,
    )


def _kr(oere: int) -> str:
    return f"{oere // 100},{oere % 100:02}" if oere else ""
