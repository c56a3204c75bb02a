"""`forsyn up`, `forsyn migrate`, `forsyn doctor`."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.table import Column, Table

from forsyn.interfaces.cli.examination import Finding, examine
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, print_json
from forsyn.interfaces.cli.purposes import without_purpose, works_for
from forsyn.interfaces.cli.web_assets import build_web_assets
from forsyn.policy.purposes import P
from forsyn.workflows.migrate import Migrated
from forsyn.workflows.migrate import migrate as migrate_database


@without_purpose("works as the owner of the tables: migrations")
def migrate(
    context: typer.Context,
    json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Bring the database to this program's version.

    Makes and changes tables as the owner role, writes each column's data category into the database as its comment, and
    makes the database enforce the policy, as `forsyn policy apply` does. Safe to run again: then it changes nothing.
    """
    host: Host = context.obj
    with host.database():
        done = migrate_database()
    if json:
        enforced = [step.does for step in done.enforced]
        print_json({"applied": done.applied, "comments_written": done.comments_written, "enforced": enforced})
        return
    console.print(_sentence(done))


def _sentence(done: Migrated) -> str:
    if not done.applied and not done.comments_written and not done.enforced:
        return "The database is up to date, and enforces the policy."
    return (
        f"Applied {len(done.applied)} migrations; wrote the declarations of {done.comments_written} columns; took "
        f"{len(done.enforced)} steps for the database to enforce the policy."
    )


@without_purpose("works as the owner of the tables: migrations; the pages and jobs that it starts declare their own")
def up(
    context: typer.Context,
    port: int = typer.Option(
        8000, min=1, max=65535, help="Port on 127.0.0.1; the next free one is taken when it is in use."
    ),
) -> None:
    """Start everything and serve the web pages on 127.0.0.1 until Ctrl-C.

    Starts the embedded PostgreSQL when no DATABASE_URL is given, migrates, checks that every column is declared, and
    serves. In production put a web server with TLS in front and set FORSYN_HTTPS=1 and FORSYN_HOSTS.
    """
    host: Host = context.obj
    with host.database():
        if host.may_migrate():
            console.print(_sentence(migrate_database()))
        else:
            console.print("OWNER_DATABASE_URL is not set: the database is served as it is, and not migrated.")
        build_web_assets()
        chosen = host.free_port(port)
        console.print(f"Serving on [bold]http://127.0.0.1:{chosen}/[/bold] - stop with Ctrl-C.")
        host.serve(port=chosen)


@works_for(P.SECURITY, P.PRIVACY_RIGHTS, P.STAFF_ADMINISTRATION, P.SETTLEMENT, P.ACCOUNTING)
def doctor(
    context: typer.Context,
    json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Look at this machine and this instance, and say what is missing and how to mend it.

    Tries everything that Forsyn needs: Python, PostgreSQL and its extensions, migrations, the web assets, the policy
    file, the declarations against the live database. Exit status 1 when something must be mended.
    """
    host: Host = context.obj
    with host.database():
        findings = examine(policy_file=host.policy_file, state=host.state, embedded=host.embedded())
    if json:
        print_json({"instance": host.name, "findings": [asdict(finding) for finding in findings]})
    else:
        _show(host, findings)
    if any(not finding.good for finding in findings):
        raise typer.Exit(1)


def _show(host: Host, findings: list[Finding]) -> None:
    columns = [Column(heading, overflow="fold") for heading in ("", "what", "found", "to do")]
    table = Table(*columns, title=f"Instance {host.name}", title_justify="left", box=None)
    for finding in findings:
        mark = "[green]ok[/]" if finding.good else "[red]mend[/]"
        table.add_row(mark, finding.what, escape(finding.found), escape(finding.mend))
    console.print(table)
