"""Every page, command and job says for which purpose it works."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from django.urls import URLPattern, URLResolver, get_resolver

from forsyn.interfaces.cli.main import app
from forsyn.interfaces.jobs.schedule import JOBS, Job
from forsyn.policy.loading import load_policy
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


def commands(group: typer.Typer, before: str = "forsyn") -> Iterator[tuple[str, Callable[..., object]]]:
    for one in group.registered_commands:
        assert one.callback is not None
        yield f"{before} {one.name or one.callback.__name__}", one.callback
    for below in group.registered_groups:
        assert below.typer_instance is not None
        yield from commands(below.typer_instance, f"{before} {below.name}")


COMMANDS = dict(commands(app))


def test_every_command_declares_its_purposes() -> None:
    assert {"forsyn up", "forsyn import readings", "forsyn jobs run"} <= set(COMMANDS)
    silent = [
        name
        for name, command in COMMANDS.items()
        if not getattr(command, "purposes", ()) and not getattr(command, "without_purpose", "")
    ]
    assert silent == [], "decorate the command with works_for or without_purpose of interfaces/cli/purposes.py"


def entered_in(path: Path) -> set[str]:
    """Names of P in calls of ``purpose(P.…)``."""
    return {
        node.args[0].attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "purpose"
        and node.args
        and isinstance(node.args[0], ast.Attribute)
    }


@pytest.mark.parametrize("module", sorted({command.__module__ for command in COMMANDS.values()}))
def test_commands_enter_what_they_declare(module: str) -> None:
    declared = {
        work.name
        for command in COMMANDS.values()
        if command.__module__ == module
        for work in command.purposes  # type: ignore[attr-defined]
    }
    assert entered_in(SOURCE.parent / f"{module.replace('.', '/')}.py") <= declared


@pytest.mark.parametrize("file", sorted((SOURCE.parents[1] / "policies").glob("*.toml")), ids=lambda file: file.stem)
@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_names_a_purpose_of_the_policy(job: Job, file: Path) -> None:
    policy = load_policy(file)
    assert any(policy.purpose_for(work) for work in job.purposes)


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
