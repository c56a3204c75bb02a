"""`forsyn policy apply`: make the database enforce what the controller has declared."""

from __future__ import annotations

import typer

from forsyn.interfaces.cli.failures import OUTSIDE, explained
from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, escape, fail, print_json
from forsyn.interfaces.cli.purposes import without_purpose
from forsyn.policy.enforcement import Step
from forsyn.workflows.enforcement import apply_enforcement, check_roles, orphaned, plan_enforcement

WIDEST = 300


@without_purpose("works as the owner of the tables: roles and their rights")
def apply(
    context: typer.Context,
    dry_run: bool = typer.Option(False, "--dry-run", help="Print the plan; change nothing."),
    take_over: bool = typer.Option(
        False, "--take-over", help="Although the database was made for an instance of another name."
    ),
    json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Make the database enforce the policy: a role for each purpose, with its columns and its rows.

    Compares the live database with the policy file and the program's declarations, prints what has to be done, and does
    it as the owner role in one transaction: roles, column grants, row policies. What the policy does not give is taken
    away, whoever gave it. Safe to run again: then there is nothing to do. `forsyn migrate` and `forsyn up` do it, too.
    Refuses a policy that gives a purpose more than its categories, or that would leave rows behind that nobody answers
    for.

    Example: forsyn policy apply --dry-run
    """
    host: Host = context.obj
    try:
        with host.database():
            check_roles()
            plan = plan_enforcement(using="owner")
            if not json:
                _print(plan)
            done = [] if dry_run else apply_enforcement(take_over=take_over)
            orphans = orphaned() if dry_run else []
    except OUTSIDE as error:
        sentence = explained(error)
        if sentence is None:
            raise
        fail(sentence, json=json)
    if json:
        print_json({"plan": [step.does for step in plan], "applied": not dry_run, "steps": len(done)})
    elif orphans:
        fail("\n".join(map(str, orphans)))
    elif plan and not dry_run:
        console.print(f"[green]Done:[/green] {len(done)} steps. The database enforces the policy.")


def _print(plan: list[Step]) -> None:
    if not plan:
        console.print("[green]The database enforces the policy;[/green] there is nothing to do.")
        return
    for step in plan:
        text = step.does if len(step.does) <= WIDEST else f"{step.does[:WIDEST]}…"
        console.print(f"- {escape(text)}")
