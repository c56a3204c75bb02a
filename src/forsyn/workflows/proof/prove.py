"""`prove`: try the claims on the live database, and say of each whether it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter

from django.db import DatabaseError

from forsyn.policy.claims import Claim, chosen, editions
from forsyn.policy.policy import Policy, Text
from forsyn.policy.proof import Evidence, Kind, Outcome, Verdict, judge, tally
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.enforcement import matrix, role_names
from forsyn.workflows.proof.bench import Bench, Finding, rolled_back
from forsyn.workflows.proof.catalogue import TRIALS
from forsyn.workflows.proof.trial import Trial

Told = Callable[[Trial], None]


class NoTables(RuntimeError):
    """The database is not this program's yet; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of all claims that were asked for, in the order of their numbers."""

    policy: Policy
    verdicts: tuple[Verdict, ...]
    at: datetime
    seconds: float

    @property
    def outcomes(self) -> dict[Outcome, int]:
        return tally(self.verdicts)

    @property
    def broken(self) -> bool:
        return bool(self.outcomes[Outcome.BROKEN])


def prove(ids: Iterable[str] = (), *, now: datetime, today: date, tell: Told = lambda trial: None) -> Proof:
    """Try these claims, or all. Nothing is changed: every trial is rolled back. ``tell`` hears of each trial first.

    Raises forsyn.policy.claims.UnknownClaim, and NoTables.
    """
    began = perf_counter()
    claims, policy = chosen(ids), current_policy()
    promised = editions(policy)
    bench = Bench(matrix(), now, today, role_names())
    if not bench.catalog.tables:
        raise NoTables("The database has no tables yet. Run `forsyn migrate` first.")
    asked = [trial for trial in TRIALS if _concerns(trial, claims, promised)]
    evidence = {}
    with rolled_back():
        for trial in asked:
            tell(trial)
            evidence[trial.key] = _carried_out(trial, bench)
    verdicts = tuple(
        judge(claim, [evidence[trial.key] for trial in trials_of(claim) if trial.key in evidence], editions=promised)
        for claim in claims
    )
    return Proof(policy, verdicts, now, perf_counter() - began)


def trials_of(claim: Claim) -> list[Trial]:
    """The trials of a claim, controls first."""
    return sorted(
        (trial for trial in TRIALS if claim.id in trial.claims), key=lambda trial: list(Kind).index(trial.kind)
    )


def _concerns(trial: Trial, claims: Sequence[Claim], promised: frozenset[str]) -> bool:
    return any(claim.id in trial.claims and claim.edition in promised for claim in claims)


def _carried_out(trial: Trial, bench: Bench) -> Evidence:
    """One trial. What cannot be carried out counts as gone wrong: nothing is promised on a guess."""
    began = perf_counter()
    try:
        with rolled_back():
            finding = trial.look(bench)
    except (DatabaseError, LookupError) as error:
        finding = Finding(trial.key, 0, 1, note=_impossible(error))
    milliseconds = (perf_counter() - began) * 1000
    found = finding.note or _found(trial.kind, finding)
    return Evidence(
        trial.key, trial.kind, trial.tells, found, finding.statement, finding.tried, finding.wrong, milliseconds
    )


def _impossible(error: Exception) -> Text:
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Text(f"Prøven kunne ikke gennemføres: {said}", f"The trial could not be carried out: {said}")


PLACES = 5
"""So many places are named; the number says how many there are."""


def _found(kind: Kind, finding: Finding) -> Text:
    if finding.wrong:
        named = ", ".join(finding.where[:PLACES]) + (", …" if len(finding.where) > PLACES else "")
        return Text(f"{finding.wrong} gik galt: {named}", f"{finding.wrong} went wrong: {named}")
    if kind is Kind.CONTROL:
        if finding.tried == 1:
            return Text("Forsøget kom ikke igennem.", "The attempt did not get through.")
        return Text(
            f"Ingen af de {finding.tried} forsøg kom igennem.", f"None of the {finding.tried} attempts got through."
        )
    return Text("Intet at udsætte.", "Nothing amiss.")
