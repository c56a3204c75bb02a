"""`forsyn staff`: the accounts of those who work here."""

from __future__ import annotations

from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from django.utils import timezone
from rich.table import Table

from forsyn.domain.accounts import actions
from forsyn.domain.accounts.models import Account, AccountKind, Role
from forsyn.domain.accounts.queries import account_with_email, staff_accounts
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, fail, print_json

app = typer.Typer(help="Who works here: make, list and close accounts.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="The e-mail address that the person signs in with.")]


@app.command("add")
def add(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name, as colleagues see it.")],
    role: Annotated[list[Role], typer.Option(help="A job: clerk, billing, operations or dpo. May be given again.")],
) -> None:
    """Make an account for a member of staff, with one or more roles from today.

    No password is set here: the person opens /konto/glemt/, asks for a link by mail and chooses one, and is then led
    to set up a second factor before anything else.
    """
    host: Host = context.obj
    with host.database():
        try:
            actions.create_staff(
                email=email, name=name, roles=role, first_date=timezone.localdate(), now=timezone.now()
            )
        except actions.NotPossible:
            fail(f"There is an account with the e-mail {email} already. See: forsyn staff list")
        except ValidationError as error:
            fail(_refused(error, email))
    console.print(f"{escape(name)} can now choose a password at /konto/glemt/ with {email}.")


@app.command("list")
def list_accounts(
    context: typer.Context, json: bool = typer.Option(False, "--json", help="Answer with one JSON document.")
) -> None:
    """List all members of staff with the roles that they have today, closed accounts included.

    Look through it now and then: who has left, and who has another job now.
    """
    host: Host = context.obj
    with host.database():
        rows = staff_accounts(today=timezone.localdate())
    if json:
        keys = ("email", "name", "roles", "active")
        print_json([dict(zip(keys, (a.email, a.name, sorted(r), a.is_active), strict=True)) for a, r in rows])
        return
    table = Table("e-mail", "name", "roles today", "")
    for account, roles in rows:
        table.add_row(
            account.email, escape(account.name), ", ".join(sorted(roles)), "" if account.is_active else "closed"
        )
    console.print(table)


@app.command("close")
def close(context: typer.Context, email: Email) -> None:
    """Close an account: it signs in no more, and is signed out wherever it is signed in.

    What the person has done stays on record. The account itself is kept as the policy says, and then deleted.
    """
    host: Host = context.obj
    with host.database():
        actions.deactivate(account_id=_staff(email).pk)
    console.print(f"{email} is closed and signed out everywhere.")


@app.command("reset-second-factor")
def reset_second_factor(context: typer.Context, email: Email) -> None:
    """Take away a person's apps, passkeys and recovery codes, when they have lost them all.

    Make sure first that it is really them who ask, by voice or in person: with the password alone, whoever signs in
    next sets up a new second factor.
    """
    host: Host = context.obj
    with host.database():
        actions.reset_second_factor(account_id=_staff(email).pk)
    console.print(f"{email} sets up a new second factor at the next sign-in.")


def _refused(error: ValidationError, email: str) -> str:
    if "name" in getattr(error, "error_dict", {}):
        return "The name must have 1 to 200 characters, on one line. Say --name 'First Last'."
    return f"{email!r} is not an e-mail address."


def _staff(email: str) -> Account:
    account = account_with_email(email=email)
    if account is None or account.kind != AccountKind.STAFF:
        fail(f"Nobody on the staff has the e-mail {email}. See: forsyn staff list")
    return account
