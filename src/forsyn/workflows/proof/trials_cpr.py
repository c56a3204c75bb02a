"""Trials of CPR numbers: who reads them, on which consent, and that none lies without its ground.

Two controls put a row of noise in for a customer who has no number, as the program would, look at it, and undo it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from forsyn.policy.policy import Purpose
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, Attempt, none_of, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, DENIED, GRACE, Bench, Finding, become, rolled_back, spoken
from forsyn.workflows.proof.deeds import GIVE, KEEP_CPR, WITHDRAW
from forsyn.workflows.proof.trial import control, invariant
from forsyn.workflows.proof.trials_roles import closed_to_others
from forsyn.workflows.proof.trials_rows import CONSENTING, View, seen_without
from forsyn.workflows.proof.trials_sensitive import amiss, tables_of

CPR = "sensitive_cpr"
LOOK = "select count(*) from sensitive_cpr where customer_id = %s"
# Somebody whom nothing hides: no number, no consent, no claim, no restriction and no objection yet.
WITHOUT_CPR = """
    select id from customers_customer as customer
     where not exists (select from sensitive_cpr where customer_id = customer.id)
       and not exists (select from safeguards_consent as given where given.customer_id = customer.id)
       and not exists (select from sensitive_hand_over where customer_id = customer.id)
       and not exists (select from safeguards_restriction where customer_id = customer.id)
       and not exists (select from safeguards_objection where customer_id = customer.id)
     limit 1
"""
CPR_WITHOUT_GROUND = """
    select count(*) from sensitive_cpr as kept
     where not exists (select from safeguards_consent as given
                        where given.customer_id = kept.customer_id and given.consent = any(%s)
                          and (given.withdrawn_at is null or given.withdrawn_at > %s))
       and not exists (select from sensitive_hand_over as claim
                        where claim.customer_id = kept.customer_id
                          and (claim.closed_at is null or claim.closed_at > %s))
"""


def _consented(bench: Bench) -> list[Purpose]:
    """The purposes that read CPR numbers by a consent of their own."""
    return bench.purposes(lambda purpose: purpose.consent is not None and purpose.reads("cpr"))


@dataclass(frozen=True, slots=True)
class _Trying:
    """A customer with one consent and a CPR row of noise, for as long as the trial lasts."""

    bench: Bench
    cursor: CursorWrapper
    customer_id: int

    def seen_by(self, purpose: Purpose) -> bool:
        become(self.cursor, self.bench.names.of(purpose.key))
        self.cursor.execute(LOOK, [self.customer_id])
        return bool(self.cursor.fetchone()[0])

    def withdraw(self, purpose: Purpose) -> None:
        become(self.cursor, self.bench.reader)
        self.cursor.execute(WITHDRAW, [self.bench.now, self.customer_id, purpose.consent])


@contextmanager
def _one_consent(bench: Bench, purpose: Purpose) -> Iterator[_Trying | None]:
    with rolled_back(), connection.cursor() as cursor:
        become(cursor, bench.reader)
        cursor.execute(WITHOUT_CPR)
        row = cursor.fetchone()
        if row is None:
            yield None
            return
        cursor.execute(GIVE, [row[0], purpose.consent, bench.consent_texts(purpose.consent)[0], bench.now])
        become(cursor, bench.names.of(purpose.key))
        cursor.execute(KEEP_CPR, row)
        yield _Trying(bench, cursor, row[0])


def _each_consent(bench: Bench, wrong: Callable[[_Trying, Purpose], list[str]]) -> Finding:
    found, tried = [], 0
    for purpose in _consented(bench):
        with _one_consent(bench, purpose) as trying:
            if trying is None:
                return Finding(LOOK, 0, 0, (), NOTHING_TO_TRY)
            tried += 1
            found += wrong(trying, purpose)
    return none_of(LOOK, found, tried=tried)


@control(
    "SF-08",
    da="Hvert formål uden ret til CPR-numre prøver at læse dem.",
    en="Each purpose without a right to CPR numbers tries to read them.",
)
def cpr_is_closed_to_others(bench: Bench) -> Finding:
    """Every column of the vault, that a row is there included."""
    return closed_to_others(bench, tables_of(bench, "cpr"))


@control(
    "SF-08",
    da="Et CPR-nummer bliver prøvet gemt for en kunde uden samtykke og uden krav.",
    en="A CPR number is tried to be kept for a customer without consent and without a claim.",
)
def cpr_is_not_kept_without_ground(bench: Bench) -> Finding:
    """As each purpose that works with CPR numbers."""
    row = next(iter(bench.rows(WITHOUT_CPR)), None)
    working = bench.purposes(lambda purpose: bool(bench.matrix.of(purpose.key, CPR).insert))
    return refused(
        bench,
        [
            Attempt(
                bench.names.of(purpose.key),
                KEEP_CPR,
                f"{purpose.key}: {CPR}",
                row,
                (DENIED, CHECK_VIOLATION),
                "sensitive_cpr_grounded",
            )
            for purpose in working
            if row
        ],
    )


@control(
    "SF-08",
    da="Et samtykke bliver givet og trukket tilbage et øjeblik; så kan nummeret ikke læses mere.",
    en="A consent is given and withdrawn for a moment; then the number can no longer be read.",
)
def cpr_closes_with_its_consent(bench: Bench) -> Finding:
    """Seen while the consent is live, and not a statement longer."""

    def wrong(trying: _Trying, purpose: Purpose) -> list[str]:
        before = trying.seen_by(purpose)
        trying.withdraw(purpose)
        after = trying.seen_by(purpose)
        return (
            [f"{purpose.key}: {'unseen with' if not before else 'seen without'} consent"] if after or not before else []
        )

    return _each_consent(bench, wrong)


@control(
    "SF-09",
    da="Et samtykke til ét formål bliver givet et øjeblik; de andre formål ser stadig ikke nummeret.",
    en="A consent to one purpose is given for a moment; the other purposes still do not see the number.",
)
def each_consent_opens_its_own(bench: Bench) -> Finding:
    """Address, NemKonto and e-Boks, each against the others."""

    def wrong(trying: _Trying, purpose: Purpose) -> list[str]:
        others = [other for other in _consented(bench) if other.consent != purpose.consent]
        return [f"{other.key} by {purpose.consent}" for other in others if trying.seen_by(other)]

    return _each_consent(bench, wrong)


@invariant(
    "SF-08",
    da="Intet CPR-nummer ligger uden samtykke eller krav, og ingen har anden ret til dem end erklæret.",
    en="No CPR number lies without consent or claim, and nobody has another right to them than declared.",
)
def no_cpr_without_ground(bench: Bench) -> Finding:
    """What a withdrawal or a settled claim leaves over may lie until the next night."""
    consents = [purpose.consent for purpose in _consented(bench)]
    since = bench.now - GRACE
    count = bench.count(CPR_WITHOUT_GROUND, [consents, since, since])
    return amiss(bench, tables_of(bench, "cpr"), count, CPR_WITHOUT_GROUND)


@invariant(
    "SF-09",
    da="Intet formål ser et CPR-nummer på et samtykke til noget andet.",
    en="No purpose sees a CPR number by a consent to something else.",
)
def no_cpr_by_another_consent(bench: Bench) -> Finding:
    """Rows that each of the three sees today; and that there are three consents, each its own."""
    tables = tables_of(bench, "cpr")
    wrong = [
        f"{purpose.key}: {table.name}"
        for purpose in _consented(bench)
        for table in tables
        if seen_without(bench, View(purpose, table, "customer_id"), CONSENTING, bench.consenting(purpose))
    ]
    consents = {purpose.consent for purpose in _consented(bench)}
    shared = [] if len(consents) == len(_consented(bench)) else ["one consent for two purposes"]
    return none_of(spoken(CONSENTING), wrong + shared, tried=len(consents))


TRIALS = (
    cpr_is_closed_to_others,
    cpr_is_not_kept_without_ground,
    cpr_closes_with_its_consent,
    each_consent_opens_its_own,
    no_cpr_without_ground,
    no_cpr_by_another_consent,
)
