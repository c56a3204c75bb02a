"""What a breach demands, and by when: GDPR Art. 33 and 34. Pure; refusals are one Danish sentence or two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Capacity, PersonGroup

TITLE_LENGTH = 120
TEXT_LENGTH = 10_000
MOST_NUMBERS = 50_000
"""As many as one search takes; a longer list is searched for in parts."""
SOON = timedelta(hours=24)
"""So long before its end a clock is shown as urgent."""


class BreachRefused(ValueError):
    """What was asked cannot be done so; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What is known of a breach. Texts name nobody; ``data_categories`` and ``processor`` are keys of the policy.

    ``on_behalf_of`` is the controller whose data it was where we are its processor; blank where they are our own.
    """

    title: str
    what_happened: str
    aware_at: datetime
    confidentiality: bool
    integrity: bool
    availability: bool
    data_categories: tuple[str, ...]
    person_groups: tuple[PersonGroup, ...]
    began_at: datetime | None = None
    ended_at: datetime | None = None
    approximate_persons: int | None = None
    approximate_records: int | None = None
    consequences: str = ""
    measures: str = ""
    processor: str = ""
    on_behalf_of: str = ""

    @property
    def capacity(self) -> Capacity:
        return Capacity.PROCESSOR if self.on_behalf_of else Capacity.CONTROLLER


def check_reported(policy: Policy, reported: Reported, *, now: datetime) -> None:
    """Raise BreachRefused where the facts cannot be so."""
    reason = next(_wrong(policy, reported, now), None)
    if reason is not None:
        raise BreachRefused(reason)


def _wrong(policy: Policy, reported: Reported, now: datetime) -> Iterator[str]:
    if not reported.title.strip() or not reported.what_happened.strip():
        yield "Skriv en overskrift, og hvad der er sket."
    if reported.aware_at > now:
        yield "I kan ikke være blevet opmærksomme på bruddet ude i fremtiden. Ret tidspunktet."
    if reported.began_at is not None and reported.began_at > reported.aware_at:
        yield "Bruddet kan ikke være begyndt, efter at I blev opmærksomme på det. Ret tidspunkterne."
    if reported.began_at and reported.ended_at and reported.ended_at < reported.began_at:
        yield "Bruddet kan ikke være stoppet, før det begyndte. Ret tidspunkterne."
    if not (reported.confidentiality or reported.integrity or reported.availability):
        yield "Vælg, om oplysninger kom frem til andre, blev ændret eller ikke var der."
    if not reported.data_categories or not reported.person_groups:
        yield "Vælg mindst én slags oplysninger og én gruppe af personer."
    if unknown := [key for key in reported.data_categories if key not in policy.categories]:
        yield f"Politikken kender ikke {', '.join(unknown)}. Vælg blandt politikkens kategorier."
    if reported.processor and reported.processor not in policy.recipients:
        yield "Politikken kender ikke den databehandler. Vælg en af dem, der står i politikken."


class Clock(StrEnum):
    """Where the 72 hours of Art. 33(1) stand."""

    RUNNING = "running"
    SOON = "soon"
    OVERDUE = "overdue"
    NOTIFIED = "notified"
    NOTIFIED_LATE = "notified_late"
    NOT_NEEDED = "not_needed"
    """A named person found it unlikely to be a risk."""

    @property
    def waits(self) -> bool:
        """Whether somebody still has to notify."""
        return self in (Clock.RUNNING, Clock.SOON, Clock.OVERDUE)


def notice_needed(*, risk: str | None, capacity: str) -> bool:
    """Whether somebody must be notified, as far as is known: until it is assessed, a risk cannot be ruled out.

    A processor tells its controller of each breach, whatever the risk (Art. 33(2)).
    """
    return capacity == Capacity.PROCESSOR or risk != "none"


def clock(
    *, notify_by_at: datetime, risk: str | None, capacity: str, first_sent_at: datetime | None, now: datetime
) -> Clock:
    """Where the clock of a breach stands."""
    if first_sent_at is not None:
        late = capacity == Capacity.CONTROLLER and first_sent_at > notify_by_at
        return Clock.NOTIFIED_LATE if late else Clock.NOTIFIED
    if not notice_needed(risk=risk, capacity=capacity):
        return Clock.NOT_NEEDED
    if now > notify_by_at:
        return Clock.OVERDUE
    return Clock.SOON if notify_by_at - now <= SOON else Clock.RUNNING


class Task(StrEnum):
    """What is still to be done about a breach, in the order in which it is best done."""

    FIND = "find"
    """Find whom it touched."""
    ASSESS = "assess"
    NOTIFY = "notify"
    COMPLETE_NOTICE = "complete_notice"
    """The notification said that more would follow (Art. 33(4))."""
    TELL = "tell"
    PRINT = "print"
    """Letters to those without an e-mail address wait to be printed."""
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a breach has come. ``untold``: affected, not left out, and not told."""

    risk: str | None
    capacity: str
    searched: bool
    notified: bool
    final_notified: bool
    excepted: bool
    letters_released: bool
    untold: int
    closed: bool


def tasks(progress: Progress) -> tuple[Task, ...]:
    """What remains; none for a closed breach."""
    if progress.closed:
        return ()
    telling = progress.risk == "high" and progress.capacity == Capacity.CONTROLLER and not progress.excepted
    needed = notice_needed(risk=progress.risk, capacity=progress.capacity)
    wanted = {
        Task.FIND: not progress.searched,
        Task.ASSESS: progress.risk is None,
        Task.NOTIFY: needed and not progress.notified,
        Task.COMPLETE_NOTICE: needed and progress.notified and not progress.final_notified,
        Task.TELL: telling and progress.untold > 0 and not progress.letters_released,
        Task.PRINT: telling and progress.untold > 0 and progress.letters_released,
    }
    found = tuple(task for task, is_wanted in wanted.items() if is_wanted)
    return found or (Task.CLOSE,)


def numbers_in(text: str) -> list[str]:
    """The numbers of a pasted list, each once, in order: parted by spaces, commas, semicolons or lines."""
    words = text.replace(",", " ").replace(";", " ").replace("\x00", " ").split()
    numbers = list(dict.fromkeys(word.strip("\"'") for word in words))
    if not numbers:
        raise BreachRefused("Skriv mindst ét nummer.")
    if len(numbers) > MOST_NUMBERS:
        raise BreachRefused(f"Der er {len(numbers)} numre. Søg efter højst {MOST_NUMBERS} ad gangen.")
    return numbers


# Refusals that the database's own constraints give, in words for whoever asked.
CONSTRAINTS = {
    "accountability_breach_stays": "Bruddet er afsluttet. Åbn det igen, hvis der er mere at gøre.",
    "accountability_breach_letter": "Nogen har allerede fået brevet, så teksten bliver stående, som de læste den.",
    "accountability_breach_notified": "Bruddet er ikke anmeldt endnu. Anmeld det, før I afslutter.",
    "accountability_breach_told": (
        "Der er stadig nogen, som ikke har fået besked. Send brevene, eller begrund en undtagelse, før I afslutter."
    ),
    "accountability_breach_closed": "Vurder risikoen, før I afslutter.",
    "accountability_breach_when": "Tidspunkterne passer ikke sammen. Ret dem.",
    "accountability_notice_late": "De 72 timer er gået. Skriv, hvorfor anmeldelsen kommer senere (artikel 33, stk. 1).",
    "accountability_notice_stays": "Anmeldelsen er sendt og bliver stående, som den blev sendt. Skriv en ny del.",
    "accountability_assessment_stays": "Vurderingen er afgjort og bliver stående. Skriv en ny udgave.",
    "accountability_assessment_one_draft": "Der er allerede et udkast. Skriv videre på det.",
}
