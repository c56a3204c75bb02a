"""Every page, command and job says for which purpose it works."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from forsyn.policy.purposes import P
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.enforcement import matrix

SOURCE = Path(__file__).parents[2] / "src" / "forsyn"


def pages(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        address = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def test_every_page_declares_its_purpose() -> None:
    silent = [
        address
        for address, view in pages(get_resolver().url_patterns)
        if not getattr(view, "purposes", ()) and not getattr(view, "without_purpose", "")
    ]
    assert silent == [], "decorate the view with customer_required, staff_required, under or without_purpose"


def test_pages_declare_purposes_that_the_policy_has() -> None:
    named = {work for _, view in pages(get_resolver().url_patterns) for work in getattr(view, "purposes", ())}
    assert named
    assert [work for work in named if current_policy().purpose_for(work) is None] == []


DOMAIN = sorted(path for path in (SOURCE / "domain").glob("*/*.py") if "safeguards" not in path.parts)
ADAPTERS = {"sessions.py", "throttle.py"}
"""What Django itself calls, before and after the page."""


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_areas_leave_it_to_their_callers_why_they_work(path: Path) -> None:
    names = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "forsyn.domain.safeguards.purposes"
        for alias in node.names
    }
    assert "purpose" not in names or path.name in ADAPTERS


def test_every_purpose_that_the_code_enters_may_do_something() -> None:
    entered = {
        node.attr
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "P"
    }
    useless = [
        name for name in entered if not any(matrix().of(P[name].value, table.name) for table in all_bindings().tables)
    ]
    assert useless == []
