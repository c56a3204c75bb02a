"""`forsyn prove`: each promise of the policy, tried on the live database."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.utils import timezone

from forsyn.interfaces.cli.host import Host
from forsyn.interfaces.cli.output import console, errors, escape, explaining, print_json
from forsyn.interfaces.cli.purposes import works_for
from forsyn.interfaces.cli.web_assets import build_web_assets
from forsyn.policy.claims import UnknownClaim
from forsyn.policy.proof import Evidence, Outcome, Verdict
from forsyn.policy.purposes import P
from forsyn.workflows.proof.prove import NoTables, Proof, prove

COLOURS = {Outcome.KEPT: "green", Outcome.BROKEN: "red", Outcome.GAP: "yellow", Outcome.OTHER_POLICY: "dim"}
WORDS = {
    Outcome.KEPT: "kept",
    Outcome.BROKEN: "broken",
    Outcome.GAP: "gap",
    Outcome.OTHER_POLICY: "not this policy",
}


@works_for(*P)
def prove_claims(
    context: typer.Context,
    claims: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Claims such as SF-08; nothing is all of them.")
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Show each trial: what was tried, how, and what came of it.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document, all evidence included.")] = False,
) -> None:
    """Try on the live database whether the promises of the policy hold, and show how it was tried.

    Each claim is tried by controls, which attempt for real what must be refused, and by invariants, which count what
    must not be there. It ends kept, broken or gap (not built yet, with what is missing). Claims of the other policy
    are listed and not tried. Nothing is changed and nobody's data are shown: every trial is rolled back. Naming
    claims shows their evidence; --evidence shows it for all.
    Ends with status 0, and with 1 when a claim is broken, so that a deployment or a nightly job can depend on it.

    Example: forsyn prove SF-08 SF-19
    """
    host: Host = context.obj
    with explaining(UnknownClaim, NoTables, json=json), host.database():
        _make_sure_of_pages()
        proof = _proved(claims or (), quiet=json)
    if json:
        print_json(document(proof))
    else:
        _tell(proof, evidence=evidence or bool(claims))
    if proof.broken:
        raise typer.Exit(1)


def _proved(claims: Any, *, quiet: bool) -> Proof:
    now, today = timezone.now(), timezone.localdate()
    if quiet or not sys.stderr.isatty():
        return prove(claims, now=now, today=today)
    with errors.status("Trying the claims ...") as status:
        return prove(claims, now=now, today=today, tell=lambda trial: status.update(f"{escape(trial.tells.en)}"))


def _make_sure_of_pages() -> None:
    """Pages can be shown only once their style is built, as `forsyn up` does."""
    if isinstance(staticfiles_storage, ManifestFilesMixin) and staticfiles_storage.read_manifest() is None:
        build_web_assets()


def document(proof: Proof) -> dict[str, object]:
    """The whole proof for a program to read."""
    return {
        "policy": proof.policy.file,
        "version": proof.policy.version,
        "at": proof.at,
        "seconds": round(proof.seconds, 3),
        "outcomes": {outcome.value: number for outcome, number in proof.outcomes.items()},
        "claims": [_claim(verdict) for verdict in proof.verdicts],
    }


def _claim(verdict: Verdict) -> dict[str, object]:
    note = verdict.claim.note
    return {
        "id": verdict.claim.id,
        "title": verdict.claim.title.en,
        "outcome": verdict.outcome.value,
        "why": verdict.why.en,
        "note": note.en if note else None,
        "evidence": [_evidence(one) for one in verdict.evidence],
    }


def _evidence(one: Evidence) -> dict[str, object]:
    return {
        "trial": one.trial,
        "kind": one.kind.value,
        "tells": one.tells.en,
        "passed": one.passed,
        "found": one.found.en,
        "statement": one.statement,
        "tried": one.tried,
        "count": one.count,
        "milliseconds": round(one.milliseconds, 1),
    }


def _tell(proof: Proof, *, evidence: bool) -> None:
    for verdict in proof.verdicts:
        colour = COLOURS[verdict.outcome]
        console.print(
            f"[bold]{verdict.claim.id}[/]  [{colour}]{WORDS[verdict.outcome]}[/]  {escape(verdict.claim.title.en)}"
        )
        if verdict.outcome in (Outcome.BROKEN, Outcome.GAP):
            console.print(f"       [{colour}]{escape(verdict.why.en)}[/]")
        if evidence or verdict.outcome is Outcome.BROKEN:
            _tell_evidence(verdict)
    counted = ", ".join(f"{number} {WORDS[outcome]}" for outcome, number in proof.outcomes.items() if number)
    console.print(f"{counted}; {escape(proof.policy.file)}, {proof.seconds:.1f} s.")


def _tell_evidence(verdict: Verdict) -> None:
    if verdict.claim.note:
        console.print(f"       Note: {escape(verdict.claim.note.en)}")
    for one in verdict.evidence:
        mark = "[green]ok[/]" if one.passed else "[red]wrong[/]"
        console.print(f"       {mark} {one.kind.value}: {escape(one.tells.en)}")
        console.print(f"          {escape(one.found.en)} ({one.tried} tried, {one.milliseconds:.1f} ms)")
        if one.statement:
            console.print(f"          [dim]{escape(one.statement)}[/]")
