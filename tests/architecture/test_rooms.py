"""What import-linter cannot see: files where they belong, bindings for every area, no clock, small rooms' pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import pytest

SOURCE = Path(__file__).parents[2] / "src" / "forsyn"
AREAS = sorted(path for path in (SOURCE / "domain").iterdir() if (path / "__init__.py").exists())
ROOMS = sorted(
    path.parent
    for pattern in ("*/__init__.py", "domain/*/__init__.py", "integrations/*/__init__.py", "interfaces/*/__init__.py")
    for path in SOURCE.glob(pattern)
    if path.parent != SOURCE / "domain"  # its areas each have a page
)
STAIR = [
    "rights",
    "retention",
    "accountability",
    "payments",
    "billing",
    "metering",
    "ledger",
    "sensitive",
    "correspondence",
    "customers",
    "accounts",
    "safeguards",
]
IMPURE = ("django", "psycopg", "allauth", "socket", "subprocess", "http")
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts and "tests" not in path.parts)


def test_every_area_stands_on_the_stair() -> None:
    assert {area.name for area in AREAS} == set(STAIR)


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_says_on_one_page_what_it_is_for(room: Path) -> None:
    lines = (room / "README.md").read_text(encoding="utf-8").splitlines()
    assert 3 <= len(lines) <= 30


@pytest.mark.parametrize("area", [area for area in AREAS if (area / "models.py").exists()], ids=lambda path: path.name)
def test_an_area_with_tables_binds_them(area: Path) -> None:
    assert (area / "privacy.py").exists()


@pytest.mark.parametrize("area", AREAS, ids=lambda path: path.name)
def test_string_foreign_keys_go_down_the_stair(area: Path) -> None:
    allowed = set(STAIR[STAIR.index(area.name) :])
    for models in area.glob("*models.py"):
        names = re.findall(r'(?:ForeignKey|OneToOneField)\(\s*"(\w+)\.', models.read_text(encoding="utf-8"))
        assert set(names) <= allowed, f"{models} points up the stair"


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("area", AREAS, ids=lambda path: path.name)
def test_actions_take_keywords_only(area: Path) -> None:
    actions = area / "actions.py"
    public = [node for node in _functions(actions) if not node.name.startswith("_")] if actions.exists() else []
    positional = [node.name for node in public if node.args.args]
    assert positional == [], f"{actions}: make the arguments keyword-only"


def test_what_says_that_it_is_pure_is() -> None:
    """Rules, and whatever has the word in its docstring, reach neither Django nor the database nor the network."""
    graph = grimp.build_graph("forsyn", include_external_packages=True, cache_dir=None)
    impure = [name for name in IMPURE if name in graph.modules]
    said = [
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for path in FILES
        if path.name.endswith("rules.py") or re.search(r"\b[Pp]ure\b", _docstring(path))
    ]
    chains = [graph.find_shortest_chain(module, name) for module in said for name in impure]
    assert len(said) > 50
    assert [chain for chain in chains if chain is not None] == []


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def test_files_and_functions_stay_small() -> None:
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES)
    assert lengths[-1] <= 330, "split the longest file"
    functions = sorted(node.end_lineno - node.lineno + 1 for path in FILES for node in _functions(path))
    assert functions[int(len(functions) * 0.9)] <= 30


def test_no_forbidden_names() -> None:
    vague = {"utils.py", "helpers.py", "manager.py", "common.py", "misc.py", "base.py"}
    assert [path for path in FILES if path.name in vague] == []
