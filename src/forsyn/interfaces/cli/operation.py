"""`forsyn operation leaks` and `forsyn operation cooling`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.metering.operation_queries import LeakSuspect, PoorCooling, leak_suspects, poor_cooling
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P

app = typer.Typer(
    help="Find leaks and poor cooling. Meters are named by pseudonyms; who objects to this use is left out.",
    no_args_is_help=True,
)

Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="The last day looked at; else yesterday.", show_default=False),
]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days, up to and with the last.")]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@app.command()
@works_for(P.OPERATION_OPTIMISATION)
def leaks(context: typer.Context, until: Until = None, days: Days = 14, json: Json = False) -> None:
    """List water meters that ran in every night hour (01 to 05) of all the days, those that lose most first.

    A meter with a night hour without flow, or without a value, is not listed. The least flow of any night hour is what
    probably runs away all the time. Where many households share a meter, somebody may well use water each hour.
    """
    host: Host = context.obj
    last = _last_date(until)
    with host.database(), purpose(P.OPERATION_OPTIMISATION, actor=None):
        found = leak_suspects(last_date=last, days=days)
    if json:
        print_json([_leak(one) for one in found])
        return
    table = _table("Register")
    for heading in ("Least, l/h", "m³/year at that", "m³ here"):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(
            str(one.pseudonym),
            one.register,
            f"{one.litres_per_hour:,}",
            f"{one.litres_per_hour * 24 * 365 / 1000:,.0f}",
            f"{one.litres / 1000:,.1f}",
        )
    _tell(table, len(found), "water meter ran in every night hour", "water meters ran in every night hour", last, days)


@app.command()
@works_for(P.OPERATION_OPTIMISATION)
def cooling(
    context: typer.Context,
    until: Until = None,
    days: Days = 30,
    below: Annotated[int, typer.Option("--below", min=1, max=100, help="Degrees of cooling that are wanted.")] = 30,
    json: Json = False,
) -> None:
    """List heat meters whose water is cooled by less than is wanted, the worst first.

    Reckoned from sums of energy and of volume over all the days, so only meters that deliver both are listed.
    """
    host: Host = context.obj
    last = _last_date(until)
    with host.database(), purpose(P.OPERATION_OPTIMISATION, actor=None):
        found = poor_cooling(last_date=last, days=days, below_kelvin=below)
    if json:
        print_json([_cooling(one) for one in found])
        return
    table = _table()
    for heading in ("Cooling, °C", "MWh", "m³"):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(
            str(one.pseudonym), f"{one.cooling_kelvin}", f"{one.watt_hours / 1e6:,.2f}", f"{one.litres / 1000:,.1f}"
        )
    worse = f"cooled by less than {below} °C"
    _tell(table, len(found), f"heat meter {worse}", f"heat meters {worse}", last, days)


def _last_date(until: datetime | None) -> date:
    return until.date() if until else timezone.localdate() - timedelta(days=1)


def _table(*further: str) -> Table:
    table = Table(box=None)
    table.add_column("Meter (pseudonym)", no_wrap=True, min_width=36)
    for heading in further:
        table.add_column(heading)
    return table


def _tell(table: Table, count: int, one: str, many: str, last: date, days: int) -> None:
    if count:
        console.print(table)
    console.print(f"{count:,} {one if count == 1 else many}, {last - timedelta(days=days - 1)} to {last}.")


def _leak(one: LeakSuspect) -> dict[str, object]:
    return {
        "pseudonym": str(one.pseudonym),
        "register": one.register,
        "litres_per_hour": one.litres_per_hour,
        "litres": one.litres,
    }


def _cooling(one: PoorCooling) -> dict[str, object]:
    return {
        "pseudonym": str(one.pseudonym),
        "cooling_kelvin": str(one.cooling_kelvin),
        "watt_hours": one.watt_hours,
        "litres": one.litres,
    }
