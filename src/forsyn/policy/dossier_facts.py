"""What the readable part of a package tells of one person, as plain data in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forsyn.policy.dossier_words import LeftOut


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table: its rows as (label, value) and until when each is kept. ``count`` may be more than are here."""

    title: str
    file: str
    sources: Mapping[str, tuple[str, ...]]
    """Where it came from, by category of what is there; see `SOURCES`."""
    rows: Sequence[tuple[Sequence[tuple[str, str]], date | None]]
    count: int
    latest: date | None
    """The latest day on which any of the rows goes, where it is known of all of them."""


@dataclass(frozen=True, slots=True)
class ReceivedFacts:
    """A recipient of the policy that really got something. ``carried``: only to bring our messages to the person."""

    recipient: str
    categories: tuple[str, ...]
    first: date
    last: date
    times: int
    carried: bool


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Consumption of a month on one register: ``used`` as it is read, such as ``1.234,567 kWh``."""

    month: str
    meter: str
    used: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the document tells of one person, in one language.

    ``withheld``: what was left out by a decision, with its reason; ``left_out``: titles by reason;
    ``holds``: ground and end of what is held from erasure.
    """

    numbers: tuple[str, ...]
    day: date
    tables: tuple[TableFacts, ...]
    received: tuple[ReceivedFacts, ...]
    months: tuple[MonthFacts, ...]
    readings_file: str
    files: tuple[tuple[str, str], ...]
    """Key of `TEXTS` and name of each file."""
    purposes: tuple[str, ...]
    """Those that the person's data are really used for: without such as need a consent that was not given."""
    withheld: tuple[tuple[str, str], ...] = ()
    left_out: Mapping[LeftOut, tuple[str, ...]] = ()  # type: ignore[assignment]
    holds: tuple[tuple[str, date], ...] = ()
