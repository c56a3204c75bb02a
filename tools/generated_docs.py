"""Writes docs/generated/ from the declarations and from the command line's own help; `make docs` runs it.

python tools/generated_docs.py            write the files anew
python tools/generated_docs.py --check    say which are out of date, and end with 1 if any is
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")
django.setup()

import typer.main  # noqa: E402 - Django comes first

from forsyn.interfaces.cli.main import app  # noqa: E402
from forsyn.policy import describe  # noqa: E402
from forsyn.policy.claims import Claim, claims  # noqa: E402
from forsyn.policy.document import as_text  # noqa: E402
from forsyn.policy.loading import parse_policy  # noqa: E402
from forsyn.policy.matrix import rows as matrix_rows  # noqa: E402
from forsyn.policy.policy import Policy  # noqa: E402
from forsyn.policy.privileges import Matrix  # noqa: E402
from forsyn.policy.vocabulary import Language  # noqa: E402
from forsyn.workflows.declarations import all_bindings  # noqa: E402
from forsyn.workflows.portability_schema import schema_text  # noqa: E402
from forsyn.workflows.proof.prove import trials_of  # noqa: E402
from forsyn.workflows.record_of_processing import capacities, present  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "docs" / "generated"
HEAD = "<!-- Generated from the declarations; change those and run `make docs`. -->"
POLICIES = {"utility": "policies/utility.toml", "supplier": "policies/supplier.toml"}
EN = Language.ENGLISH
MATRIX_KEYS = ("table", "reads", "inserts", "updates", "deletes", "rows")


def documents() -> dict[str, str]:
    """Every generated file's name and content."""
    policies = {name: load(file) for name, file in POLICIES.items()}
    pages = {f"policy-{name}.md": policy_page(policy) for name, policy in policies.items()}
    pages |= {f"matrix-{name}.md": matrix_page(policy) for name, policy in policies.items()}
    pages |= {f"record-{name}.md": record_page(policy) for name, policy in policies.items()}
    pages["purposes.md"] = purposes_page(policies.values())
    pages["retention.md"] = retention_page(policies.values())
    pages["columns.md"] = columns_page()
    pages["claims.md"] = claims_page()
    pages["cli.md"] = command_line_page()
    schemas = {
        "portability.schema.json": schema_text(policies["utility"]),
        "portability-supplier.schema.json": schema_text(policies["supplier"]),
    }
    return {name: f"{HEAD}\n\n{content.rstrip()}\n" for name, content in pages.items()} | schemas


def load(file: str) -> Policy:
    """A policy by its name in the repository, so that no path of this machine gets into a page."""
    return parse_policy((REPOSITORY / file).read_text(encoding="utf-8"), file)


# -- Markdown ------------------------------------------------------------------------------------------------------


def table(headers: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; lists become comma-separated, nothing becomes empty."""
    heads = list(headers)
    lines = [heads, ["---"] * len(heads), *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """One value as a table's cell, in which nothing is taken for Markdown."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    for mark in "\\|<>*`[]":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def section(level: int, title: str, *parts: str) -> str:
    """A heading with what stands under it."""
    return "\n\n".join([f"{'#' * level} {title}", *parts])


# -- the pages -----------------------------------------------------------------------------------------------------


def policy_page(policy: Policy) -> str:
    """Everything that a policy file declares, except what has a page of its own."""
    overview = describe.overview(policy, EN)
    categories = ("key", "name", "kind", "dpv", "persons", "sources", "retention", "claims")
    recipients = ("key", "name", "role", "country", "agreement_required", "statute", "categories", "claims")
    staff_roles = ("key", "name", "description", "purposes", "review", "max", "external", "claims")
    consents = ("key", "name", "written", "purposes", "claims")
    return section(
        1,
        f"Policy of {overview['controller']}",
        f"Version {policy.version}, valid from {overview['valid_from']}, from `{policy.file}`. "
        "Its [purposes](purposes.md) and [retention rules](retention.md) have pages of their own; "
        "`forsyn policy notice` writes it as people read it.",
        section(2, "Data categories", listed(describe.categories(policy, EN), categories)),
        *not_held_section(policy),
        section(2, "Recipients", listed(describe.recipients(policy, EN), recipients)),
        section(2, "Roles of staff", listed(describe.staff_roles(policy, EN), staff_roles)),
        section(2, "Consents", listed(describe.consents(policy, EN), consents)),
        section(2, "Claims", listed(claim_rows(policy), ("claim", "declared by"))),
    )


def record_page(policy: Policy) -> str:
    """The records of processing activities (Art. 30) that the policy's controller keeps, in English."""
    return "\n\n".join(as_text(present(capacity, EN, policy)) for capacity in capacities(policy))


def not_held_section(policy: Policy) -> Iterator[str]:
    """What the program has room for and this controller does not keep, with the columns that must be empty."""
    rows = describe.not_held(policy, EN)
    if rows:
        unused = [
            f"{row['table']}.{row['column']}"
            for row in describe.columns(all_bindings(), policy)
            if row["personal"] and row["categories"] == row["not_held"]
        ]
        yield section(
            2,
            "Not held here",
            "The program has room for these categories; this controller keeps none of them (with sources named: none "
            "from those). The columns that hold nothing else must be empty, and the live check makes sure of it.",
            listed(rows, ("category", "sources", "reason")),
            f"Columns that must be empty: {', '.join(f'`{name}`' for name in unused)}.",
        )


def listed(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    """Some columns of rows as a table."""
    heads = [name.replace("_", " ").capitalize() for name in columns]
    return table(heads, ([row[name] for name in columns] for row in rows))


def claim_rows(policy: Policy) -> list[dict[str, Any]]:
    """Each claim with the keys of the items that fulfil it; lines would be out of date too soon."""
    named: dict[str, list[str]] = {}
    for item in policy.items():
        for claim in item.claims:
            named.setdefault(claim, []).append(item.key)
    return [{"claim": claim, "declared by": keys} for claim, keys in sorted(named.items())]


def purposes_page(policies: Iterable[Policy]) -> str:
    """The purposes of every policy, each of which becomes a role of the database."""
    return section(
        1,
        "Purposes",
        "Each purpose with its legal bases, and the categories that it may read and no others.",
        *(
            section(2, describe.overview(policy, EN)["controller"], *map(purpose, describe.purposes(policy, EN)))
            for policy in policies
        ),
    )


def purpose(row: dict[str, Any]) -> str:
    """One purpose."""
    facts = {
        "Bases": "; ".join(row["bases"]),
        "Interest": row["interest"],
        "Reads": row["categories"],
        "Consent": row["consent"],
        "Objection": row["objection"],
        "Pseudonymous": row["pseudonymous"],
        "Reads restricted persons": row["reads_restricted"],
        "Capacity": row["capacity"],
        "Claims": row["claims"],
    }
    lines = "\n".join(f"- {name}: {cell(value)}" for name, value in facts.items() if value)
    return section(3, f"{cell(row['name'])} (`{row['key']}`)", cell(row["description"]), lines)


def retention_page(policies: Iterable[Policy]) -> str:
    """The retention rules of every policy."""
    columns = ("key", "categories", "purpose", "event", "period", "then", "review", "reason", "claims")
    return section(
        1,
        "Retention",
        "Each rule: these categories, this long (ISO 8601) after this event, then this happens.",
        *(
            section(2, describe.overview(policy, EN)["controller"], listed(describe.retention(policy, EN), columns))
            for policy in policies
        ),
    )


def matrix_page(policy: Policy) -> str:
    """What each purpose may do with each table, as `forsyn policy show --matrix` prints it."""
    headers = ("table", "reads", "inserts", "updates", "deletes", "whose rows")
    rows = matrix_rows(Matrix(policy, all_bindings()))
    parts = [
        section(
            2, purpose, table(headers, ([row[key] for key in MATRIX_KEYS] for row in rows if row["purpose"] == purpose))
        )
        for purpose in dict.fromkeys(row["purpose"] for row in rows)
    ]
    about = (
        f"Derived from `{policy.file}` and the bindings; `forsyn policy apply` puts it into the database. "
        '"All" are all columns, or all rows.'
    )
    return section(1, f"What each purpose may do: {policy.controller.contact.name.en}", about, *parts)


def _cells(row: dict[str, Any]) -> list[Any]:
    return [row[key] for key in MATRIX_KEYS]


def columns_page() -> str:
    """The data map: every column that the program declares."""
    rows = describe.columns(all_bindings())
    names = dict.fromkeys(row["table"] for row in rows)
    personal = sum(row["personal"] for row in rows)
    return section(
        1,
        "Columns",
        f"{len(names)} tables, {len(rows)} columns, {personal} of them personal. "
        "Each column's comment in the database says the same.",
        *(section(2, f"`{name}`", columns_of([row for row in rows if row["table"] == name])) for name in names),
    )


def columns_of(rows: list[dict[str, Any]]) -> str:
    """One table's columns."""
    return table(
        ("Column", "Holds", "Source", "Given by the person", "Path to the person"),
        (
            (
                row["column"],
                row["categories"] if row["personal"] else f"not personal: {row['reason']}",
                row["source"],
                row["given"],
                "; ".join(row["persons"]),
            )
            for row in rows
        ),
    )


def claims_page() -> str:
    """Every promise with what is tried for it, and what is not built yet."""
    return section(
        1,
        "Claims and their trials",
        "What `forsyn prove` tries for each promise of the two policies (SF: the utility's, SV: the supplier's). A "
        "control attempts for real what must be refused; an invariant counts what must not be there. See "
        "[how a promise is proved](../proof.md).",
        *(section(2, claim.id, *claim_parts(claim)) for claim in claims().values()),
    )


def claim_parts(claim: Claim) -> Iterator[str]:
    """A promise, its gap and note, and its trials."""
    yield cell(claim.title.en)
    if claim.gap:
        yield f"**Gap.** {cell(claim.gap.en)}"
    if claim.note:
        yield f"**Note.** {cell(claim.note.en)}"
    trials = trials_of(claim)
    if trials:
        yield "\n".join(f"- {trial.kind.value}: {cell(trial.tells.en)} (`{trial.key}`)" for trial in trials)


# -- the command line ----------------------------------------------------------------------------------------------


def command_line_page() -> str:
    """Every command with its options, as its --help says."""
    root = typer.main.get_command(app)
    return section(1, "The `forsyn` command", *commands(root, "forsyn"))


def commands(command: Any, name: str) -> Iterator[str]:
    """A command and, of a group, those under it."""
    yield section(2, f"`{name}`", *described(command))
    for key, below in sorted(getattr(command, "commands", {}).items()):
        yield from commands(below, f"{name} {key}")


def described(command: Any) -> Iterator[str]:
    """What a command does, and its arguments and options."""
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    rows = [parameter(one) for one in command.params if one.name != "help" and not getattr(one, "hidden", False)]
    if rows:
        yield table(("Option", "Meaning"), rows)


def parameter(one: Any) -> tuple[str, str]:
    """An argument's or option's names, and what it means."""
    names = ", ".join([*one.opts, *one.secondary_opts]) if one.opts[0].startswith("-") else one.name.upper()
    kind = one.type_descriptor.annotation
    allowed = f" One of: {', '.join(map(str, kind))}." if isinstance(kind, type) and issubclass(kind, Enum) else ""
    shown = one.default not in (None, False, "", ...) and not callable(one.default)
    return names, f"{one.help or ''}{allowed}{f' Default: {one.default}.' if shown else ''}"


def main() -> int:
    """Write, or with --check compare."""
    pages = documents()
    if "--check" in sys.argv[1:]:
        stale = [name for name, content in pages.items() if not current(name, content)]
        if stale:
            sys.stderr.write(f"Out of date in docs/generated: {', '.join(stale)}. Run: make docs\n")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in pages.items():
        (FOLDER / name).write_text(content, encoding="utf-8")
    return 0


def current(name: str, content: str) -> bool:
    """Whether a file says what it would say if written now."""
    path = FOLDER / name
    return path.is_file() and path.read_text(encoding="utf-8") == content


if __name__ == "__main__":
    sys.exit(main())
