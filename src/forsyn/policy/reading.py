"""Strict reading of a policy file's tables: every fault is noted with its line, none stops the reading."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from forsyn.policy.periods import Period, PeriodError
from forsyn.policy.policy import Text
from forsyn.policy.positions import Steps
from forsyn.policy.problems import Problem, did_you_mean, listed

Choice = TypeVar("Choice", bound=StrEnum)
_KINDS = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
    list: "a list in square brackets",
    date: "a date such as 2026-11-01",
    datetime: "a date with a time",
}


@dataclass
class Page:
    """A parsed file, the lines of its values, and the problems found so far."""

    file: str
    lines: dict[Steps, int]
    problems: list[Problem] = field(default_factory=list)

    def line(self, steps: Steps) -> int:
        """Line of a value, or of the nearest table around a value that is missing."""
        while steps not in self.lines:
            steps = steps[:-1]
        return self.lines[steps]

    def note(self, steps: Steps, what: str, mend: str) -> None:
        self.problems.append(Problem(f"{self.file}:{self.line(steps)}", what, mend))


def dotted(steps: Steps) -> str:
    """``purposes.settlement.bases[1]`` for people."""
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".") or "The file"


class Node:
    """One table. Each reading method notes what is wrong and answers something of the right type."""

    def __init__(self, page: Page, steps: Steps, table: dict[str, Any]) -> None:
        self.page, self.steps, self.table = page, steps, table
        self.asked: list[str] = []

    @property
    def line(self) -> int:
        return self.page.line(self.steps)

    @property
    def key(self) -> str:
        return str(self.steps[-1])

    def note(self, key: str, what: str, mend: str) -> None:
        self.page.note((*self.steps, key), what, mend)

    def _get(self, key: str, kind: type, *, required: bool = True) -> Any:
        self.asked.append(key)
        value = self.table.get(key)
        if value is None:
            if required:
                self.note(key, f"{dotted(self.steps)} has no {key!r}.", f"Add {key} = {_example(kind)}.")
            return None
        if type(value) is not kind:
            found = _KINDS.get(type(value), "something else")
            self.note(
                key,
                f"{dotted((*self.steps, key))} is {found}.",
                f"Write {_KINDS[kind]}: {key} = {_example(kind)}.",
            )
            return None
        return value

    def text(self, key: str) -> str:
        return self._filled(key, self._get(key, str))

    def optional_text(self, key: str) -> str | None:
        value = self._get(key, str, required=False)
        return None if value is None else self._filled(key, value)

    def _filled(self, key: str, value: str | None) -> str:
        if value is not None and not value.strip():
            self.note(key, f"{dotted((*self.steps, key))} is empty.", "Write the text, or leave the key out.")
        return " ".join((value or "").split())

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        value = self._get(key, bool, required=default is None)
        return bool(default) if value is None else bool(value)

    def number(self, key: str) -> int:
        return int(self._get(key, int) or 0)

    def date(self, key: str) -> date:
        return self._get(key, date) or date.min

    def both(self, key: str) -> Text:
        """A text in both languages: ``key = { da = "…", en = "…" }`` or ``key.da`` and ``key.en``."""
        node = self.child(key)
        return node.as_text() if node else Text("", "")

    def optional_both(self, key: str) -> Text | None:
        node = self.child(key, required=False)
        return node.as_text() if node else None

    def as_text(self) -> Text:
        text = Text(self.text("da"), self.text("en"))
        self.finish()
        return text

    def choice(self, key: str, kind: type[Choice], *, default: Choice | None = None) -> Choice:
        value = self._get(key, str, required=default is None)
        return self._member(key, value, kind) or default or next(iter(kind))

    def choices(self, key: str, kind: type[Choice], *, required: bool = True) -> tuple[Choice, ...]:
        members = (self._member(key, name, kind) for name in self.names(key, required=required))
        return tuple(member for member in members if member is not None)

    def _member(self, key: str, value: str | None, kind: type[Choice]) -> Choice | None:
        known = [str(member) for member in kind]
        if value is None or value in known:
            return kind(value) if value is not None else None
        mend = did_you_mean(value, known, otherwise=f"Write {listed(known)}.")
        self.note(key, f"{dotted((*self.steps, key))} does not know {value!r}.", mend)
        return None

    def period(self, key: str) -> Period:
        value = self._get(key, str)
        return self._period(key, value) if value is not None else Period()

    def optional_period(self, key: str) -> Period | None:
        value = self._get(key, str, required=False)
        return self._period(key, value) if value is not None else None

    def _period(self, key: str, value: str) -> Period:
        try:
            return Period.parse(value)
        except PeriodError as error:
            self.note(key, f"{dotted((*self.steps, key))}:", str(error))
            return Period()

    def names(self, key: str, *, required: bool = True, empty: bool = False) -> tuple[str, ...]:
        """A list of different texts, not empty unless ``empty``."""
        values = self._get(key, list, required=required)
        if values == [] and not empty:
            self.note(key, f"{dotted((*self.steps, key))} is empty.", "Name at least one.")
        found: list[str] = []
        for place, value in enumerate(values or []):
            if not isinstance(value, str):
                self.page.note(
                    (*self.steps, key, place),
                    f"{dotted((*self.steps, key, place))} is not a text.",
                    "Write each as a text in quotes.",
                )
            elif value in found:
                self.page.note(
                    (*self.steps, key, place),
                    f"{dotted((*self.steps, key))} names {value!r} twice.",
                    "Take one away.",
                )
            else:
                found.append(value)
        return tuple(found)

    def child(self, key: str, *, required: bool = True) -> "Node | None":
        value = self._get(key, dict, required=required)
        return None if value is None else Node(self.page, (*self.steps, key), value)

    def children(self, key: str, *, required: bool = True) -> list["Node"]:
        """The sub-tables of a section such as ``[categories]``, in the order of the file."""
        section = self.child(key, required=required)
        if section is None:
            return []
        nodes = [section.child(name) for name in section.table]
        return [node for node in nodes if node is not None]

    def items(self, key: str, *, required: bool = True) -> list["Node"]:
        """The tables of a list: ``key = [{ … }, { … }]`` or ``[[key]]``."""
        nodes = []
        for place, value in enumerate(self._get(key, list, required=required) or []):
            steps = (*self.steps, key, place)
            if isinstance(value, dict):
                nodes.append(Node(self.page, steps, value))
            else:
                self.page.note(steps, f"{dotted(steps)} is not a table.", "Write it in braces: { … }.")
        return nodes

    def finish(self) -> None:
        """Refuse every key that was not asked for."""
        for key in self.table:
            if key not in self.asked:
                left = [name for name in self.asked if name not in self.table] or self.asked
                mend = did_you_mean(key, left, otherwise=f"Known here: {', '.join(self.asked)}.")
                self.note(key, f"{dotted(self.steps)} does not know the key {key!r}.", mend)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by line, each once."""
    return sorted(set(problems), key=lambda problem: (int(problem.where.rpartition(":")[2]), problem))


def _example(kind: type) -> str:
    return {str: '"…"', bool: "true", int: "1", dict: "{ … }", list: "[ … ]", date: "2026-12-01"}.get(kind, "…")
