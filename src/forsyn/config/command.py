"""The `forsyn` command's start: settings, Django, the machine; then the command line takes over."""

from __future__ import annotations

import io
import os
import signal
import sys


def run() -> None:
    """Entry point of the `forsyn` script."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")
    if sys.argv[1:2] == ["demo"]:
        os.environ["FORSYN_DEMO"] = "1"
        os.environ["FORSYN_INSTANCE"] = "demo"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show stops no command
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _end)
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)


def _end(*_: object) -> None:
    """End like after Ctrl-C: what is not finished is undone, and the embedded server stops."""
    sys.exit(128 + signal.SIGTERM)


def _run() -> None:
    from forsyn.config.instance import InstanceError  # noqa: PLC0415 - after the environment is set
    from forsyn.config.postgres_programs import EmbeddedPostgresError  # noqa: PLC0415
    from forsyn.interfaces.cli.failures import OUTSIDE, explained  # noqa: PLC0415
    from forsyn.interfaces.cli.output import tell_error  # noqa: PLC0415

    try:
        import django  # noqa: PLC0415

        django.setup()
        from forsyn.config.machine import Machine  # noqa: PLC0415 - needs Django set up
        from forsyn.interfaces.cli.main import run as run_command_line  # noqa: PLC0415

        run_command_line(Machine())
    except (InstanceError, EmbeddedPostgresError) as error:
        sentence: str | None = str(error)
    except OUTSIDE as error:
        sentence = explained(error)
        if sentence is None:
            raise
    else:
        return
    sentence = " ".join(str(sentence).split())
    try:
        tell_error(sentence, json="--json" in sys.argv)
    except OSError:  # standard output itself is what failed
        tell_error(sentence, json=False)
    sys.exit(1)
