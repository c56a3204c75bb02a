"""What must hold before the first request is served."""

from __future__ import annotations

import sys

from django.db import DatabaseError
from django.urls import get_resolver

from forsyn.policy.problems import PolicyError
from forsyn.workflows.declarations import check_declarations
from forsyn.workflows.enforcement import drift


def refuse_undeclared() -> None:
    """Exit with every problem listed when the policy, the bindings and the live database disagree."""
    try:
        problems = check_declarations() + drift()
    except PolicyError as error:
        sys.exit(f"Forsyn does not start: the policy file cannot be used.\n{error}")
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"Forsyn does not start: the database cannot be read ({reason}). Run `forsyn doctor`.")
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        sys.exit(
            "Forsyn does not start: the database and its declarations disagree.\n"
            f"{lines}\nRun `forsyn policy check` after mending."
        )
    get_resolver().check()  # load every page's code now, not at the first request
