"""`forsyn staff`: the accounts of those who work here."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from django.utils import timezone
from rich.table import Table

from forsyn.domain.accounts import actions
from forsyn.domain.accounts.access_queries import Person, people
from forsyn.domain.accounts.models import Account, AccountKind, Role
from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.accounts.rules import AccessRefused, Term
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, fail, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.interfaces.cli.staff_words import refused
from forsyn.policy.purposes import P
from forsyn.workflows import staff_access

app = typer.Typer(help="Who works here: make, list and close accounts.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="The e-mail address that the person signs in with.")]
Name = Annotated[str, typer.Option(help="The person's name, as colleagues see it.")]
Reason = Annotated[str, typer.Option(help="Why the work needs it; it stays on record with the access.")]
Roles = Annotated[list[Role], typer.Option(help="A job of the policy's [staff_roles]. May be given again.")]
Day = typer.Option(formats=["%Y-%m-%d"])


@app.command("add")
@works_for(P.STAFF_ADMINISTRATION)
def add(context: typer.Context, email: Email, name: Name, role: Roles, reason: Reason) -> None:
    """Make an account for a member of staff, with one or more roles from today, for as long as the policy grants them.

    This is the operator's way, for the first who decide on access; it stays on record as granted by the operator. The
    others ask for themselves at /konto/adgang/, and another person decides at /persondata/adgange/.

    No password is set here: the person opens /konto/glemt/, asks for a link by mail and chooses one, and is then led
    to set up a second factor before anything else.
    """
    host: Host = context.obj
    with host.database(), purpose(P.STAFF_ADMINISTRATION, actor=None):
        try:
            staff_access.add_staff(
                email=email, name=name, roles=role, reason=reason, today=timezone.localdate(), now=timezone.now()
            )
        except (actions.NotPossible, ValidationError, AccessRefused) as error:
            fail(_explained(error, email, role))
    console.print(f"{escape(name)} can now choose a password at /konto/glemt/ with {email}.")


@app.command("add-external")
@works_for(P.STAFF_ADMINISTRATION)
def add_external(
    context: typer.Context,
    email: Email,
    name: Name,
    employer: Annotated[str, typer.Option(help="The company that employs the person.")],
    agreement: Annotated[
        Path, typer.Option(help="The signed confidentiality agreement: a PDF, JPEG or PNG file.", dir_okay=False)
    ],
    signed: Annotated[datetime, Day],
    until: Annotated[datetime, Day],
    role: Roles,
    reason: Reason,
) -> None:
    """Make an account for somebody from another company, such as the supplier's developers.

    Nobody from outside gets in without a signed confidentiality agreement: this command puts it on file. --until is its
    last day; no access outlives it. Renew it at /persondata/adgange/.
    """
    host: Host = context.obj
    today = timezone.localdate()
    term = Term(signed.date(), until.date() + timedelta(days=1))
    handed_in = staff_access.SignedAgreement(agreement.read_bytes(), agreement.name, signed.date(), term)
    with host.database(), purpose(P.STAFF_ADMINISTRATION, actor=None):
        try:
            staff_access.add_external(
                email=email,
                name=name,
                employer=employer,
                agreement=handed_in,
                roles=role,
                reason=reason,
                today=today,
                now=timezone.now(),
            )
        except (actions.NotPossible, ValidationError, AccessRefused) as error:
            fail(_explained(error, email, role))
    console.print(f"{escape(name)} of {escape(employer)} can now choose a password at /konto/glemt/ with {email}.")


@app.command("list")
@works_for(P.STAFF_ADMINISTRATION)
def list_accounts(
    context: typer.Context, json: bool = typer.Option(False, "--json", help="Answer with one JSON document.")
) -> None:
    """List all members of staff with what they may do now or later, until when, closed accounts included.

    Look through it now and then: who has left, and who has another job now.
    """
    host: Host = context.obj
    with host.database(), purpose(P.STAFF_ADMINISTRATION, actor=None):
        rows = people(today=timezone.localdate())
    if json:
        print_json([_document(person) for person in rows])
        return
    table = Table("e-mail", "name", "employer", "role", "state", "last day", "review by")
    for person in rows:
        who = (person.account.email, escape(person.account.name), escape(person.employer or ""))
        if not person.current:
            table.add_row(*who, "", "" if person.account.is_active else "closed", "", "")
        for given in person.current:
            state = given.state.replace("_", " ")
            table.add_row(*who, given.role.role, state, f"{given.last_date}", f"{given.role.review_date}")
            who = ("", "", "")
    console.print(table)


def _document(person: Person) -> dict[str, object]:
    return {
        "email": person.account.email,
        "name": person.account.name,
        "employer": person.employer,
        "active": person.account.is_active,
        "agreement_until": person.agreement.last_date if person.agreement else None,
        "roles": [
            {
                "role": given.role.role,
                "state": given.state.value,
                "first_date": given.role.period.lower,
                "last_date": given.last_date,
                "review_date": given.role.review_date,
                "reason": given.role.reason,
            }
            for given in person.current
        ],
    }


@app.command("expire")
@works_for(P.STAFF_ADMINISTRATION, P.SECURITY)
def expire(context: typer.Context) -> None:
    """End what time has ended: roles whose review was missed, and accounts whose confidentiality agreement ran out.

    They open nothing from the day itself on; this closes them on record and signs the people out. The running server
    does so every hour.
    """
    host: Host = context.obj
    with host.database(), purpose(P.STAFF_ADMINISTRATION, actor=None):
        ended = staff_access.end_overdue(today=timezone.localdate(), now=timezone.now())
    console.print(
        f"Ended {ended.unreviewed_roles:,} roles that nobody reviewed; "
        f"closed {ended.closed_accounts:,} accounts without an agreement."
    )


@app.command("close")
@works_for(P.SECURITY)
def close(context: typer.Context, email: Email) -> None:
    """Close an account: it signs in no more, and is signed out wherever it is signed in.

    What the person has done stays on record. The account itself is kept as the policy says, and then deleted.
    """
    host: Host = context.obj
    with host.database(), purpose(P.SECURITY, actor=None):
        actions.deactivate(account_id=_staff(email).pk)
    console.print(f"{email} is closed and signed out everywhere.")


@app.command("reset-second-factor")
@works_for(P.SECURITY)
def reset_second_factor(context: typer.Context, email: Email) -> None:
    """Take away a person's apps, passkeys and recovery codes, when they have lost them all.

    Make sure first that it is really them who ask, by voice or in person: with the password alone, whoever signs in
    next sets up a new second factor.
    """
    host: Host = context.obj
    with host.database(), purpose(P.SECURITY, actor=None):
        actions.reset_second_factor(account_id=_staff(email).pk)
    console.print(f"{email} sets up a new second factor at the next sign-in.")


def _explained(error: Exception, email: str, roles: list[Role]) -> str:
    if isinstance(error, AccessRefused):
        return refused(error, roles=[str(role) for role in roles])
    if isinstance(error, actions.NotPossible):
        return f"There is an account with the e-mail {email} already. See: forsyn staff list"
    fields = getattr(error, "error_dict", {})
    if "name" in fields:
        return "The name must have 1 to 200 characters, on one line. Say --name 'First Last'."
    if "employer" in fields:
        return "The employer must have 1 to 200 characters, on one line. Say --employer 'Company ApS'."
    return f"{email!r} is not an e-mail address."


def _staff(email: str) -> Account:
    account = account_with_email(email=email)
    if account is None or account.kind != AccountKind.STAFF:
        fail(f"Nobody on the staff has the e-mail {email}. See: forsyn staff list")
    return account
