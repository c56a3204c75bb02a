"""The `forsyn` command's start: settings, Django, the machine; then the command line takes over."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """Entry point of the `forsyn` script."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")
    if sys.argv[1:2] == ["demo"]:
        os.environ["FORSYN_DEMO"] = "1"
        os.environ["FORSYN_INSTANCE"] = "demo"
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)


def _run() -> None:
    from forsyn.config.embedded_postgres import EmbeddedPostgresError  # noqa: PLC0415 - after the environment is set
    from forsyn.config.instance import InstanceError  # noqa: PLC0415

    try:
        import django  # noqa: PLC0415

        django.setup()
        from forsyn.config.machine import Machine  # noqa: PLC0415 - needs Django set up
        from forsyn.interfaces.cli.main import run as run_command_line  # noqa: PLC0415

        run_command_line(Machine())
    except (InstanceError, EmbeddedPostgresError) as error:
        sys.exit(f"Error: {error}")
