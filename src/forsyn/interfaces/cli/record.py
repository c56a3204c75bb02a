"""`forsyn record`: the record of processing activities (Art. 30), derived at this moment."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import TypesettingError, typeset
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import explaining, fail, print_json
from forsyn.interfaces.cli.policy import JSON, NOTICE_LANGUAGE, OUTPUT, POLICY_FILE, save
from forsyn.interfaces.cli.purposes import without_purpose
from forsyn.policy.document import as_text
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.problems import PolicyError
from forsyn.policy.vocabulary import Capacity, Language
from forsyn.workflows import record_of_processing


class RecordForm(StrEnum):
    """What is written."""

    TEXT = "text"
    PDF = "pdf"
    CSV = "csv"


@without_purpose("reads the policy file and the program's declarations, and no database")
def record(
    context: typer.Context,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write an accessible PDF.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write one line an activity, for spreadsheets.")] = False,
    role: Annotated[Capacity, typer.Option(help="As controller, Art. 30(1), or as processor, 30(2).")] = (
        Capacity.CONTROLLER
    ),
    language: Language = NOTICE_LANGUAGE,
    output: Path | None = OUTPUT,
    policy_file: Path | None = POLICY_FILE,
    json: bool = JSON,
) -> None:
    """Write the record of processing activities from the policy file and the declarations of all columns.

    It names each purpose with its basis, persons, data, recipients and time limits, third countries and security
    measures, and ends with a fingerprint that changes with every word. No database is needed.

    Example: forsyn record --pdf --output record.pdf
    """
    host: Host = context.obj
    with explaining(PolicyError, json=json):
        policy = load_policy(policy_file or host.policy_file)
    kept = record_of_processing.capacities(policy)
    if role not in kept:
        fail(f"{policy.file} has no purposes in the capacity of {role}; it has: {', '.join(kept)}.", json=json)
    if json:
        print_json(_row(policy, role, language))
        return
    form = RecordForm.PDF if pdf else RecordForm.CSV if csv else RecordForm.TEXT
    if output is None and form is RecordForm.PDF and sys.stdout.isatty():
        fail("A PDF is not for a terminal to show. Say where to write it: --output FILE.pdf")
    with explaining(TypesettingError):
        content = _written(policy, role, language, form)
    if output is not None:
        save(content, output)
    else:
        typer.echo(content, nl=False)


def _row(policy: Policy, role: Capacity, language: Language) -> dict[str, str]:
    return {
        "role": str(role),
        "policy_version": policy.version,
        "fingerprint": record_of_processing.fingerprint(role, policy),
        "text": as_text(record_of_processing.present(role, language, policy)),
    }


def _written(policy: Policy, role: Capacity, language: Language, form: RecordForm) -> bytes:
    if form is RecordForm.CSV:
        return record_of_processing.as_csv(role, language, policy)
    document = record_of_processing.present(role, language, policy)
    if form is RecordForm.PDF:
        return typeset(to_plain(document), dated=document.valid_from)
    return as_text(document).encode()
