"""`forsyn mailbox`: the mail box that persons write to."""

from __future__ import annotations

from typing import Annotated

import typer
from django.utils import timezone

from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, fail, print_json
from forsyn.interfaces.cli.purposes import without_purpose, works_for
from forsyn.policy.purposes import P
from forsyn.workflows.privacy_mail import NoMailbox, fetch_marked, look

app = typer.Typer(help="The mail box that persons write to: try it, and take in what is marked.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


@app.command("check")
@without_purpose("counts mails in the mail box by their subject and shows none; no database")
def check(json: Json = False) -> None:
    """Sign in to the mail box and count the mails that bear the policy's mark; changes nothing.

    Each of them becomes a request in the next round, however old it is. Before the first one, move those that have been
    dealt with to another folder.
    """
    try:
        found = look(now=timezone.now())
    except NoMailbox as error:
        fail(str(error), status=2)
    if json:
        print_json({"marked": found.marked, "oldest": found.oldest_at})
        return
    since = f", the oldest from {timezone.localtime(found.oldest_at):%Y-%m-%d %H:%M}" if found.oldest_at else ""
    console.print(f"The mail box can be read. {found.marked} marked mails wait in it{since}.")


@app.command("fetch")
@works_for(P.PRIVACY_RIGHTS)
def fetch(context: typer.Context, json: Json = False) -> None:
    """Take in what is marked, as the running server does every five minutes; a mail becomes one request, ever.

    Ends with status 1 where a mail could not be taken in: it waits in the mail box, and is tried again.
    """
    host: Host = context.obj
    try:
        with host.database():
            done = fetch_marked(clock=timezone.now)
    except NoMailbox as error:
        fail(str(error), status=2)
    if json:
        print_json({**{str(fate): count for fate, count in done.fates.items()}, "forgotten": done.forgotten})
    else:
        console.print(done.sentence())
