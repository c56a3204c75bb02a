"""`forsyn bill`: billing runs, from their preview to the ledger and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.actions_runs import approve_run, make_run
from forsyn.domain.billing.basis_queries import NoVatRate
from forsyn.domain.billing.left_out_queries import LeftOut, left_out
from forsyn.domain.billing.models import BillKind, Run, RunState
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.billing.run_rules import Totals, totals_from
from forsyn.domain.customers.models import Agreement
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.clerks import billing_clerk
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, explaining, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.money import kr_text
from forsyn.policy.purposes import P
from forsyn.workflows import billing_runs

app = typer.Typer(help="Billing runs: preview, approve, execute, release, undo.", no_args_is_help=True)
RunId = Annotated[int, typer.Argument(metavar="RUN", help="The run's number, as `forsyn bill status` lists it.")]
By = Annotated[str, typer.Option("--by", help="E-mail of the member of staff who does it.")]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
KNOWN = (RunRefused, NotPossible, NoVatRate)


@app.command("preview")
@works_for(P.SETTLEMENT, P.PRIVACY_RIGHTS, P.STAFF_ADMINISTRATION)
def preview(
    context: typer.Context,
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="A draft, or a preview to be made anew.")] = None,
    kind: Annotated[BillKind, typer.Option(help="What a new run makes.")] = BillKind.ANNUAL,
    commodity: Annotated[Commodity | None, typer.Option(help="Of which commodity. A new run needs it.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The day after the last.")
    ] = None,
    issued: Annotated[
        datetime | None, typer.Option("--issued", formats=["%Y-%m-%d"], help="Date of the bills.")
    ] = None,
    due: Annotated[datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="When they are due.")] = None,
    agreement: Annotated[str, typer.Option(help="Number of the one agreement that it is about.")] = "",
    note: Annotated[str, typer.Option(help="What is said about it.")] = "",
    by: Annotated[str, typer.Option("--by", help="E-mail of the member of staff who makes it.")] = "",
    json: Json = False,
) -> None:
    """Make a run and reckon all of its bills, or reckon a run anew. Nothing is posted.

    Corrections (--kind correction) look at bills that reach into the days given, and keep only those that differ.
    """
    host: Host = context.obj
    with _working(host, run or 0, json=json):
        if run is None:
            days = (first, until, issued, due)
            if commodity is None or not by or None in days:
                fail("A new run needs --commodity, --from, --until, --issued, --due and --by.", json=json)
            run = _make(kind, commodity, [day.date() for day in days if day], agreement, note, by, json=json)
        with _progress("previewed", quiet=json) as tell:
            totals = billing_runs.preview_run(run_id=run, clock=timezone.now, tell=tell)
        with purpose(P.SETTLEMENT, actor=None):
            found = Run.objects.get(pk=run)
    _tell(found, totals, json=json)


def _make(
    kind: BillKind, commodity: Commodity, days: list[date], agreement: str, note: str, by: str, *, json: bool
) -> int:
    colleague = billing_clerk(by, json=json)
    with purpose(P.SETTLEMENT, actor=colleague):
        agreement_id = None
        if agreement:
            agreement_id = Agreement.objects.filter(number=agreement).values_list("pk", flat=True).first()
            if agreement_id is None:
                fail(f"There is no agreement {agreement}. Look the number up on a bill.", json=json)
        return make_run(
            kind=kind,
            commodity=commodity,
            from_date=days[0],
            until_date=days[1],
            issue_date=days[2],
            due_date=days[3],
            made_by_id=colleague,
            now=timezone.now(),
            agreement_id=agreement_id,
            note=note,
        )


@app.command("approve")
@works_for(P.SETTLEMENT, P.STAFF_ADMINISTRATION)
def approve(
    context: typer.Context,
    run: RunId,
    sha256: Annotated[str, typer.Option("--sha256", help="The fingerprint that the preview showed.")],
    by: By,
    json: Json = False,
) -> None:
    """Approve exactly what the preview showed. It takes another person than the one who made the run."""
    host: Host = context.obj
    with _working(host, run, json=json):
        colleague = billing_clerk(by, json=json)
        with purpose(P.SETTLEMENT, actor=colleague):
            approve_run(run_id=run, sha256=sha256, approved_by_id=colleague, now=timezone.now())
    _said(f"Run {run} is approved. `forsyn bill execute {run}` posts it.", {"run": run, "state": "approved"}, json=json)


@app.command("execute")
@works_for(P.SETTLEMENT, P.PRIVACY_RIGHTS)
def execute(context: typer.Context, run: RunId, json: Json = False) -> None:
    """Post an approved run in the ledger, or go on with one that was broken off; the same either way."""
    host: Host = context.obj
    with _working(host, run, json=json), _progress("posted", quiet=json) as tell:
        done = billing_runs.execute_run(run_id=run, clock=timezone.now, tell=tell)
    assert done is not None  # without a budget it ends
    held = f" {done.held_back} were held back: their customers have been restricted since." if done.held_back else ""
    left = _left_out_text(done.left_out)
    document = {"run": run, "state": "executed", "bills": done.bills, "held_back": done.held_back}
    document["left_out"] = asdict(done.left_out) if done.left_out else None
    _said(f"Run {run}: {done.bills:,} bills posted.{held}{left}", document, json=json)


def _left_out_text(left: LeftOut | None) -> str:
    if left is None:
        return ""
    why = ", ".join(f"{reason} ({count:,})" for reason, count in left.reasons.items())
    return (
        f" {left.bills:,} were left out ({kr_text(left.to_pay_oere)} kr), since something changed after the preview:"
        f" {why}. Make a new run for their days."
    )


@app.command("release")
@works_for(P.SETTLEMENT)
def release(
    context: typer.Context,
    run: RunId,
    limit: Annotated[int | None, typer.Option(min=1, help="So many bills, in the order of their numbers.")] = None,
    json: Json = False,
) -> None:
    """Let posted bills go to their customers, all or a batch. What is released cannot be undone as a whole."""
    host: Host = context.obj
    with _working(host, run, json=json), _progress("released", quiet=json) as tell:
        released = billing_runs.release_run(run_id=run, now=timezone.now(), limit=limit, tell=tell)
    _said(f"Run {run}: {released:,} bills released.", {"run": run, "released": released}, json=json)


@app.command("undo")
@works_for(P.ACCOUNTING, P.STAFF_ADMINISTRATION)
def undo(
    context: typer.Context,
    run: RunId,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; it stays with the run.")],
    json: Json = False,
) -> None:
    """Take back a posted run of which nothing was released: each voucher is reversed."""
    host: Host = context.obj
    with _working(host, run, json=json):
        colleague = billing_clerk(by, json=json)
        with _progress("undone", quiet=json) as tell:
            undone = billing_runs.undo_run(
                run_id=run, undone_by_id=colleague, reason=reason, now=timezone.now(), tell=tell
            )
    _said(f"Run {run}: {undone:,} bills undone.", {"run": run, "state": "undone", "bills": undone}, json=json)


@app.command("discard")
@works_for(P.SETTLEMENT)
def discard(
    context: typer.Context, run: RunId, reason: Annotated[str, typer.Option(help="Why.")] = "", json: Json = False
) -> None:
    """Give a run up that is not posted. Its bills are deleted: nobody needs them."""
    host: Host = context.obj
    with _working(host, run, json=json):
        billing_runs.discard_run(run_id=run, reason=reason)
    _said(f"Run {run} is discarded.", {"run": run, "state": "discarded"}, json=json)


@app.command("status")
@works_for(P.SETTLEMENT)
def status(
    context: typer.Context,
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="One run with its totals.")] = None,
    json: Json = False,
) -> None:
    """List the newest runs, or show one: its totals, what stands out, what is stopped and why."""
    host: Host = context.obj
    with _working(host, run or 0, json=json), purpose(P.SETTLEMENT, actor=None):
        if run is not None:
            found = Run.objects.get(pk=run)
            counts = run_queries.counts_by_state(run_id=run)
            left = left_out(run_id=run)
        else:
            rows = list(run_queries.runs()[:20])
    if run is not None:
        is_reckoned = found.totals and found.state != RunState.DRAFT
        _tell(found, totals_from(found.totals) if is_reckoned else None, counts=counts, left=left, json=json)
        return
    if json:
        print_json({"runs": [_document(row) for row in rows]})
        return
    table = Table("run", "kind", "commodity", "from", "until", "issued", "state", "bills", box=None)
    for row in rows:
        days = (str(row.period.lower), str(row.period.upper), str(row.issue_date))
        bills = f"{row.totals['bills']:,}" if row.totals else ""
        table.add_row(str(row.pk), row.kind, row.commodity, *days, row.state, bills)
    console.print(table if rows else "There are no runs. `forsyn bill preview` makes one.")


@contextmanager
def _working(host: Host, run: int, *, json: bool) -> Iterator[None]:
    """The database, with what a step of a run may be refused for in one line."""
    with host.database(), explaining(*KNOWN, json=json):
        try:
            yield
        except Run.DoesNotExist:
            fail(f"There is no run {run}. `forsyn bill status` lists them.", json=json)


@contextmanager
def _progress(done: str, *, quiet: bool) -> Iterator[Callable[[billing_runs.Progress], None]]:
    bar = Progress(
        TextColumn(done), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors, transient=True,
        disable=quiet or not errors.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task(done, total=None)

        def tell(progress: billing_runs.Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.of)

        yield tell


def _said(sentence: str, document: dict[str, object], *, json: bool) -> None:
    if json:
        print_json(document)
    else:
        console.print(sentence)


def _document(run: Run) -> dict[str, object]:
    return {
        "run": run.pk,
        "kind": run.kind,
        "commodity": run.commodity,
        "from": run.period.lower,
        "until": run.period.upper,
        "issued": run.issue_date,
        "due": run.due_date,
        "state": run.state,
        "sha256": run.sha256,
        "totals": run.totals,
        "note": run.note,
    }


def _tell(
    run: Run, totals: Totals | None, *, counts: dict[str, int] | None = None, left: LeftOut | None = None, json: bool
) -> None:
    if json:
        now = {} if counts is None else {"bills_by_state": counts, "left_out": asdict(left) if left else None}
        print_json(_document(run) | now)
        return
    console.print(f"Run {run.pk}: {run.kind}, {run.commodity}, {run.period.lower} to {run.period.upper}, {run.state}.")
    if totals is None:
        console.print(f"{sum((counts or {}).values()):,} bills so far; it has not been previewed.")
        return
    table = Table("", "", box=None, show_header=False)
    for name, oere in (
        ("net", totals.net_oere),
        ("VAT", totals.vat_oere),
        ("billed on account", -totals.on_account_net_oere - totals.on_account_vat_oere),
        ("to pay", totals.owed_oere),
        ("to get back", totals.owing_oere),
    ):
        table.add_row(name, f"{kr_text(oere)} kr")
    console.print(table)
    console.print(f"{totals.bills:,} bills; {totals.stopped:,} stopped; {totals.restricted:,} restricted, not billed.")
    for name, counted in (("look at", totals.remarks), ("stopped for", totals.reasons)):
        for key, count in counted.items():
            console.print(f"{name} {key}: {count:,}")
    if counts:
        told = "; ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
        console.print(f"{told}.{_left_out_text(left)}")
    console.print(f"sha256 {run.sha256}")
