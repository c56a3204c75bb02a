"""Writes what did not go in: rejected rows with their reasons, and the list of problems. Both are CSV."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from forsyn.integrations.customer_files.codec import REJECT_COLUMNS
from forsyn.integrations.customer_files.errors import CustomerFileError, RowProblem
from forsyn.integrations.customer_files.transport import CustomerFile


@dataclass(frozen=True)
class Rejects:
    """A file of rejected rows, written but not yet under its name."""

    draft: Path
    final: Path

    def publish(self) -> Path:
        """Give it its name, when what it tells has become true."""
        return self.draft.replace(self.final)


def write_rejects(file: CustomerFile, problems: Iterable[RowProblem]) -> Rejects:
    """The rows of ``file`` that have problems (in order of lines), as they were, with two columns that say why.

    Correct the rows and import that file: the two columns are ignored.
    """
    final = file.path.with_name(f"{file.path.stem}.rejected.csv")
    draft = final.with_suffix(".part")
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
    return Rejects(draft, final)


def write_report(path: Path, problems: Iterable[RowProblem]) -> None:
    """Every problem, one a row: line, column, value, what is wrong, the mend."""
    with _create(path, "utf-8-sig") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["line", "column", "value", "problem", "mend"])
        writer.writerows((each.line, each.column, each.value, each.what, each.mend) for each in problems)


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
