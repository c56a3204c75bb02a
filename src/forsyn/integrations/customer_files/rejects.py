"""Writes what did not go in: rejected rows with their reasons, and the list of problems. Both are CSV."""

from __future__ import annotations

import csv
import filecmp
import os
from collections.abc import Iterable, Iterator
from itertools import count, groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Self

from forsyn.integrations.customer_files.codec import REJECT_COLUMNS
from forsyn.integrations.customer_files.errors import CustomerFileError, RowProblem
from forsyn.integrations.customer_files.transport import CustomerFile


class Rejects:
    """The file of rejected rows beside ``file``: it gets its name when the block ends well, else nothing is left.

    An earlier one with other rows is kept, since somebody may be correcting it; then the name ends in a number.
    """

    def __init__(self, file: CustomerFile) -> None:
        self._file = file
        self._draft: Path | None = None
        self.path: Path | None = None
        """Where the rejected rows are, after the block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._draft is None:
            return
        if error is None:
            self.path = self._draft.replace(_free_name(self._file.path, self._draft))
        else:
            self._draft.unlink(missing_ok=True)

    def write(self, problems: Iterable[RowProblem]) -> None:
        """Write the rows that have problems (in order of lines)."""
        self._draft = self._file.path.with_name(f".{self._file.path.stem}.rejected.{os.getpid()}.part")
        _write_rows(self._file, self._draft, problems)


def _free_name(path: Path, draft: Path) -> Path:
    wanted = path.with_name(f"{path.stem}.rejected.csv")
    for number in count(2):
        if not wanted.exists() or filecmp.cmp(draft, wanted, shallow=False):
            break
        wanted = path.with_name(f"{path.stem}.rejected-{number}.csv")
    return wanted


def _write_rows(file: CustomerFile, draft: Path, problems: Iterable[RowProblem]) -> None:
    """The rows as they were, with two columns that say why. Correct them and import that file: those are ignored."""
    rows = file.rows()
    header = next(rows).cells
    kept = [index for index, name in enumerate(header) if name.strip() not in REJECT_COLUMNS]
    with _create(draft, file.encoding) as out:
        writer = csv.writer(out, delimiter=file.delimiter)
        writer.writerow([header[index] for index in kept] + list(REJECT_COLUMNS))
        row = next(rows, None)
        for line, reasons in _by_line(problems):
            while row is not None and row.line < line:
                row = next(rows, None)
            if row is not None and row.line == line:
                cells = [row.cells[index] for index in kept if index < len(row.cells)] + row.cells[len(header) :]
                writer.writerow([*cells, str(line), reasons])
        out.flush()
        os.fsync(out.fileno())


def write_report(path: Path, problems: Iterable[RowProblem]) -> None:
    """Every problem, one a row: line, column, value, what is wrong, the mend.

    It is for reading in a spreadsheet, so a value that one would take for a formula gets an apostrophe before it.
    """
    with _create(path, "utf-8-sig") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["line", "column", "value", "problem", "mend"])
        writer.writerows((each.line, each.column, _as_text(each.value), each.what, each.mend) for each in problems)


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _by_line(problems: Iterable[RowProblem]) -> Iterator[tuple[int, str]]:
    for line, group in groupby(problems, key=attrgetter("line")):
        yield line, " | ".join(f"{each.column} {each.what}: {each.mend}".strip() for each in group)


def _create(path: Path, encoding: str):  # type: ignore[no-untyped-def]
    try:
        return path.open("w", encoding=encoding, errors="replace", newline="")
    except OSError as error:
        raise CustomerFileError(
            f"cannot be written ({error.strerror})", where=str(path), mend="choose a folder that can be written to"
        ) from None
