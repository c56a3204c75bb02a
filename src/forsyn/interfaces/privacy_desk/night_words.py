"""The steps of a night in words that a data protection officer reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from forsyn.domain.retention.actions import NewStep
from forsyn.domain.retention.models import Step, StepState, Work
from forsyn.policy.policy import Item, Policy, Retention

WORKS: dict[str, Any] = {
    Work.ROWS: _("Rækker, hvis egen tid er gået"),
    Work.PERSONS: _("Det, hvis tid er gået, om kunder og brugere"),
    Work.COLUMNS: _("Felter, der er overskrevet, mens rækken bliver"),
    Work.REMNANTS: _("Rester uden personer"),
    Work.SENSITIVE: _("Følsomme oplysninger uden grundlag eller uden gennemgang"),
    Work.LOG: _("Måneder af loggen over opslag"),
    Work.HOURS: _("Timeværdier, der er lagt sammen til dage"),
    Work.DAYS: _("Døgnværdier, der er lagt sammen til måneder"),
    Work.FILES: _("Efterladte filer"),
    Work.DEAD: _("Tabeller, der er ryddet for slettede rækker"),
}
STATES: dict[str, Any] = {
    StepState.WAITING: _("venter"),
    StepState.RUNNING: _("i gang"),
    StepState.DONE: _("gjort"),
    StepState.HELD_UP: _("venter til næste nat, fordi andre brugte rækkerne"),
}


@dataclass(frozen=True)
class Line:
    """One step. ``rules`` are those of the policy; other grounds stand in ``ground``."""

    work: Any
    table: str
    rules: Sequence[Retention]
    ground: Any
    previewed: int | None
    done: int
    state: Any


GROUNDS: dict[str, Any] = {
    "consent or claim ended": _("samtykket eller kravet er ophørt"),
    "not reviewed in time": _("ingen har set efter i tide"),
}


def lines_of(policy: Policy, steps: Iterable[Step]) -> list[Line]:
    """The steps of a night that had something to do, or did not get to it."""
    return [
        Line(
            WORKS[step.work],
            step.table_name,
            _rules(policy, step.rules),
            GROUNDS.get(step.rules, ""),
            step.previewed,
            step.done_count,
            STATES[step.state],
        )
        for step in steps
        if step.done_count or step.previewed or step.state != StepState.DONE
    ]


def previewed_lines(policy: Policy, steps: Iterable[NewStep]) -> list[Line]:
    """The steps that have something to do."""
    return [
        Line(
            WORKS[step.work],
            step.table,
            _rules(policy, step.rules),
            GROUNDS.get(step.rules, ""),
            step.previewed,
            0,
            "",
        )
        for step in steps
        if step.previewed
    ]


def _rules(policy: Policy, keys: str) -> list[Retention]:
    """An older night may name rules that the policy no longer has."""
    found: list[Item | None] = [policy.retention.get(key) for key in keys.split(", ")]
    return [rule for rule in found if isinstance(rule, Retention)]
