"""Lists the Danish texts that have no English yet, as .po entries to fill in.

    python tools/untranslated.py src/forsyn/interfaces/portal >> .../portal/locale/en/LC_MESSAGES/django.po

Finds texts with Django's own template parser and with Python's, so it needs no gettext programs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from django.conf import settings
from django.template import Engine
from django.template.base import Node, Token, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation.template import trim_whitespace

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "forsyn"
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "gettext_noop"}
Found = tuple[str, str | None]
"""A text and its plural form, if it has one."""


def texts_in(folder: Path) -> set[Found]:
    """Every text marked for translation in the Python files and templates under a folder, tests left out."""
    found: set[Found] = set()
    for file in folder.rglob("*"):
        if "tests" in file.parts or "locale" in file.parts:
            continue
        if file.suffix == ".py":
            found |= set(_in_python(ast.parse(file.read_text(encoding="utf-8"))))
        elif file.suffix in {".html", ".txt"} and "templates" in file.parts:
            found |= set(_in_template(file.read_text(encoding="utf-8")))
    return found


def translated(root: Path = PACKAGE) -> set[str]:
    """Every text that some .po of the program translates."""
    files = root.rglob("locale/en/LC_MESSAGES/*.po")
    return {entry.msgid for file in files for entry in polib.pofile(str(file)).translated_entries()}


def _in_python(tree: ast.Module) -> Iterator[Found]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        values = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
        if name.startswith("pgettext"):
            del values[:1]  # the context
        if name in CALLS and values and isinstance(values[0], str):
            plural = values[1] if name.startswith("ngettext") and len(values) > 1 else None
            yield values[0], str(plural) if plural else None


def _in_template(source: str) -> Iterator[Found]:
    template = Engine.get_default().from_string(source)
    nodes = [template.nodelist.get_nodes_by_type(Node)] if template.nodelist else []
    for node in (each for group in nodes for each in group):
        if isinstance(node, TranslateNode) and isinstance(node.filter_expression.var, str):
            yield node.filter_expression.var, None
        elif isinstance(node, TranslateNode):
            literal = getattr(node.filter_expression.var, "literal", None)
            if isinstance(literal, str):
                yield str(literal), None
        elif isinstance(node, BlockTranslateNode):
            yield _block(node, node.singular), _block(node, node.plural) if node.plural else None
    yield from _marked_literals(source)


def _block(node: BlockTranslateNode, tokens: list[Token]) -> str:
    parts = [
        each.contents.replace("%", "%%") if each.token_type == TokenType.TEXT else f"%({each.contents})s"
        for each in tokens
    ]
    text = "".join(parts)
    return trim_whitespace(text) if node.trimmed else text


def _marked_literals(source: str) -> Iterator[Found]:
    """Texts given to tags as _("...")."""
    for quote in ('"', "'"):
        pieces = source.split(f"_({quote}")[1:]
        for piece in pieces:
            yield piece.split(f"{quote})")[0].replace(f"\\{quote}", quote), None


def main() -> None:
    """Print what is missing under the folders named, else under the whole program."""
    django.setup()
    known = translated()
    for folder in sys.argv[1:] or [str(PACKAGE)]:
        for text, plural in sorted(texts_in(Path(folder))):
            if text not in known:
                entry = polib.POEntry(msgid=text, msgstr="")
                if plural:
                    entry = polib.POEntry(msgid=text, msgid_plural=plural, msgstr_plural={0: "", 1: ""})
                print(entry)


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")
    assert settings is not None
    main()
