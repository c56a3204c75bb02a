"""`forsyn policy check|show|notice`: what the controller has declared, and whether the database agrees."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Read and check what the controller has declared: the policy file, the columns, the public notice.",
    no_args_is_help=True,
)


@app.callback()
def policy() -> None:
    """Read and check what the controller has declared: the policy file, the columns, the public notice."""
