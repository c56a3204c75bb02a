"""docs/generated/ says what the declarations and the command line say now."""

from __future__ import annotations

import pytest

from tools import generated_docs

PAGES = generated_docs.documents()


@pytest.mark.parametrize("name", PAGES)
def test_is_current(name: str) -> None:
    assert generated_docs.current(name, PAGES[name]), f"docs/generated/{name} is out of date. Run: make docs"


def test_nothing_else_lies_there() -> None:
    assert {path.name for path in generated_docs.FOLDER.iterdir()} == set(PAGES)


def test_tells_no_path_of_a_machine() -> None:
    assert not [name for name, content in PAGES.items() if str(generated_docs.REPOSITORY) in content]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, ""),
        (["a", "b"], "a, b"),
        ("a|b", "a\\|b"),
        ("<script>", "\\<script\\>"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_cell_holds_one_plain_line(value: object, shown: str) -> None:
    assert generated_docs.cell(value) == shown
