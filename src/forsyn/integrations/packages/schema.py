"""Whether a document is as a JSON Schema (2020-12) says; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator


def faults(document: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Where the document breaks the schema: path and rule, never a value.

    The schema itself is ours, and tests check it: that takes longer than a document.
    """
    for error in Draft202012Validator(schema).iter_errors(document):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.validator}"
