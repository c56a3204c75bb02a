"""`load_policy`: from a TOML file to a `Policy`, or to every problem in it at once."""

import tomllib
from pathlib import Path
from typing import Any

from forsyn.policy import sections
from forsyn.policy.consistency import inconsistencies
from forsyn.policy.policy import Policy
from forsyn.policy.positions import line_numbers
from forsyn.policy.problems import PolicyError, Problem
from forsyn.policy.reading import Node, Page, in_order

FORMAT = 1
"""The version of this file format that the program reads."""


def load_policy(path: Path) -> Policy:
    """Read and check a policy file. Raises `PolicyError` with all its problems, each with its line."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _one(f"{path}:{line}", "The file is not UTF-8 text.", "Save it as UTF-8.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _one(str(path), f"The policy file cannot be read: {reason}.", "Check the path.") from error
    return parse_policy(text, str(path))


def parse_policy(text: str, file: str) -> Policy:
    """As `load_policy`, from the text itself; ``file`` is the name in messages."""
    page, table = _parse(text.removeprefix("\ufeff"), file)
    root = Node(page, (), table)
    written_for = root.table.get("format")
    if type(written_for) is int and written_for != FORMAT:
        page.note(
            ("format",),
            f"The file is written in format {written_for}; this program reads {FORMAT}.",
            "Use the program that goes with the file, or rewrite the file.",
        )
        raise PolicyError(page.problems)
    policy = sections.read(root)
    if not page.problems:
        page.problems += inconsistencies(policy)
    if page.problems:
        raise PolicyError(in_order(page.problems))
    return policy


def _parse(text: str, file: str) -> tuple[Page, dict[str, Any]]:
    try:
        table = tomllib.loads(text)
        return Page(file, line_numbers(text)), table
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        line = "".join(character for character in place.split(",")[0] if character.isdigit())
        column = "".join(character for character in place.partition(",")[2] if character.isdigit())
        position = line or str(text.count("\n") + 1)
        at = f" at column {column}" if column else " at the end of the file"
        raise _one(
            f"{file}:{position}",
            f"This is not valid TOML{at}: {(what or str(error)).rstrip('.')}.",
            "Mend that line; texts stand in quotes, and a key stands in a table only once.",
        ) from error
    except (ValueError, RecursionError) as error:
        mend = "A policy needs neither very long numbers nor lists in lists in lists; simplify it."
        raise _one(f"{file}:1", "The file has a value that cannot be read.", mend) from error


def _one(where: str, what: str, mend: str) -> PolicyError:
    return PolicyError([Problem(where, what, mend)])
