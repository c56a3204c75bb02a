"""The record of processing activities (Art. 30) of this controller, as it is at this moment."""

from __future__ import annotations

import csv
import io

from forsyn.policy import record_of_processing
from forsyn.policy.document import Document
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Capacity, Language
from forsyn.workflows.declarations import all_bindings, current_policy


def present(capacity: Capacity, language: Language, policy: Policy | None = None) -> Document:
    """The record, derived anew from the policy (this controller's) and the declarations of all columns."""
    return record_of_processing.record(policy or current_policy(), all_bindings(), capacity, language)


def capacities(policy: Policy | None = None) -> tuple[Capacity, ...]:
    """In which capacities there is one."""
    return record_of_processing.capacities(policy or current_policy())


def fingerprint(capacity: Capacity, policy: Policy | None = None) -> str:
    """Changes whenever a word of the record does."""
    return record_of_processing.fingerprint(policy or current_policy(), all_bindings(), capacity)


def as_csv(capacity: Capacity, language: Language, policy: Policy | None = None) -> bytes:
    """One line an activity; UTF-8 with a mark, so that spreadsheets read the letters right."""
    rows = record_of_processing.rows(policy or current_policy(), all_bindings(), capacity, language)
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else ["key"], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
