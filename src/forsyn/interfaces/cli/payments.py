"""`forsyn payments`: files of the bank and of Betalingsservice, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.payments import queries
from forsyn.domain.payments.rules import NotPossible
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.integrations.betalingsservice.errors import NotWritable
from forsyn.integrations.iso20022.codec import UnpayableOrder
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, explaining, print_json, tell_error
from forsyn.interfaces.cli.purposes import works_for
from forsyn.kernel.money import kr_text
from forsyn.kernel.unusable_file import UnusableFile
from forsyn.policy.purposes import P
from forsyn.workflows.payments_in import PaymentsRead, import_payments
from forsyn.workflows.payments_out import make_collections, make_payouts

app = typer.Typer(help="Payments: files of the bank and of Betalingsservice.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
To = Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]


@app.command("import")
@works_for(P.ACCOUNTING)
def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="camt.053, camt.054, 0602 or 0603, in any order.")],
    json: Json = False,
) -> None:
    """Take in what the bank and Betalingsservice tell. Every file once, every payment once, a file whole or not at all.

    A payment with a payment line is booked on its bill; what cannot be placed waits in the office, under Betalinger.
    A file that is no such file, does not add up or was read before is told, and the others still go in; then it ends
    with status 1.
    """
    host: Host = context.obj
    told: list[dict[str, Any]] = []
    failed = False
    with host.database():
        for file in files:
            try:
                read = import_payments(path=file, now=timezone.now())
            except (UnusableFile, NotPossible, FileNotFoundError, IsADirectoryError) as error:
                failed = True
                told.append({"file": file.name, "error": str(error)})
                continue
            told.append(_document(file, read))
    if json:
        print_json(told)
    else:
        _tell(told)
    if failed:
        raise typer.Exit(1)


@app.command("suspense")
@works_for(P.ACCOUNTING)
def suspense(context: typer.Context, json: Json = False) -> None:
    """List what waits for a decision: day, amount and why. Who paid is shown in the office alone."""
    host: Host = context.obj
    with host.database(), purpose(P.ACCOUNTING, actor=None):
        waiting = queries.waiting()
        rows = queries.waiting_receipts(count=500)
    if json:
        listed = [
            {"id": row.pk, "date": row.booked_date, "oere": row.amount_oere, "state": row.state, "reason": row.reason}
            for row in rows
        ]
        print_json({"counts": waiting.counts, "suspense_oere": waiting.suspense_oere, "waiting": listed})
        return
    table = Table("number", "booked", "kroner", "state", "why")
    for row in rows:
        table.add_row(str(row.pk), str(row.booked_date), kr_text(row.amount_oere), row.state, row.reason)
    console.print(table)
    console.print(f"{waiting.count} wait; {kr_text(waiting.suspense_oere)} kr. stand on the suspense account.")


@app.command("collect")
@works_for(P.SETTLEMENT)
def collect(context: typer.Context, to: To, json: Json = False) -> None:
    """Write a delivery 0601 for Betalingsservice: released bills of those who pay by it, due late enough, each once.

    The delivery's number is never used again. Interrupted, either nothing was collected, or TO.part is the whole file
    and waits for its name.
    """
    host: Host = context.obj
    with host.database(), explaining(NotPossible, NotWritable, DisclosureRefused, FileExistsError, json=json):
        made = make_collections(path=to, now=timezone.now(), today=timezone.localdate())
    if json:
        print_json(
            {"file": str(to), "number": made.number, "bills": made.bills, "oere": made.sum_oere,
             "first_due": made.first_due, "last_due": made.last_due}
        )  # fmt: skip
        return
    days = f"due {made.first_due} to {made.last_due}"
    console.print(f"{to}: delivery {made.number}, {made.bills} bills, {kr_text(made.sum_oere)} kr., {days}.")


@app.command("payout-file")
@works_for(P.ACCOUNTING, P.SETTLEMENT, P.PAYOUT_BY_NEMKONTO)
def payout_file(
    context: typer.Context,
    to: To,
    bic: Annotated[str, typer.Option(help="The BIC of our bank, such as DABADKKK.")],
    json: Json = False,
) -> None:
    """Write the payouts that two have agreed on as pain.001, for the bank, and book them as on their way.

    CPR numbers stand in the file alone, of those who have said yes to NemKonto: hand it to the bank, then delete it.
    """
    host: Host = context.obj
    known = (NotPossible, UnpayableOrder, DisclosureRefused, VaultClosed, FileExistsError)
    with host.database(), explaining(*known, json=json):
        made = make_payouts(path=to, bic=bic, now=timezone.now(), today=timezone.localdate())
    if json:
        print_json(
            {"file": str(to), "number": made.number, "payouts": made.payouts, "oere": made.sum_oere,
             "left_out": made.left_out, "changed": made.changed}
        )  # fmt: skip
        return
    console.print(f"{to}: file {made.number}, {made.payouts} payouts, {kr_text(made.sum_oere)} kr.")
    if made.left_out:
        console.print(f"{len(made.left_out)} wait for a consent, a CPR or CVR number, or a restriction to end.")
    if made.changed:
        console.print(f"{len(made.changed)} were given up, since the balance is another now: prepare them anew.")


def _document(file: Path, read: PaymentsRead) -> dict[str, Any]:
    return {
        "file": file.name, "kind": read.kind.value, "movements": read.intake.movements, "known": read.intake.known,
        "counts": read.intake.counts, "oere": read.intake.oere, "collections": read.collections,
        "mandates": read.mandates, "unknown": read.unknown, "late": read.intake.late,
    }  # fmt: skip


def _tell(told: list[dict[str, Any]]) -> None:
    table = Table("file", "kind", "movements", "known before", "what became of the others", "not known here")
    for each in told:
        if "error" in each:
            tell_error(each["error"], json=False)
            continue
        became = ", ".join(f"{count} {state}" for state, count in sorted(each["counts"].items()))
        more = [f"{each[name]} {name}" for name in ("collections", "mandates") if each[name]]
        if each["late"]:
            more.append(f"{each['late']} of a closed year, booked on the first open day")
        row = (each["file"], each["kind"], str(each["movements"]), str(each["known"]), "; ".join([became, *more]))
        table.add_row(*map(escape, row), escape(", ".join(each["unknown"])))
    if table.row_count:
        console.print(table)
