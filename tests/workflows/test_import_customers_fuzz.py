"""Whatever stands in a file's cells: it goes in, or is named as a problem; going in again has no effect."""

from __future__ import annotations

import csv
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from forsyn.domain.customers.models import Customer
from forsyn.integrations.customer_files.profile import shipped_profiles
from forsyn.workflows.import_customers import CustomerImport, OnProblem, import_customers

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "customers.csv"
GENERIC = next(profile for profile in shipped_profiles() if profile.key == "generic")
with EXAMPLE.open(encoding="utf-8") as example:
    ROWS = list(csv.reader(example, delimiter=";"))
WORDS = sorted({cell for row in ROWS[1:] for cell in row} | {"0", "9999999999", "2020-02-29", "31-12-2019", "ﬃ" * 200})
TEXTS = st.sampled_from(WORDS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40
)
EDITS = st.lists(
    st.tuples(st.integers(1, len(ROWS) - 1), st.integers(0, len(ROWS[0]) - 1), TEXTS), min_size=1, max_size=6
)


class TestAnyCells(TestCase):
    databases = {"default"}

    @given(EDITS)
    @settings(max_examples=25, deadline=None)
    def test_any_cells_go_in_or_are_named(self, edits: list[tuple[int, int, str]]) -> None:
        rows = [list(row) for row in ROWS]
        for row, column, text in edits:
            rows[row][column] = text
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "any.csv"
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, delimiter=";").writerows(rows)
            first = self._bring_in(path)
            again = self._bring_in(path)
        assert first.rows == again.rows
        assert first.rejected_rows <= first.problem_count
        assert first.counts.get("customers", 0) == Customer.objects.count()
        assert again.counts == {}
        assert again.problem_count >= first.problem_count
        for problem in first.problems:
            assert problem.what
            assert problem.mend

    @staticmethod
    def _bring_in(path: Path) -> CustomerImport:
        return import_customers(
            path=path,
            profile=GENERIC,
            on_problem=OnProblem.QUARANTINE,
            dry_run=False,
            today=date(2026, 11, 2),
            now=datetime(2026, 11, 2, 9, tzinfo=UTC),
        )
