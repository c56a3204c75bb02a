"""`forsyn tariffs`: what is charged, and tariffs brought in from files."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.billing import tariff_queries
from forsyn.domain.billing.tariff_rules import TariffRefused
from forsyn.domain.billing.tariff_series_rules import Entry, series_of
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.clerks import billing_clerk
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.kernel.charges.components import Percent, Price
from forsyn.kernel.charges.reasons import ImpossibleTariff
from forsyn.kernel.charges.tariff import Tariff
from forsyn.kernel.charges.work import plain
from forsyn.policy.purposes import P
from forsyn.workflows.tariff_files import TariffFileError, import_tariff, read_tariff_file, tariff_file

app = typer.Typer(help="Tariffs: list them, show one, bring one in from a file.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@app.command("list")
@works_for(P.SETTLEMENT)
def list_tariffs(context: typer.Context, json: Json = False) -> None:
    """List the tariffs: which version is in force, and which is a draft that waits for an approval."""
    host: Host = context.obj
    with host.database(), purpose(P.SETTLEMENT, actor=None):
        rows = tariff_queries.tariffs()
    if json:
        print_json(
            [
                {"key": row.key, "commodity": row.commodity, "in_force": row.in_force, "draft": row.draft_number}
                for row in rows
            ]
        )
        return
    table = Table("key", "commodity", "name", "in force", "draft")
    for row in rows:
        table.add_row(row.key, row.commodity, escape(row.name_en), str(row.in_force or ""), str(row.draft_number or ""))
    console.print(table)


@app.command("show")
@works_for(P.SETTLEMENT)
def show(
    context: typer.Context, key: Annotated[str, typer.Argument(help="The tariff's key.")], json: Json = False
) -> None:
    """Show a tariff's dated prices in kr without VAT; with --json, the file that `forsyn tariffs import` takes."""
    host: Host = context.obj
    with host.database(), purpose(P.SETTLEMENT, actor=None):
        found = tariff_file(key=key)
    if found is None or found["tariff"] is None:
        fail(f"There is no tariff {key!r} with a version. See: forsyn tariffs list", json=json)
    if json:
        print_json(found)
        return
    table = Table("key", "part", "from", "until", "kr without VAT or percent")
    for row in _rows(read_tariff_file(dumps(found).encode()).tariff):
        table.add_row(*row)
    console.print(table)


@app.command("import")
@works_for(P.SETTLEMENT, P.STAFF_ADMINISTRATION)
def bring_in(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="A JSON file as `forsyn tariffs show KEY --json` writes it.", exists=True, dir_okay=False),
    ],
    by: Annotated[str, typer.Option("--by", help="E-mail of the member of staff who answers for it.")],
    note: Annotated[str, typer.Option(help="What changes and why; needed where something changes back in time.")] = "",
    json: Json = False,
) -> None:
    """Bring a tariff in as a draft, with all its parts; another person previews and approves it at /kontor/takster/.

    A key that is not there yet makes a new tariff. The whole file goes in, or nothing.
    """
    host: Host = context.obj
    with explaining(TariffFileError, TariffRefused, ImpossibleTariff, json=json), host.database():
        account_id = billing_clerk(by, json=json)
        with purpose(P.SETTLEMENT, actor=account_id):
            done = import_tariff(
                content=file.read_bytes(),
                note=note,
                account_id=account_id,
                today=timezone.localdate(),
                now=timezone.now(),
            )
    if json:
        print_json({"tariff": done.tariff_id, "version": done.version_id, "is_new": done.is_new})
    else:
        made = "A new tariff is drafted" if done.is_new else "The draft is written"
        console.print(f"{made}. Another person looks at it at /kontor/takster/udgaver/{done.version_id}/")


def _rows(tariff: Tariff) -> list[tuple[str, str, str, str, str]]:
    return [
        (component.key, part, str(entry.from_date), str(entry.until_date or ""), _value(entry))
        for component in tariff.components
        for part, entries in series_of(component).items()
        for entry in entries
    ]


def _value(entry: Entry) -> str:
    match entry:
        case Price():
            return plain(entry.kr_per_unit)
        case Percent():
            return f"{plain(entry.percent)} %"
        case _:
            return "incentive; see --json"
