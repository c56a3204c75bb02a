"""What deeds of rights are given and give back, right by right; `right_deeds` has them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import date_words


class PlanRefused(RuntimeError):
    """It cannot be planned, or not carried out; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request as a deed needs it. ``withheld``: item keys that are left out of the answer, with their reasons."""

    request_id: int
    customer_ids: tuple[int, ...]
    by_id: int | None
    now: datetime
    today: date
    policy: Policy
    language: Language
    withheld: Mapping[str, str] = field(default_factory=dict)

    @property
    def person(self) -> int:
        """Who decides, where somebody must. Raises PlanRefused for the program itself."""
        if self.by_id is None:
            raise PlanRefused("En medarbejder skal tage stilling, før det kan gøres.")
        return self.by_id


@dataclass(frozen=True, slots=True)
class Told:
    """Whole sentences for the answer."""

    done: Sequence[str] = ()
    kept: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """One right. ``plan`` reads only; ``carry_out`` does what the plan of now says, and returns counts."""

    plan: Callable[[Case, Mapping[str, Any]], Mapping[str, Any]]
    carry_out: Callable[[Case, Mapping[str, Any]], Mapping[str, Any]]
    tell: Callable[[Mapping[str, Any], Mapping[str, Any], Language], Told]
    essence: Callable[[Mapping[str, Any]], Any] = lambda body: body
    """What must still be so when the plan is carried out: reading a plan, too, leaves a line in the access log."""
    hold_still: Callable[[Case], None] = lambda case: None
    """Before the plan is made again to be carried out: nobody changes what it is about until the transaction ends."""


def day_words(text: str | None, language: Language) -> str:
    """A date of a plan in words."""
    return date_words(date.fromisoformat(text[:10]), language) if text else ""
