"""`forsyn requests`: the queue of privacy requests and its limits, for operators and their monitoring.

Names, wishes and letters are the privacy desk's to read; here are numbers, days and what was done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from forsyn.domain.customers.queries import customer_ids
from forsyn.domain.rights import queries
from forsyn.domain.rights.queries import QueueLine, RequestView
from forsyn.domain.rights.rules import EARLIEST_RECEIPT, Due, Intake, OnBehalf
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.privacy_requests import receive_at_desk

app = typer.Typer(help="Privacy requests and their limits: list, show, receive.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Number = Annotated[str, typer.Argument(help="The request's number, such as P-2026-00017.")]
SHOWN = 500
STYLES = {Due.OVERDUE: "bold red", Due.SOON: "yellow", Due.STOPPED: "cyan", Due.IN_TIME: "", Due.CLOSED: "dim"}


@app.command("list")
@works_for(P.PRIVACY_RIGHTS)
def list_requests(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Those that are over, instead of those that wait.")] = False,
    right: Annotated[Right | None, typer.Option(help="Only these.")] = None,
    check: Annotated[bool, typer.Option("--check", help="End with status 1 where one is overdue.")] = False,
    json: Json = False,
) -> None:
    """List what waits for an answer, the longest overdue first, with the days left.

    The limit is one month from receipt (Art. 12(3) of the GDPR), moved to a working day, three months where it was
    extended. It stands still only while it is in doubt who asks.
    """
    host: Host = context.obj
    today = timezone.localdate()
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        find = queries.closed if closed else queries.queue
        lines = find(today=today, limit=SHOWN, right=right)
        counts = queries.counts(today=today)
    if json:
        print_json([_plain(line) for line in lines])
    else:
        _print(lines)
        console.print(
            f"{counts.open} open: {counts.overdue} overdue, {counts.soon} due within a week, "
            f"{counts.stopped} with the clock stopped."
        )
    if check and counts.overdue:
        raise typer.Exit(1)


@app.command("show")
@works_for(P.PRIVACY_RIGHTS)
def show(context: typer.Context, number: Number, json: Json = False) -> None:
    """Show how far one request has come: its limits, each step with its time, its plans and letters. No texts."""
    host: Host = context.obj
    today = timezone.localdate()
    with host.database(), purpose(P.PRIVACY_RIGHTS, actor=None):
        request_id = queries.request_id_of(number=number)
        if request_id is None:
            fail(f"There is no request with the number {number}. See: forsyn requests list", json=json)
        view = queries.request(request_id=request_id, today=today)
    if json:
        print_json(_whole(view))
        return
    _print([view.line])
    table = Table("at", "step", "by")
    for step in view.steps:
        table.add_row(_moment(step.at), step.kind, step.by)
    console.print(table)
    for plan in view.plans:
        state = "dropped" if plan.dropped_at else "carried out" if plan.carried_out_at else "waits"
        console.print(f"Plan of {_moment(plan.made_at)}, {state}, SHA-256 {plan.fingerprint}")
    for document in view.documents:
        console.print(f"{document.kind}: {document.content_type}, {document.byte_count:,} bytes")


@app.command("receive")
@works_for(P.PRIVACY_RIGHTS)
def receive(
    context: typer.Context,
    channel: Annotated[Intake, typer.Option(help="How it came.")],
    received: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day it reached you.")],
    right: Annotated[Right | None, typer.Option(help="What is asked for; nothing where nobody has read it.")] = None,
    customer: Annotated[list[str] | None, typer.Option(help="Customer number. May be given again.")] = None,
    name: Annotated[str, typer.Option(help="Who asks, as told.")] = "",
    email: Annotated[str, typer.Option(help="E-mail address of whoever asks, as told.")] = "",
    address: Annotated[str, typer.Option(help="Postal address; write \\n between lines.")] = "",
    wish: Annotated[Path | None, typer.Option(help="A text file with the wish.", exists=True, dir_okay=False)] = None,
    on_behalf: Annotated[OnBehalf, typer.Option(help="For whom it is asked.")] = OnBehalf.SELF,
    language: Annotated[Language, typer.Option(help="Language of the answer.")] = Language.DANISH,
    json: Json = False,
) -> None:
    """Put a request into the queue that came by letter, telephone or in person, such as while the pages were down.

    Its limit runs from --received. CPR numbers in the text are not kept.
    """
    host: Host = context.obj
    now = timezone.now()
    at = timezone.make_aware(received)
    if not now - EARLIEST_RECEIPT < at <= now:
        fail(f"--received {received:%Y-%m-%d} is in the future, or years ago. Write the day it reached you.", json=json)
    said = WordsOfRequest(
        name=name,
        email=email,
        address=address.replace("\\n", "\n"),
        wish=_text(wish, json=json),
        language=str(language),
    )
    with host.database():
        taken = receive_at_desk(
            by_id=None,
            channel=channel,
            right=right,
            said=said,
            received_at=at,
            now=now,
            customer_ids=_customers(customer or [], json=json),
            on_behalf=on_behalf,
        )
    if json:
        print_json({"number": taken.number, "deadline": taken.deadline_date})
    else:
        console.print(f"{taken.number}, to be answered by {taken.deadline_date}. See: /persondata/anmodninger/")


def _text(file: Path | None, *, json: bool) -> str:
    try:
        return file.read_text(encoding="utf-8") if file else ""
    except UnicodeDecodeError:
        fail(f"{file} is no text in UTF-8. Save it as one.", json=json)


def _customers(numbers: list[str], *, json: bool) -> list[int]:
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        found = customer_ids(numbers=numbers)
    if missing := [number for number in numbers if number not in found]:
        fail(f"There is no customer {', '.join(missing)}. Look the number up, or leave --customer out.", json=json)
    return [found[number] for number in dict.fromkeys(numbers)]


def _print(lines: list[QueueLine]) -> None:
    if not lines:
        return
    table = Table("number", "right", "state", "received", "answer by", "left", "customers", "with")
    for line in lines:
        left = "clock stopped" if line.due is Due.STOPPED else _left(line)
        table.add_row(
            line.number,
            line.right or "not read yet",
            line.state,
            f"{line.received_date}",
            f"{line.deadline_date}{' (extended)' if line.is_extended else ''}",
            left,
            str(len(line.customer_ids)),
            line.assigned_to or "nobody",
            style=STYLES[line.due],
        )
    console.print(table)


def _left(line: QueueLine) -> str:
    if line.days_left is None:
        return ""
    days = timedelta(days=abs(line.days_left)).days
    return f"{days} days late" if line.days_left < 0 else f"{days} days"


def _plain(line: QueueLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "right": line.right,
        "state": line.state,
        "channel": line.channel,
        "received": line.received_date,
        "deadline": line.deadline_date,
        "due": line.due,
        "days_left": line.days_left,
        "extended": line.is_extended,
        "customers": len(line.customer_ids),
        "assigned_to": line.assigned_to or None,
    }


def _whole(view: RequestView) -> dict[str, Any]:
    return _plain(view.line) | {
        "concerns": view.row.concerns_id,
        "outcome": view.row.outcome,
        "refusal_ground": view.row.refusal_ground,
        "paused_days": view.row.paused_days,
        "steps": [{"at": step.at, "kind": step.kind, "by": step.by or None} for step in view.steps],
        "plans": [
            {
                "right": plan.right,
                "made_at": plan.made_at,
                "fingerprint": plan.fingerprint,
                "dropped_at": plan.dropped_at,
                "carried_out_at": plan.carried_out_at,
                "counts": plan.counts,
            }
            for plan in view.plans
        ],
        "withheld": len(view.withheld),
        "documents": [
            {"kind": each.kind, "content_type": each.content_type, "bytes": each.byte_count} for each in view.documents
        ],
    }


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
