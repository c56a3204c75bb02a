"""How it is told whether a promise holds: trials give evidence, and `judge` says kept, broken or gap. Pure.

A **control** tries for real what must be refused; an **invariant** counts what must not be there. A claim is kept
when every trial of it went well and it has at least one of each kind (or its file says why it cannot have one).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forsyn.policy.claims import Claim
from forsyn.policy.policy import Text


class Kind(StrEnum):
    """What a trial is."""

    CONTROL = "control"
    """Something is tried that must be refused, or must show nothing."""
    INVARIANT = "invariant"
    """Something is counted that must be nought."""


class Outcome(StrEnum):
    """What came of a claim."""

    KEPT = "kept"
    BROKEN = "broken"
    GAP = "gap"
    """Not built yet, or not tried as it should be."""
    OTHER_POLICY = "other_policy"
    """Promised by another policy than the one in force here; not tried."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one trial showed. Never holds anybody's data: statements, names of tables and counts only.

    ``tried``: how many attempts or rows the trial looked at. ``count``: how many of them went wrong: attempts that
    were not refused, or rows that must not be there. ``statement``: as run, or the function called. ``tells`` says
    what is tried; ``found`` what came of it.
    """

    trial: str
    kind: Kind
    tells: Text
    found: Text
    statement: str
    tried: int
    count: int
    milliseconds: float

    @property
    def passed(self) -> bool:
        return self.count == 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim with what came of it, and why."""

    claim: Claim
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    why: Text


def judge(claim: Claim, evidence: Iterable[Evidence], *, editions: Iterable[str]) -> Verdict:
    """What the evidence says of a claim, where the policy in force makes the promises of ``editions``."""
    shown = tuple(evidence)
    if claim.edition not in editions:
        return Verdict(claim, Outcome.OTHER_POLICY, (), _OTHER_POLICY)
    failed = sum(not one.passed for one in shown)
    if failed:
        return Verdict(claim, Outcome.BROKEN, shown, _broken(failed, len(shown)))
    lacking = claim.gap or _untried(claim, shown)
    if lacking is not None:
        return Verdict(claim, Outcome.GAP, shown, lacking)
    return Verdict(claim, Outcome.KEPT, shown, _kept(len(shown)))


_OTHER_POLICY = Text(
    "Løftet står i den anden politik, ikke i den, der gælder her.",
    "The other policy makes this promise, not the one in force here.",
)


def _broken(failed: int, trials: int) -> Text:
    return Text(f"{failed} af {trials} prøver gik galt.", f"{failed} of {trials} trials went wrong.")


def _kept(trials: int) -> Text:
    return Text(f"Alle {trials} prøver gik godt.", f"All {trials} trials went well.")


def _untried(claim: Claim, evidence: Sequence[Evidence]) -> Text | None:
    """Why good evidence is not enough: a kind of trial is missing, or had nothing to be tried on."""
    controls = [one for one in evidence if one.kind is Kind.CONTROL]
    if not controls and claim.no_control is None:
        return Text("Ingen prøver, at programmet siger nej.", "Nothing tries that the program refuses.")
    if controls and not any(one.tried for one in controls):
        return Text("Der er endnu ingen oplysninger at prøve det på.", "There are no data yet to try it on.")
    if not any(one.kind is Kind.INVARIANT for one in evidence) and claim.no_invariant is None:
        return Text("Ingen tæller, om noget står forkert.", "Nothing counts what is amiss.")
    return None


def tally(verdicts: Sequence[Verdict]) -> dict[Outcome, int]:
    """How many claims ended in which way, all four named."""
    return {outcome: sum(verdict.outcome is outcome for verdict in verdicts) for outcome in Outcome}
