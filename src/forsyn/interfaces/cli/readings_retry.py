"""`forsyn import retry`."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.metering.actions import NotPossible
from forsyn.integrations.reading_files.errors import ReadingFileError
from forsyn.integrations.reading_files.profile_file import shipped_profiles
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.interfaces.cli.readings import AsJson, find_profile
from forsyn.policy.purposes import P
from forsyn.workflows.retry_readings import RetriedDelivery, retry_readings

COUNTS = ("tried", "stored", "identical", "set_aside", "waiting")


@works_for(P.METERING)
def retry(
    context: typer.Context,
    delivery: Annotated[int | None, typer.Option("--delivery", help="Only this delivery.")] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="The TOML file that the values came with, where it is not a shipped profile."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try everything, keep nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Try quarantined values again whose meter, register or mounting may be registered by now.

    For when meters were registered after their values came: everything that waits because its meter or register was
    unknown, or hung nowhere that day, is judged as if it had just been delivered. What is believed is stored, with no
    mark; what is not goes into quarantine for its new reason. Where a later delivery brought another value for the
    same hour, that one stays and the older waits as a duplicate. What still has no place is left as it is, so that
    running this again changes nothing. Each delivery is one transaction. Ends with status 1 when a delivery's profile
    is not at hand.
    """
    host: Host = context.obj
    done: list[RetriedDelivery] = []
    with explaining(ReadingFileError, NotPossible, json=json), host.database():
        own = find_profile(profile)
        profiles = [*shipped_profiles(), *([own] if own else [])]
        for each in retry_readings(profiles=profiles, now=timezone.now(), delivery_id=delivery, dry_run=dry_run):
            done.append(each)
    if json:
        print_json([_document(each) for each in done])
    else:
        _tell(done, dry_run=dry_run)
    if any(each.retried is None for each in done):
        raise typer.Exit(1)


def _tell(done: list[RetriedDelivery], *, dry_run: bool) -> None:
    table = Table("Delivery", "File", box=None)
    for heading in ("Tried", "Stored", "Identical", "Set aside anew", "Still without a place"):
        table.add_column(heading, justify="right")
    for each in done:
        if each.retried is not None:
            counts = (f"{getattr(each.retried, name):,}" for name in COUNTS)
            table.add_row(str(each.delivery.pk), escape(each.delivery.file_name), *counts)
    if not done:
        console.print("Nothing waits for a meter, register or mounting.")
    if table.row_count:
        console.print(table)
    for each in done:
        if each.retried is None:
            errors.print(f"[red]Error:[/red] {escape(_missing_profile(each))}")
    if dry_run:
        console.print("Dry run: nothing was changed.")


def _missing_profile(each: RetriedDelivery) -> str:
    return (
        f"Delivery {each.delivery.pk} ({each.delivery.file_name}) came with profile {each.delivery.profile}, which is"
        " not a shipped one; name its TOML file with --profile."
    )


def _document(each: RetriedDelivery) -> dict[str, object]:
    known: dict[str, object] = {"delivery": each.delivery.pk, "file": each.delivery.file_name}
    if each.retried is None:
        return known | {"error": _missing_profile(each)}
    return known | {name: getattr(each.retried, name) for name in COUNTS}
