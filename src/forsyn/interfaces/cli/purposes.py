"""Each command says for which purposes it works, or why it needs none. It only says so: nothing is entered by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from forsyn.policy.purposes import P

Command = TypeVar("Command", bound=Callable[..., None])


def works_for(*works: P) -> Callable[[Command], Command]:
    """The purposes that the command, or the workflow it calls, enters."""

    def declare(command: Command) -> Command:
        command.purposes = works  # type: ignore[attr-defined]
        return command

    return declare


def without_purpose(why: str) -> Callable[[Command], Command]:
    """The command reads and writes nothing of anybody, or works as the owner of the tables; ``why`` says which."""

    def declare(command: Command) -> Command:
        command.purposes = ()  # type: ignore[attr-defined]
        command.without_purpose = why  # type: ignore[attr-defined]
        return command

    return declare
