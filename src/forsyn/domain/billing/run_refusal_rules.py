"""Which step of a run follows which, and why one is refused. Pure."""

from __future__ import annotations

from datetime import date
from enum import Enum


class Refusal(Enum):
    """Why a step of a run is refused: Danish for staff, English for operators; places filled by RunRefused."""

    WRONG_STATE = (
        "Kørsel {run} er {state_da}, så det kan ikke gøres nu.",
        "Run {run} is {state}, so that cannot be done now.",
    )
    WRONG_DATES = (
        "Perioden skal slutte, efter den begynder, og forfaldsdagen kan ikke ligge før regningsdatoen.",
        "The period must end after it begins, and the due date cannot be before the issue date.",
    )
    SAME_PERSON = (
        "Kørsel {run} skal godkendes af en anden end den, der har lavet den.",
        "Run {run} must be approved by another person than the one who made it.",
    )
    CHANGED = (
        "Kørsel {run} er ikke den, du så: den er ændret siden. Se forhåndsvisningen igen.",
        "Run {run} is not what was seen: it has changed since. Look at the preview again.",
    )
    NOTHING_TO_BILL = (
        "Kørsel {run} har ingen regninger. Kassér den, eller ret det, der stopper dem, og beregn den igen.",
        "Run {run} has no bills. Discard it, or mend what stops them and preview it again.",
    )
    ANOTHER_EXECUTING = (
        "Kørsel {other} er ved at blive bogført. Vent, til den er færdig.",
        "Run {other} is under way in the ledger. Let it finish first: `forsyn bill execute {other}`.",
    )
    BUSY = (
        "En anden er i gang med kørslen. Vent lidt, og prøv igen.",
        "Another process works at it. Wait, and look at `forsyn bill status`.",
    )
    NO_OPEN_YEAR = (
        "Der er intet åbent regnskabsår for {day}. Åbn året, eller lav en kørsel med en anden regningsdato.",
        "There is no open accounting year for {day}. Open the year, or make a run with another issue date.",
    )
    UNKNOWN_ACCOUNT = (
        "Kontoplanen mangler {account}. Opret kontoen, eller ret taksten.",
        "The ledger has no account {account}. Add it, or mend the tariff.",
    )
    ALREADY_RELEASED = (
        "{count} regninger i kørsel {run} er frigivet. De kan rettes en for en, men kørslen kan ikke fortrydes.",
        "{count} bills of run {run} have been released. They can be corrected one by one; the run cannot be undone.",
    )
    BUILT_UPON = (
        "{count} regninger er senere lavet på grundlag af kørsel {run}. Fortryd dem først.",
        "{count} later bills are built upon run {run}. Undo those first.",
    )
    HALF_UNDONE = (
        "En kørsel er ved at blive fortrudt. Vent, til den er fortrudt, og beregn så.",
        "A run is half undone. Let that end first: `forsyn bill status` names it.",
    )
    NO_REASON = ("Skriv hvorfor.", "Say why.")


STATES_DA = {
    "draft": "en kladde",
    "previewed": "forhåndsvist",
    "approved": "godkendt",
    "executing": "ved at blive bogført",
    "executed": "bogført",
    "released": "frigivet",
    "undoing": "ved at blive fortrudt",
    "undone": "fortrudt",
    "discarded": "kasseret",
}


class RunRefused(ValueError):
    """A step that is not taken; the run stays as it was. Its text is English; `danish` is for staff."""

    def __init__(self, refusal: Refusal, **values: object) -> None:
        self.refusal = refusal
        self.values = values
        places = values | {"state_da": STATES_DA.get(str(values.get("state")), "")}
        self.danish, english = (text.format(**places) for text in refusal.value)
        super().__init__(english)


def expect_state(run_id: int, state: str, *allowed: str) -> None:
    """Refuse a step that does not follow the run's state."""
    if state not in allowed:
        raise RunRefused(Refusal.WRONG_STATE, run=run_id, state=state)


def check_dates(*, from_date: date, until_date: date, issue_date: date, due_date: date) -> None:
    """Refuse a run for no days, or one that is due before it is issued."""
    if until_date <= from_date or due_date < issue_date:
        raise RunRefused(Refusal.WRONG_DATES)
