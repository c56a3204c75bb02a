"""Only actions write: no other code saves, deletes, or speaks SQL that changes anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "forsyn"
FILES = sorted(
    path
    for path in SOURCE.rglob("*.py")
    if not {"migrations", "tests"} & set(path.parts) and not path.name.startswith("actions")
)

SQL_OF_ACTIONS = {
    "domain/customers/bulk_checks.py": "statements that actions_bulk runs: problems go into its temporary table",
    "domain/customers/bulk_merges.py": "statements that actions_bulk runs",
    "domain/metering/day_writer.py": "the binary COPY of day rows, for metering's actions",
    "domain/metering/intake.py": "the binary COPY of the quarantine, for metering's actions",
    "domain/metering/thinning_sql.py": "statements that actions_thinning runs",
}
"""Parts of an area's actions, apart for their length. Nobody outside of the area imports them."""

EXCEPTIONS = SQL_OF_ACTIONS | {
    "workflows/proof/deeds.py": "what the trials of `forsyn prove` do and undo: none of it is ever committed",
    "domain/accounts/sessions.py": "save() and delete() of Django's own sessions, which enter a purpose first",
    "domain/retention/dead_rows.py": "VACUUM, whose `truncate off` empties nothing",
    "policy/enforcement.py": "words of SQL, which safeguards' actions_enforcement carries out",
    "policy/reach.py": "words of SQL, which retention's and metering's actions carry out",
    "config/instance.py": "makes the roles and the database, before there is one that actions could write to",
    "interfaces/sign_in/forms.py": "save() of allauth's form for a forgotten password sends a mail",
}
"""File -> why it may."""

ALWAYS = {"save", "asave", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WITHOUT_POSITIONAL_ARGUMENTS = {"create", "delete", "update"}
"""As models and querysets have them; those of sets, digests, arrays and progress bars take some."""
CHANGING_SQL = re.compile(
    r"\b(insert\s+into|delete\s+from|merge\s+into|truncate\s|update\s+\S+(\s+(as\s+)?\w+)?\s+set\b|copy\s.*from\s+stdin"
    r"|(create|alter|drop)\s+(temp\s+)?(table|schema|role|database|index|view))",
    re.IGNORECASE | re.DOTALL,
)


def _texts(tree: ast.AST) -> Iterator[str]:
    """String constants that are not docstrings; in f-strings, a word stands for what is put in."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def writes(source: str) -> bool:
    """Whether Python source writes to the database by a model, a queryset or SQL."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    by_model = any(
        call.func.attr in ALWAYS or (call.func.attr in WITHOUT_POSITIONAL_ARGUMENTS and not call.args) for call in calls
    )
    return by_model or any(CHANGING_SQL.search(text) for text in _texts(tree))


def test_only_actions_write() -> None:
    found = {str(path.relative_to(SOURCE)) for path in FILES if writes(path.read_text(encoding="utf-8"))}
    assert found - set(EXCEPTIONS) == set(), "move the writing into an action of the area whose rows they are"
    assert set(EXCEPTIONS) - found == set(), "these write no longer: take them off the list"


@pytest.mark.parametrize("part", SQL_OF_ACTIONS)
def test_parts_of_actions_stay_within_their_area(part: str) -> None:
    area, module = Path(part).parent, Path(part).stem
    outside = [path for path in FILES if not path.is_relative_to(SOURCE / area)]
    imported = re.compile(rf"from forsyn\.{str(area).replace('/', '.')}(\.{module} import| import .*\b{module}\b)")
    assert [path for path in outside if imported.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "source",
    [
        "row.save()",
        "Account.objects.create(email=email)",
        "Session.objects.filter(account_id=1).delete()",
        "rows.update(email=email)",
        "Address.objects.get_or_create(street=street)",
        "cursor.execute('delete from metering_day where day < %s', [day])",
        "cursor.execute(f'update {table} set period = null')",
        "cursor.copy(f'copy {table} from stdin')",
        "cursor.execute('drop schema public cascade')",
    ],
)
def test_writing_is_seen(source: str) -> None:
    assert writes(source)


@pytest.mark.parametrize(
    "source",
    [
        "digest.update(block)",
        "known.update(zip(keys, values))",
        "np.delete(words, 3)",
        '"""Rows that delete from the store."""',
        "cursor.execute('select 1 from metering_day for update')",
        "cursor.execute('select current from update_log')",
    ],
)
def test_other_things_of_like_names_are_not(source: str) -> None:
    assert not writes(source)
