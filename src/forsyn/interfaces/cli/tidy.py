"""`forsyn tidy`."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, print_json
from forsyn.interfaces.cli.purposes import without_purpose
from forsyn.workflows.tidy_months import Outcome, TidiedMonth, tidy_months

WORDS = {
    Outcome.IN_ORDER: "in order",
    Outcome.TO_DO: "would be put in order",
    Outcome.DONE: "put in order",
    Outcome.IN_USE: "in use, left as it is",
    Outcome.EMPTIED: "its days have become months, its table goes",
}


@without_purpose("works as the owner of the tables: it writes closed months anew, and reads no value")
def tidy(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done and about what it gains; change nothing.")
    ] = False,
    wait: Annotated[
        float, typer.Option("--wait", min=0.1, max=60, help="Seconds to wait for a month that others use.")
    ] = 2.0,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Put closed months of meter values in order: less room on the disk, fewer pages to read for a customer's year.

    A month that fills day by day leaves a meter's thirty days on thirty pages, and an index with gaps. This writes each
    month before the present one anew, in order of meter and day (PostgreSQL's CLUSTER), as the owner of the tables.
    While a month is written, which takes seconds to a minute, others wait who want that month; for a month in use it
    waits no longer than --wait, and leaves it for next time. It needs room on the disk for one month twice. Months in
    order are told from PostgreSQL's statistics and left alone, so it can run every night, such as from cron. The table
    of a month all of whose days have become months is dropped. Ends with status 1 when a month was in use.
    """
    host: Host = context.obj
    with host.database():
        months = list(tidy_months(today=timezone.localdate(), lock_timeout_ms=int(wait * 1000), dry_run=dry_run))
    if json:
        print_json([_document(month) for month in months])
    else:
        _tell(months, dry_run=dry_run)
    if any(month.outcome is Outcome.IN_USE for month in months):
        raise typer.Exit(1)


def _document(month: TidiedMonth) -> dict[str, object]:
    return {
        "month": f"{month.table.month:%Y-%m}",
        "outcome": month.outcome.value,
        "rows": month.table.rows,
        "bytes": month.table.bytes,
        "bytes_after": month.bytes_after,
        "scattered": month.table.scattered,
    }


def _tell(months: list[TidiedMonth], *, dry_run: bool) -> None:
    table = Table("Month", box=None)
    for heading in ("Rows", "MB before", "MB would be" if dry_run else "MB after"):
        table.add_column(heading, justify="right")
    table.add_column("")
    rest = [month for month in months if month.outcome is not Outcome.IN_ORDER]
    for month in rest:
        megabytes = (f"{size / 1e6:,.1f}" for size in (month.table.bytes, month.bytes_after))
        scattered = ", a meter's days lay apart" if month.table.scattered else ""
        table.add_row(
            f"{month.table.month:%Y-%m}", f"{month.table.rows:,}", *megabytes, WORDS[month.outcome] + scattered
        )
    if rest:
        console.print(table)
    in_order = len(months) - len(rest)
    console.print(f"{in_order:,} of {len(months):,} closed months were in order already.")
    if any(month.outcome is Outcome.IN_USE for month in rest):
        errors.print("Some months were in use. Run this again when it is quieter, or with a longer --wait.")
    if dry_run:
        console.print("Dry run: nothing was changed.")
