"""The list of problems, as a spreadsheet shows it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from forsyn.integrations.customer_files.errors import RowProblem
from forsyn.integrations.customer_files.rejects import write_report


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "+4599", "-1", "@SUM(1)", "\t=1", "Anna; Bo", ""])
def test_no_value_of_a_file_is_a_formula_in_the_report(tmp_path: Path, value: str) -> None:
    report = tmp_path / "report.csv"
    write_report(report, [RowProblem(2, "name", value, "is too long", "shorten it")])
    with report.open(encoding="utf-8-sig", newline="") as written:
        shown = list(csv.reader(written, delimiter=";"))[1][2]
    assert shown.removeprefix("'") == value
    assert not shown.startswith(("=", "+", "-", "@", "\t"))
