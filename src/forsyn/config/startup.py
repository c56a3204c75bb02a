"""What must hold before the first request is served."""

from __future__ import annotations

import sys

from forsyn.workflows.declarations import check_declarations


def refuse_undeclared() -> None:
    """Exit with every problem listed when the policy, the bindings and the live database disagree."""
    problems = check_declarations()
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        sys.exit(
            f"Forsyn does not start: the database and its declarations disagree.\n{lines}\nRun: forsyn policy check"
        )
