"""`forsyn policy check|show|notice`: what the controller has declared, and whether the database agrees."""

from __future__ import annotations

import contextlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from django.utils import timezone
from rich.table import Column, Table

from forsyn.domain.safeguards.queries import live_catalog
from forsyn.integrations.documents.pdf import TypesettingError
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, escape, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import without_purpose, works_for
from forsyn.interfaces.notices import rendering
from forsyn.policy import describe
from forsyn.policy.document import Document, as_text
from forsyn.policy.loading import load_policy
from forsyn.policy.matrix import rows as matrix_rows
from forsyn.policy.notice import notice as notice_of
from forsyn.policy.policy import Policy
from forsyn.policy.privileges import Matrix
from forsyn.policy.problems import PolicyError, Problem
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import all_bindings, check_declarations, check_program
from forsyn.workflows.enforcement import drift
from forsyn.workflows.staff_access import undeclared_roles

app = typer.Typer(
    help="Read and check what the controller has declared: the policy file, the columns, the public notice.",
    no_args_is_help=True,
)

POLICY_FILE = typer.Option(
    None,
    "--policy",
    metavar="FILE",
    help="Another policy file than this instance's own (FORSYN_POLICY, or policies/utility.toml).",
)
PART = typer.Argument(None, help="What to list; nothing gives an overview.")
LANGUAGE = typer.Option(Language.ENGLISH, "--lang", help="Language of the texts.")
JSON = typer.Option(False, "--json", help="Answer with one JSON document.")


NAMES = {"key", "category", "table", "column", "country", "period"}
"""Columns that are not broken over lines, since one copies from them."""
EMPTY = Problem("the database", "It has no tables yet.", "Run `forsyn migrate` first.")


class Part(StrEnum):
    """What `forsyn policy show` can list."""

    CATEGORIES = "categories"
    PURPOSES = "purposes"
    RETENTION = "retention"
    RECIPIENTS = "recipients"
    STAFF_ROLES = "staff-roles"
    NOT_HELD = "not-held"
    COLUMNS = "columns"


SHOWN = {
    Part.CATEGORIES: ("key", "name", "kind", "purposes", "retention"),
    Part.PURPOSES: ("key", "name", "bases", "consent"),
    Part.RETENTION: ("key", "categories", "event", "period", "then"),
    Part.RECIPIENTS: ("key", "name", "role", "country", "agreement"),
    Part.STAFF_ROLES: ("key", "name", "purposes", "review", "max"),
    Part.NOT_HELD: ("category", "sources", "reason"),
    Part.COLUMNS: ("table", "column", "categories", "source", "reason"),
}
"""The columns of the table that a person sees; --json has them all."""


@app.command()
@works_for(P.PRIVACY_RIGHTS, P.STAFF_ADMINISTRATION)
def check(
    context: typer.Context,
    policy_file: Path | None = POLICY_FILE,
    offline: bool = typer.Option(
        False, "--offline", help="Check the file and the program's declarations of columns; no database is needed."
    ),
    json: bool = JSON,
) -> None:
    """Check that the policy file, the program and the live database agree.

    Reads the policy file strictly, and compares the declaration of every column with the database's own catalog and
    with the comment that the column carries there. A column whose categories the policy does not hold must be empty.
    Each problem says where it is, what is wrong and how to mend it.
    Ends with status 0 when all is well, and with 1 when there are problems, so that a deployment can depend on it.

    Example: forsyn policy check --policy policies/supplier.toml --offline
    """
    host: Host = context.obj
    file = policy_file or host.policy_file
    try:
        policy = load_policy(file)
    except PolicyError as error:
        _tell_problems(file, error.problems, json=json, compared=False)
    if offline:
        problems = check_program(policy)
    else:
        with host.database():
            problems = check_declarations(policy) + drift() if live_catalog().tables else [EMPTY]
            problems = problems or undeclared_roles(policy, today=timezone.localdate())
    if problems:
        _tell_problems(file, problems, json=json, compared=not offline)
    _tell_agreement(policy, json=json, compared=not offline)


def _tell_problems(file: Path, problems: tuple[Problem, ...] | list[Problem], *, json: bool, compared: bool) -> None:
    if json:
        listed = [{"where": p.where, "what": p.what, "mend": p.mend} for p in problems]
        print_json({"agrees": False, "policy": str(file), "database_compared": compared, "problems": listed})
    else:
        for problem in problems:
            errors.print(f"[bold]{escape(problem.where)}[/bold]: {escape(problem.what)} {escape(problem.mend)}")
        errors.print(f"[red]{len(problems)} {'problem' if len(problems) == 1 else 'problems'} found.[/red]")
    raise typer.Exit(1)


def _tell_agreement(policy: Policy, *, json: bool, compared: bool) -> None:
    rows = describe.columns(all_bindings(), policy)
    size = {
        "tables": len({row["table"] for row in rows}),
        "columns": len(rows),
        "personal_columns": sum(row["personal"] for row in rows),
        "columns_not_in_use": sum(bool(row["categories"]) and row["categories"] == row["not_held"] for row in rows),
    }
    if json:
        answer = {"agrees": True, "policy": policy.file, "database_compared": compared, "problems": []}
        print_json(answer | describe.overview(policy, Language.ENGLISH) | size)
        return
    console.print(
        f"{escape(policy.file)}, version {escape(policy.version)}, is sound: {len(policy.categories)} categories, "
        f"{len(policy.purposes)} purposes, {len(policy.retention)} retention rules, "
        f"{len(policy.recipients)} recipients."
    )
    agreeing = "The program and the live database agree" if compared else "The program agrees"
    unused = f" {size['columns_not_in_use']} of these are not in use here." if size["columns_not_in_use"] else ""
    console.print(
        f"[green]{agreeing} with it:[/green] {size['tables']} tables, {size['columns']} columns, "
        f"{size['personal_columns']} of them personal.{unused}"
    )
    if not compared:
        console.print("No database was compared with it.")


@app.command()
@without_purpose("reads the policy file and the bindings, and no database")
def show(
    context: typer.Context,
    part: Part | None = PART,
    policy_file: Path | None = POLICY_FILE,
    language: Language = LANGUAGE,
    matrix: bool = typer.Option(False, "--matrix", help="What each purpose may do with each table of the database."),
    json: bool = JSON,
) -> None:
    """List what is declared: categories, purposes, retention, recipients, staff roles, columns, or what is not held.

    No database is needed: the lists come from the policy file and the program's bindings. The table shows the most
    useful columns; --json has everything.

    Example: forsyn policy show purposes --lang da
    """
    host: Host = context.obj
    with explaining(PolicyError, json=json):
        policy = load_policy(policy_file or host.policy_file)
    rows = matrix_rows(Matrix(policy, all_bindings())) if matrix else _rows(part, policy, language)
    if json:
        print_json(rows)
    elif matrix:
        _print_matrix(rows)  # type: ignore[arg-type]
    elif isinstance(rows, dict):
        for name, value in rows.items():
            console.print(f"[bold]{name}[/bold]: {escape(str(value))}")
    else:
        console.print(_table(SHOWN[part], [_marked(row) for row in rows]) if part else "")


def _print_matrix(rows: list[dict[str, Any]]) -> None:
    before = None
    for row in rows:
        if row["purpose"] != before:
            before = row["purpose"]
            console.print(f"[bold]{before}[/bold]")
        does = [f"{verb} {_cell(row[verb])}" for verb in ("reads", "inserts", "updates") if row[verb]]
        does += ["deletes"] if row["deletes"] else []
        console.print(f"  {row['table']}: {escape('; '.join(does))}; rows: {escape(row['rows'])}", soft_wrap=True)


def _rows(part: Part | None, policy: Policy, language: Language) -> dict[str, Any] | list[dict[str, Any]]:
    if part is None:
        return describe.overview(policy, language)
    if part is Part.COLUMNS:
        return describe.columns(all_bindings(), policy)
    makers = {
        Part.CATEGORIES: describe.categories,
        Part.PURPOSES: describe.purposes,
        Part.RETENTION: describe.retention,
        Part.RECIPIENTS: describe.recipients,
        Part.STAFF_ROLES: describe.staff_roles,
        Part.NOT_HELD: describe.not_held,
    }
    return makers[part](policy, language)


def _marked(row: dict[str, Any]) -> dict[str, Any]:
    """A column's row with its categories marked where the policy does not hold them; other rows as they are."""
    if not row.get("not_held"):
        return row
    return row | {
        "categories": [
            f"{category} (not held here)" if category in row["not_held"] else category for category in row["categories"]
        ]
    }


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Table:
    table = Table(
        *(Column(name, overflow="fold", no_wrap=name in NAMES) for name in columns),
        box=None,
        header_style="bold",
        pad_edge=False,
    )
    for row in rows:
        table.add_row(*(escape(_cell(row[column])) for column in columns))
    return table


def _cell(value: Any) -> str:
    if value is None or value is False or value == []:
        return "-"
    if value is True:
        return "yes"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class Form(StrEnum):
    """How the notice is written."""

    HTML = "html"
    PDF = "pdf"
    TEXT = "text"


FORM = typer.Option(None, "--format", help="html, pdf or text; else the one that --output's name ends with, else text.")
OUTPUT = typer.Option(None, "--output", "-o", metavar="FILE", help="Where to write it; else to standard output.")
NOTICE_LANGUAGE = typer.Option(Language.DANISH, "--lang", help="Danish is the authentic text; English goes with it.")
ENDINGS = {".html": Form.HTML, ".htm": Form.HTML, ".pdf": Form.PDF, ".txt": Form.TEXT, ".md": Form.TEXT}


@app.command()
@without_purpose("reads the policy file, and no database")
def notice(
    context: typer.Context,
    language: Language = NOTICE_LANGUAGE,
    form: Form | None = FORM,
    output: Path | None = OUTPUT,
    policy_file: Path | None = POLICY_FILE,
) -> None:
    """Write the public privacy notice from the policy file.

    The notice answers Art. 13 and 14 of the GDPR. As html it is one file with its style inside, to put on any web
    site; as pdf it is tagged and accessible (PDF/UA-1); as text it is for mail and for comparing versions. No database
    is needed.

    Example: forsyn policy notice --lang da --output privatlivspolitik.pdf
    """
    host: Host = context.obj
    with explaining(PolicyError, TypesettingError):
        document = notice_of(load_policy(policy_file or host.policy_file), language)
        content = _written(document, form or form_of(output))
    if output is not None:
        save(content, output)
    elif form is Form.PDF and sys.stdout.isatty():
        fail("A PDF is not for a terminal to show. Say where to write it: --output FILE.pdf")
    else:
        typer.echo(content, nl=False)


def save(content: bytes, output: Path) -> None:
    """All of it or nothing: the old file stays until the new one is whole."""
    part = output.with_name(f".{output.name}.part")
    try:
        part.write_bytes(content)
        part.replace(output)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        fail(f"{output} cannot be written: {error.strerror}. Name a file in a folder that exists and is yours.")
    errors.print(f"Wrote {escape(str(output))} ({len(content)} bytes).")


def form_of(output: Path | None) -> Form:
    """The form that a file's name asks for; text where it goes to the terminal."""
    if output is None:
        return Form.TEXT
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        fail(f"{output} ends with none of {', '.join(ENDINGS)}. Rename it, or say --format html, pdf or text.")
    return ENDINGS[ending]


def _written(document: Document, form: Form) -> bytes:
    if form is Form.PDF:
        return rendering.pdf(document)
    return (rendering.standalone_html(document) if form is Form.HTML else as_text(document)).encode()
