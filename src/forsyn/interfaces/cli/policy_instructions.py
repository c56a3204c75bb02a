"""`forsyn policy instructions`: the written instructions of staff, role by role."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import TypesettingError, typeset
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, explaining, fail, print_json
from forsyn.interfaces.cli.policy import FORM, JSON, NOTICE_LANGUAGE, OUTPUT, POLICY_FILE, Form, form_of, save
from forsyn.interfaces.cli.purposes import without_purpose
from forsyn.interfaces.notices import rendering
from forsyn.policy.document import Document, as_text
from forsyn.policy.instructions import fingerprint, in_force_since
from forsyn.policy.instructions import instructions as instructions_of
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.problems import PolicyError, did_you_mean
from forsyn.policy.vocabulary import Language

ROLE = typer.Argument(None, metavar="[ROLE]", help="A role of [staff_roles]; nothing lists them.")


@without_purpose("reads the policy file, and no database")
def instructions(
    context: typer.Context,
    role: str | None = ROLE,
    language: Language = NOTICE_LANGUAGE,
    form: Form | None = FORM,
    output: Path | None = OUTPUT,
    policy_file: Path | None = POLICY_FILE,
    json: bool = JSON,
) -> None:
    """Write the instructions of a role of staff from the policy file.

    They say what the work is, which data each purpose gives, whom one does not see, and what to do when something goes
    wrong. Staff read and confirm the same text under "Min instruks"; its fingerprint changes with every word. No
    database is needed.

    Example: forsyn policy instructions clerk --output instruks.pdf
    """
    host: Host = context.obj
    with explaining(PolicyError, json=json):
        policy = load_policy(policy_file or host.policy_file)
    if role is None:
        _list(policy, language, json=json)
        return
    if role not in policy.staff_roles:
        mend = did_you_mean(role, policy.staff_roles, otherwise=f"It has: {', '.join(policy.staff_roles)}.")
        fail(f"{policy.file} has no role of staff {role!r}. {mend}", json=json)
    document = instructions_of(policy, role, language)
    if json:
        print_json(_row(policy, role, language) | {"text": as_text(document)})
        return
    chosen = form or form_of(output)
    if output is None and chosen is Form.PDF and sys.stdout.isatty():
        fail("A PDF is not for a terminal to show. Say where to write it: --output FILE.pdf")
    with explaining(TypesettingError):
        content = _written(document, chosen)
    if output is not None:
        save(content, output)
    else:
        typer.echo(content, nl=False)


def _list(policy: Policy, language: Language, *, json: bool) -> None:
    rows = [_row(policy, role, language) for role in policy.staff_roles]
    if json:
        print_json(rows)
        return
    for row in rows:
        console.print(f"[bold]{row['role']}[/bold]: {escape(str(row['name']))}, fingerprint {row['fingerprint'][:12]}")


def _row(policy: Policy, role: str, language: Language) -> dict[str, str]:
    return {
        "role": role,
        "name": policy.staff_roles[role].name.in_(language),
        "fingerprint": fingerprint(policy, role),
        "policy_version": policy.version,
        "in_force_since": in_force_since(policy).isoformat(),
    }


def _written(document: Document, form: Form) -> bytes:
    if form is Form.PDF:
        return typeset(to_plain(document, contents=False), dated=document.valid_from)
    return (rendering.standalone_html(document, contents=False) if form is Form.HTML else as_text(document)).encode()
