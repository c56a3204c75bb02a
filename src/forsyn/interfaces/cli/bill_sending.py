"""`forsyn bill send`, `batches`, `handed-over`, `recall`, `e-invoices`: bills leave, each by one way."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from django.conf import settings
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from forsyn.domain.billing.actions_e_invoicing import NoEInvoices, let_have_e_invoices, stop_e_invoices
from forsyn.domain.billing.models import EInvoiceFormat, Run
from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.integrations.outgoing_files.codec import NotAManifest
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, escape, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.kernel.identifiers import InvalidIdentifier
from forsyn.policy.purposes import P
from forsyn.workflows import bill_files, bill_sending, waiting_batches
from forsyn.workflows.bill_files import RestrictedSince, Sender
from forsyn.workflows.waiting_batches import to_be_told_of, why_told

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def sender() -> Sender:
    """As this instance is set up."""
    return Sender(settings.OUTGOING_FOLDER, settings.PORTAL_URL, timezone.now)


@works_for(P.SETTLEMENT, P.DIGITAL_POST, P.ACCOUNTING)
def send(
    context: typer.Context,
    run: Annotated[int, typer.Argument(metavar="RUN", help="The run's number, as `forsyn bill status` lists it.")],
    json: Json = False,
) -> None:
    """Send the released bills of a run that have not left: as e-invoice, by Digital Post, by e-mail or on paper.

    E-mails wait in the outbox and leave by the job `deliver`. The others lie as batches in the outgoing folder
    (`forsyn bill batches`). Broken off, the same command goes on; nothing leaves twice.
    """
    host: Host = context.obj
    columns = TextColumn("sent"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with host.database(), explaining(bill_sending.Busy, VaultClosed, OSError, json=json):
        with purpose(P.SETTLEMENT, actor=None):
            known = Run.objects.filter(pk=run).exists()
        if not known:
            fail(f"There is no run {run}. `forsyn bill status` lists them.", json=json)
        with Bar(*columns, console=errors, transient=True, disable=json or not errors.is_terminal) as bar:
            task = bar.add_task("sent", total=None)
            sent = bill_sending.send_run(
                run_id=run,
                sender=sender(),
                tell=lambda progress: bar.update(task, completed=progress.done, total=progress.of),
            )
    _tell(run, sent, json=json)


def _tell(run: int, sent: bill_sending.Sent, *, json: bool) -> None:
    """Status 1 where something could not leave."""
    if json:
        print_json(
            {
                "run": run,
                "sent": {way.value: count for way, count in sent.bills.items()},
                "batches": sent.batches,
                "problems": [{"bill": each.number, "problem": each.problem} for each in sent.problems.values()],
                "other_way": [{"bill": each.number, "problem": each.problem} for each in sent.turned_away],
                "refused": {way.value: why for way, why in sent.refused.items()},
                "left": sent.left,
            }
        )
    else:
        by_way = ", ".join(f"{count:,} by {way.value}" for way, count in sent.bills.items()) or "nothing to send"
        console.print(f"Run {run}: {by_way}.")
        for name in sent.batches:
            console.print(f"  batch {name}")
        for each in sent.turned_away:
            console.print(f"Bill {each.number} left another way. {escape(each.problem)}")
        for each in sent.problems.values():
            errors.print(f"[red]Bill {each.number} waits.[/red] {escape(each.problem)}")
        for way, why in sent.refused.items():
            errors.print(f"[red]Nothing more by {way.value}.[/red] {escape(why)}")
    if sent.problems or sent.refused:
        raise typer.Exit(1)


@works_for(P.SETTLEMENT, P.ACCOUNTING)
def batches(context: typer.Context, json: Json = False) -> None:
    """List the batches in the outgoing folder, which their carriers have not fetched yet."""
    host: Host = context.obj
    with host.database():
        found = bill_files.batches(sender())
    if json:
        print_json({"folder": str(settings.OUTGOING_FOLDER), "batches": [asdict(each) for each in found]})
        return
    table = Table("batch", "way", "made", "bills", box=None)
    for each in found:
        made = timezone.localtime(each.made_at)
        table.add_row(each.name, each.channel, f"{made:%Y-%m-%d %H:%M}", f"{each.bills:,}")
    console.print(f"In {settings.OUTGOING_FOLDER}:" if found else f"Nothing waits in {settings.OUTGOING_FOLDER}.")
    if found:
        console.print(table)
    for each in to_be_told_of(found, now=timezone.now()):
        errors.print(f"[red]{each.name}: {why_told(each)}[/red]")


@works_for(P.SETTLEMENT, P.DIGITAL_POST, P.ACCOUNTING)
def handed_over(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="The batch's name, as `forsyn bill batches` lists it.")],
    fetched_before: Annotated[
        bool,
        typer.Option("--fetched-before", help="It was fetched before a customer of it was restricted."),
    ] = False,
    json: Json = False,
) -> None:
    """Say that a batch was fetched: it is on record as delivered, and its files are deleted here.

    Refused where a customer of it has been restricted since it was made: see `forsyn bill recall`.
    """
    host: Host = context.obj
    with host.database(), explaining(FileNotFoundError, NotAManifest, RestrictedSince, json=json):
        bills = bill_files.hand_over(batch, sender(), fetched_before=fetched_before)
    if json:
        print_json({"batch": batch, "bills": bills, "state": "delivered"})
    else:
        console.print(f"{batch}: {bills:,} bills handed over; the files are deleted here.")


@works_for(P.SETTLEMENT, P.ACCOUNTING)
def recall(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="The batch's name, as `forsyn bill batches` lists it.")],
    json: Json = False,
) -> None:
    """Call back a batch that nobody has fetched: its files are deleted here, and its bills wait to be sent anew.

    The next `forsyn bill send` makes another batch of them, without those of customers who are restricted now. Be sure
    that nobody has fetched it: else its letters leave twice.
    """
    host: Host = context.obj
    with host.database(), explaining(FileNotFoundError, json=json):
        bills = waiting_batches.recall(batch, sender())
    if json:
        print_json({"batch": batch, "bills": bills, "state": "recalled"})
    else:
        console.print(f"{batch} is called back: {bills:,} bills wait to be sent again.")


@works_for(P.SETTLEMENT)
def e_invoices(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="The customer's number.")],
    gln: Annotated[str, typer.Option(help="GLN (EAN number); without one they go to the CVR number.")] = "",
    format: Annotated[EInvoiceFormat, typer.Option(help="How they are written.")] = EInvoiceFormat.OIOUBL,
    reference: Annotated[str, typer.Option(help="The person or unit that the customer wants named.")] = "",
    order: Annotated[str, typer.Option(help="The customer's order number.")] = "",
    account: Annotated[str, typer.Option(help="The customer's own account code.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="No e-invoices any more.")] = False,
) -> None:
    """Let a company or public customer have its bills as e-invoices, or no more."""
    host: Host = context.obj
    with (
        host.database(),
        explaining(NoEInvoices, InvalidIdentifier),
        purpose(P.SETTLEMENT, actor=None),
    ):
        found = customer_ids(numbers=[customer]).get(customer)
        if found is None:
            fail(f"There is no customer {customer}.")
        elif stop:
            stop_e_invoices(customer_id=found)
        else:
            let_have_e_invoices(
                customer_id=found,
                gln=gln,
                format=format,
                buyer_reference=reference,
                order_reference=order,
                account_code=account,
                recorded_by_id=None,
                now=timezone.now(),
            )
    console.print(f"Customer {customer} gets {'no e-invoices any more' if stop else 'e-invoices from now on'}.")
