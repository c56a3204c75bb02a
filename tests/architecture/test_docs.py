"""The docs speak of what is there: commands, files, pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from forsyn.interfaces.cli.main import app

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(
    [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "src").rglob("README.md")]
)
COMMAND = re.compile(r"`(?:\.venv/bin/)?forsyn ((?:[a-z][a-z-]* ?)+)")


def _commands() -> set[str]:
    found = set()
    for page in PAGES:
        for match in COMMAND.finditer(page.read_text(encoding="utf-8")):
            found.add(match[1].strip())
    return found


def _known() -> set[str]:
    def walk(command: object, prefix: tuple[str, ...]) -> set[str]:
        names = {" ".join(prefix)} if prefix else set()
        for name, child in getattr(command, "commands", {}).items():
            names |= walk(child, (*prefix, name))
        return names

    return walk(typer.main.get_command(app), ())


def test_commands_in_the_docs_exist() -> None:
    known = _known()
    unknown = {command for command in _commands() if not any(command.startswith(name) for name in known)}
    assert unknown == set()


@pytest.mark.parametrize("command", sorted(_known()))
def test_every_command_teaches(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0
    assert len(result.output) > 300, "say what the command does, when one uses it, and what it answers"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_make_targets_in_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M))
    wanted = set(re.findall(r"^make ([a-z]+)", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.M))
    assert {"demo", "test"} <= wanted <= targets


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile("pypi" + r"\.org|pythonhosted|registry\.npmjs|index" + "-url|deb" + r"\.debian\.org")
    files = [REPOSITORY / "Makefile", REPOSITORY / "pyproject.toml", *(REPOSITORY / "requirements").iterdir()]
    files += [path for folder in ("tools", ".ci") for path in (REPOSITORY / folder).iterdir() if path.is_file()]
    found = {
        path.name for path in files if hosts.search(path.read_text(encoding="utf-8").replace("--no-emit-index-url", ""))
    }
    assert found == set()
