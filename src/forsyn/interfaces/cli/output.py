"""How every command speaks: tables and sentences to a person, JSON to a program, and one clear line when it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console

WIDE = 240
"""Into a file or another program, tables are not squeezed to the width of a window that is not there."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Write one JSON document to standard output, in ASCII where that cannot hold all letters."""
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding, "strict")
    except UnicodeEncodeError:
        text = json.dumps(value, cls=DjangoJSONEncoder, indent=2)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(message: str, *, status: int = 1, json: bool = False) -> NoReturn:
    """Say what went wrong, where and what to do; end with a status that scripts see."""
    tell_error(message, json=json)
    raise typer.Exit(status)


def tell_error(message: str, *, json: bool) -> None:
    """One line to the person, or one JSON document to the program that asked for one."""
    if json:
        print_json({"error": message})
    else:
        errors.print(f"[red]Error:[/red] {escape(message)}")


def escape(text: str) -> str:
    """Text from outside, shown as it is and not as Rich markup."""
    return text.replace("[", r"\[")


@contextmanager
def explaining(*known: type[Exception], json: bool = False) -> Iterator[None]:
    """Turn the errors that teach into one line; anything else is a fault of the program and shows as one."""
    try:
        yield
    except known as error:
        fail(str(error), json=json)
