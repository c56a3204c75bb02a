"""`forsyn demo`: a whole fictional utility on this machine, in one command."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from django.utils import timezone
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from forsyn.domain.accounts.models import Role
from forsyn.domain.safeguards.actions import refresh_statistics
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors
from forsyn.interfaces.cli.purposes import works_for
from forsyn.interfaces.cli.web_assets import build_web_assets
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.demo import DemoReady, empty_demo, prepare_demo
from forsyn.workflows.demo_access import EXTERNAL
from forsyn.workflows.demo_accounts import DEMO_PASSWORD, STAFF, demo_customers
from forsyn.workflows.migrate import migrate
from forsyn.workflows.night import run_night

SIGN_INS_SHOWN = 4
JOBS = {
    Role.CLERK: "clerk",
    Role.BILLING: "billing clerk",
    Role.OPERATIONS: "operations engineer",
    Role.DPO: "data protection officer",
    Role.ACCESS_MANAGER: "decides on staff access",
    Role.SAFETY: "safety officer",
}


@works_for(*P)
def demo(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option(min=1, max=65535, help="Port on 127.0.0.1; the next free one is taken when it is in use."),
    ] = 8000,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the pages, or only bring the data up to date.")
    ] = True,
    reset: Annotated[bool, typer.Option("--reset", help="Throw the demo's data away and begin anew.")] = False,
) -> None:
    """Try Forsyn: Nordby Forsyning, a fictional utility with 300 customers and two years of hourly readings.

    The first start makes everything, in a database of its own; the next ones bring in the days since. Ctrl-C stops
    all of it. Accounts with a known password exist in the demo only.
    """
    host: Host = context.obj
    begun = time.monotonic()
    with host.database():
        if reset:
            empty_demo()
        migrate()
        build_web_assets()
        ready = _prepare(host)
        console.print(_sentence(ready, time.monotonic() - begun))
        if serve:
            chosen = host.free_port(port)
            _show_the_way(f"http://127.0.0.1:{chosen}")
            host.serve(port=chosen)


def _prepare(host: Host) -> DemoReady:
    with Progress(
        TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
    ) as bar:
        task = bar.add_task("Looking at what is there", total=None)
        ready = prepare_demo(
            folder=host.state / "demo-files",
            today=timezone.localdate(),
            now=timezone.now(),
            tell=lambda sentence, done, total: bar.update(task, description=sentence, completed=done, total=total),
        )
        if ready.deliveries:
            refresh_statistics()
        if ready.new_customers:  # two years have passed in the town: what is over goes, as it would have night by night
            run_night(current_policy(), today=timezone.localdate(), clock=timezone.now, sleep=time.sleep)
        return ready


def _sentence(ready: DemoReady, seconds: float) -> str:
    if not ready.new_customers and not ready.deliveries:
        return f"Nordby Forsyning is up to date ({seconds:.0f} s)."
    customers = f"{ready.new_customers} customers, " if ready.new_customers else ""
    return (
        f"Nordby Forsyning: {customers}{ready.deliveries} deliveries with {ready.values:,} values"
        f" ({ready.quarantined:,} in the quarantine) brought in, {seconds:.0f} s."
    )


def _show_the_way(address: str) -> None:
    """Where to look and how to sign in; in lines, so that nothing is cut off in a narrow window."""
    console.print(f"\n[bold]{address}/[/bold]  the customers' portal", soft_wrap=True)
    console.print(f"[bold]{address}/kontor/[/bold]  the office", soft_wrap=True)
    console.print(f"[bold]{address}/persondata/[/bold]  the privacy desk", soft_wrap=True)
    console.print(f"[bold]{address}/demo/[/bold]  everybody to sign in as, mails and codes", soft_wrap=True)
    console.print("\n[bold]Customers[/bold] get a code by e-mail; the demo's mailbox is on the page /demo/.")
    with purpose(P.CUSTOMER_SERVICE, actor=None):
        customers = demo_customers(today=timezone.localdate())[:SIGN_INS_SHOWN]
    for customer in customers:
        console.print(f"  {customer.email:<34} {customer.name}", soft_wrap=True)
    console.print(f"[bold]Staff[/bold] have the password [bold]{DEMO_PASSWORD}[/bold] and then a code, also on /demo/.")
    for email, _, role in STAFF:
        console.print(f"  {email:<34} {JOBS[role]}", soft_wrap=True)
    email, _, employer = EXTERNAL
    console.print(f"  {email:<34} developer at {employer}, for a time", soft_wrap=True)
    console.print("\nCtrl-C stops all of it.")
