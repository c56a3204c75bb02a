"""Balancing tests (Art. 6(1)(f)) and impact assessments (Art. 35): which there must be, and how they stand. Pure.

Documents are written in Danish, which the authority reads. Refusals are one Danish sentence or two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from forsyn.policy.notice_purposes import basis_sentence
from forsyn.policy.policy import Policy, Purpose, Retention, Text
from forsyn.policy.record_texts import PERSONS
from forsyn.policy.vocabulary import Ground, Kind, Language, Objection
from forsyn.policy.wording import capitalised, period_words, series

_DA = Language.DANISH
BALANCING, IMPACT = "balancing", "impact"
REVIEW_WITHIN = timedelta(days=2 * 366)
"""The longest that a decision stands without a new look."""
PART_LENGTH = 20_000


class AssessmentRefused(ValueError):
    """It cannot be done so; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: its heading, and what belongs there."""

    key: str
    title: Text
    hint: Text


PARTS: Mapping[str, tuple[Part, ...]] = {
    BALANCING: (
        Part(
            "interest",
            Text("Interessen", "The interest"),
            Text("Hvad vil vi opnå, og for hvem?", "What do we want to achieve, and for whom?"),
        ),
        Part(
            "necessity",
            Text("Nødvendigheden", "The necessity"),
            Text(
                "Kan det nås med færre oplysninger eller på en anden måde?",
                "Can it be achieved with less data, or otherwise?",
            ),
        ),
        Part(
            "impact",
            Text("Hvad det betyder for personerne", "What it means for the persons"),
            Text(
                "Hvad venter de, og hvad kan det føre til for dem?",
                "What do they expect, and what may it lead to for them?",
            ),
        ),
        Part(
            "safeguards",
            Text("Hvad der beskytter dem", "What protects them"),
            Text("Hvad gør vi, så det vejer mindre for dem?", "What do we do so that it weighs less on them?"),
        ),
        Part(
            "balance",
            Text("Afvejningen", "The balance"),
            Text("Hvis interesse vejer tungest, og hvorfor?", "Whose interest weighs more, and why?"),
        ),
    ),
    IMPACT: (
        Part(
            "description",
            Text("Beskrivelse af behandlingen", "Description of the processing"),
            Text("Artikel 35, stk. 7, litra a.", "Article 35(7)(a)."),
        ),
        Part(
            "necessity",
            Text("Nødvendighed og proportionalitet", "Necessity and proportionality"),
            Text("Artikel 35, stk. 7, litra b.", "Article 35(7)(b)."),
        ),
        Part(
            "risks",
            Text("Risici for personerne", "Risks to the persons"),
            Text(
                "Artikel 35, stk. 7, litra c: hvad kan ske, hvor sandsynligt er det, og hvor alvorligt?",
                "Article 35(7)(c): what can happen, how likely is it, and how serious?",
            ),
        ),
        Part(
            "measures",
            Text("Foranstaltninger mod dem", "Measures against them"),
            Text("Artikel 35, stk. 7, litra d.", "Article 35(7)(d)."),
        ),
        Part(
            "advice",
            Text("Råd fra databeskyttelsesrådgiveren", "Advice of the data protection officer"),
            Text("Artikel 35, stk. 2.", "Article 35(2)."),
        ),
        Part(
            "views",
            Text("Hvad de berørte mener", "The views of those concerned"),
            Text(
                "Artikel 35, stk. 9; skriv, hvis de ikke er spurgt, og hvorfor.",
                "Article 35(9); say so if they were not asked, and why.",
            ),
        ),
    ),
}


def must_balance(policy: Policy) -> list[Purpose]:
    """The purposes that rest on Art. 6(1)(f), in the order of the policy."""
    return [one for one in policy.purposes.values() if Ground.LEGITIMATE_INTERESTS in one.rests_on]


def should_assess_impact(policy: Policy) -> list[Purpose]:
    """The purposes for which an impact assessment, or a reason for having none, is called for (Art. 35(3)(b)).

    Those that read special categories, criminal offences or civil registration numbers; those that see everything as a
    duty of the law itself are left out.
    """
    grave = {
        key for key, one in policy.categories.items() if one.kind in (Kind.SPECIAL, Kind.CRIMINAL, Kind.NATIONAL_ID)
    }
    return [one for one in policy.purposes.values() if grave.intersection(one.categories)]


def purposes_of(policy: Policy, kind: str) -> list[Purpose]:
    """The purposes that are to be assessed in one way."""
    return must_balance(policy) if kind == BALANCING else should_assess_impact(policy)


def basis(purpose: Purpose) -> str:
    """A fingerprint of what the policy says of a purpose and what an assessment rests on."""
    said = {
        "bases": [(each.article, each.statute.da if each.statute else None) for each in purpose.bases],
        "interest": purpose.interest.da if purpose.interest else None,
        "categories": sorted(purpose.categories),
        "all": purpose.all_categories,
        "pseudonymous": purpose.pseudonymous,
        "objection": str(purpose.objection),
        "restricted": purpose.reads_restricted,
        "consent": purpose.consent,
    }
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class Standing(StrEnum):
    """How the assessment of a purpose stands."""

    MISSING = "missing"
    DRAFT = "draft"
    """Being written, and never decided before."""
    OVERDUE = "overdue"
    """Its review date has passed."""
    CHANGED = "changed"
    """The policy says something else of the purpose than when it was decided."""
    STOPPED = "stopped"
    """It was decided that the processing may not go on."""
    CURRENT = "current"

    @property
    def holds(self) -> bool:
        return self is Standing.CURRENT


@dataclass(frozen=True, slots=True)
class Decided:
    """The latest decision on a purpose."""

    decision: str
    review_date: date
    basis: str


def standing(*, decided: Decided | None, has_draft: bool, present_basis: str, today: date) -> Standing:
    """How it stands today; a review is due on its date."""
    if decided is None:
        return Standing.DRAFT if has_draft else Standing.MISSING
    if decided.decision == "stop":
        return Standing.STOPPED
    if decided.review_date <= today:
        return Standing.OVERDUE
    return Standing.CURRENT if decided.basis == present_basis else Standing.CHANGED


def check_written(kind: str, texts: Mapping[str, str], *, complete: bool) -> None:
    """Raise AssessmentRefused for parts that the kind has not, or, where it is to be decided, for empty ones."""
    parts = {part.key: part for part in PARTS[kind]}
    if strangers := texts.keys() - parts.keys():
        raise AssessmentRefused(f"Vurderingen har ingen del, der hedder {', '.join(sorted(strangers))}.")
    if complete and (empty := [part.title.da for key, part in parts.items() if not texts.get(key, "").strip()]):
        raise AssessmentRefused(f"Skriv de sidste dele, før I afgør vurderingen: {series(empty, _DA)}.")


def check_decided(kind: str, decision: str, reason: str, *, review_date: date, today: date) -> None:
    """Raise AssessmentRefused where it cannot be decided so."""
    if not reason.strip():
        raise AssessmentRefused("Skriv begrundelsen.")
    if kind == BALANCING and decision == "not_needed":
        raise AssessmentRefused(
            "En interesseafvejning skal der være, når formålet hviler på artikel 6, stk. 1, litra f."
        )
    if not today < review_date <= today + REVIEW_WITHIN:
        raise AssessmentRefused("Vælg en dag inden for de næste to år, hvor I ser på vurderingen igen.")


# -- a first draft ---------------------------------------------------------------------------------------------------


def starter(policy: Policy, purpose: Purpose, kind: str) -> dict[str, str]:
    """What the policy and the program already say, part by part; the rest is for a person to write."""
    written = _balancing(policy, purpose) if kind == BALANCING else _impact(policy, purpose)
    return {part.key: written.get(part.key, "") for part in PARTS[kind]}


def _balancing(policy: Policy, purpose: Purpose) -> dict[str, str]:
    interest = purpose.interest.da if purpose.interest else ""
    return {
        "interest": f"{purpose.description.da}\n\nInteressen er {interest}." if interest else purpose.description.da,
        "necessity": f"Formålet bruger kun: {_categories(policy, purpose)}.",
        "impact": f"Det berører {_persons(policy, purpose)}.",
        "safeguards": _safeguards(policy, purpose),
    }


def _impact(policy: Policy, purpose: Purpose) -> dict[str, str]:
    return {
        "description": (
            f"{purpose.description.da}\n\nPersoner: {_persons(policy, purpose)}.\n"
            f"Oplysninger: {_categories(policy, purpose)}.\nSlettes: {_limits(policy, purpose)}."
        ),
        "necessity": f"{basis_sentence(purpose, _DA)} Andre formål kan ikke læse det, der kun hører til her.",
        "measures": _safeguards(policy, purpose),
    }


def _categories(policy: Policy, purpose: Purpose) -> str:
    if purpose.all_categories:
        return "alle kategorier i politikken"
    return series([policy.categories[key].name.da for key in purpose.categories], _DA)


def _persons(policy: Policy, purpose: Purpose) -> str:
    groups = {group for key in purpose.categories for group in policy.categories[key].persons}
    return series([text.da for group, text in PERSONS.items() if group in groups], _DA)


def _limits(policy: Policy, purpose: Purpose) -> str:
    rules = [
        rule
        for rule in policy.retention.values()
        if rule.purpose in (None, purpose.key) and set(rule.categories) & set(purpose.categories)
    ]
    told = [_limit(policy, rule) for rule in rules]
    return "; ".join(told)


def _limit(policy: Policy, rule: Retention) -> str:
    event = policy.events[rule.event].phrase.da
    comma = "," if event.startswith("at ") else ""
    return f"{rule.name.da} {period_words(rule.period, _DA) or 'straks'} efter{comma} {event}"


def _safeguards(policy: Policy, purpose: Purpose) -> str:
    """What the database enforces for this purpose, in sentences."""
    told = ["Formålet er en rolle i databasen, som kun kan læse de oplysninger, der er nævnt her."]
    if purpose.pseudonymous:
        told.append("Det ser ingen navne og numre, kun dæknumre.")
    if purpose.consent is not None:
        told.append(f"Det ser kun personer, der har sagt ja til »{policy.consents[purpose.consent].name.da}«.")
    if purpose.objection is Objection.STOPS:
        told.append("En indsigelse stopper det med det samme, uden at nogen skal tage stilling.")
    if purpose.objection is Objection.ASSESSED:
        told.append("Den, der gør indsigelse, er skjult for formålet, indtil en medarbejder har afgjort den.")
    if not purpose.reads_restricted:
        told.append("Personer med begrænset behandling er skjult for det.")
    told.append("Hvert opslag på en person bliver skrevet ned, og hver modtager står i politikken.")
    rest = _limits(policy, purpose)
    return capitalised(" ".join(told)) + (f"\n\nSlettefrister: {rest}." if rest else "")
