"""The `forsyn` command: the one way in for operators."""

from __future__ import annotations

import typer

from forsyn import __version__
from forsyn.interfaces.cli import (
    access,
    audit,
    bill,
    bill_sending,
    breaches,
    creditor,
    customers,
    demo,
    erasure,
    jobs,
    keys,
    mailbox,
    night,
    on_account,
    operation,
    outbox,
    payments,
    policy,
    policy_apply,
    policy_instructions,
    portability,
    processors,
    prove,
    readings,
    readings_retry,
    record,
    requests,
    server,
    staff,
    tariffs,
    terms,
    tidy,
)
from forsyn.interfaces.cli.host import Host

EPILOG = "Every command explains itself with --help. Settings are environment variables; see docs/operators.md."

app = typer.Typer(
    name="forsyn",
    help="Forsyn: customers, meters and bills of a Danish utility, kept as its privacy policy says.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
imports = typer.Typer(help="Bring in data from files.", no_args_is_help=True)

app.command("up")(server.up)
app.command("migrate")(server.migrate)
app.command("doctor")(server.doctor)
app.command("tidy")(tidy.tidy)
app.command("demo")(demo.demo)
app.command("prove")(prove.prove_claims)
app.command("record")(record.record)
app.command("access")(access.access)
app.command("portability")(portability.portability)
imports.command("customers")(customers.customers)
imports.command("readings")(readings.readings)
imports.command("meters-for")(readings.meters_for)
imports.command("retry")(readings_retry.retry)
imports.command("terms")(terms.terms)
app.add_typer(imports, name="import")
app.add_typer(audit.app, name="audit")
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")
app.add_typer(operation.app, name="operation")
policy.app.command("apply")(policy_apply.apply)
policy.app.command("instructions")(policy_instructions.instructions)
app.add_typer(policy.app, name="policy")
app.add_typer(staff.app, name="staff")
app.add_typer(processors.app, name="processors")
app.add_typer(tariffs.app, name="tariffs")
app.add_typer(outbox.app, name="outbox")
app.add_typer(breaches.app, name="breaches")
app.add_typer(requests.app, name="requests")
app.add_typer(mailbox.app, name="mailbox")
app.add_typer(night.app, name="night")
app.add_typer(erasure.app, name="erasure")
bill.app.command("send")(bill_sending.send)
bill.app.command("batches")(bill_sending.batches)
bill.app.command("handed-over")(bill_sending.handed_over)
bill.app.command()(bill_sending.recall)
bill.app.command("e-invoices")(bill_sending.e_invoices)
app.add_typer(bill.app, name="bill")
app.add_typer(on_account.app, name="on-account")
payments.app.command("creditor")(creditor.creditor)
app.add_typer(payments.app, name="payments")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forsyn {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Forsyn: customers, meters and bills of a Danish utility, kept as its privacy policy says."""


def run(host: Host) -> None:
    """Run the command line against one machine's host."""
    app(obj=host)
