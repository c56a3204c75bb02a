"""`forsyn import terms`: on which tariffs agreements are billed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.workflows.terms_files import HEADS, TermsFileError
from forsyn.workflows.terms_import import TermsImport, import_terms

SHOWN = 20


@works_for(P.SETTLEMENT)
def terms(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV: " + ";".join(HEADS))],
    skip: Annotated[
        bool, typer.Option("--skip", help="Leave lines with problems out, and take the others in.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Bring in which tariff agreements are billed by, in how many instalments, and how big what they are for is.

    A line an agreement, with the tariff's key (`forsyn tariffs list`). Without days it holds as long as the agreement;
    from a day on, it takes the place of what was on record. Reading a file again changes nothing. All of it goes in,
    or nothing; then it ends with status 1.
    """
    host: Host = context.obj
    with host.database(), explaining(TermsFileError, json=json), purpose(P.SETTLEMENT, actor=None):
        done = import_terms(content=file.read_bytes(), skip=skip, account_id=None, now=timezone.now())
    _tell(done, json=json)
    if done.problems and not (done.written and skip):
        raise typer.Exit(1)


def _tell(done: TermsImport, *, json: bool) -> None:
    if json:
        problems = [{"line": each.line, "problem": each.text} for each in done.problems]
        print_json({"terms": done.terms, "sizes": done.sizes, "known": done.known, "problems": problems})
        return
    for each in done.problems[:SHOWN]:
        console.print(escape(str(each)))
    if len(done.problems) > SHOWN:
        console.print(f"... and {len(done.problems) - SHOWN} more; --json lists them all.")
    if not done.written:
        console.print(f"Nothing was recorded: {len(done.problems)} lines have problems. Mend them, or use --skip.")
        return
    left_out = f" {len(done.problems)} lines were left out." if done.problems else ""
    console.print(
        f"{done.terms:,} terms and {done.sizes:,} sizes recorded; {done.known:,} lines said nothing new.{left_out}"
    )
